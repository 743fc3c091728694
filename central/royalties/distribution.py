"""Who gets how much of an event's licence fee: follow the money, by performed time, per event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from central.ingest.fates import Basis, LengthBy
from central.repertoire.shares import Share, is_whole
from central.royalties.money import Money
from central.royalties.testimony import Testimony
from central.venues.uses import Placing, Use

RULE = "follow-the-money-v1"
RULE_IN_WORDS = (
    "The licence fee of an event is divided among the works heard at that event in proportion to "
    "their performed time, and each work's part among its rightholders by their registered shares. "
    "What cannot be attributed waits in suspense with its reason. No deduction is made."
)

NOTHING_HEARD = "nothing-heard"
UNKNOWN_RECORDING = "unknown-recording"
WORK_WITHOUT_SHARES = "work-without-shares"
SHARES_NOT_WHOLE = "shares-not-whole"
UNDECIDED = "undecided"
REASONS = {
    NOTHING_HEARD: "no recognised music was heard at this event",
    UNKNOWN_RECORDING: "the recording heard is not registered with any work",
    WORK_WITHOUT_SHARES: "the work has no registered rightholders",
    SHARES_NOT_WHOLE: "the registered shares of the work do not sum to 100 %",
    UNDECIDED: "what was declared, what was heard, or when, disagree; nobody has settled it yet",
}
NOT_PLAYED = "not-played"
GRAND_RIGHT = "grand-right"
ASIDE = {
    NOT_PLAYED: "a person said that it was not played",
    GRAND_RIGHT: "music of the staged work itself: the production pays for it, not the evening",
}
"""Why something heard or declared takes no part in an event's fee."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One detection behind a play; `key` is its `device/boot/seq`, by which the box signed it.

    Attributes:
        recording_id: what the box took it for, of a work played live its score; empty in closings
            that did not keep it.
    """

    key: str
    started_at: datetime
    ended_at: datetime
    confidence_per_mille: int
    recording_id: str = ""


@dataclass(frozen=True, slots=True)
class PlayUsed:
    """A play as it stood when the period was closed: what is paid, and on what evidence.

    Attributes:
        id: stable: of the play, derived from its detections, or of the declared piece.
        recording_id: empty where no box heard it; its titles are then those of the piece.
        work_id: None when nobody knows the work.
        started_at: first heard; with `ended_at` the event's own span where no box heard it.
        milliseconds: performed time; time covered twice is counted once.
        confidence_per_mille: 0 to 1000, of the recognition; 0 where no box heard it.
        detections: what boxes heard of it, by key.
        shares: of the work, as registered on the day of closing.
        free_points: basis points of the work that are in the public domain.
        basis: what says that it was played.
        length_by: where its length comes from.
        waits: a reason of `REASONS` why it waits although something is known of it; else empty.
        testimony: what people said of it.
    """

    id: str
    recording_id: str
    recording_title: str
    performer: str
    work_id: int | None
    work_title: str
    started_at: datetime
    ended_at: datetime
    milliseconds: int
    confidence_per_mille: int
    detections: tuple[Evidence, ...]
    shares: tuple[Share, ...]
    free_points: int = 0
    basis: Basis = "heard"
    length_by: LengthBy = "heard"
    use: Use = "concert"
    placing: Placing = "full"
    waits: str = ""
    testimony: Testimony | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something heard or declared that takes no part in the fee; `why` is one of `ASIDE`."""

    name: str
    title: str
    why: str
    milliseconds: int
    detections: tuple[str, ...]
    testimony: Testimony | None


@dataclass(frozen=True, slots=True)
class Allocation:
    """One step of an event's money to its end: a rightholder, or suspense and the reason.

    Attributes:
        play_id: None only when nothing was heard at the event.
        party_id: None when the amount waits in suspense.
        basis_points: the share that earned it; 0 in suspense.
        reason: one of `REASONS` in suspense, else empty.
    """

    event_id: int
    play_id: str | None
    party_id: int | None
    role: str
    basis_points: int
    amount: Money
    reason: str


def distribute(event_id: int, pool: Money, plays: Sequence[PlayUsed]) -> list[Allocation]:
    """Carry the whole pool of one event to rightholders, or to suspense with a reason.

    Plays are taken by time (then recording and id) and shares by rightholder id and role, whatever
    their order here, so that left-over minor units always fall to the same ones.

    Returns:
        Allocations that sum to the pool, in that stable order.

    Raises:
        ValueError: a play has negative performed time.
    """
    in_order = sorted(plays, key=lambda play: (play.started_at, play.recording_id, play.id))
    if sum(play.milliseconds for play in in_order) == 0:
        return [_suspended(event_id, None, pool, reason=NOTHING_HEARD)]
    parts = pool.share([play.milliseconds for play in in_order])
    return [
        allocation
        for play, part in zip(in_order, parts, strict=True)
        for allocation in _pay(event_id, play, part)
    ]


def _pay(event_id: int, play: PlayUsed, amount: Money) -> list[Allocation]:
    reason = _obstacle(play)
    if reason:
        return [_suspended(event_id, play.id, amount, reason=reason)]
    shares = sorted(play.shares, key=lambda share: (share.party_id, share.role))
    parts = amount.share([share.basis_points for share in shares])
    return [
        Allocation(event_id, play.id, share.party_id, share.role, share.basis_points, part, "")
        for share, part in zip(shares, parts, strict=True)
    ]


def _obstacle(play: PlayUsed) -> str:
    if play.waits:
        return play.waits
    if play.work_id is None:
        return UNKNOWN_RECORDING
    if not play.shares:
        return WORK_WITHOUT_SHARES
    if not is_whole(play.shares):
        return SHARES_NOT_WHOLE
    return ""


def _suspended(event_id: int, play_id: str | None, amount: Money, *, reason: str) -> Allocation:
    return Allocation(event_id, play_id, None, "", 0, amount, reason)
