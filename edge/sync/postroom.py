"""The post of a box without a network: who speaks packs it and takes the answer, others carry it.

A folder lies between this process and the one that serves sticks, which can read neither what was
heard nor what is closed. What it brings is looked at here as if a stranger had sent it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import BinaryIO

import structlog
from pydantic import Field, ValidationError

from edge.durable import write_whole
from edge.errors import BadSeal, BadStick, QulaqError, Refused
from edge.sync.errands import Desk, restock
from edge.sync.post import (
    MOST_LETTERS,
    POST_BYTES,
    Closed,
    Folder,
    Nonce,
    Parcel,
    Posted,
    PostReceipt,
    Reply,
    close,
    read_head,
    write_post,
)
from edge.sync.protocol import Answer, Request
from edge.sync.seal import letter_digest, seal, unseal
from edge.sync.trust import Anchor
from edge.sync.wire import CENTRAL, AnyRecord, DetectionBatch, Digest, Message, Sealed, Span

MOST_REMEMBERED = 8  # posts whose answers are still taken

_POST_BYTES = POST_BYTES - (1 << 20)  # of letters: the first line needs some room as well
_RANGE = re.compile(r"^bytes=([0-9]{1,12})-([0-9]{1,12})$")

log = structlog.get_logger()


class _Sent(Message):
    """A post, by what its answer will name: its letters, and the records in each."""

    nonce: Nonce
    letters: dict[Digest, tuple[Span, ...]]


class _Book(Message):
    """The posts whose answers are awaited, the oldest first."""

    posts: tuple[_Sent, ...] = Field(default=(), max_length=MOST_REMEMBERED)


def serve(desk: Desk, folder: Folder, anchor: Anchor, *, alive: Callable[[], object]) -> None:
    """For a stick that waits: take the answer it brought, and pack what it shall carry.

    Whatever is wrong with the answer, the post is packed.

    Args:
        desk: what we work with.
        folder: what lies between us and the stick.
        anchor: whom the box believes.
        alive: called now and then, as it may take a while.

    Raises:
        QulaqError: nothing could be packed; the stick waits on.
        OSError: the folder cannot be written.
    """
    taken = 0
    try:
        if folder.answer.exists():
            taken = _take(desk, folder, anchor, alive)
    except QulaqError as e:
        log.warning("answer_refused", error=type(e).__name__, reason=str(e))
    finally:
        folder.answer.unlink(missing_ok=True)
    _pack(desk, folder, anchor, taken=taken)
    folder.wanted.unlink(missing_ok=True)


# ── Out ─────────────────────────────────────────────────────────────────────────────────────────


def _pack(desk: Desk, folder: Folder, anchor: Anchor, *, taken: int) -> None:
    device, key, nonce = desk.identity.device, desk.identity.key, desk.nonce()
    letters: list[Closed] = []
    sent: dict[Digest, tuple[Span, ...]] = {}
    packed, size = 0, 0
    for batch in desk.outbox.batches(desk.settings.batch_records):
        letter = DetectionBatch(device=device, records=batch, chain=desk.outbox.links(batch))
        sealed = seal(letter, signer=device, key=key)
        closed = close(
            Posted(nonce=nonce, letter=sealed), device=device, public_key=anchor.central_key
        )
        size += len(closed.content)
        if len(letters) == MOST_LETTERS or size > _POST_BYTES:
            break
        letters.append(closed)
        sent[letter_digest(sealed)] = spans_of(batch)
        packed += len(batch)
    parcel = Parcel(
        device=device,
        nonce=nonce,
        packed_at=desk.now(),
        letters=len(letters),
        waiting=max(0, desk.outbox.tally().waiting - packed),
        taken=taken,
        catalogue_version=desk.shelf.version(),
        shelf=tuple(desk.shelf.names()),
    )
    _remember(folder, _Sent(nonce=nonce, letters=sent))
    write_whole(folder.outgoing, write_post(seal(parcel, signer=device, key=key), letters))
    log.info("post_packed", letters=len(letters), records=packed)


def spans_of(batch: Sequence[AnyRecord]) -> tuple[Span, ...]:
    """The records of a batch by their numbers, in as few stretches as can be."""
    spans: list[Span] = []
    for record in batch:
        last = spans[-1] if spans else None
        if last is not None and (last.boot, last.last + 1) == (record.boot, record.seq):
            spans[-1] = last.model_copy(update={"last": record.seq})
        else:
            spans.append(Span(boot=record.boot, first=record.seq, last=record.seq))
    return tuple(spans)


# ── Back ────────────────────────────────────────────────────────────────────────────────────────


def _take(desk: Desk, folder: Folder, anchor: Anchor, alive: Callable[[], object]) -> int:
    """Take an answer; how many records it is the receipt for."""
    with folder.answer.open("rb") as file:
        reply = read_head(file, Reply)
        post = _post_of(desk, folder, reply)
        taken = sum(_settle(desk, post, sealed, anchor) for sealed in reply.receipts)
        log.info("answer_taken", receipts=len(reply.receipts), records=taken)
        if reply.enclosed:
            enclosing = Enclosing(file, reply)

            def send(request: Request) -> Answer:
                alive()
                return enclosing.send(request)

            # the time was asked for when the post was packed
            asked = replace(desk, nonce=lambda: reply.nonce)
            restock(asked, send, anchor=anchor)
    return taken


def _post_of(desk: Desk, folder: Folder, reply: Reply) -> _Sent:
    """The post an answer is to: nobody else's, and none of long ago."""
    if reply.device != desk.identity.device:
        raise BadStick(f"an answer to {reply.device}, this box is {desk.identity.device}")
    for post in _read_book(folder).posts:
        if post.nonce == reply.nonce:
            return post
    raise Refused(f"an answer to post {reply.nonce}, which this box does not remember")


