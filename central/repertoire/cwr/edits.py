"""What refuses a transaction, one of its records, or a field; sums of shares are judged elsewhere.

Shares that make no whole refuse nothing here: the work is registered and its money waits.

Source:
    CWR19-1070, sec. 4.2 (transaction), 5.4 (SPU), 5.9 (SWR), 5.15 (ALT), 5.21 (REC).
"""

from collections.abc import Callable, Iterator, Mapping

from central.errors import Unacceptable
from central.repertoire.cwr.records import Fault, Record, fault
from central.repertoire.cwr.transmission import Transaction, is_moment
from central.repertoire.identifiers import READERS
from central.repertoire.shares import PUBLISHERS, WHOLE, WRITERS

GENRES = {"SER": "serious", "JAZ": "jazz", "POP": "popular", "UNC": "unclassified"}
_TITLE_KINDS = frozenset({"AL", "AT", "ET", "FT", "IT", "OL", "OT", "PT", "RT", "TE", "TT"})
_ARRANGING = frozenset({"AR", "AD", "SR", "SA", "TR"})
_COMPOSING = frozenset({"C", "A", "CA"})
_SHARED = {"pr": "performing", "mr": "mechanical", "sr": "synchronisation"}
_CODES = {"ipi": "ipi", "ipi_base": "ipi_base", "iswc": "iswc", "isrc": "isrc"}
_RECORDING = ("released_on", "duration", "album", "label", "catalogue", "ean", "isrc")
_MORE_RECORDING = ("format", "technique", "medium", "title", "version_title", "artist")


def transaction_faults(transaction: Transaction, numbers: set[str]) -> Iterator[Fault]:
    """Everything wrong within one transaction NWR or REV.

    Args:
        transaction: as it was read.
        numbers: the senders' numbers of works that came earlier in the file.
    """
    head = transaction.head
    yield from _head(head, numbers)
    yield from _writers(transaction)
    yield from _territories(transaction)
    for record in (head, *transaction.details):
        if check := _RECORDS.get(record.kind):
            yield from check(record)
        yield from _codes(record)


def _head(head: Record, numbers: set[str]) -> Iterator[Fault]:
    if not head["title"]:
        yield fault(head, "TR", "100", "the work has no title")
    if not head["number"]:
        yield fault(head, "TR", "101", "the work has no number of its submitter")
    elif head["number"] in numbers:
        yield fault(head, "TR", "102", f"work {head['number']!r} came earlier in this file")
    if head["version"] not in {"ORI", "MOD"}:
        yield fault(head, "TR", "103", f"version type {head['version']!r} is neither ORI nor MOD")
    if head["genre"] not in GENRES:
        told = f"distribution category {head['genre']!r} is none of {', '.join(GENRES)}"
        yield fault(head, "TR", "104", told)
    yield from _length(head)


def _length(head: Record) -> Iterator[Fault]:
    if head["genre"] == "SER" and not (head.number("duration") or 0):
        yield fault(head, "TR", "105", "a serious work needs its duration")
    if head["duration"] and not is_moment(head["duration"], "%H%M%S"):
        told = f"duration {head['duration']!r} is not hours, minutes, seconds"
        yield fault(head, "FR", "106", told, field="duration")
    day = head["copyright_date"]
    if day.strip("0") and not is_moment(day, "%Y%m%d"):
        told = f"copyright date {day!r} is not of the calendar"
        yield fault(head, "FR", "107", told, field="copyright_date")


def _writers(transaction: Transaction) -> Iterator[Fault]:
    head = transaction.head
    writers = [one for one in transaction.details if one.kind in {"SWR", "OWR"}]
    roles = {one["role"] for one in writers}
    if not writers:
        yield fault(head, "TR", "110", "the work has no writer")
    elif not roles & _COMPOSING:
        yield fault(head, "TR", "111", "no writer composed the work or wrote its words (C, A, CA)")
    if head["version"] == "ORI" and roles & _ARRANGING:
        named = ", ".join(sorted(roles & _ARRANGING))
        yield fault(head, "TR", "112", f"an original work cannot credit {named}")
    if head["version"] == "MOD" and not roles & _ARRANGING:
        yield fault(head, "TR", "113", "a modified work credits nobody who modified it")


