"""Scores of works, kept as what they would sound like: by them boxes know works played live."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, Select, insert, select

from central.database import page_of
from central.errors import Taken, Unacceptable
from central.repertoire import midi, musicxml
from central.repertoire.store import require_work
from central.repertoire.tables import scores, works
from edge.matcher.works.references import VERSION
from edge.matcher.works.score import beats_of
from edge.matcher.works.semitones import BANDS, BEAT_SECONDS

SHORTEST_SECONDS = 20.0  # what is shorter cannot be told from chance


@dataclass(frozen=True, slots=True)
class Score:
    """A score as it is registered; `id` names it on every box.

    Attributes:
        title: of the movement; empty where the score is of the whole work.
        milliseconds: its length at the written tempo.
        beats: int8, shape (beats, 48).
    """

    id: str
    work_id: int
    title: str
    milliseconds: int
    beats: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Kept:
    """A score as it stands in the books, without its beats.

    Attributes:
        title: of the movement; empty where the score is of the whole work.
        milliseconds: its length at the written tempo.
        current: boxes of today can follow it.
    """

    id: str
    work_id: int
    work_title: str
    title: str
    milliseconds: int
    current: bool


def score_of(content: bytes, *, work_id: int, title: str, name: str) -> Score:
    """A score from its file, MIDI or MusicXML.

    Raises:
        Unacceptable: not a file that can be read, or too short to be told from chance.
        TooLarge: more than a score can hold.
    """
    kind = midi if content[:4] == b"MThd" else musicxml
    beats = beats_of(kind.notes_of(content, name=name))
    seconds = len(beats) * BEAT_SECONDS
    if seconds < SHORTEST_SECONDS:
        raise Unacceptable(
            f"score {name!r} lasts {seconds:.0f} s; less than {SHORTEST_SECONDS:.0f} s "
            "cannot be told from chance. Is the file whole?"
        )
    number = hashlib.sha256(beats.tobytes()).hexdigest()[:16]
    return Score(f"score-{number}", work_id, title, round(seconds * 1000), beats)


def put_score(connection: Connection, score: Score, *, at: datetime) -> None:
    """Register a score.

    Raises:
        Unknown: its work is not registered.
        Taken: the same notes are registered already.
    """
    require_work(connection, score.work_id)
    owner = connection.scalar(select(scores.c.work_id).filter_by(id=score.id))
    if owner is not None:
        raise Taken(f"the same notes are registered already, as {score.id} of work {owner}")
    connection.execute(
        insert(scores).values(
            id=score.id,
            work_id=score.work_id,
            title=score.title,
            milliseconds=score.milliseconds,
            version=VERSION,
            beats=score.beats.tobytes(),
            registered_at=at,
        )
    )


def all_scores(connection: Connection) -> list[tuple[str, NDArray[np.int8]]]:
    """What every score would sound like, by id; those of other versions are registered anew."""
    rows = connection.execute(
        select(scores.c.id, scores.c.beats).filter_by(version=VERSION).order_by(scores.c.id)
    )
    return [(row.id, np.frombuffer(row.beats, np.int8).reshape(-1, BANDS)) for row in rows]


def ids_of_scores(connection: Connection) -> list[str]:
    """The scores boxes can follow; an id names the notes."""
    return list(
        connection.scalars(select(scores.c.id).filter_by(version=VERSION).order_by(scores.c.id))
    )


def works_of_scores(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """The work of each of these scores."""
    rows = connection.execute(select(scores.c.id, scores.c.work_id).where(scores.c.id.in_(ids)))
    return {row.id: row.work_id for row in rows}


def scores_of_works(connection: Connection, work_ids: Collection[int]) -> list[str]:
    """The scores of these works that boxes can follow, by id."""
    wanted = select(scores.c.id).where(scores.c.work_id.in_(work_ids)).filter_by(version=VERSION)
    return list(connection.scalars(wanted.order_by(scores.c.id)))


def works_with_scores(connection: Connection, work_ids: Collection[int]) -> set[int]:
    """Those of these works that boxes can follow by a score."""
    wanted = select(scores.c.work_id).where(scores.c.work_id.in_(work_ids))
    return set(connection.scalars(wanted.filter_by(version=VERSION)))


def scores_after(connection: Connection, after: str) -> list[Kept]:
    """Scores by id."""
    return [_kept(row) for row in page_of(connection, _KEPT, by=scores.c.id, after=after)]


def scores_for(connection: Connection, work_ids: Iterable[int]) -> dict[int, list[Kept]]:
    """The scores of each of these works that has any, by length."""
    rows = connection.execute(
        _KEPT.where(scores.c.work_id.in_(work_ids)).order_by(scores.c.milliseconds, scores.c.id)
    )
    found: dict[int, list[Kept]] = defaultdict(list)
    for row in rows:
        found[row.work_id].append(_kept(row))
    return found


_KEPT: Select[Any] = select(
    *(scores.c[name] for name in ("id", "work_id", "title", "milliseconds")),
    scores.c.version,
    works.c.title.label("work_title"),
).join_from(scores, works)


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        work_id=row.work_id,
        work_title=row.work_title,
        title=row.title,
        milliseconds=row.milliseconds,
        current=row.version == VERSION,
    )
