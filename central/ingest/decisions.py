"""What a person settled where box and programme disagree: told by whom and when, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, select

from central.database import METADATA, Instant, put

Verdict = Literal["played", "not played", "same", "open"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

decisions = Table(
    "decisions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id"), nullable=False, index=True),
    Column("line", String(64), nullable=False),  # what was judged: a declared piece, or a play
    Column("verdict", String(16), nullable=False),
    Column("piece_id", ForeignKey("declared_pieces.id")),  # the piece a play is the `same` as
    Column("work_id", ForeignKey("works.id")),
    Column("note", String(300), nullable=False),
    Column("decided_by", String(100), nullable=False),
    Column("decided_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Decision:
    """One word on one line; `open` takes an earlier word back."""

    line: str
    verdict: Verdict
    piece_id: int | None
    work_id: int | None
    note: str
    decided_by: str
    decided_at: datetime


def put_decision(connection: Connection, event_id: int, decision: Decision) -> int:
    """Keep a decision; answers its number."""
    row = {name: getattr(decision, name) for name in Decision.__slots__}
    return put(connection, decisions, row | {"event_id": event_id})


def decisions_on(connection: Connection, event_id: int) -> Sequence[Decision]:
    """All that was ever decided on an event, the first first."""
    rows = connection.execute(
        select(decisions).filter_by(event_id=event_id).order_by(decisions.c.id)
    )
    return [Decision(**{name: getattr(row, name) for name in Decision.__slots__}) for row in rows]
