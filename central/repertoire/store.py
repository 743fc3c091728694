"""The repertoire in the books: parties, works with their shares, recordings as fingerprints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, delete, insert, select, update

from central.database import put
from central.errors import Taken, Unknown
from central.repertoire.facts import PLAIN, Affiliation, WorkDetail
from central.repertoire.finding import put_names
from central.repertoire.search import fold
from central.repertoire.shares import Share, why_held
from central.repertoire.tables import (
    affiliations,
    arrangements,
    parties,
    recordings,
    shares,
    societies,
    work_titles,
    works,
)

__all__ = ["parties", "recordings", "shares", "works"]  # other rooms read these here


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it is registered; `id` names it on every box, `milliseconds` is its length."""

    id: str
    work_id: int
    title: str
    performer: str
    isrc: str | None
    milliseconds: int
    recipe: str
    fingerprint: bytes
    fingerprint_sha256: str


def put_party(
    connection: Connection,
    *,
    name: str,
    latin_name: str,
    ipi: str | None,
    at: datetime,
    ipi_base: str | None = None,
    isni: str | None = None,
) -> int:
    """Register a party; answers its number.

    Raises:
        Taken: one of its codes is another party's.
    """
    codes = {"ipi": ipi, "ipi_base": ipi_base, "isni": isni}
    for kind, code in codes.items():
        if code is not None:
            named = select(parties.c.id, parties.c.name).filter_by(**{kind: code})
            _refuse_taken(connection, named, code)
    row = {"name": name, "latin_name": latin_name, "registered_at": at}
    folded = fold(f"{name} {latin_name}")
    number = put(connection, parties, row | codes | {"folded": folded})
    put_names(connection, "party", str(number), [name, latin_name])
    return number


def put_affiliations(connection: Connection, party_id: int, wanted: Sequence[Affiliation]) -> None:
    """Say which society is a party's, right by right; what was said before of a right goes."""
    for one in wanted:
        _know_society(connection, one.society)
        place = {"party_id": party_id, "right_name": one.right}
        connection.execute(delete(affiliations).filter_by(**place))
        connection.execute(insert(affiliations).values(society_code=one.society, **place))


def put_society(connection: Connection, *, code: str, name: str, territory: str) -> None:
    """Register a society, or correct what is known of it."""
    row = {"name": name, "territory": territory}
    if connection.scalar(select(societies.c.code).filter_by(code=code)) is None:
        connection.execute(insert(societies).values(code=code, **row))
    else:
        connection.execute(update(societies).filter_by(code=code).values(**row))


def _know_society(connection: Connection, code: str) -> None:
    # Files name societies by number alone; the office gives the number its name later.
    if connection.scalar(select(societies.c.code).filter_by(code=code)) is None:
        put_society(connection, code=code, name=code, territory="")


def put_work(
    connection: Connection,
    *,
    title: str,
    iswc: str | None,
    parts: Sequence[Share],
    at: datetime,
    detail: WorkDetail = PLAIN,
) -> int:
    """Register a work and who has which share of it; answers its number.

    Parts that make no whole are kept as they are, and the work is held with the reason.

    Raises:
        Taken: the ISWC is another work's.
        Unknown: a share names a party, or the detail an original, that is not registered.
    """
    if iswc is not None:
        _refuse_taken(connection, select(works.c.id, works.c.title).filter_by(iswc=iswc), iswc)
    row = _work_row(title, iswc, parts=parts, detail=detail)
    work_id = put(connection, works, row | {"registered_at": at})
    _put_parts(connection, work_id, title, parts=parts, detail=detail)
    return work_id


def revise_work(
    connection: Connection,
    work_id: int,
    *,
    title: str,
    iswc: str | None,
    parts: Sequence[Share],
    detail: WorkDetail = PLAIN,
) -> None:
    """Replace what is registered of a work; what was paid on it stays as it was paid.

    Raises:
        Taken: the ISWC is another work's.
        Unknown: a share names a party, or the detail an original, that is not registered.
    """
    if iswc is not None:
        others = select(works.c.id, works.c.title).filter_by(iswc=iswc)
        _refuse_taken(connection, others.where(works.c.id != work_id), iswc)
    row = _work_row(title, iswc, parts=parts, detail=detail)
    connection.execute(update(works).filter_by(id=work_id).values(**row))
    for table in (shares, work_titles, arrangements):
        connection.execute(delete(table).filter_by(work_id=work_id))
    _put_parts(connection, work_id, title, parts=parts, detail=detail)


