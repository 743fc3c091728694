"""Reading all the evidence again: is every letter still as its box signed it, every row as told?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from central.database import page_of
from central.devices.store import keys_of
from central.ingest.judgement import AnyRecord, content_of, key_of
from central.ingest.rows import book_of, row_of
from central.ingest.tables import batches, records
from edge.errors import BadSeal
from edge.sync.seal import unseal
from edge.sync.wire import DetectionBatch, Sealed

_AT_ONCE = 200  # letters read at once; about 20 MB


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the books that is not as it was signed.

    Attributes:
        device: whose letter it is in.
        batch_id: the letter's number in the books.
        what: what is wrong, in words.
    """

    device: str
    batch_id: int
    what: str


def audit(connection: Connection) -> Iterator[Fault]:
    """Every letter ever taken, in order, with its records: all that does not fit."""
    after = 0
    while page := page_of(
        connection, select(batches), by=batches.c.id, after=after, at_most=_AT_ONCE
    ):
        for row in page:
            for what in _faults(connection, row):
                yield Fault(row.device, row.id, what)
        after = page[-1].id


def _faults(connection: Connection, row: Row[Any]) -> Iterator[str]:
    sealed = Sealed(payload=row.payload, signer=row.device, signature=row.signature)
    try:
        batch = _opened(connection, sealed)
    except BadSeal as fault:
        yield str(fault)
        return
    told = {key_of(record): record for record in batch.records}
    kept = connection.execute(select(records).filter_by(batch_id=row.id)).all()
    for record in kept:
        said = told.get((record.boot, record.seq))
        if said is None:
            yield f"record {record.boot}/{record.seq} is in the books and not in its letter"
        elif fault_in := _differs(connection, record, said):
            yield f"record {record.boot}/{record.seq}: {fault_in}"


def _opened(connection: Connection, sealed: Sealed) -> DetectionBatch:
    """The letter, by whichever of its box's keys signed it."""
    met = BadSeal(f"box {sealed.signer} has no key in the books")
    for key in keys_of(connection, sealed.signer):
        try:
            return unseal(sealed, DetectionBatch, signer=sealed.signer, public_key=key)
        except BadSeal as fault:
            met = fault
    raise met


def _differs(connection: Connection, record: Row[Any], said: AnyRecord) -> str:
    if record.content != content_of(said):
        return "its digest is not that of what was told"
    if record.kind != said.kind:
        return f"kept as {record.kind}, told as {said.kind}"
    key = {"device": record.device, "boot": record.boot, "seq": record.seq}
    row = connection.execute(select(book_of(said.kind)).filter_by(**key)).mappings().first()
    if row is None:
        return "it has no row of its own"
    return ", ".join(_fields_apart(row, row_of(said)))


def _fields_apart(row: Mapping[Any, Any], told: Mapping[str, Any]) -> Iterator[str]:
    for name, value in told.items():
        if row[name] != value:
            yield f"{name} is {row[name]}, told was {value}"
