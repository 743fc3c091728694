"""Making the next version of what boxes can recognise, if anything has changed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, select

from central.catalogue import shared
from central.catalogue.joining import Progress, compare_new, told_apart_by_nobody
from central.catalogue.store import Catalogue, newest_or_none, put_catalogue
from central.database import reading, writing
from central.desk import Office
from central.errors import Unacceptable
from central.repertoire.scores import all_scores, ids_of_scores
from central.repertoire.store import recordings
from edge.matcher.fingerprint import Fingerprint
from edge.matcher.index import Index
from edge.matcher.recipe import RECIPE
from edge.matcher.siblings import write_siblings
from edge.matcher.works.references import References
from edge.matcher.write import write_segment
from edge.sync.seal import seal
from edge.sync.wire import Manifest, Segment, SiblingsFile, WorksFile

Track = tuple[str, Fingerprint]


def _silently(_done: int, _of: int) -> None:
    """Say nothing of how far one is."""


def build(office: Office, *, progress: Progress = _silently) -> Catalogue:
    """The catalogue of all recordings registered now; unchanged, it is the version there was.

    Args:
        office: whose recordings.
        progress: told how many of the new recordings are compared with the others.

    Raises:
        Unacceptable: there is nothing to recognise yet.
    """
    with reading(office.books) as connection:
        tracks, content = _tracks(connection), _content(connection)
        last = newest_or_none(connection)
    if not tracks:
        raise Unacceptable("no recordings are registered; a catalogue needs at least one")
    if last is not None and last.content == content and _is_there(last, office.home.segments):
        return last
    # Written before the books are opened for writing: boxes keep handing in meanwhile.
    segment = _write(office.home.segments, tracks)
    siblings = _find_siblings(office, segment, progress=progress)
    works = _write_works(office)
    with writing(office.books) as connection:
        if newest_or_none(connection) == last:
            number = 1 if last is None else last.version + 1
            made = _proclaim(office, number, (segment, siblings, works), content=content)
            put_catalogue(connection, made)
            return made
    return build(
        office, progress=progress
    )  # somebody else made one meanwhile, of what was registered then


def _tracks(connection: Connection) -> list[Track]:
    rows = connection.execute(
        select(recordings.c.id, recordings.c.fingerprint)
        .where(recordings.c.recipe == RECIPE.id)
        .where(recordings.c.id.not_in(shared.left_out()))
        .order_by(recordings.c.id)
    )
    return [(row.id, Fingerprint.from_bytes(row.fingerprint)) for row in rows]


def _content(connection: Connection) -> str:
    """Names what the catalogue is made of: recipe and recordings, each with its sound."""
    rows = connection.execute(
        select(recordings.c.id, recordings.c.fingerprint_sha256)
        .where(recordings.c.recipe == RECIPE.id)
        .where(recordings.c.id.not_in(shared.left_out()))
        .order_by(recordings.c.id)
    )
    lines = [
        RECIPE.id,
        f"siblings by method {shared.METHOD}",
        *(f"{row.id} {row.fingerprint_sha256}" for row in rows),
        *ids_of_scores(connection),
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _write(folder: Path, tracks: Sequence[Track]) -> Segment:
    draft = folder / f"{uuid4().hex}.draft"
    write_segment(draft, tracks)
    sha256 = _sha256(draft)
    segment = Segment(
        name=f"{sha256}.qseg",
        size_bytes=draft.stat().st_size,
        sha256=sha256,
        recordings=len(tracks),
    )
    draft.replace(folder / segment.name)
    return segment


def _find_siblings(office: Office, segment: Segment, *, progress: Progress) -> SiblingsFile | None:
    """The file that says which recordings share sound; None if none do."""
    folder = office.home.segments
    index = Index.open([folder / segment.name])
    compare_new(office, index, progress=progress)
    with reading(office.books) as connection:
        common = told_apart_by_nobody(shared.all_pairs(connection), index)
    if not common:
        return None
    draft = folder / f"{uuid4().hex}.draft"
    write_siblings(draft, common)
    sha256 = _sha256(draft)
    file = SiblingsFile(name=f"{sha256}.qsib", size_bytes=draft.stat().st_size, sha256=sha256)
    draft.replace(folder / file.name)
    return file


def _write_works(office: Office) -> WorksFile | None:
    """The file of scores that works played live are followed by; None if no work has one."""
    with reading(office.books) as connection:
        scores = all_scores(connection)
    if not scores:
        return None
    content = References.of(scores).to_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    file = WorksFile(
        name=f"{sha256}.qwrk", size_bytes=len(content), sha256=sha256, scores=len(scores)
    )
    draft = office.home.segments / f"{uuid4().hex}.draft"
    draft.write_bytes(content)
    draft.replace(office.home.segments / file.name)
    return file


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _proclaim(
    office: Office,
    version: int,
    files: tuple[Segment, SiblingsFile | None, WorksFile | None],
    *,
    content: str,
) -> Catalogue:
    (segment, siblings, works), at = files, office.now()
    manifest = Manifest(
        version=version,
        made_at=at,
        recipe=RECIPE.id,
        segments=[segment],
        siblings=siblings,
        works=works,
    )
    return Catalogue(
        version=version,
        made_at=at,
        content=content,
        recordings=segment.recordings,
        size_bytes=segment.size_bytes,
        manifest=seal(manifest, signer="central", key=office.key),
    )


def _is_there(catalogue: Catalogue, folder: Path) -> bool:
    manifest = Manifest.model_validate_json(catalogue.manifest.payload)
    return all((folder / file.name).exists() for file in manifest.files)
