"""What is new in the books enters the log, and the log says how large it has become."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, Table, func, select

from central.database import reading, writing
from central.desk import Office
from central.ingest.coverage import CoverageSpan
from central.ingest.store import coverage_of
from central.ingest.tables import batches, records
from central.royalties import store as royalties
from central.royalties.closed import ClosedEvent, Distribution
from central.royalties.evidence import event_of
from central.royalties.later.reading import later_run
from central.royalties.tables import distributions
from central.transparency import store
from central.transparency.commitments import SEED_BYTES, Leaf, content_of
from central.transparency.documents import (
    lines_by_party,
    pool_document,
    pool_name,
    statement_document,
    statement_name,
    testimony_document,
    testimony_name,
    words_of,
)
from central.transparency.later_documents import later_pool_document, later_statement_document
from central.transparency.log_key import make_key, signer_in
from central.transparency.notes import Checkpoint, Signer
from central.transparency.tables import log_runs

LETTER, DISTRIBUTION = "letter", "distribution"
_AT_ONCE = 100  # letters in one transaction: at most 50,000 leaves
_BEHIND = 100_000  # numbers; a transaction that began so long ago has ended


def follow(office: Office) -> int:
    """Log everything that is new, a bounded part at a time; answers the size of the log.

    Raises:
        Unready: the log's key cannot be read or made.
    """
    while True:
        with reading(office.books) as connection:
            size = store.size(connection)
            if not _is_behind(connection):
                return size
        if size == 0:
            make_key(office.home, name=office.settings.log_name)
        signer = signer_in(office.home)
        with writing(office.books) as connection:
            advance(connection, signer, now=office.now())


def advance(connection: Connection, signer: Signer, *, now: datetime) -> None:
    """Log some of what is new, and publish the checkpoint over it, in one transaction.

    A checkpoint leaves this process only after its transaction is on disk, and with it all leaves.
    """
    before = store.size(connection)
    for number in _waiting(connection, distributions, DISTRIBUTION, at_most=1):
        _log_distribution(connection, number)
    letters = _waiting(connection, batches, LETTER, at_most=_AT_ONCE)
    edge = store.append(connection, _letter_runs(connection, letters))
    if edge.size == before:
        return
    at = Checkpoint(signer.verifier.name, edge.size, edge.root())
    store.put_checkpoint(connection, size=edge.size, note=signer.sign(at.text()), at=now)


def _is_behind(connection: Connection) -> bool:
    sources = ((distributions, DISTRIBUTION), (batches, LETTER))
    return any(_waiting(connection, table, kind, at_most=1) for table, kind in sources)


def _waiting(connection: Connection, table: Table, kind: str, *, at_most: int) -> list[int]:
    """Numbers of a table's rows that are not logged yet; the rows may commit in any order."""
    latest = select(func.max(log_runs.c.source)).filter_by(kind=kind)
    beyond = (connection.scalar(latest) or 0) - _BEHIND
    logged = select(log_runs.c.source).filter_by(kind=kind).where(log_runs.c.source == table.c.id)
    rows = select(table.c.id).where(table.c.id > beyond).where(~logged.exists())
    return list(connection.scalars(rows.order_by(table.c.id).limit(at_most)))


def record_leaves(connection: Connection, letters: Sequence[int]) -> dict[int, list[Leaf]]:
    """The leaves of these letters' records, in the order in which they hang, by letter."""
    row = records.c
    rows = connection.execute(
        select(row.batch_id, row.device, row.boot, row.seq, row.content).where(
            row.batch_id.in_(letters)
        )
    )
    in_order = sorted(rows, key=lambda one: (one.batch_id, one.boot, one.seq))
    return {
        int(letter): [Leaf(f"{one.device}/{one.boot}/{one.seq}", one.content) for one in group]
        for letter, group in groupby(in_order, key=lambda one: one.batch_id)
    }


def _letter_runs(connection: Connection, letters: Sequence[int]) -> list[store.Run]:
    leaves = record_leaves(connection, letters)
    return [store.Run(LETTER, letter, _new_seed(), leaves[letter]) for letter in letters]


def _log_distribution(connection: Connection, number: int) -> None:
    distribution = royalties.distribution(connection, number)
    words = (
        _closing_words(connection, distribution)
        if distribution.later is None
        else _later_words(connection, number)
    )
    first = store.size(connection)
    leaves = [Leaf(name, content_of(said)) for name, said in words]
    store.append(connection, [store.Run(DISTRIBUTION, number, _new_seed(), leaves)])
    store.put_documents(connection, first, words)


def _closing_words(connection: Connection, distribution: Distribution) -> list[tuple[str, str]]:
    number = distribution.id
    events = royalties.everything_closed(connection, number)
    words = [
        (
            pool_name(number, event.event_id, event.production_id),
            _pool(connection, distribution, event),
        )
        for event in events
    ]
    words += [
        (
            testimony_name(number, event.event_id, play.id),
            words_of(testimony_document(event.event_id, play)),
        )
        for event in events
        for play in event.plays
        if play.testimony is not None
    ]
    lines = lines_by_party(distribution, events)
    for head in royalties.statement_heads(connection, number):
        said = words_of(statement_document(distribution, head, lines))
        words.append((statement_name(head.id), said))
    return words


def _later_words(connection: Connection, number: int) -> list[tuple[str, str]]:
    run = later_run(connection, number)
    rule = run.distribution.rule
    words = []
    for event in run.events:
        if event.event_id in run.pools:
            own, listened = run.pools[event.event_id], _listened(connection, event)
            plays = run.plays[event.event_id]
            pool = later_pool_document(event, listened, rule=rule, words=own, plays=plays)
            words.append((pool_name(number, event.event_id), words_of(pool)))
    words += [
        (testimony_name(number, event_id, play.id), words_of(testimony_document(event_id, play)))
        for event_id, plays in run.plays.items()
        for play in plays
        if play.testimony is not None
    ]
    for head in run.statements:
        said = words_of(later_statement_document(run, head))
        words.append((statement_name(head.id), said))
    return words


def _pool(connection: Connection, distribution: Distribution, event: ClosedEvent) -> str:
    listened = _listened(connection, event) if event.production_id is None else []
    return words_of(pool_document(event, listened, rule=distribution.rule))


def _listened(connection: Connection, event: ClosedEvent) -> list[CoverageSpan]:
    hall_id = event_of(connection, event.event_id).hall_id
    return coverage_of(connection, hall_id, event.starts_at, event.ends_at)


def _new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)
