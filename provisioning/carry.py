"""Carrying the post of boxes without a network: from a stick to central, and its answer back."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from edge.errors import BadStick, Refused
from edge.stick.labels import answer_name, post_name
from edge.stick.medium import MOST_FILES, Medium
from edge.sync.post import (
    ANSWER_BYTES,
    HEAD_BYTES,
    POST_BYTES,
    Closed,
    Enclosed,
    Enclosures,
    Parcel,
    PostReceipt,
    Reply,
    read_head,
    read_post,
)
from edge.sync.wire import Sealed

_RECEIPT_BYTES = 1 << 20
_START, _END = post_name("|").split("|")

Ask = Callable[[str, bytes, int], bytes]
"""Asks central at a path, with JSON, for an answer of at most so many bytes; see `asking.ask`."""


@dataclass(slots=True)
class Carried:
    """What came of the post of one box.

    Attributes:
        device: whose post.
        letters: how many there were.
        accepted: records that were new to central.
        duplicates: records that it had.
        rejected: records that it will never take.
        refused: why it took a letter not at all, or gives out no catalogue; the box asks again.
        enclosed_bytes: of the catalogue, that go back to the box.
        is_whole: whether the stick had room for these.
    """

    device: str
    letters: int
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    refused: list[str] = field(default_factory=list)
    enclosed_bytes: int = 0
    is_whole: bool = True


def posts(medium: Medium) -> list[str]:
    """The files on a stick in which boxes send their letters.

    Raises:
        BadStick: too many files.
    """
    names = medium.names()
    if len(names) > MOST_FILES:
        raise BadStick(f"more than {MOST_FILES} files in QULAQ; delete what is not needed")
    return [name for name in names if name.startswith(_START) and name.endswith(_END)]


def carry(
    medium: Medium,
    name: str,
    ask: Ask,
    *,
    show: Callable[[list[Closed]], Iterable[Closed]] = iter,
) -> Carried:
    """Hand in the letters of one box, and put central's answer on the stick.

    Args:
        medium: the stick.
        name: one of its `posts`.
        ask: the way to central.
        show: gives the letters again, one by one, and shows how far we are.

    Raises:
        BadStick: the file is no post, or the stick does not take the answer.
        Unreachable: central did not answer; what it has taken it has, and may be handed in again.
    """
    sealed, parcel, letters = read_post(medium.read_file(name, limit=POST_BYTES))
    carried, receipts = Carried(parcel.device, len(letters)), list[Sealed]()
    for closed in show(letters):
        try:
            receipts.append(_hand_in(closed, ask, carried))
        except Refused as e:
            carried.refused.append(str(e))
    enclosed, content = tuple[Enclosed, ...](), b""
    try:
        enclosed, content = _fetch(sealed, ask)
    except Refused as e:
        carried.refused.append(str(e))
    carried.enclosed_bytes = len(content)
    _write(medium, parcel, receipts, enclosed, content, carried)
    return carried


def _hand_in(closed: Closed, ask: Ask, carried: Carried) -> Sealed:
    answer = ask("/v1/post", closed.model_dump_json().encode(), _RECEIPT_BYTES)
    try:
        sealed = Sealed.model_validate_json(answer)
        said = PostReceipt.model_validate_json(sealed.payload).receipt
    except ValueError as e:
        raise Refused("what answered for central is no receipt; check the address") from e
    carried.accepted += said.accepted
    carried.duplicates += said.duplicates
    carried.rejected += len(said.rejected)
    return sealed


def _fetch(parcel: Sealed, ask: Ask) -> tuple[tuple[Enclosed, ...], bytes]:
    """What of the catalogue the box lacks; the box itself looks who vouches for it."""
    wish = parcel.model_dump_json().encode()
    file = io.BytesIO(ask("/v1/post/catalogue", wish, ANSWER_BYTES - HEAD_BYTES))
    head = read_head(file, Enclosures)
    return head.enclosed, file.read()


def _write(
    medium: Medium,
    parcel: Parcel,
    receipts: list[Sealed],
    enclosed: tuple[Enclosed, ...],
    content: bytes,
    carried: Carried,
) -> None:
    # Receipts that do not fit are given again when their letters come again.
    room = HEAD_BYTES - 4096 - 256 * len(enclosed)
    fitting = list[Sealed]()
    for receipt in receipts:
        room -= len(receipt.model_dump_json()) + 1
        if room < 0:
            break
        fitting.append(receipt)
    reply = Reply(
        device=parcel.device, nonce=parcel.nonce, receipts=tuple(fitting), enclosed=enclosed
    )
    name = answer_name(parcel.device)
    try:
        medium.write_file(name, reply.model_dump_json().encode() + b"\n" + content)
    except BadStick:
        carried.is_whole = False
        short = reply.model_copy(update={"enclosed": ()})
        medium.write_file(name, short.model_dump_json().encode() + b"\n")
