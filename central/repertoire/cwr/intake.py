"""A CWR file from its bytes to the books, and the acknowledgement that goes back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from central.repertoire.cwr import acknowledgement
from central.repertoire.cwr.acknowledgement import (
    CONFLICT,
    HELD,
    Acknowledged,
    Message,
    Sender,
    Status,
    message_of,
    remark,
)
from central.repertoire.cwr.claims import work_of
from central.repertoire.cwr.edits import transaction_faults
from central.repertoire.cwr.records import Fault, read_records
from central.repertoire.cwr.transmission import (
    Group,
    Transaction,
    Transmission,
    envelope,
    group_faults,
    is_work,
    opened,
)
from central.repertoire.imports import Counts, earlier, put_import
from central.repertoire.intake import Outcome, take_work


@dataclass(frozen=True, slots=True)
class Judged:
    """A transaction with what was found in it and in its group."""

    group: int
    place: int
    transaction: Transaction
    faults: tuple[Fault, ...]

    @property
    def is_refused(self) -> bool:
        """Whether nothing of it can be taken."""
        return any(one.severity in {"ER", "GR", "TR"} for one in self.faults)


def take_file(
    connection: Connection, content: bytes, *, file_name: str, sender: Sender, at: datetime
) -> int:
    """Take in a file; answers the number of the import. The same file again is the same import.

    Raises:
        Unacceptable: no CWR file could be so large.
    """
    before = earlier(connection, content)
    if before is not None:
        return before
    records = read_records(content)
    whole = opened(records)
    whole_faults = list(envelope(records, whole))
    fatal = [one for one in whole_faults if one.severity == "ER"]
    if fatal:
        answers: list[tuple[Acknowledged, Transaction | None]] = [(_file_refused(fatal), None)]
        works = max(1, sum(len(group.transactions) for group in whole.groups))
        counts = Counts(0, 0, works)
    else:
        answers, counts = _take(connection, list(judged(whole, whole_faults)), whole.source, at)
    back = acknowledgement.written(
        whole.header, answers, sender=sender, version=_version(whole), at=at
    )
    return put_import(
        connection,
        kind="cwr",
        source=whole.source,
        file_name=file_name,
        content=content,
        acknowledgement=back,
        counts=counts,
        at=at,
    )


def judged(whole: Transmission, whole_faults: Sequence[Fault]) -> Iterator[Judged]:
    """Every transaction with the faults that concern it."""
    types: set[str] = set()
    numbers: set[str] = set()
    for place, group in enumerate(whole.groups, start=1):
        of_group = list(group_faults(group, place, types))
        types.add(group.header["transactions_of"])
        for at, transaction in enumerate(group.transactions):
            lines = {one.line for one in (transaction.head, *transaction.details)}
            found = [*of_group, *(one for one in whole_faults if one.line in lines)]
            found += _own_faults(group, transaction, numbers)
            numbers.add(transaction.head["number"])
            yield Judged(place, at, transaction, tuple(found))


def _own_faults(group: Group, transaction: Transaction, numbers: set[str]) -> list[Fault]:
    if is_work(group):
        return list(transaction_faults(transaction, numbers))
    head = transaction.head
    told = f"{head.kind} is not taken here; send NWR or REV"
    return [Fault("TR", "029", head.line, head.kind, head["sequence"], told)]


def _take(
    connection: Connection, all_judged: Sequence[Judged], source: str, at: datetime
) -> tuple[list[tuple[Acknowledged, Transaction | None]], Counts]:
    answers: list[tuple[Acknowledged, Transaction | None]] = []
    states = {"AS": 0, "AC": 0, "RA": 0, "CO": 0, "RJ": 0}
    for one in all_judged:
        outcome = None
        if not one.is_refused:
            facts = work_of(one.transaction, one.faults)
            outcome = take_work(connection, facts, source=source, at=at)
        answer = _answer(one, outcome)
        states[answer.status] += 1
        answers.append((answer, one.transaction))
    taken = states["AS"] + states["AC"] + states["RA"]
    return answers, Counts(taken, states["RA"], states["CO"] + states["RJ"])


def _answer(one: Judged, outcome: Outcome | None) -> Acknowledged:
    head = one.transaction.head
    messages = [message_of(found) for found in one.faults]
    status, said = _status(one, outcome)
    number = outcome.work_id if outcome else None
    return Acknowledged(
        group=one.group,
        sequence=one.place,
        kind=head.kind,
        title=head["title"],
        number=head["number"],
        our_number=str(number or ""),
        status=status,
        messages=tuple(messages + said),
    )


def _status(one: Judged, outcome: Outcome | None) -> tuple[Status, list[Message]]:
    head = one.transaction.head
    if outcome is None:
        return "RJ", []
    if outcome.state == "conflict":
        return "CO", [remark("TR", CONFLICT, head, outcome.reason)]
    if outcome.state == "held":
        told = f"{outcome.reason}: registered, its money waits"
        return "RA", [remark("FR", HELD, head, told)]
    return ("AC" if one.faults else "AS"), []


def _file_refused(fatal: Sequence[Fault]) -> Acknowledged:
    messages = tuple(message_of(one) for one in fatal[:100])
    return Acknowledged(0, 0, "HDR", "", "", "", "RJ", messages)


def _version(whole: Transmission) -> str:
    versions = {group.header["version"] for group in whole.groups}
    return "02.20" if "02.20" in versions else "02.10"
