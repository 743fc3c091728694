"""Mandates, direct licences and opt-outs in the books, and what they say of one work."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    and_,
    or_,
    select,
    update,
)

from central.database import METADATA, Instant, put
from central.errors import Taken, Unacceptable, Unknown
from central.repertoire.mandates.grants import Grant, Holder, conflict
from central.repertoire.store import require_party, require_work
from central.repertoire.tables import parties, societies

mandates = Table(
    "mandates",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # mandate | direct | opt-out
    Column("grantor_kind", String(8), nullable=False),  # party | society
    Column("grantor_key", String(16), nullable=False),
    Column("holder_kind", String(8)),
    Column("holder_key", String(16)),
    Column("right_name", String(16), nullable=False),
    Column("used_for", String(16), nullable=False),
    Column("territory", String(5), nullable=False),
    Column("except_in", String(200), nullable=False, server_default=""),  # KG,UZ
    Column("since", Date, nullable=False),
    Column("until", Date),  # the last day
    Column("work_id", ForeignKey("works.id"), index=True),
    Column("licensee", String(200), nullable=False, server_default=""),
    Column("document", String(300), nullable=False, server_default=""),
    Column("registered_at", Instant, nullable=False),
    Index("ix_mandates_grantor", "grantor_kind", "grantor_key"),
    CheckConstraint("until IS NULL OR since <= until", name="in_order"),
)

LONGEST_CHAIN = 6  # grantors asked one after another; nobody's mandate goes through more hands


def put_grant(connection: Connection, grant: Grant, *, document: str, at: datetime) -> int:
    """Register a grant; answers its number.

    Raises:
        Unknown: its grantor, holder or work is not registered.
        Unacceptable: it ends before it begins, or names a holder where none belongs.
        Taken: it would overlap a mandate that the same rightholder has given already.
    """
    _require_sense(grant)
    for holder in (grant.grantor, grant.holder):
        if holder is not None:
            _require_holder(connection, holder)
    if grant.work_id is not None:
        require_work(connection, grant.work_id)
    other = conflict(grant, _grants_of(connection, {grant.grantor}))
    if other is not None and other.holder is not None:
        raise Taken(
            f"mandate {other.id} to {other.holder.kind} {other.holder.key} covers a part of this"
            f" from {other.since} to {other.until or 'now'}; end it first"
        )
    return put(connection, mandates, _row(grant) | {"document": document, "registered_at": at})


def end_grant(connection: Connection, number: int, last_day: date) -> None:
    """Let a grant end; what it allowed until then stays on record.

    Raises:
        Unknown: no such grant.
        Unacceptable: it begins later, or has ended earlier.
    """
    row = connection.execute(select(mandates).filter_by(id=number)).first()
    if row is None:
        raise Unknown(f"mandate {number} is not registered")
    if last_day < row.since or (row.until is not None and row.until < last_day):
        span = f"{row.since} to {row.until or 'now'}"
        raise Unacceptable(f"mandate {number} runs from {span}, it cannot end on {last_day}")
    connection.execute(update(mandates).filter_by(id=number).values(until=last_day))


def grants_around(connection: Connection, rightholders: Iterable[Holder]) -> list[Grant]:
    """Every grant by these, and by those who hold mandates of them, however many hands on."""
    asked: set[Holder] = set()
    wanted = set(rightholders)
    found: dict[int, Grant] = {}
    for _ in range(LONGEST_CHAIN):
        if not wanted - asked:
            break
        grants = _grants_of(connection, wanted - asked)
        asked |= wanted
        found |= {grant.id: grant for grant in grants}
        wanted = {grant.holder for grant in grants if grant.holder is not None}
    return sorted(found.values(), key=lambda grant: grant.id)


def names_of(connection: Connection, holders: Iterable[Holder]) -> dict[Holder, str]:
    """What these are called, each in its own script."""
    wanted = set(holders)
    numbers = [int(one.key) for one in wanted if one.kind == "party"]
    codes = [one.key for one in wanted if one.kind == "society"]
    people = select(parties.c.id, parties.c.name).where(parties.c.id.in_(numbers))
    houses = select(societies.c.code, societies.c.name).where(societies.c.code.in_(codes))
    named = {Holder("party", str(row.id)): row.name for row in connection.execute(people)}
    return named | {Holder("society", row.code): row.name for row in connection.execute(houses)}


def _grants_of(connection: Connection, grantors: Iterable[Holder]) -> list[Grant]:
    wanted = list(grantors)
    keys = {kind: [one.key for one in wanted if one.kind == kind] for kind in ("party", "society")}
    table = mandates.c
    theirs = [
        and_(table.grantor_kind == kind, table.grantor_key.in_(names))
        for kind, names in keys.items()
        if names
    ]
    if not theirs:
        return []
    rows = connection.execute(select(mandates).where(or_(*theirs)).order_by(table.id))
    return [grant_of(row) for row in rows]


def grant_of(row: Row[tuple[object, ...]]) -> Grant:
    """A grant as it stands in the books."""
    holder = Holder(row.holder_kind, row.holder_key) if row.holder_kind else None
    return Grant(
        id=row.id,
        kind=row.kind,
        grantor=Holder(row.grantor_kind, row.grantor_key),
        holder=holder,
        right=row.right_name,
        use=row.used_for,
        territory=row.territory,
        except_in=tuple(row.except_in.split(",")) if row.except_in else (),
        since=row.since,
        until=row.until,
        work_id=row.work_id,
        licensee=row.licensee,
    )


def _row(grant: Grant) -> dict[str, object]:
    return {
        "kind": grant.kind,
        "grantor_kind": grant.grantor.kind,
        "grantor_key": grant.grantor.key,
        "holder_kind": grant.holder.kind if grant.holder else None,
        "holder_key": grant.holder.key if grant.holder else None,
        "right_name": grant.right,
        "used_for": grant.use,
        "territory": grant.territory,
        "except_in": ",".join(sorted(grant.except_in)),
        "since": grant.since,
        "until": grant.until,
        "work_id": grant.work_id,
        "licensee": grant.licensee,
    }


def _require_sense(grant: Grant) -> None:
    if grant.until is not None and grant.until < grant.since:
        raise Unacceptable(f"it ends on {grant.until}, before it begins on {grant.since}")
    if (grant.kind == "mandate") is not (grant.holder is not None):
        raise Unacceptable(f"a {grant.kind} with holder {grant.holder}: only mandates have one")
    if grant.holder == grant.grantor:
        raise Unacceptable(f"{grant.grantor.kind} {grant.grantor.key} cannot mandate itself")


def _require_holder(connection: Connection, holder: Holder) -> None:
    if holder.kind == "party":
        if not holder.key.isdecimal():
            raise Unknown(f"party {holder.key!r} is not registered")
        require_party(connection, int(holder.key))
    elif connection.scalar(select(societies.c.code).filter_by(code=holder.key)) is None:
        raise Unknown(f"society {holder.key!r} is not registered; register it with its name first")


def holders_in(grants: Sequence[Grant]) -> set[Holder]:
    """Everybody named in these grants."""
    return {one for grant in grants for one in (grant.grantor, grant.holder) if one is not None}
