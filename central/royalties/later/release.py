"""The suspense release: what repertoire has been told of since is paid to whom it belongs."""

from datetime import date

from sqlalchemy import Connection

from central.errors import Unacceptable
from central.royalties.later.amounts import standing_of
from central.royalties.later.claim_books import claimed
from central.royalties.later.moves import Run, Standing, WorkKnown, paid_to_work
from central.royalties.later.window import Window, waits_for_an_owner, window_of
from central.royalties.later.works import work_known, work_of_recording
from central.royalties.rules.claims import CLAIM_TOO_LATE

CLAIM_OPEN = "claim-open"
STILL_UNKNOWN = "still-unknown"


def plan(connection: Connection, closing_id: int, *, today: date) -> Run:
    """What of a closing's suspense can be paid by what is registered by now.

    A recording was linked to a work, a work's shares were registered or made whole. An amount on
    which a claim is open waits for that; one whose window is over waits for the redistribution.

    Raises:
        Unknown: there is no such closing.
    """
    window, claims = window_of(connection, closing_id), claimed(connection)
    moves, left = [], []
    for one in standing_of(connection, closing_id):
        if not waits_for_an_owner(one):
            continue
        work, obstacle = _work(connection, one)
        obstacle = _later(one, claims, window, today) or obstacle
        if work is None or obstacle:
            left.append((one.reference, obstacle))
        else:
            moves.append(paid_to_work(one, work))
    because = "works identified since the closing"
    return Run(closing_id, "release", because, tuple(moves), tuple(left))


def _later(one: Standing, claims: set[str], window: Window, today: date) -> str:
    if one.reference in claims:
        return CLAIM_OPEN
    return CLAIM_TOO_LATE if one.play and window.is_over(one.play, today) else ""


def _work(connection: Connection, one: Standing) -> tuple[WorkKnown | None, str]:
    work_id = one.play.work_id if one.play else None
    if work_id is None and one.play is not None:
        work_id = work_of_recording(connection, one.play.recording_id)
    if work_id is None:
        return None, STILL_UNKNOWN
    try:
        return work_known(connection, work_id), ""
    except Unacceptable:
        return None, one.reason
