"""A whole CWR file: header, groups, transactions, trailer, and whether they fit together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from central.repertoire.cwr.layout import HEADS, KNOWN, WORK_HEADS
from central.repertoire.cwr.records import Fault, Record, Severity, fault

_SENDERS = frozenset({"PB", "SO", "AA", "WR"})
_VERSIONS = frozenset({"02.10", "02.20"})


@dataclass(frozen=True, slots=True)
class Transaction:
    """A work and everything said of it: its head and the records below."""

    head: Record
    details: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Transactions of one type."""

    header: Record
    transactions: tuple[Transaction, ...]
    trailer: Record | None


@dataclass(frozen=True, slots=True)
class Transmission:
    """A file, opened; the header is None when there is none."""

    header: Record | None
    groups: tuple[Group, ...]

    @property
    def source(self) -> str:
        """Who sent it, as the books name senders: type and number."""
        header = self.header
        return f"{header['sender_type']}{header['sender']}" if header else ""


def opened(records: Sequence[Record]) -> Transmission:
    """The groups and transactions of a file; what stands outside them is left to `envelope`."""
    groups: list[Group] = []
    header: Record | None = None
    within: list[list[Record]] = []
    for record in records:
        if record.kind == "GRH":
            _close(groups, header, within, trailer=None)
            header, within = record, []
        elif record.kind == "GRT":
            _close(groups, header, within, trailer=record)
            header, within = None, []
        elif record.kind in _heads(header):
            within.append([record])
        elif within:
            within[-1].append(record)
    _close(groups, header, within, trailer=None)
    first = records[0] if records and records[0].kind == "HDR" else None
    return Transmission(first, tuple(groups))


def _heads(header: Record | None) -> frozenset[str]:
    """What begins a transaction in a group; an acknowledgement repeats the one it answers."""
    acknowledges = header is not None and header["transactions_of"] == "ACK"
    return frozenset({"ACK"}) if acknowledges else HEADS


def _close(
    groups: list[Group], header: Record | None, within: list[list[Record]], trailer: Record | None
) -> None:
    if header is not None:
        read = tuple(Transaction(one[0], tuple(one[1:])) for one in within)
        groups.append(Group(header, read, trailer))


def envelope(records: Sequence[Record], whole: Transmission) -> Iterator[Fault]:
    """What refuses the whole file.

    Source:
        CWR19-1070, sec. 3.4 (file), 3.5 (HDR), 3.8 (TRL) and 4.1 (record prefix).
    """
    if not records:
        yield Fault("ER", "001", 1, "HDR", "", "the file holds no record")
        return
    first, last = records[0], records[-1]
    if first.kind != "HDR":
        yield fault(first, "ER", "002", f"the first record is {first.kind!r}, not HDR")
    else:
        yield from _header(first)
    if last.kind != "TRL":
        yield fault(last, "ER", "003", f"the last record is {last.kind!r}, not TRL: is it whole?")
    else:
        yield from _trailer(records, whole)
    yield from _order(records)
    yield from _numbering(whole)


def _header(header: Record) -> Iterator[Fault]:
    kind, sender = header["sender_type"], header["sender"]
    # Since revision 8, eleven digits of a name number may stand where type and number did.
    if kind not in _SENDERS and not (kind + sender).isdecimal():
        yield fault(header, "ER", "004", f"sender type {kind!r} is none of PB, SO, AA, WR")
    if not sender or not header["sender_name"]:
        yield fault(
            header, "ER", "005", f"sender {sender!r} {header['sender_name']!r}: one is empty"
        )
    if header["edi"] != "01.10":
        yield fault(header, "ER", "006", f"EDI standard version {header['edi']!r} is not 01.10")
    for name, form in (("made_on", "%Y%m%d"), ("made_at", "%H%M%S"), ("sent_on", "%Y%m%d")):
        if not is_moment(header[name], form):
            yield fault(header, "ER", "007", f"{name} {header[name]!r} is not of the calendar")


def is_moment(text: str, form: str) -> bool:
    """Whether digits name a day or an hour that exists."""
    if not (text.isascii() and text.isdecimal() and len(text) == (8 if "Y" in form else 6)):
        return False
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 (only whether it exists)
    except ValueError:
        return False
    return True


