"""Which works of the repertoire a declared piece may mean, and by what boxes know them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from central.repertoire.finding import find
from central.repertoire.scores import scores_of_works, works_with_scores
from central.repertoire.store import recordings, works
from central.venues.accounts import require_production
from central.venues.declarations import Declared, cues_of
from central.venues.programme import Piece, is_placed

LIKE_ENOUGH = 95  # of 100: a title less like a declared one is not taken for it


@dataclass(frozen=True, slots=True)
class KnownCue:
    """A cue with the works that its title or code may mean.

    Attributes:
        heard: boxes can know one of these works, by a recording or a score.
    """

    cue: Declared
    works: tuple[int, ...]
    heard: bool

    @property
    def placed(self) -> bool:
        """Whether its sheet says where in the film it lies, so that it can tell the film."""
        return is_placed(self.cue.piece)


def known_cues(connection: Connection, production_id: int) -> list[KnownCue]:
    """The cue sheet of a production that counts, in order, and what boxes know of it.

    Raises:
        Unknown: no such production.
    """
    require_production(connection, production_id)
    cues = cues_of(connection, production_id)
    meant = {one.id: works_meant(connection, one.piece) for one in cues}
    every = {work for works in meant.values() for work in works}
    recorded = select(recordings.c.work_id).where(recordings.c.work_id.in_(every))
    heard = {*connection.scalars(recorded)} | {*works_with_scores(connection, every)}
    return [
        KnownCue(one, tuple(sorted(meant[one.id])), bool(meant[one.id] & heard)) for one in cues
    ]


def works_meant(connection: Connection, piece: Piece) -> frozenset[int]:
    """The works that a declared piece may mean: by number, by code, else by title."""
    if piece.work_id is not None:
        return frozenset({piece.work_id})
    if piece.iswc is not None:
        by_code = connection.scalars(select(works.c.id).filter_by(iswc=piece.iswc)).all()
        if by_code:
            return frozenset(by_code)
    if piece.isrc is not None:
        by_code = connection.scalars(select(recordings.c.work_id).filter_by(isrc=piece.isrc)).all()
        if by_code:
            return frozenset(by_code)
    found = find(connection, "work", piece.title)
    return frozenset(int(one.owner) for one in found if one.likeness >= LIKE_ENOUGH)


def scores_meant(connection: Connection, pieces: Collection[Declared]) -> list[str]:
    """The scores of all works that declared pieces may mean, by id."""
    meant = {work for one in pieces for work in works_meant(connection, one.piece)}
    return scores_of_works(connection, meant)
