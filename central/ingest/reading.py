"""Letters in the form that boxes write, read quickly; of any other form the wire's own words judge.

Pydantic reads a letter into objects and writes each record once more, for the digest of its words.
Here a reader in C is made out of the same words, field by field and bound by bound, and what it
has read is written again by a writer in C: where that gives the very bytes that came, these are
the record's words. Whatever is said, written or bounded in any other way is none of this reader's
business: pydantic reads that letter, and words what is wrong with it.
"""

import types
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin
from uuid import UUID

import msgspec
from msgspec import Meta, Raw
from pydantic import AwareDatetime, BaseModel, Strict

from central.ingest.judgement import Told, digest_of
from edge.sync.wire import (
    CoverageRecord,
    DetectionBatch,
    DetectionRecord,
    HoleRecord,
    Link,
    UnknownMusicRecord,
    WorkRecord,
)

Form = Any  # the type of a field, as it stands behind its name

_KINDS = (DetectionRecord, WorkRecord, UnknownMusicRecord, CoverageRecord, HoleRecord)
# From here on the two write a float differently: 1e16 and 1e+16. No record says anything so large.
_LARGEST_FLOAT = 1e15
_BEGINNING = b'{"boot":"'  # of every record's words; the boot follows
_BOOT = slice(len(_BEGINNING), len(_BEGINNING) + len(str(UUID(int=0))))
_KIND = b',"kind":"'  # no quotation mark inside a text looks so


@dataclass(frozen=True, slots=True)
class Letter:
    """What a box tells, with the words of each record.

    Attributes:
        device: who tells.
        told: its records.
        chain: how they hang together.
    """

    device: str
    told: Sequence[Told]
    chain: Sequence[Link]


def letter_of(payload: str) -> Letter:
    """A letter, read in the quickest way that reads it right.

    Args:
        payload: its JSON, whose seal was found good.

    Raises:
        pydantic.ValidationError: it is no such letter; what is wrong with it.
    """
    return usual(payload.encode()) or letter_in(DetectionBatch.model_validate_json(payload))


def letter_in(batch: DetectionBatch) -> Letter:
    """The same, out of what pydantic has read."""
    told = []
    for record in batch.records:
        words = record.model_dump_json().encode()
        told.append(Told(record, (str(record.boot), record.seq), words, digest_of(words)))
    return Letter(batch.device, told, batch.chain)


def usual(payload: bytes) -> Letter | None:
    """A letter in the form in which boxes write it; None: in any other, or no letter at all.

    Args:
        payload: its JSON, UTF-8.
    """
    try:
        letter = _OPEN.decode(payload)
        records = [bytes(one) for one in letter.records]
        links = [bytes(one) for one in letter.chain]
        chain = [Link.model_validate_json(one) for one in links]
        told = [_told(words) for words in records]
    except (msgspec.MsgspecError, LookupError, ValueError, RecursionError):
        return None
    written = _written(letter.device, records, [one.model_dump_json().encode() for one in chain])
    if payload != written or any(one is None for one in told):
        return None
    return Letter(letter.device, cast(list[Told], told), chain)


def _told(words: bytes) -> Told | None:
    record = _READERS[words[words.index(_KIND) + len(_KIND)]].decode(words)
    if _write(record) != words:
        return None
    return Told(record, (words[_BOOT].decode(), record.seq), words, digest_of(words))


def _written(device: str, records: Sequence[bytes], links: Sequence[bytes]) -> bytes:
    """A letter as a box writes it."""
    chain = b',"chain":[%b]' % b",".join(links) if links else b""
    head = b'{"wire":1,"device":"%b","records":[' % device.encode()
    return b"%b%b]%b}" % (head, b",".join(records), chain)


# ── A reader out of the words of the wire ───────────────────────────────────────────────────────


def _as_struct(model: type[BaseModel], *, unopened: Sequence[str] = ()) -> Form:
    """A type of the other reader that says the same as a message of the wire.

    Args:
        model: the message.
        unopened: its lists whose items are left as they came.
    """
    fields: list[Any] = []
    for name, field in model.model_fields.items():
        if name in unopened:
            kind = _bounded(list[Raw], field.metadata)
        else:
            kind = _kind(field.annotation, field.metadata)
        # Boxes leave out only what `exclude_if` lets them; any other default they write.
        leaves_out = field.exclude_if is not None
        fields.append((name, kind, field.default) if leaves_out else (name, kind))
    return msgspec.defstruct(
        model.__name__,
        fields,
        kw_only=True,
        omit_defaults=True,
        forbid_unknown_fields=True,
        gc=False,
    )


def _kind(said: Form, bounds: Sequence[Any]) -> Form:
    """A type of the other reader that says the same as a field's.

    Raises:
        TypeError: there is something in it that this module does not know.
    """
    origin: Form = get_origin(said)
    parts = get_args(said)
    if origin is Annotated:
        return _kind(parts[0], [*parts[1:], *bounds])
    if origin in (Union, types.UnionType):
        (one,) = (part for part in parts if part is not type(None))
        return _kind(one, bounds) | None
    if origin is tuple and parts[1:] == (...,):
        return _bounded(tuple[_kind(parts[0], ()), ...], bounds)  # type: ignore[misc]
    if said is AwareDatetime:
        return Annotated[datetime, Meta(tz=True)]
    if isinstance(said, type) and issubclass(said, BaseModel):
        return _as_struct(said)
    if said in (int, float, str, bool, UUID) or origin is Literal:
        return _bounded(said, bounds)
    raise TypeError(f"no word of the wire was ever a {said}")


def _bounded(said: Form, bounds: Sequence[Any]) -> Form:
    known = {name: getattr(one, name) for one in bounds for name in _BOUNDS if hasattr(one, name)}
    if len(known) != sum(not isinstance(one, Strict) for one in bounds):
        raise TypeError(f"no word of the wire was ever bounded by {bounds}")
    if said is float:
        known |= {} if known.keys() & {"gt", "ge"} else {"ge": -_LARGEST_FLOAT}
        known |= {} if known.keys() & {"lt", "le"} else {"le": _LARGEST_FLOAT}
    if "pattern" in known:  # Python's "$" lets a line feed follow; on the wire it ends the text
        known["pattern"] = known["pattern"].replace("$", r"\Z")
    return Annotated[said, Meta(**known)] if known else said


_BOUNDS = ("gt", "ge", "lt", "le", "min_length", "max_length", "pattern")
_OPEN: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    _as_struct(DetectionBatch, unopened=("records", "chain"))
)
# By the first letter of the kind they read.
_READERS: dict[int, msgspec.json.Decoder[Any]] = {
    ord(kind.model_fields["kind"].default[0]): msgspec.json.Decoder(_as_struct(kind))
    for kind in _KINDS
}
_write = msgspec.json.Encoder().encode