def _trailer(records: Sequence[Record], whole: Transmission) -> Iterator[Fault]:
    trailer = records[-1]
    transactions = sum(len(group.transactions) for group in whole.groups)
    counted = {"groups": len(whole.groups), "transactions": transactions, "records": len(records)}
    for name, count in counted.items():
        if trailer.number(name) != count:
            told = f"TRL counts {trailer[name]!r} {name}, the file has {count}"
            yield fault(trailer, "ER", "008", told)


def _order(records: Sequence[Record]) -> Iterator[Fault]:
    for kind in ("HDR", "TRL"):
        several = [record for record in records if record.kind == kind]
        if len(several) > 1:
            yield fault(several[1], "ER", "009", f"a second {kind}; a file has one")
    for record, following in pairwise(records):
        if record.kind not in KNOWN:
            yield fault(record, "ER", "010", f"{record.kind!r} is no kind of CWR record")
        if not _may_follow(record.kind, following.kind):
            yield fault(following, "ER", "011", f"{following.kind} cannot follow {record.kind}")


def _may_follow(kind: str, following: str) -> bool:
    if kind == "HDR":
        return following == "GRH"
    if kind == "GRH":
        return following in HEADS
    if kind == "GRT":
        return following in {"GRH", "TRL"}
    return following not in {"GRH", "TRL"}


def _numbering(whole: Transmission) -> Iterator[Fault]:
    for group in whole.groups:
        for place, transaction in enumerate(group.transactions):
            head = transaction.head
            if head.number("transaction") != place:
                # The first of a group can be nothing but 0; a later one spoils only itself.
                severity: Severity = "ER" if place == 0 else "TR"
                told = f"transaction {head['transaction']!r} stands where {place} should"
                yield fault(head, severity, "012", told)
            if head.number("sequence") != 0:
                told = f"record sequence {head['sequence']!r} of a transaction's head is not 0"
                yield fault(head, "ER", "013", told)
            yield from _details(transaction)


def _details(transaction: Transaction) -> Iterator[Fault]:
    head = transaction.head
    for place, record in enumerate(transaction.details, start=1):
        if record["transaction"] != head["transaction"]:
            told = f"record of transaction {record['transaction']!r} in {head['transaction']!r}"
            yield fault(record, "TR", "014", told)
        if record.number("sequence") != place:
            told = f"record sequence {record['sequence']!r} stands where {place} should"
            yield fault(record, "ER", "015", told)


def group_faults(group: Group, place: int, earlier_types: set[str]) -> Iterator[Fault]:
    """What refuses one group.

    Args:
        group: as it was read.
        place: which group of the file it is, from 1.
        earlier_types: the transaction types of the groups before it.

    Source:
        CWR19-1070, sec. 3.6 (GRH), 3.7 (GRT), 4.2 rule 22.
    """
    header, kind = group.header, group.header["transactions_of"]
    if kind not in HEADS:
        yield fault(header, "GR", "020", f"{kind!r} is no type of transaction")
    if kind in earlier_types:
        yield fault(header, "GR", "021", f"a second group of {kind}; a file has one of each")
    if header.number("group") != place:
        yield fault(header, "GR", "022", f"group {header['group']!r} stands where {place} should")
    if header["version"] not in _VERSIONS:
        told = f"version {header['version']!r}; we read 02.10 and 02.20"
        yield fault(header, "GR", "023", told)
    for transaction in group.transactions:
        if transaction.head.kind != kind:
            told = f"a transaction {transaction.head.kind} in a group of {kind}"
            yield fault(transaction.head, "GR", "024", told)
    yield from _group_trailer(group)


def _group_trailer(group: Group) -> Iterator[Fault]:
    trailer = group.trailer
    if trailer is None:
        yield fault(group.header, "GR", "025", "the group has no GRT")
        return
    records = 2 + sum(1 + len(one.details) for one in group.transactions)
    counted = {"transactions": len(group.transactions), "records": records}
    for name, count in counted.items():
        if trailer.number(name) != count:
            told = f"GRT counts {trailer[name]!r} {name}, the group has {count}"
            yield fault(trailer, "GR", "026", told)
    if trailer["group"] != group.header["group"]:
        told = f"GRT of group {trailer['group']!r} ends group {group.header['group']!r}"
        yield fault(trailer, "GR", "027", told)


def is_work(group: Group) -> bool:
    """Whether a group registers works."""
    return group.header["transactions_of"] in WORK_HEADS
