"""Which works of the repertoire a declared piece may mean, and by which scores boxes know them."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from central.repertoire.finding import find
from central.repertoire.scores import scores_of_works
from central.repertoire.store import recordings, works
from central.venues.declarations import Declared
from central.venues.programme import Piece

LIKE_ENOUGH = 95  # of 100: a title less like a declared one is not taken for it


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