def _territories(transaction: Transaction) -> Iterator[Fault]:
    parties = {one["party"] for one in transaction.details if one.kind in {"SPU", "SWR"}}
    for record in transaction.details:
        if record.kind in {"SPT", "SWT"} and record["party"] not in parties:
            told = f"territory of party {record['party']!r}, which the work does not name"
            yield fault(record, "TR", "120", told)
        if record.kind == "PWR" and record["publisher"] and record["publisher"] not in parties:
            told = f"publisher {record['publisher']!r} is none of the work's"
            yield fault(record, "RR", "121", told)


def _publisher(record: Record) -> Iterator[Fault]:
    controlled = record.kind == "SPU"
    if controlled and not (record["party"] and record["name"]):
        yield fault(
            record, "TR", "130", f"party {record['party']!r} {record['name']!r}: one is empty"
        )
    if controlled and record["unknown"]:
        yield fault(record, "TR", "131", "an SPU cannot be unknown")
    if record["role"] not in PUBLISHERS | {"PA", ""} or (controlled and not record["role"]):
        yield fault(record, "TR", "132", f"publisher type {record['role']!r} is not known")
    yield from _shares(record)


def _writer(record: Record) -> Iterator[Fault]:
    controlled = record.kind == "SWR"
    if controlled and not (record["party"] and record["last_name"]):
        told = f"party {record['party']!r} {record['last_name']!r}: one is empty"
        yield fault(record, "TR", "140", told)
    if controlled and record["unknown"]:
        yield fault(record, "TR", "141", "an SWR cannot be unknown")
    if record["role"] not in WRITERS | {""} or (controlled and not record["role"]):
        yield fault(record, "TR", "142", f"writer designation {record['role']!r} is not known")
    yield from _shares(record)


def _shares(record: Record) -> Iterator[Fault]:
    for field, right in _SHARED.items():
        part = record.number(field)
        if record[field] and (part is None or part > WHOLE):
            told = f"{right} share {record[field]!r} is not 00000 to {WHOLE}"
            yield fault(record, "TR", "150", told)
        society = record[f"{field}_society"]
        if society and not society.isdecimal():
            told = f"society {society!r} of the {right} right is not a number"
            yield fault(record, "FR", "151", told, field=f"{field}_society")


def _other_title(record: Record) -> Iterator[Fault]:
    if not record["title"]:
        yield fault(record, "RR", "160", "the title is empty")
    if record["title_type"] not in _TITLE_KINDS or (
        record.kind == "ALT" and record["title_type"] == "OT"
    ):
        told = f"title type {record['title_type']!r} is not one of an alternative title"
        yield fault(record, "FR", "161", told, field="title_type")
    if record["title_type"] in {"OL", "AL"} and not record["language"]:
        yield fault(record, "RR", "162", "a title of type OL or AL needs its language")


def _performer(record: Record) -> Iterator[Fault]:
    if not record["last_name"]:
        yield fault(record, "RR", "170", "the performer has no name")


def _recording(record: Record) -> Iterator[Fault]:
    told = [record[name].strip("0") for name in (*_RECORDING, *_MORE_RECORDING)]
    if not any(told):
        yield fault(record, "RR", "180", "the recording says nothing of itself")


def _name_in_own_script(record: Record) -> Iterator[Fault]:
    if not (record["last_name"] or record["name"]):
        yield fault(record, "RR", "190", "the name is empty")


def _codes(record: Record) -> Iterator[Fault]:
    for field, kind in _CODES.items():
        code = record[field]
        if code.strip("0"):
            try:
                READERS[kind](code)
            except Unacceptable as wrong:
                yield fault(record, "FR", "200", str(wrong), field=field)


_RECORDS: Mapping[str, Callable[[Record], Iterator[Fault]]] = {
    "SPU": _publisher,
    "OPU": _publisher,
    "SWR": _writer,
    "OWR": _writer,
    "ALT": _other_title,
    "NAT": _other_title,
    "PER": _performer,
    "REC": _recording,
    "NPN": _name_in_own_script,
    "NWN": _name_in_own_script,
    "NPR": _name_in_own_script,
}
