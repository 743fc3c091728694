"""The look-up for everybody: who may license this work for this use here, on this day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from central.errors import Unknown
from central.repertoire.lists import shares_of
from central.repertoire.mandates.grants import Answer, Grant, Holder, Question, Span, answer
from central.repertoire.mandates.store import grants_around, holders_in, names_of
from central.repertoire.shares import WHOLE, Right
from central.repertoire.tables import neighbouring_shares, recordings, works


@dataclass(frozen=True, slots=True)
class Named:
    """A party or a society; `key` is its number in the register, or CISAC's."""

    kind: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """A grant in words: who gave whom what, from when to when."""

    id: int
    grantor: Named
    holder: Named | None
    use: str
    territory: str
    since: date
    until: date | None
    whole_repertoire: bool
    licensee: str


@dataclass(frozen=True, slots=True)
class LicensorSpan:
    """Who may, could or will license, from a day to a day."""

    licensor: Named
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class ShareAnswer:
    """One share of a work, and who may license it; nobody, if `licensor` is None."""

    rightholder: Named
    role: str
    basis_points: int
    licensor: Named | None
    chain: list[Step]
    opt_outs: list[Step]
    direct_licences: list[Step]
    spans: list[LicensorSpan]


@dataclass(frozen=True, slots=True)
class LicenceAnswer:
    """The whole answer for one work.

    Attributes:
        title, iswc: of the work; of the work of the recording, for neighbouring rights.
        free_points: basis points that nobody need license: the public domain.
        covered_points: basis points for which somebody on record may license.
        uncovered_points: registered to somebody, but with nobody on record who may license.
        unregistered_points: what the registered shares leave open of the whole.
        held_because: why the shares are in doubt; empty if they are not.
    """

    work_id: int
    title: str
    iswc: str | None
    right: str
    use: str
    territory: str
    day: date
    free_points: int
    covered_points: int
    uncovered_points: int
    unregistered_points: int
    held_because: str
    shares: list[ShareAnswer]


@dataclass(frozen=True, slots=True)
class _Part:
    party_id: int
    role: str
    basis_points: int


def who_may_license(
    connection: Connection, question: Question, *, recording_id: str = ""
) -> LicenceAnswer:
    """Answer for every share of a work; of one of its recordings, for neighbouring rights.

    Raises:
        Unknown: the work is not registered, or the recording is not one of it.
    """
    work = connection.execute(select(works).filter_by(id=question.work_id)).first()
    if work is None:
        raise Unknown(f"work {question.work_id} is not registered")
    if question.right in ("performing", "mechanical"):
        parts = _parts_of_work(connection, question)
    else:
        parts = _parts_of_recording(connection, question, recording_id)
    holders = {part: Holder("party", str(part.party_id)) for part in parts}
    grants = grants_around(connection, holders.values())
    names = names_of(connection, holders_in(grants) | set(holders.values()))
    shares = [
        _share_answer(part, answer(question, holders[part], grants), names=names) for part in parts
    ]
    free = work.free_points if question.right == "performing" else 0
    covered = sum(share.basis_points for share in shares if share.licensor is not None)
    claimed = sum(part.basis_points for part in parts)
    return LicenceAnswer(
        work_id=work.id,
        title=work.title,
        iswc=work.iswc,
        right=question.right,
        use=question.use,
        territory=question.territory,
        day=question.day,
        free_points=free,
        covered_points=covered,
        uncovered_points=claimed - covered,
        unregistered_points=max(0, WHOLE - claimed - free),
        held_because=work.held_because,
        shares=shares,
    )


def _parts_of_work(connection: Connection, question: Question) -> list[_Part]:
    right: Right = "mechanical" if question.right == "mechanical" else "performing"
    shares = shares_of(connection, [question.work_id], right=right)[question.work_id]
    return [_Part(s.party_id, s.role, s.basis_points) for s in shares if s.basis_points]


def _parts_of_recording(
    connection: Connection, question: Question, recording_id: str
) -> list[_Part]:
    table = recordings.c
    ours = select(table.id).filter_by(id=recording_id, work_id=question.work_id)
    if connection.scalar(ours) is None:
        raise Unknown(
            f"work {question.work_id} has no recording {recording_id!r}; {question.right} have"
            " rights in a recording, so name one of the work's"
        )
    rows = connection.execute(
        select(neighbouring_shares)
        .filter_by(recording_id=recording_id, right_name=question.right)
        .order_by(neighbouring_shares.c.party_id, neighbouring_shares.c.role)
    )
    return [_Part(row.party_id, row.role, row.basis_points) for row in rows]


def _share_answer(part: _Part, found: Answer, *, names: Mapping[Holder, str]) -> ShareAnswer:
    return ShareAnswer(
        rightholder=_named(found.rightholder, names),
        role=part.role,
        basis_points=part.basis_points,
        licensor=_named(found.licensor, names) if found.licensor else None,
        chain=_steps(found.chain, names),
        opt_outs=_steps(found.opt_outs, names),
        direct_licences=_steps(found.direct, names),
        spans=[_span(span, span.licensor, names) for span in found.spans if span.licensor],
    )


def _span(span: Span, licensor: Holder, names: Mapping[Holder, str]) -> LicensorSpan:
    return LicensorSpan(_named(licensor, names), span.since, span.until)


def _named(holder: Holder, names: Mapping[Holder, str]) -> Named:
    return Named(holder.kind, holder.key, names.get(holder, holder.key))


def _steps(grants: Sequence[Grant], names: Mapping[Holder, str]) -> list[Step]:
    return [
        Step(
            id=grant.id,
            grantor=_named(grant.grantor, names),
            holder=_named(grant.holder, names) if grant.holder else None,
            use=grant.use,
            territory=grant.territory,
            since=grant.since,
            until=grant.until,
            whole_repertoire=grant.work_id is None,
            licensee=grant.licensee,
        )
        for grant in grants
    ]
