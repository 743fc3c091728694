"""Making the next version of what boxes can recognise, if anything has changed."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, select

from central.catalogue import shared, vouching
from central.catalogue.joining import Progress, compare_new, told_apart_by_nobody
from central.catalogue.laying import Laid, lay
from central.catalogue.store import (
    WHOLE,
    Catalogue,
    newest_or_none,
    next_number,
    put_catalogue,
)
from central.database import reading, writing
from central.desk import Office
from central.errors import Unacceptable
from central.repertoire.scores import all_scores, ids_of_scores
from central.repertoire.store import recordings
from edge.matcher.index import Index
from edge.matcher.recipe import RECIPE
from edge.matcher.siblings import write_siblings
from edge.matcher.works.references import References
from edge.sync.wire import Manifest, SiblingsFile, WorksFile


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
        wanted = _wanted(connection)
        content, last = _content(connection, wanted), newest_or_none(connection)
    if not wanted:
        raise Unacceptable("no recordings are registered; a catalogue needs at least one")
    if last is not None and last.content == content and _is_there(last, office.home.segments):
        return last
    # Written before the books are opened for writing: boxes keep handing in meanwhile.
    laid = lay(office, wanted, None if last is None else last.manifest)
    siblings = _find_siblings(office, laid, progress=progress)
    works = _write_works(office)
    with writing(office.books) as connection:
        if newest_or_none(connection) == last:
            manifest = Manifest(
                version=next_number(connection),
                made_at=office.now(),
                recipe=RECIPE.id,
                segments=list(laid.segments),
                packed=list(laid.packed),
                siblings=siblings,
                works=works,
            )
            made = Catalogue(content, len(wanted), laid.size_bytes, manifest)
            put_catalogue(connection, made)
            vouching.publish(connection, office, {WHOLE: manifest.to_bytes()})
            return made
    return build(
        office, progress=progress
    )  # somebody else made one meanwhile, of what was registered then


def _wanted(connection: Connection) -> dict[str, str]:
    """What shall be recognised: id and what names its sound."""
    rows = connection.execute(
        select(recordings.c.id, recordings.c.fingerprint_sha256)
        .where(recordings.c.recipe == RECIPE.id)
        .where(recordings.c.id.not_in(shared.left_out()))
    )
    return {row.id: row.fingerprint_sha256 for row in rows}


def _content(connection: Connection, wanted: Mapping[str, str]) -> str:
    """Names what the catalogue is made of: recipe and recordings, each with its sound."""
    lines = [
        RECIPE.id,
        f"siblings by method {shared.METHOD}",
        *(f"{name} {wanted[name]}" for name in sorted(wanted)),
        *ids_of_scores(connection),
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _find_siblings(office: Office, laid: Laid, *, progress: Progress) -> SiblingsFile | None:
    """The file that says which recordings share sound; None if none do."""
    folder = office.home.segments
    index = Index.open([folder / segment.name for segment in laid.packed or laid.segments])
    compare_new(office, index, progress=progress)
    with reading(office.books) as connection:
        common = told_apart_by_nobody(shared.all_pairs(connection), index)
    if not common:
        return None
    draft = folder / f"{uuid4().hex}.draft"
    write_siblings(draft, common)
    sha256 = hashlib.sha256(draft.read_bytes()).hexdigest()
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


def _is_there(catalogue: Catalogue, folder: Path) -> bool:
    return all((folder / file.name).exists() for file in catalogue.manifest.files)