def _settle(desk: Desk, post: _Sent, sealed: Sealed, anchor: Anchor) -> int:
    """Take one receipt; a letter that is settled already is settled again, to the same end."""
    said = unseal(sealed, PostReceipt, signer=CENTRAL, public_key=anchor.central_key)
    if (said.device, said.nonce) != (desk.identity.device, post.nonce):
        raise BadSeal(f"a receipt for {said.device} and post {said.nonce}, not for {post.nonce}")
    spans = post.letters.get(said.letter)
    if spans is None:
        raise Refused(f"a receipt for letter {said.letter}, which was not in post {post.nonce}")
    keys = {(span.boot, seq) for span in spans for seq in range(span.first, span.last + 1)}
    desk.outbox.settle_numbers(keys, said.receipt, at=desk.now())
    return len(keys)


def _remember(folder: Folder, post: _Sent) -> None:
    posts = (*_read_book(folder).posts, post)[-MOST_REMEMBERED:]
    write_whole(folder.book, _Book(posts=posts).model_dump_json().encode())


def _read_book(folder: Folder) -> _Book:
    """What was sent; if the card has lost that, the letters are packed and sent again."""
    try:
        return _Book.model_validate_json(folder.book.read_bytes())
    except (OSError, ValidationError):
        return _Book()


class Enclosing:
    """Answers what the box would ask central, out of what lies behind an answer's first line."""

    def __init__(self, file: BinaryIO, reply: Reply) -> None:
        """Know where everything lies.

        Args:
            file: read to the end of the first line.
            reply: that line.
        """
        self._file = file
        self._lies: dict[str, tuple[int, int]] = {}  # where, and how many bytes
        at = file.tell()
        for one in reply.enclosed:
            self._lies[one.path] = (at, one.size_bytes)
            at += one.size_bytes

    def send(self, request: Request) -> Answer:
        """What central would have said; what does not lie here is not there."""
        if request.method != "GET" or request.path not in self._lies:
            return Answer(404, b"not in this answer")
        at, size = self._lies[request.path]
        asked = _RANGE.match(request.headers.get("Range", ""))
        first, last = (int(asked[1]), min(int(asked[2]), size - 1)) if asked else (0, size - 1)
        length = last - first + 1
        if length > request.longest_answer or first > size:
            return Answer(416, b"more than was asked for, or none of it")
        self._file.seek(at + first)
        body = self._file.read(length)
        if len(body) < length:
            raise BadStick(f"{request.path} is torn: {len(body)} of {length} bytes")
        if not asked:
            return Answer(200, body)
        return Answer(206, body, {"content-range": f"bytes {first}-{last}/{size}"})
