"""What a person must look at: the records some box has told in two ways."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from central.database import page_of
from central.ingest.tables import forks as table
from edge.sync.wire import Sealed

PAGE = 100  # rows; each carries a whole letter


@dataclass(frozen=True, slots=True)
class Fork:
    """A record that was told differently before; `letter` is the signed batch that says so."""

    id: int
    device: str
    boot: str
    seq: int
    received_at: datetime
    letter: Sealed


def forks(connection: Connection, *, after: int = 0) -> list[Fork]:
    """Forks by number, those after `after`."""
    rows = page_of(connection, select(table), by=table.c.id, after=after, at_most=PAGE)
    return [
        Fork(
            id=row.id,
            device=row.device,
            boot=row.boot,
            seq=row.seq,
            received_at=row.received_at,
            letter=Sealed(payload=row.payload, signer=row.device, signature=row.signature),
        )
        for row in rows
    ]
