"""What sounds the same, for the people who decide: pairs of recordings, and plays that fit both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from central.catalogue.shared import Pair, pairs_page
from central.catalogue.sharing import Kind, Stretch
from central.ingest.store import plays_of
from central.repertoire.store import recordings, works
from central.royalties.evidence import OpenEvent
from edge.matcher.recipe import RECIPE, Frame

KINDS: Mapping[Kind, str] = {
    "same": "one master, registered twice",
    "edit": "one is cut from the other",
    "part": "a considerable part in common: a remix, or common loops",
    "sample": "a little in common: a sample, or a loop",
}


MOST_SPANS = 5  # stretches of a pair that are shown; loops against loops have hundreds


@dataclass(frozen=True, slots=True)
class Take:
    """A registered recording by the names people know it by."""

    id: str
    title: str
    performer: str
    milliseconds: int
    work_id: int
    work: str


@dataclass(frozen=True, slots=True)
class PairShown:
    """Two recordings that share sound, in a list.

    Attributes:
        takes: the two.
        says: what they are to each other, in words.
        spans: for each stretch where it begins in the one and in the other, and its length, ms.
        one_work: both are recordings of one work: whichever is heard, the same people are paid.
    """

    id: int
    takes: tuple[Take, Take]
    says: str
    spans: Sequence[tuple[int, int, int]]
    one_work: bool


def pairs_shown(connection: Connection, *, after: int = 0) -> list[PairShown]:
    """A page of the pairs that wait for a decision."""
    pairs = pairs_page(connection, after=after)
    takes = takes_of(connection, {name for pair in pairs for name in (pair.one, pair.other)})
    return [_pair_shown(pair, (takes[pair.one], takes[pair.other])) for pair in pairs]


def others_at(connection: Connection, event: OpenEvent) -> dict[str, list[Take]]:
    """For each play of an event, by id, the other recordings that explain it as well."""
    plays = plays_of(connection, event.hall_id, event.starts_at, event.ends_at)
    takes = takes_of(connection, {name for play in plays for name in play.alternatives})
    return {play.id: [takes[name] for name in play.alternatives if name in takes] for play in plays}


def takes_of(connection: Connection, recording_ids: Collection[str]) -> dict[str, Take]:
    """Those of these recordings that are registered, by id."""
    rows = connection.execute(
        select(recordings, works.c.title.label("work"))
        .join_from(recordings, works)
        .where(recordings.c.id.in_(recording_ids))
    )
    return {
        row.id: Take(row.id, row.title, row.performer, row.milliseconds, row.work_id, row.work)
        for row in rows
    }


def _pair_shown(pair: Pair, takes: tuple[Take, Take]) -> PairShown:
    one, other = takes
    longest_first = sorted(pair.stretches, key=lambda s: (-s.frames, s.first))
    return PairShown(
        id=pair.id,
        takes=takes,
        says=KINDS[pair.kind],
        spans=[_span(stretch) for stretch in longest_first[:MOST_SPANS]],
        one_work=one.work_id == other.work_id,
    )


def _span(stretch: Stretch) -> tuple[int, int, int]:
    first, other, frames = (
        round(RECIPE.seconds(Frame(n)) * 1000)
        for n in (stretch.first, stretch.other, stretch.frames)
    )
    return first, other, frames
