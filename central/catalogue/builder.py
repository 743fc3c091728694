"""Making the next version of what boxes can recognise, if anything has changed."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, select

from central.catalogue import shared, vouching
from central.catalogue.choosing import Chosen, common
from central.catalogue.joining import Progress, compare_new, told_apart_by_nobody
from central.catalogue.laying import Laid, held, lay, lay_over
from central.catalogue.store import (
    COMMON,
    WHOLE,
    Catalogue,
    Part,
    newest_or_none,
    next_number,
    parts_of,
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
from edge.sync.wire import Manifest, Segment, SiblingsFile, WorksFile

Had = Mapping[str, Collection[str]]  # ids that each profile has now
Choose = Callable[[Connection, Had], Mapping[str, Chosen]]
"""Says what each profile gets; nothing, where every box can have everything."""


def silently(_done: int, _of: int) -> None:
    """Say nothing of how far one is."""


def _everything(_connection: Connection, _had: Had) -> dict[str, Chosen]:
    """Every box gets everything."""
    return {}


def build(
    office: Office, *, choose: Choose = _everything, progress: Progress = silently
) -> Catalogue:
    """The catalogue of all recordings registered now; unchanged, it is the version there was.

    Args:
        office: whose recordings.
        choose: says what each profile gets, if a box cannot have everything.
        progress: told how many of the new recordings are compared with the others.

    Raises:
        Unacceptable: there is nothing to recognise yet.
    """
    with reading(office.books) as connection:
        wanted, last = wanted_now(connection), newest_or_none(connection)
        parts = {} if last is None else parts_of(connection, last.version)
        choices = choose(connection, {name: _held(office, parts[name]) for name in parts})
        content = _content(connection, wanted, choices)
    if not wanted:
        raise Unacceptable("no recordings are registered; a catalogue needs at least one")
    if (
        last is not None
        and last.content == content
        and _is_there(last, parts, office.home.segments)
    ):
        return last
    # Written before the books are opened for writing: boxes keep handing in meanwhile.
    laid = _lay_all(office, wanted, choices, last, parts)
    siblings = _find_siblings(office, laid[WHOLE], progress=progress)
    works = _write_works(office)
    with writing(office.books) as connection:
        if newest_or_none(connection) == last:
            number, now = next_number(connection), office.now()
            named = {
                name: Manifest(
                    version=number,
                    made_at=now,
                    recipe=RECIPE.id,
                    segments=list(one.segments),
                    packed=list(one.packed),
                    siblings=siblings,
                    works=works,
                )
                for name, one in laid.items()
            }
            made = Catalogue(content, len(wanted), laid[WHOLE].size_bytes, named[WHOLE])
            put_catalogue(connection, made, _parts(named, choices))
            said = {name: manifest.to_bytes() for name, manifest in named.items()}
            vouching.publish(connection, office, said)
            return made
    return build(
        office, choose=choose, progress=progress
    )  # somebody else made one meanwhile, of what was registered then


def wanted_now(connection: Connection) -> dict[str, str]:
    """What shall be recognised: id and what names its sound."""
    rows = connection.execute(
        select(recordings.c.id, recordings.c.fingerprint_sha256)
        .where(recordings.c.recipe == RECIPE.id)
        .where(recordings.c.id.not_in(shared.left_out()))
    )
    return {row.id: row.fingerprint_sha256 for row in rows}


def _lay_all(
    office: Office,
    wanted: Mapping[str, str],
    choices: Mapping[str, Chosen],
    last: Catalogue | None,
    parts: Mapping[str, Part],
) -> dict[str, Laid]:
    """The segments of every manifest, by its name: what is common is laid once, the rest over it.

    Args:
        office: whose recordings.
        wanted: id and what names its sound, of all that shall be recognised.
        choices: what each profile gets; none: everything.
        last: the version before.
        parts: what each profile got of it.
    """
    whole = [] if last is None else list(last.manifest.segments)
    before = list(parts[COMMON].manifest.segments) if parts else whole

    def own(manifest: Sequence[Segment]) -> Sequence[Segment]:
        return manifest[len(before) :]

    if not choices:
        return {WHOLE: lay(office, wanted, before)}
    every = [chosen.recordings for chosen in choices.values()]
    kept = common(every, held(office, before))
    shared_by_all = lay(office, _only(wanted, kept), before)
    laid = {
        WHOLE: lay_over(office, shared_by_all, wanted, own(whole)),
        f"{COMMON}.json": shared_by_all,
    }
    for name, chosen in choices.items():
        known = own(parts[name].manifest.segments) if name in parts else []
        mine = _only(wanted, chosen.recordings)
        laid[f"{name}.json"] = lay_over(office, shared_by_all, mine, known)
    return laid


def _only(wanted: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: sound for name, sound in wanted.items() if name in names}


def _held(office: Office, part: Part) -> Collection[str]:
    return held(office, part.manifest.segments).keys()


def _parts(named: Mapping[str, Manifest], choices: Mapping[str, Chosen]) -> dict[str, Part]:
    """What each profile gets, as it is kept in the books."""
    if not choices:
        return {}
    parts = {
        name: Part(one.taken, one.left, named[f"{name}.json"]) for name, one in choices.items()
    }
    return {COMMON: Part({}, {}, named[f"{COMMON}.json"]), **parts}


def _content(
    connection: Connection, wanted: Mapping[str, str], choices: Mapping[str, Chosen]
) -> str:
    """Names what the catalogue is made of: recipe and recordings, each with its sound."""
    lines = [
        RECIPE.id,
        f"siblings by method {shared.METHOD}",
        *(f"{name} {wanted[name]}" for name in sorted(wanted)),
        *(
            f"{profile} {name}"
            for profile, chosen in sorted(choices.items())
            for name in sorted(chosen.recordings)
        ),
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


def _is_there(catalogue: Catalogue, parts: Mapping[str, Part], folder: Path) -> bool:
    named = [catalogue.manifest, *(part.manifest for part in parts.values())]
    return all((folder / file.name).exists() for manifest in named for file in manifest.files)
