"""Who made a production: whom its grand right pays, role by role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, select

from central.database import METADATA, Instant, put
from central.repertoire.store import parties
from central.venues.accounts import require_production

NOBODY = 0  # a role whose maker is in the public domain: nothing is owed for it

credits = Table(  # never changed: who corrects says it anew, and the last word counts
    "production_credits",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("production_id", ForeignKey("productions.id"), nullable=False, index=True),
    Column("role", String(32), nullable=False),
    Column("party_id", ForeignKey("parties.id")),  # None: nobody's any more
    Column("told_by", String(100), nullable=False),
    Column("told_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Credit:
    """One maker of a production; `party_id` is None where the role is nobody's any more."""

    production_id: int
    role: str
    party_id: int | None
    party_name: str
    told_by: str
    told_at: datetime


def put_credit(
    connection: Connection,
    production_id: int,
    *,
    role: str,
    party_id: int | None,
    by: str,
    at: datetime,
) -> int:
    """Say who made a production in a role; answers the number of that word.

    Raises:
        Unknown: no such production.
    """
    require_production(connection, production_id)
    row = {"production_id": production_id, "role": role, "party_id": party_id}
    return put(connection, credits, row | {"told_by": by, "told_at": at})


def credits_of(connection: Connection, production_id: int) -> list[Credit]:
    """The last word on each role of a production, by role."""
    rows = connection.execute(
        select(credits, parties.c.name)
        .outerjoin_from(credits, parties)
        .where(credits.c.production_id == production_id)
        .order_by(credits.c.id)
    )
    last = {
        row.role: Credit(
            row.production_id, row.role, row.party_id, row.name or "", row.told_by, row.told_at
        )
        for row in rows
    }
    return [last[role] for role in sorted(last)]


def makers_of(connection: Connection, production_id: int) -> Mapping[str, int]:
    """The party of each credited role; `NOBODY` where it is nobody's."""
    return {one.role: one.party_id or NOBODY for one in credits_of(connection, production_id)}
