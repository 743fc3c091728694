"""The errand of asking what the office wants of this box now, and of answering what was done."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from edge.sync.directions import LONGEST_BYTES, Judgement, Standing, judge
from edge.sync.identity import Identity
from edge.sync.letters import Directions, DirectionsReceipt
from edge.sync.protocol import Answer, Request, answer_directions, drive, fetch_directions
from edge.sync.seal import letter_digest, seal
from edge.sync.tray import Kept, Tray

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Follower:
    """Who asks, and by what it judges.

    Attributes:
        standing: what the box knows; the number of the directions in force is looked up.
    """

    identity: Identity
    now: Callable[[], datetime]
    tray: Tray
    standing: Standing


def follow(who: Follower, send: Callable[[Request], Answer]) -> DirectionsReceipt | None:
    """Take other directions, if there are any, and answer what has not been answered.

    Whatever goes wrong, those in force stay. Cut off anywhere it is done again: what is in force
    is answered until central has taken the answer.

    Returns:
        What was answered this time.

    Raises:
        Unreachable, Refused: central did not answer, or did not know us.
        Unwritable: the card takes nothing more.
    """
    kept = who.tray.kept(who.standing.trust)
    if kept is not None and _of(kept).device != who.identity.device:
        kept = None  # from before this box had to be given another key, and with it another name
    have = 0 if kept is None else _of(kept).number
    letter = drive(fetch_directions(have, longest=LONGEST_BYTES), send)
    receipt = None if kept is None else _of_what_is_in_force(who, kept)
    if letter is not None:
        judgement = judge(letter, replace(who.standing, number=have))
        receipt = _receipt(who, judgement)
        _obey(who, judgement)
    if receipt is None or who.tray.is_answered(receipt):
        return None
    drive(answer_directions(seal(receipt, signer=receipt.device, key=who.identity.key)), send)
    who.tray.answered(receipt)
    return receipt


def _obey(who: Follower, judgement: Judgement) -> None:
    told = judgement.directions
    if judgement.verdict == "applied" and judgement.sealed is not None and told is not None:
        who.tray.keep(Kept(letter=judgement.sealed, since=who.now()))
        log.info("directions_in_force", number=told.number)
    else:
        log.warning("directions_refused", verdict=judgement.verdict, reason=judgement.reason)


def _of(kept: Kept) -> Directions:
    return Directions.model_validate_json(kept.letter.payload)


def _of_what_is_in_force(who: Follower, kept: Kept) -> DirectionsReceipt:
    number = _of(kept).number
    return DirectionsReceipt(
        device=who.identity.device,
        number=number,
        letter=letter_digest(kept.letter),
        verdict="applied",
        reason=f"directions {number} are now in force",
        judged_at=kept.since,
    )


def _receipt(who: Follower, judgement: Judgement) -> DirectionsReceipt:
    return DirectionsReceipt(
        device=who.identity.device,
        number=0 if judgement.directions is None else judgement.directions.number,
        letter=judgement.letter,
        verdict=judgement.verdict,
        reason=judgement.reason,
        judged_at=who.now(),
    )
