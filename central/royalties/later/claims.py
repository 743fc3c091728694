"""Claims: somebody says whose a waiting amount is, and staff accept that or refuse it, for good."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from central.database import put
from central.errors import Taken, Unacceptable, Unknown, Unwelcome
from central.royalties import evidence, store
from central.royalties.later.amounts import event_of, standing_at
from central.royalties.later.books import book
from central.royalties.later.claim_books import Claim, Filing, Step, claim, claims_on, put_step
from central.royalties.later.moves import Run, Standing, paid_to_work
from central.royalties.later.window import waits_for_an_owner, window_of
from central.royalties.later.works import registered, work_known
from central.royalties.later_tables import claims
from central.royalties.rules.claims import CLAIM_TOO_LATE
from central.royalties.testimony import WordUsed

CLAIM_TAKEN = "claim-taken"
NOT_SHOWN = "not-shown"
REFUSALS: Mapping[str, str] = {
    CLAIM_TOO_LATE: "the last day to claim it was over",
    CLAIM_TAKEN: "the amount no longer waits; another claim or a release came first",
    NOT_SHOWN: "the evidence does not show that it is the claimant's",
}
MOST_FROM_OUTSIDE = 20  # claims on one amount; more are no help to anybody


def file_claim(connection: Connection, filing: Filing, *, by: str, now: datetime) -> Claim:
    """Take a claim in; one that comes after the last day is kept and refused in the same breath.

    Args:
        connection: to the books, writing.
        filing: what is claimed, by whom, and why.
        by: label of the staff token; empty when it came by the public form.
        now: of filing; the window counts the venue's days.

    Raises:
        Unknown: no such amount, work or party.
        Unacceptable: the amount waits for nobody.
        Taken: strangers have claimed it very often already.
    """
    waiting = _waiting(connection, filing.reference)
    if waiting is None:
        raise Unacceptable(
            f"{filing.reference} does not wait for an owner; what does is listed at /unidentified"
        )
    _require_registered(connection, filing)
    if not by and claims_on(connection, filing.reference) >= MOST_FROM_OUTSIDE:
        raise Taken(f"{filing.reference} has been claimed often already; write to the office")
    window = window_of(connection, store.closing_of(connection, waiting.event_id))
    filed_on = now.astimezone(window.zone).date()
    number = put(connection, claims, _row(filing, by=by, now=now) | {"filed_on": filed_on})
    if waiting.play is not None and window.is_over(waiting.play, filed_on):
        why = f"the last day to claim it was {window.last_day(waiting.play)}"
        put_step(connection, number, Step("refused", CLAIM_TOO_LATE, why, "", now))
    return claim(connection, number)


def _waiting(connection: Connection, reference: str) -> Standing | None:
    """The amount of that reference, if it still waits for an owner."""
    for one in standing_at(connection, event_of(connection, reference)):
        if one.reference == reference and waits_for_an_owner(one):
            return one
    return None


def _require_registered(connection: Connection, filing: Filing) -> None:
    if filing.work_id is not None:
        registered(connection, filing.work_id)
    if filing.party_id is not None and not evidence.names_of(connection, [filing.party_id]):
        raise Unknown(f"party {filing.party_id} is not registered")


def _row(filing: Filing, *, by: str, now: datetime) -> dict[str, object]:
    number = int(filing.reference[1:])
    of_closing = filing.reference.startswith("A")
    return {
        "allocation_id": number if of_closing else None,
        "line_id": None if of_closing else number,
        "claimant": filing.claimant,
        "contact": filing.contact,
        "party_id": filing.party_id,
        "work_id": filing.work_id,
        "evidence": filing.evidence,
        "filed_by": by,
        "filed_at": now,
    }


def accept(
    connection: Connection,
    claim_id: int,
    *,
    work_id: int | None,
    why: str,
    by: str,
    now: datetime,
) -> Claim:
    """Pay what waited to the work it was, at its own worth; accepting twice is accepting once.

    Args:
        connection: to the books, writing.
        claim_id: an open claim.
        work_id: what was played; None for the work the claim names.
        why: for the history and the statement.
        by: label of the staff token; another than of whoever filed it.
        now: of the decision.

    Raises:
        Unknown: no such claim or work.
        Unwelcome: the same person filed it.
        Taken: it was decided otherwise, or the amount no longer waits.
        Unacceptable: no work is named, or its shares are not whole.
    """
    one = claim(connection, claim_id)
    if one.status == "accepted":
        return one
    _require_open(one, by=by)
    wanted = work_id or one.filing.work_id
    if wanted is None:
        raise Unacceptable(f"claim {one.id} names no work; say which work was played")
    work = work_known(connection, wanted)
    waiting = _waiting(connection, one.filing.reference)
    if waiting is None:
        raise Taken(
            f"{one.filing.reference} no longer waits; refuse claim {one.id} as {CLAIM_TAKEN}"
        )
    word = WordUsed("played", work.id, by, now)
    run = Run(
        closing_id=store.closing_of(connection, waiting.event_id),
        kind="claim",
        because=f"claim {one.id}, {one.filing.reference}",
        moves=(paid_to_work(waiting, work, word),),
    )
    paid = book(connection, run, by=by, now=now)
    put_step(connection, one.id, Step("accepted", "", why, by, now, work.id, paid))
    return claim(connection, one.id)


def refuse(
    connection: Connection, claim_id: int, *, reason: str, why: str, by: str, now: datetime
) -> Claim:
    """Refuse a claim with a reason; the amount goes on waiting.

    Raises:
        Unknown: no such claim.
        Unacceptable: the reason is none.
        Taken: it was decided already.
    """
    if reason not in REFUSALS:
        raise Unacceptable(f"a claim is refused as {', '.join(REFUSALS)}; not as {reason!r}")
    one = claim(connection, claim_id)
    _require_open(one, by="")
    put_step(connection, one.id, Step("refused", reason, why, by, now))
    return claim(connection, one.id)


def withdraw(connection: Connection, claim_id: int, *, why: str, by: str, now: datetime) -> Claim:
    """Note that the claimant gave up.

    Raises:
        Unknown: no such claim.
        Taken: it was decided already.
    """
    one = claim(connection, claim_id)
    _require_open(one, by="")
    put_step(connection, one.id, Step("withdrawn", "", why, by, now))
    return claim(connection, one.id)


def _require_open(one: Claim, *, by: str) -> None:
    if one.status != "open":
        raise Taken(f"claim {one.id} was {one.status} already; file another if there is news")
    if by and one.filed_by == by:
        raise Unwelcome(f"claim {one.id} was filed by {by}; another person must accept it")
