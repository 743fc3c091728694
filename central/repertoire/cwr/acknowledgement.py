"""The acknowledgement of a CWR file: a CWR file itself, transaction by transaction; out and in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from central.errors import Unacceptable
from central.repertoire.cwr.records import Fault, Record, Severity, read_records
from central.repertoire.cwr.transmission import Transaction

# AS as submitted, AC with changes, RA received and held, CO in conflict, RJ rejected; others
# of the standard (DU, NP, RC) come in the files of other societies.
Status = Literal["AS", "AC", "RA", "CO", "RJ"]
HELD = "300"
CONFLICT = "301"
_TEXT = 150


@dataclass(frozen=True, slots=True)
class Message:
    """What is said of one record; `level` is the first letter of the severity."""

    level: str
    edit: str
    sequence: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What became of one transaction; group and sequence are 0 for a whole file refused."""

    group: int
    sequence: int
    kind: str
    title: str
    number: str
    our_number: str
    status: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who acknowledges: a society by CISAC's number, and its name in Latin capitals."""

    code: str
    name: str


def message_of(found: Fault) -> Message:
    """A fault as an acknowledgement says it."""
    sequence = int(found.sequence) if found.sequence.isdecimal() else 0
    return Message(found.severity[0], found.edit, sequence, found.kind, plain(found.text))


def remark(severity: Severity, edit: str, head: Record, text: str) -> Message:
    """Something to say of a transaction that is no fault of its form."""
    return Message(severity[0], edit, 0, head.kind, plain(text))


def plain(text: str) -> str:
    """As much of a text as a message holds, in letters every receiver reads."""
    return "".join(one if " " <= one <= "~" else "?" for one in text.upper())[:_TEXT].rstrip()


def written(
    header: Record | None,
    answers: Sequence[tuple[Acknowledged, Transaction | None]],
    *,
    sender: Sender,
    version: str,
    at: datetime,
) -> bytes:
    """The acknowledgement as a file.

    Args:
        header: of the file acknowledged.
        answers: what became of each transaction, with the transaction to repeat below it.
        sender: who acknowledges.
        version: of the group acknowledged, "02.10" or "02.20".
        at: now.
    """
    day, hour = f"{at:%Y%m%d}", f"{at:%H%M%S}"
    made_on, made_at = (header["made_on"], header["made_at"]) if header else ("", "")
    body: list[str] = []
    for place, (answer, transaction) in enumerate(answers):
        body += _transaction(place, answer, transaction, made=(made_on, made_at), day=day)
    trailing = f"{len(answers):08d}"
    head = f"HDRSO{sender.code:>09.9}{sender.name:<45.45}01.10{day}{hour}{day}{'UTF-8':<15}"
    lines = [
        head,
        f"GRHACK00001{version}0000000000  ",
        *body,
        f"GRT00001{trailing}{len(body) + 2:08d}   0000000000",
        f"TRL00001{trailing}{len(body) + 4:08d}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _transaction(
    place: int,
    answer: Acknowledged,
    transaction: Transaction | None,
    *,
    made: tuple[str, str],
    day: str,
) -> list[str]:
    said = [
        f"{made[0]:0>8.8}{made[1]:0>6.6}{answer.group:05d}{answer.sequence:08d}{answer.kind:<3.3}"
        f"{answer.title:<60.60}{answer.number:<20.20}{answer.our_number:<20.20}{day}{answer.status}"
    ]
    kinds = ["ACK"]
    for one in answer.messages:
        kinds.append("MSG")
        said.append(
            f"{one.level}{one.sequence:08d}{one.kind:<3.3}{one.level}{one.edit:<3.3}{one.text:<150}"
        )
    if transaction is not None:
        for record in (transaction.head, *transaction.details):
            kinds.append(record.kind)
            said.append(record.text[19:])
    return [
        f"{kind}{place:08d}{sequence:08d}{text}"
        for sequence, (kind, text) in enumerate(zip(kinds, said, strict=True))
    ]


def read(content: bytes) -> list[Acknowledged]:
    """The answers in an acknowledgement, ours or another society's.

    Raises:
        Unacceptable: the file holds no acknowledgement.
    """
    answers: list[Acknowledged] = []
    messages: list[Message] = []
    head: Record | None = None
    for record in read_records(content):
        if record.kind == "ACK":
            answers += _answer(head, messages)
            head, messages = record, []
        elif record.kind == "MSG" and head is not None:
            messages.append(_message(record))
    answers += _answer(head, messages)
    if not answers:
        raise Unacceptable("the file holds no ACK record; is it an acknowledgement?")
    return answers


def _answer(head: Record | None, messages: Iterable[Message]) -> list[Acknowledged]:
    if head is None:
        return []
    return [
        Acknowledged(
            group=head.number("group") or 0,
            sequence=head.number("original") or 0,
            kind=head["original_kind"],
            title=head["title"],
            number=head["number"],
            our_number=head["our_number"],
            status=head["status"],
            messages=tuple(messages),
        )
    ]


def _message(record: Record) -> Message:
    return Message(
        level=record["message_type"],
        edit=record["validation"],
        sequence=record.number("original") or 0,
        kind=record["original_kind"],
        text=record["text"],
    )