def _work_row(
    title: str, iswc: str | None, *, parts: Sequence[Share], detail: WorkDetail
) -> dict[str, object]:
    names = " ".join([title, *(other.title for other in detail.titles)])
    return {
        "title": title,
        "iswc": iswc,
        "folded": fold(names),
        "language": detail.language,
        "genre": detail.genre,
        "instrumentation": detail.instrumentation,
        "milliseconds": detail.milliseconds,
        "free_points": detail.free_points,
        "held_because": why_held(parts, free_points=detail.free_points),
    }


def _put_parts(
    connection: Connection, work_id: int, title: str, *, parts: Sequence[Share], detail: WorkDetail
) -> None:
    _require_parties(connection, {share.party_id for share in parts})
    if detail.arrangement_of is not None:
        require_work(connection, detail.arrangement_of)
        original = {"work_id": work_id, "original_id": detail.arrangement_of}
        connection.execute(insert(arrangements).values(**original))
    for other in detail.titles:
        row = {"title": other.title, "kind": other.kind, "language": other.language}
        connection.execute(insert(work_titles).values(work_id=work_id, **row))
    if parts:
        connection.execute(insert(shares), [_share_row(work_id, share) for share in parts])
    put_names(connection, "work", str(work_id), [title, *(one.title for one in detail.titles)])


def _share_row(work_id: int, share: Share) -> dict[str, object]:
    return {
        "work_id": work_id,
        "party_id": share.party_id,
        "role": share.role,
        "right_name": share.right,
        "basis_points": share.basis_points,
    }


def put_recording(connection: Connection, recording: Recording, *, at: datetime) -> None:
    """Register a recording.

    Raises:
        Unknown: its work is not registered.
        Taken: the same sound, or the ISRC, is registered already.
    """
    require_work(connection, recording.work_id)
    named = select(recordings.c.id, recordings.c.title)
    sound = recording.fingerprint_sha256
    _refuse_taken(connection, named.filter_by(fingerprint_sha256=sound), "the same sound")
    if recording.isrc is not None:
        _refuse_taken(connection, named.filter_by(isrc=recording.isrc), recording.isrc)
    connection.execute(
        insert(recordings).values(
            id=recording.id,
            work_id=recording.work_id,
            title=recording.title,
            performer=recording.performer,
            isrc=recording.isrc,
            milliseconds=recording.milliseconds,
            recipe=recording.recipe,
            fingerprint=recording.fingerprint,
            fingerprint_sha256=sound,
            folded=fold(f"{recording.title} {recording.performer}"),
            registered_at=at,
        )
    )
    names = [recording.title, f"{recording.title} {recording.performer}", recording.performer]
    put_names(connection, "recording", recording.id, names)


def require_work(connection: Connection, work_id: int) -> None:
    """Refuse a work that is not there.

    Raises:
        Unknown: no such work.
    """
    if connection.scalar(select(works.c.id).filter_by(id=work_id)) is None:
        raise Unknown(f"work {work_id} is not registered")


def require_party(connection: Connection, party_id: int) -> None:
    """Refuse a party that is not there.

    Raises:
        Unknown: no such party.
    """
    _require_parties(connection, {party_id})


def _require_parties(connection: Connection, wanted: set[int]) -> None:
    known = set(connection.scalars(select(parties.c.id).where(parties.c.id.in_(wanted))))
    if missing := sorted(wanted - known):
        raise Unknown(f"party {missing[0]} is not registered")


def _refuse_taken(connection: Connection, query: Select[int, str], what: str) -> None:
    row = connection.execute(query).first()
    if row is not None:
        raise Taken(f"{what} is registered already: {row[0]} {row[1]!r}")
