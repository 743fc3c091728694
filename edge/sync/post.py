"""What travels by stick where there is no network: closed letters out, an answer back.

Both are files of their own kind (`docs/formats/post.md`). Nothing in them is believed for the way
it came: letters are sealed by the box and closed for central, receipts are sealed by central, and
for the catalogue its roles vouch, as over the network.
"""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AwareDatetime, BaseModel, Field, StrictInt, ValidationError

from edge.errors import BadPacking, BadStick
from edge.sync.packing import pack, unpack
from edge.sync.seal import load_public
from edge.sync.wire import LARGEST, BatchReceipt, DeviceId, Digest, Message, Sealed

MOST_LETTERS = 512  # in one post: with 200 records in each, some weeks of a busy hall
MOST_FILES = 8192  # of a catalogue
POST_BYTES = 16 << 20  # of the file that leaves a box
ANSWER_BYTES = 256 << 20  # of the file that comes back
LETTER_BYTES = 1 << 20  # of a letter, opened
CLOSED_BYTES = 1 << 19  # of the line that holds it, closed
HEAD_BYTES = 4 << 20  # of the first line of an answer
PIECE_BYTES = 1 << 16

_SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
_INFO = b"qulaq post 1"

Nonce = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
FileName = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\.(qseg|qsib|qwrk)$")]
Words = TypeVar("Words", bound=BaseModel)


class Folder:
    """Where who speaks and who serves sticks lay things down for each other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.wanted = path / "wanted"  # there: a stick is waiting
        self.outgoing = path / "outgoing.qpost"
        self.answer = path / "answer.qpost"
        self.book = path / "book.json"  # of who speaks: which answers are awaited


class Parcel(Message):
    """The first line of a post, sealed by the box: what is in it, and what it asks for."""

    wire: Literal[1] = 1
    device: DeviceId
    nonce: Nonce  # never said before; an answer says it again
    packed_at: AwareDatetime  # by the box's clock
    letters: StrictInt = Field(ge=0, le=MOST_LETTERS)
    waiting: StrictInt = Field(ge=0)  # records that are on the box and did not go in
    taken: StrictInt = Field(ge=0)  # records that the last answer was the receipt for
    catalogue_version: StrictInt = Field(ge=0)  # 0: none yet
    shelf: tuple[FileName, ...] = Field(max_length=MOST_FILES)  # what it need not be sent


class Closed(Message):
    """A letter that only central can read.

    Source:
        RFC 9180, "Hybrid Public Key Encryption": DHKEM(P-256), HKDF-SHA256, AES-128-GCM.
    """

    wire: Literal[1] = 1
    device: DeviceId
    content: str = Field(max_length=CLOSED_BYTES)  # base64 of the encapsulated key and the text


class Posted(Message):
    """What is inside: the same letter that would have gone over the network."""

    nonce: Nonce  # of the post it lay in
    letter: Sealed


class PostReceipt(Message):
    """Central's receipt for a letter that came by stick, sealed by central."""

    wire: Literal[1] = 1
    device: DeviceId
    nonce: Nonce
    letter: Digest  # of its payload
    receipt: BatchReceipt


class Enclosed(Message):
    """A thing that lies behind the first line of an answer, as it would be fetched."""

    path: str = Field(pattern=r"^/v1/catalogue/[A-Za-z0-9._/-]{1,160}$")
    size_bytes: StrictInt = Field(ge=0, le=LARGEST)


class Enclosures(Message):
    """What of the catalogue goes with an answer, in the order it lies there."""

    wire: Literal[1] = 1
    enclosed: tuple[Enclosed, ...] = Field(max_length=MOST_FILES)


class Reply(Message):
    """The first line of an answer."""

    wire: Literal[1] = 1
    device: DeviceId
    nonce: Nonce
    receipts: tuple[Sealed, ...] = Field(max_length=MOST_LETTERS)
    enclosed: tuple[Enclosed, ...] = Field(default=(), max_length=MOST_FILES)


def close(posted: Posted, *, device: str, public_key: str) -> Closed:
    """Close a letter so that only who has the other half of a key reads it.

    Args:
        posted: the letter.
        device: whose it is.
        public_key: central's, PEM.

    Raises:
        BadSeal: that is no P-256 key.
    """
    packed = pack(posted.model_dump_json().encode())
    closed = _SUITE.encrypt(packed, load_public(public_key), info=_INFO + device.encode())
    return Closed(device=device, content=base64.b64encode(closed).decode("ascii"))


def open_(closed: Closed, key: ec.EllipticCurvePrivateKey) -> Posted:
    """The letter inside; who wrote it is what its seal says.

    Raises:
        BadPacking: it was not closed for us, was altered, or holds no letter of at most
            `LETTER_BYTES`.
    """
    try:
        raw = base64.b64decode(closed.content, validate=True)
        packed = _SUITE.decrypt(raw, key, info=_INFO + closed.device.encode())
        return Posted.model_validate_json(unpack(packed, longest=LETTER_BYTES))
    except ValidationError as e:
        raise BadPacking(
            f"closed by {closed.device}, but no letter: {e.error_count()} faults"
        ) from e
    except (InvalidTag, ValueError) as e:
        raise BadPacking(f"not closed for this office by {closed.device}, or altered since") from e


def write_post(parcel: Sealed, letters: Iterable[Closed]) -> bytes:
    """A post as it lies on a stick: a line each."""
    lines = [parcel.model_dump_json(), *(one.model_dump_json() for one in letters)]
    return "".join(f"{line}\n" for line in lines).encode()


def read_post(content: bytes) -> tuple[Sealed, Parcel, list[Closed]]:
    """A post as it lay on a stick; its seal is for central to look at.

    Raises:
        BadStick: it is none, torn, or holds more or fewer letters than it says.
    """
    first, *rest = content.split(b"\n")[: MOST_LETTERS + 2]
    try:
        sealed = Sealed.model_validate_json(first)
        parcel = Parcel.model_validate_json(sealed.payload)
        letters = [Closed.model_validate_json(line) for line in rest if line]
    except ValidationError as e:
        raise BadStick(f"no post of a box, or a torn one: {e.error_count()} faults") from e
    if len(letters) != parcel.letters:
        raise BadStick(
            f"the post of {parcel.device} says {parcel.letters} letters, has {len(letters)}"
        )
    return sealed, parcel, letters


def read_head(file: BinaryIO, words: type[Words]) -> Words:
    """The first line of a file.

    Raises:
        BadStick: too long, or no such words.
    """
    line = file.readline(HEAD_BYTES + 1)
    try:
        if not line.endswith(b"\n"):
            raise BadStick(f"the first line has no end within {HEAD_BYTES} bytes")
        return words.model_validate_json(line)
    except ValidationError as e:
        raise BadStick(f"the first line is no {words.__name__}: {e.error_count()} faults") from e


def pieces(file: BinaryIO, size_bytes: int) -> Iterator[bytes]:
    """The next bytes of a file, piece by piece.

    Raises:
        BadStick: there are fewer.
    """
    while size_bytes > 0:
        piece = file.read(min(PIECE_BYTES, size_bytes))
        if not piece:
            raise BadStick(f"{size_bytes} bytes are missing at the end")
        size_bytes -= len(piece)
        yield piece
