"""The public list of what nobody could be paid for: what was heard, why it waits, until when."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from central.royalties.later.window import CLAIMABLE
from central.royalties.suspense import Suspended, suspended

MOST = 1_000  # of the latest plays in one answer


@dataclass(frozen=True, slots=True)
class Waiting:
    """A play that waits for its owner; how much waits is not said to everybody.

    Attributes:
        reference: by which it is claimed.
        day: of the venue's calendar, on which it was heard.
        reason: one of `CLAIMABLE`.
        claim_until: last day on which it may be claimed; None when its rule sets no window.
    """

    reference: str
    venue: str
    day: date
    started_at: datetime
    milliseconds: int
    play_id: str
    recording_id: str
    recording_title: str
    performer: str
    work_title: str
    reason: str
    claim_until: date | None


def waiting_plays(connection: Connection, *, today: date, most: int = MOST) -> list[Waiting]:
    """The plays that may still be claimed, the latest first, each once."""
    found = suspended(connection, reasons=CLAIMABLE)
    found.sort(key=lambda one: one.play_id)
    found.sort(key=lambda one: one.started_at, reverse=True)
    still = [one for one in found if one.claim_until is None or one.claim_until >= today]
    return [_for_everybody(one) for one in still[:most]]


def _for_everybody(one: Suspended) -> Waiting:
    return Waiting(
        reference=one.reference,
        venue=one.venue,
        day=one.day,
        started_at=one.started_at,
        milliseconds=one.milliseconds,
        play_id=one.play_id,
        recording_id=one.recording_id,
        recording_title=one.recording_title,
        performer=one.performer,
        work_title=one.work_title,
        reason=one.reason,
        claim_until=one.claim_until,
    )
