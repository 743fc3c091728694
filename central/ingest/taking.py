"""Taking letters in: those that came together, judged each by itself, in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, TextClause, insert, select, text

from central.database import put, put_rows
from central.devices.store import Whereabouts, whereabouts_of
from central.forms import LARGEST
from central.ingest.chain_store import put_links
from central.ingest.judgement import Judged, Key, Told, judge
from central.ingest.reading import Letter
from central.ingest.rows import PLACE, book_of, columns_of, said_by
from central.ingest.tables import batches, forks, records
from central.ingest.tellers import put_tellers, tellers_of
from edge.sync.wire import BatchReceipt, Sealed

_KEY = ("device", "boot", "seq", "kind", "content", "batch_id")
_NEAR = 10  # numbers this near to each other are asked for by first and last


@dataclass(frozen=True, slots=True)
class Arrived:
    """A letter that was believed.

    Attributes:
        letter: what the box said.
        sealed: the same as it was signed, kept as evidence.
    """

    letter: Letter
    sealed: Sealed


def take(connection: Connection, letter: Letter, *, sealed: Sealed, now: datetime) -> BatchReceipt:
    """Write what is new in a letter; as `take_all`."""
    (receipt,) = take_all(connection, [Arrived(letter, sealed)], now=now)
    return receipt


def take_all(
    connection: Connection, arrived: Sequence[Arrived], *, now: datetime
) -> list[BatchReceipt]:
    """Write what is new in letters; taking one twice is taking it once.

    Args:
        connection: a writing transaction; all letters are kept whole when it commits, or none.
        arrived: the letters, no two of one box.
        now: the office's clock.

    Returns:
        A receipt for each, in order.
    """
    told_by = tellers_of(connection, {boot for one in arrived for boot in _boots(one.letter.told)})
    known = _known(connection, [one.letter for one in arrived], told_by)
    judged = [judge(one.letter.told, known=known[one.letter.device], now=now) for one in arrived]
    _put_new(connection, arrived, judged, now=now)
    bringing = zip(arrived, judged, strict=True)
    bring = {(boot, one.letter.device) for one, it in bringing for boot in _boots(it.new)}
    put_tellers(connection, bring, told_by)
    for one, sorted_ in zip(arrived, judged, strict=True):
        for (boot, seq), content in sorted_.forks:
            fork = (one.letter.device, boot, seq, content)
            _put_fork(connection, fork, sealed=one.sealed, now=now)
    put_links(connection, [one.letter for one in arrived], now=now)
    return [one.receipt for one in judged]


def _boots(told: Iterable[Told]) -> set[str]:
    return {one.key[0] for one in told}


def _known(
    connection: Connection, letters: Iterable[Letter], told_by: Mapping[str, Collection[str]]
) -> dict[str, dict[Key, str]]:
    """Digests of those of the letters' records that are in the books, by device and key.

    What another box has told of the same run, word for word, is known too: a box whose key is lost
    tells it again by its new name.
    """
    known: dict[str, dict[Key, str]] = {letter.device: {} for letter in letters}
    elsewhere: dict[str, set[tuple[Key, str]]] = defaultdict(set)
    asked = [place for letter in letters for place in _places(letter, told_by)]
    if asked:
        said = {f"{name}{n}": one for n, it in enumerate(asked) for name, one in it.items()}
        for row in connection.execute(_kept_of(len(asked)), said):
            key = row.boot, row.seq
            if row.device == row.asker:
                known[row.asker][key] = row.content
            else:
                elsewhere[row.asker].add((key, row.content))
    for letter in letters:
        if others := elsewhere.get(letter.device):
            mine = known[letter.device]
            told = ((one.key, one.content) for one in letter.told)
            mine |= {key: it for key, it in told if key not in mine and (key, it) in others}
    return known


def _places(
    letter: Letter, told_by: Mapping[str, Collection[str]]
) -> Iterator[Mapping[str, object]]:
    """Where a letter's records may be known: by which box, in which stretch of which run."""
    for span in _spans(letter):
        for device in {letter.device, *told_by.get(span["boot"], ())}:
            yield {"asker": letter.device, "device": device, **span}


