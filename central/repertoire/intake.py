"""Works that senders claim come into the books: found again, registered, revised, or held."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from central.errors import Taken
from central.repertoire.facts import PartyFacts, WorkFacts
from central.repertoire.finding import put_names
from central.repertoire.search import fold
from central.repertoire.shares import Share, why_held
from central.repertoire.store import (
    put_affiliations,
    put_party,
    put_work,
    revise_work,
)
from central.repertoire.tables import parties, party_numbers, work_numbers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a work; `work_id` is None only in a conflict.

    Attributes:
        state: `conflict` when its ISWC stands with another sender's work.
        reason: why it is held or in conflict; empty otherwise.
    """

    work_id: int | None
    state: Literal["registered", "revised", "held", "conflict"]
    reason: str = ""


def take_work(connection: Connection, facts: WorkFacts, *, source: str, at: datetime) -> Outcome:
    """Register a work, or revise it if the same sender has sent it before.

    Args:
        connection: to the books, writing.
        facts: what the sender claims.
        source: who sends it; numbers of works and parties are each sender's own.
        at: now.
    """
    known = _known_work(connection, source, facts.number)
    try:
        with connection.begin_nested():
            parts = _parts(connection, facts, source=source, at=at)
            number = _put(connection, facts, known, parts=parts, at=at)
            if known is None and facts.number:
                row = {"source": source, "number": facts.number, "work_id": number}
                connection.execute(insert(work_numbers).values(**row))
    except Taken as taken:
        return Outcome(None, "conflict", str(taken))
    held = why_held(parts, free_points=facts.detail.free_points)
    if held:
        return Outcome(number, "held", held)
    return Outcome(number, "registered" if known is None else "revised")


def _put(
    connection: Connection,
    facts: WorkFacts,
    known: int | None,
    *,
    parts: Sequence[Share],
    at: datetime,
) -> int:
    if known is None:
        return put_work(
            connection, title=facts.title, iswc=facts.iswc, parts=parts, at=at, detail=facts.detail
        )
    revise_work(
        connection, known, title=facts.title, iswc=facts.iswc, parts=parts, detail=facts.detail
    )
    return known


def _parts(connection: Connection, facts: WorkFacts, *, source: str, at: datetime) -> list[Share]:
    numbers: dict[PartyFacts, int] = {}
    parts: dict[tuple[int, str, str], Share] = {}
    for claim in facts.claims:
        if claim.party not in numbers:
            numbers[claim.party] = _party(connection, claim.party, source=source, at=at)
        share = Share(numbers[claim.party], claim.role, claim.basis_points, claim.right)
        place = (share.party_id, share.role, share.right)
        # One party under two numbers of a sender is one party: its parts are added up.
        before = parts[place].basis_points if place in parts else 0
        parts[place] = replace(share, basis_points=before + share.basis_points)
    return list(parts.values())


def _known_work(connection: Connection, source: str, number: str) -> int | None:
    ours = select(work_numbers.c.work_id).filter_by(source=source, number=number)
    return connection.scalar(ours)


def _party(connection: Connection, facts: PartyFacts, *, source: str, at: datetime) -> int:
    # A name without any number is one party for one sender, and nobody else's.
    named = facts.number or f"={fold(facts.latin_name or facts.name)}"[:200]
    number = _by_code(connection, facts) or connection.scalar(
        select(party_numbers.c.party_id).filter_by(source=source, number=named)
    )
    if number is None:
        number = put_party(
            connection,
            name=facts.name,
            latin_name=facts.latin_name,
            ipi=facts.ipi,
            ipi_base=facts.ipi_base,
            isni=facts.isni,
            at=at,
        )
    elif facts.latin_name:
        _learn_own_script(connection, number, facts)
    _remember(connection, source, named, number)
    put_affiliations(connection, number, facts.affiliations)
    return number


def _by_code(connection: Connection, facts: PartyFacts) -> int | None:
    codes = {"ipi": facts.ipi, "ipi_base": facts.ipi_base, "isni": facts.isni}
    for kind, code in codes.items():
        if code is not None:
            theirs = select(parties.c.id).filter_by(**{kind: code})
            found: int | None = connection.scalar(theirs)
            if found is not None:
                return found
    return None


def _learn_own_script(connection: Connection, number: int, facts: PartyFacts) -> None:
    row = connection.execute(select(parties).filter_by(id=number)).one()
    if row.latin_name or not row.name.isascii():
        return  # it has one already
    names = {"name": facts.name, "latin_name": facts.latin_name}
    folded = fold(f"{facts.name} {facts.latin_name}")
    connection.execute(update(parties).filter_by(id=number).values(folded=folded, **names))
    put_names(connection, "party", str(number), names.values())


def _remember(connection: Connection, source: str, named: str, number: int) -> None:
    place = {"source": source, "number": named}
    if connection.scalar(select(party_numbers.c.party_id).filter_by(**place)) is None:
        connection.execute(insert(party_numbers).values(party_id=number, **place))
