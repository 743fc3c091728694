"""What the box and central say to each other, without a network: talks that are driven."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from edge.errors import BadCatalogue, Busy, Refused, Unreachable
from edge.sync.packing import CODING, pack
from edge.sync.wire import BatchReceipt, CatalogueFile, Gaps, Sealed

ANSWER_BYTES = 1 << 20  # no answer but a piece of a segment may be longer
BACKLOG = {"Qulaq-Backlog": "?1"}
LONGEST_REST_SECONDS = 3600.0  # as long as central, or who speaks for it, can silence a box

T = TypeVar("T")
Words = TypeVar("Words", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Request:
    """What the box asks; `longest_answer` bounds, in bytes, what it is willing to hear."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    longest_answer: int = ANSWER_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    """What central said; header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Flow = Generator[Request, Answer, T]


def drive(flow: Flow[T], send: Callable[[Request], Answer]) -> T:
    """Carry a talk to its end, each request through `send`.

    Raises:
        QulaqError: whatever the talk or `send` raises.
    """
    try:
        request = next(flow)
        while True:
            request = flow.send(send(request))
    except StopIteration as end:
        result: T = end.value
        return result


def upload(batch: Sealed, *, can_wait: bool = False) -> Flow[BatchReceipt]:
    """Deliver one sealed batch; safe to repeat, since every record carries its own key.

    Args:
        batch: the letter.
        can_wait: whether it tells of long ago; where many call, others are let in before it.

    Raises:
        Busy, Unreachable, Refused: see `expect`.
    """
    request = _post("/v1/detections", batch)
    if can_wait:
        request = replace(request, headers={**request.headers, **BACKLOG})
    answer = yield request
    expect(answer, 200)
    return _parse(answer, BatchReceipt)


def beat(heartbeat: Sealed) -> Flow[None]:
    """Say that the box is alive.

    Raises:
        Busy, Unreachable, Refused: see `expect`.
    """
    answer = yield _post("/v1/heartbeat", heartbeat)
    expect(answer, 204)


def hand_over(handover: Sealed) -> Flow[None]:
    """Tell central which key follows; safe to repeat.

    Raises:
        Busy, Unreachable, Refused: see `expect`.
    """
    answer = yield _post("/v1/keys", handover)
    expect(answer, 204)


def compare(inventory: Sealed) -> Flow[Gaps]:
    """Ask central whether it still has what it said it has; after a restored backup it may not.

    Raises:
        Busy, Unreachable, Refused: see `expect`.
    """
    answer = yield _post("/v1/inventory", inventory)
    expect(answer, 200)
    return _parse(answer, Gaps)


def ask_time(nonce: str) -> Flow[Sealed]:
    """What time it is at central, and whose part of the catalogue is ours; still sealed.

    Args:
        nonce: 32 hex digits that were never said before.

    Raises:
        Busy, Unreachable, Refused: see `expect`.
    """
    answer = yield Request("GET", f"/v1/catalogue/profile/{nonce}")
    expect(answer, 200)
    return _parse(answer, Sealed)


def fetch_vouched(path: str, *, longest: int) -> Flow[bytes | None]:
    """What a role of the catalogue says, or a manifest; None if there is no such thing.

    Args:
        path: below `/v1/catalogue/`.
        longest: bytes that one is willing to hear.

    Raises:
        Busy, Unreachable, Refused: see `expect`.
    """
    answer = yield Request("GET", f"/v1/catalogue/{path}", longest_answer=longest)
    if answer.status == 404:
        return None
    expect(answer, 200)
    return answer.body


def fetch_directions(number: int, *, longest: int) -> Flow[bytes | None]:
    """The directions for this box that came after those of a number; None if none did.

    Args:
        number: of those it has; 0: none.
        longest: bytes that one is willing to hear.

    Raises:
        Busy, Unreachable, Refused: see `expect`.
    """
    answer = yield Request("GET", f"/v1/directions/{number}", longest_answer=longest)
    if answer.status == 204:
        return None
    expect(answer, 200)
    return answer.body


def answer_directions(receipt: Sealed) -> Flow[None]:
    """Tell central what was done with its directions; safe to repeat.

    Raises:
        Busy, Unreachable, Refused: see `expect`.
    """
    answer = yield _post("/v1/directions", receipt)
    expect(answer, 204)


def fetch_piece(segment: CatalogueFile, *, first: int, longest: int) -> Flow[bytes]:
    """The next bytes of a catalogue file, so that a broken connection costs one piece at most.

    Args:
        segment: or the file of siblings, as the manifest names it.
        first: bytes that are already here.
        longest: bytes to fetch at once.

    Raises:
        BadCatalogue: central answered with other bytes than were asked for.
        Busy, Unreachable, Refused: see `expect`.
    """
    last = min(first + longest, segment.size_bytes) - 1
    answer = yield Request(
        "GET",
        f"/v1/catalogue/segments/{segment.name}",
        headers={"Range": f"bytes={first}-{last}"},
        longest_answer=last - first + 1,
    )
    if answer.status == 200 and first == 0 and len(answer.body) == segment.size_bytes:
        return answer.body  # a small segment, whole
    expect(answer, 206)
    wanted = f"bytes {first}-{last}/{segment.size_bytes}"
    given = answer.headers.get("content-range", "")
    if given != wanted or len(answer.body) != last - first + 1:
        raise BadCatalogue(f"asked for {wanted} of {segment.name}, central gave {given!r}")
    return answer.body


def expect(answer: Answer, status: int) -> None:
    """See that central answered as agreed.

    Raises:
        Busy: it asked us to come later (429 or 503).
        Unreachable: it is in trouble (5xx), or something else answered in its place (3xx).
        Refused: it said no (4xx), or agreed to something else.
    """
    if answer.status == status:
        return
    said = answer.body[:500].decode("utf-8", "replace").strip()
    if answer.status in (429, 503):
        raise Busy(f"central is busy ({answer.status})", _retry_after(answer))
    if answer.status >= 500:
        raise Unreachable(f"central is in trouble: {answer.status} {said}")
    if 300 <= answer.status < 400:
        raise Unreachable(f"not central but a portal answered: {answer.status}")
    raise Refused(f"central answered {answer.status}: {said}")


def _post(path: str, letter: Sealed) -> Request:
    body = pack(letter.model_dump_json().encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": CODING}
    return Request("POST", path, body, headers)


def _parse(answer: Answer, words: type[Words]) -> Words:
    try:
        return words.model_validate_json(answer.body)
    except ValidationError as e:
        # a captive portal says 200 to everything; central itself speaks our words
        raise Unreachable(
            f"the answer is no {words.__name__}: is a portal or another server in central's place?"
        ) from e


def _retry_after(answer: Answer) -> float:
    """Seconds central asked for; 0 when it did not say, or named a date (our clock may be off)."""
    asked = answer.headers.get("retry-after", "")
    is_number = asked.isascii() and asked.isdigit()
    return min(float(asked), LONGEST_REST_SECONDS) if is_number else 0.0