def _spans(letter: Letter) -> Iterator[dict[str, Any]]:
    """Stretches of numbers in which all records of a letter lie, and few others."""
    by_boot: dict[str, list[int]] = defaultdict(list)
    for one in letter.told:
        boot, seq = one.key
        if seq <= LARGEST:
            by_boot[boot].append(seq)
    for boot, numbers in by_boot.items():
        numbers.sort()
        first = before = numbers[0]
        for seq in [*numbers, 2 * LARGEST]:
            if seq - before > _NEAR:
                yield {"boot": boot, "first": first, "last": before}
                first = seq
            before = seq


@lru_cache(maxsize=64)
def _kept_of(count: int) -> TextClause:
    """Asks for what is kept of so many stretches at once."""
    asked = ", ".join(
        f"(:asker{n}, :device{n}, :boot{n}, CAST(:first{n} AS INTEGER), CAST(:last{n} AS INTEGER))"
        for n in range(count)
    )
    return text(
        f"WITH asked (asker, device, boot, first, last) AS (VALUES {asked})"  # noqa: S608  # our own words
        " SELECT asked.asker, records.device, records.boot, records.seq, records.content FROM asked"
        " JOIN records ON records.device = asked.device AND records.boot = asked.boot"
        " AND records.seq BETWEEN asked.first AND asked.last"
    )


def _put_new(
    connection: Connection,
    arrived: Sequence[Arrived],
    judged: Sequence[Judged],
    *,
    now: datetime,
) -> None:
    bringing = [
        (one, sorted_.new) for one, sorted_ in zip(arrived, judged, strict=True) if sorted_.new
    ]
    if not bringing:
        return
    letters = [
        {
            "device": one.letter.device,
            "received_at": now,
            "payload": one.sealed.payload,
            "signature": one.sealed.signature,
        }
        for one, _ in bringing
    ]
    numbered = insert(batches).returning(batches.c.id, sort_by_parameter_order=True)
    numbers = connection.scalars(numbered, letters).all()
    hung = whereabouts_of(connection, [one.letter.device for one, _ in bringing])
    together: dict[Table, tuple[Sequence[str], list[Sequence[object]]]] = {}
    for (one, new), batch_id in zip(bringing, numbers, strict=True):
        device = one.letter.device
        for table, names, rows in rows_of(device, new, hung=hung[device], batch_id=batch_id):
            together.setdefault(table, (names, []))[1].extend(rows)
    for table, (names, all_rows) in together.items():
        put_rows(connection, table, names, all_rows)


def rows_of(
    device: str, new: Iterable[Told], *, hung: Whereabouts, batch_id: int
) -> Iterator[tuple[Table, Sequence[str], Sequence[Sequence[object]]]]:
    """What the books keep of new records: tables, the columns that are filled, and the rows."""
    keys: list[tuple[object, ...]] = []
    told: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for one in new:
        record = one.record
        keys.append((device, *one.key, record.kind, one.content, batch_id))
        hall_id = hung.hall_at(record.started_at)
        told[record.kind].append((device, *one.key, hall_id, *said_by(record)))
    yield records, _KEY, keys
    for kind, rows in told.items():
        yield book_of(kind), (*PLACE, *columns_of(kind)), rows


def _put_fork(
    connection: Connection, fork: tuple[str, str, int, str], *, sealed: Sealed, now: datetime
) -> None:
    device, boot, seq, content = fork
    key = {"device": device, "boot": boot, "seq": seq, "content": content}
    if connection.scalar(select(forks.c.id).filter_by(**key)) is None:
        letter = {"payload": sealed.payload, "signature": sealed.signature}
        put(connection, forks, key | letter | {"received_at": now})
