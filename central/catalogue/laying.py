"""Laying the next segments over those a catalogue has: what is new is written, the rest stays."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from central.catalogue import bulk
from central.catalogue.layers import MOST_OWN, PACKED_FROM, Layer, keeps, over, seen_through
from central.database import reading
from central.desk import Office
from central.repertoire.store import recordings
from edge.durable import write_whole
from edge.matcher.fingerprint import Fingerprint
from edge.matcher.layout import VERSION
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.sync.wire import Segment

AT_ONCE = 2000  # recordings: as many as are written out of memory, some 300 MB
PER_SEGMENT = 300_000  # recordings of 4 minutes; a segment's timeline is three years long
FORM = f"segment {VERSION} by {RECIPE.id}"  # of other forms nothing is kept


@dataclass(frozen=True, slots=True)
class Laid:
    """The segments of a version.

    Attributes:
        segments: the oldest first.
        packed: the same in fewer files, where there are many; else empty.
    """

    segments: Sequence[Segment]
    packed: Sequence[Segment] = ()

    @property
    def size_bytes(self) -> int:
        """What a new box fetches."""
        return sum(segment.size_bytes for segment in self.packed or self.segments)


def lay(office: Office, wanted: Mapping[str, str], known: Sequence[Segment]) -> Laid:
    """The segments by which what is wanted is recognised, those of the last version reused.

    Args:
        office: whose recordings.
        wanted: id and what names its sound, of each recording.
        known: the segments of the version before.
    """
    layers = _layers(office.home.segments, known)
    kept = keeps(layers, wanted)
    chain = [*known[:kept], *_write(office, over(layers[:kept], wanted))]
    if not kept or len(chain) < PACKED_FROM:  # written afresh, there are no fewer files
        return Laid(chain)
    return Laid(chain, [known[0], *_write(office, over(layers[:1], wanted))])


def lay_over(
    office: Office, common: Laid, wanted: Mapping[str, str], known: Sequence[Segment]
) -> Laid:
    """The segments that make of what is laid for all houses what one kind of them shall have.

    Args:
        office: whose recordings.
        common: the segments of all.
        wanted: id and what names its sound, of each recording such houses shall have.
        known: what was laid over those of all in the version before.
    """
    beneath = held(office, common.segments)
    layers = _layers(office.home.segments, known)
    kept = keeps(layers, wanted, most=MOST_OWN)
    added = _write(office, over([Layer(beneath), *layers[:kept]], wanted))
    own = [*known[:kept], *added]
    return Laid([*common.segments, *own], [*common.packed, *own] if common.packed else ())


def held(office: Office, segments: Sequence[Segment]) -> dict[str, str]:
    """What segments hold: id and what names its sound; nothing, if that is known no longer."""
    return seen_through(_layers(office.home.segments, segments))


def _layers(folder: Path, segments: Sequence[Segment]) -> list[Layer]:
    """What segments hold; nothing, if one is gone or of a form that is written no longer."""
    layers = []
    for segment in segments:
        try:
            form, _, text = _list_of(folder / segment.name).read_text("utf-8").partition("\n")
        except FileNotFoundError:
            return []
        if form != FORM or not (folder / segment.name).exists():
            return []
        layers.append(Layer.from_text(text))
    return layers


def _list_of(segment: Path) -> Path:
    return segment.with_suffix(".list")


def _write(office: Office, layer: Layer) -> list[Segment]:
    if layer.is_empty:
        return []
    if len(layer.recordings) <= AT_ONCE:
        draft = office.home.segments / f"{uuid4().hex}.draft"
        names = sorted(layer.recordings, key=str.encode)
        tracks = list(zip(names, _prints(office, names), strict=True))
        write_segment(draft, tracks, removed=sorted(layer.removed))
        return [_keep(draft, office.home.segments, layer)]
    gone = _write(office, Layer({}, layer.removed))
    return [*gone, *_write_many(office, layer.recordings)]


def _write_many(office: Office, sounds: Mapping[str, str]) -> Iterator[Segment]:
    """More than memory holds; stopped anywhere and begun again, it goes on from there."""
    every = [bulk.Reference(name, sounds[name]) for name in sorted(sounds, key=str.encode)]
    paths = bulk.build(
        office.home.segments / "making",
        every,
        lambda names: _prints(office, names),
        progress=lambda *_: None,
        workers=1,
        per_segment=PER_SEGMENT,
    )
    for number, path in enumerate(paths):
        first = number * PER_SEGMENT
        chosen = every[first : first + PER_SEGMENT]
        yield _keep(path, office.home.segments, Layer({one.id: one.content for one in chosen}))


def _keep(draft: Path, folder: Path, layer: Layer) -> Segment:
    with draft.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = draft.stat().st_size
    path = folder / f"{sha256}.qseg"
    listed = _list_of(draft)  # under the draft's own name: another builder may keep the same
    write_whole(listed, f"{FORM}\n{layer.to_text()}".encode())
    listed.replace(_list_of(path))
    draft.replace(path)
    held = len(layer.recordings)
    return Segment(name=path.name, size_bytes=size, sha256=sha256, recordings=held)


def _prints(office: Office, names: Sequence[str]) -> Iterable[Fingerprint]:
    """Fingerprints in the order of their names."""
    wanted = select(recordings.c.fingerprint)
    with reading(office.books) as connection:
        for name in names:
            yield Fingerprint.from_bytes(connection.execute(wanted.filter_by(id=name)).scalar_one())
