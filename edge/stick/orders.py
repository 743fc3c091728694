"""May these orders be followed? A judgement on a letter from a stick, without disk or clock."""

from dataclasses import dataclass
from enum import Enum

from pydantic import ValidationError

from edge.errors import BadSeal
from edge.sync.letters import Bundle
from edge.sync.seal import device_id, unseal
from edge.sync.wire import CENTRAL, Sealed


class Verdict(Enum):
    """What came of a stick."""

    APPLIED = "applied"
    IN_FORCE = "in force"  # the very same orders already were
    INTRODUCED = "introduced"  # no orders for this box: it left its identity
    UNTRUSTING = "untrusting"  # the box has no key of central's
    CROWDED = "crowded"  # too many files
    UNREADABLE = "unreadable"
    UNSIGNED = "unsigned"  # not by the central this box trusts
    MISADDRESSED = "misaddressed"
    OUTDATED = "outdated"
    UNKEPT = "unkept"  # good orders, but the box cannot store them

    @property
    def is_obeyed(self) -> bool:
        """Are the orders on the stick those the box now works by?"""
        return self in (Verdict.APPLIED, Verdict.IN_FORCE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to do about a letter, and why, in words a technician can act on."""

    verdict: Verdict
    reason: str
    bundle: Bundle | None = None  # once its signature was found good


@dataclass(frozen=True, slots=True)
class Standing:
    """What a box knows when a letter arrives."""

    device: str
    trust: str  # central's public key, PEM
    letter: bytes | None  # the orders in force, as they came


def judge(letter: bytes, standing: Standing) -> Judgement:
    """Decide on a letter found on a stick; nothing in it is used before its signature fits.

    Args:
        letter: a sealed `Bundle`, as the file holds it.
        standing: who this box is, whom it trusts, and what it works by.
    """
    try:
        sealed = Sealed.model_validate_json(letter)
    except ValidationError as e:
        return Judgement(Verdict.UNREADABLE, f"not a sealed letter: {e.error_count()} faults")
    try:
        bundle = unseal(sealed, Bundle, signer=CENTRAL, public_key=standing.trust)
    except BadSeal as e:
        return Judgement(Verdict.UNSIGNED, str(e)[:300])
    return _judge_bundle(bundle, standing, is_present=letter == standing.letter)


def _judge_bundle(bundle: Bundle, standing: Standing, *, is_present: bool) -> Judgement:
    if bundle.device != standing.device:
        reason = f"orders for {bundle.device}, this box is {standing.device}"
        return Judgement(Verdict.MISADDRESSED, reason, bundle)
    if not _is_same_key(bundle.central_key, standing.trust):
        reason = "the orders name another key of central's than the one this box trusts"
        return Judgement(Verdict.UNSIGNED, reason, bundle)
    if is_present:
        return Judgement(Verdict.IN_FORCE, "these very orders are already in force", bundle)
    present = _in_force(standing)
    # Orders from before this box had to be given another key, and with it another name, are over.
    if present is not None and present.device != standing.device:
        present = None
    if present is not None and bundle.serial <= present.serial:
        reason = f"serial {bundle.serial} is not above {present.serial}, which is in force"
        return Judgement(Verdict.OUTDATED, reason, bundle)
    return Judgement(Verdict.APPLIED, f"orders {bundle.serial} are now in force", bundle)


def _in_force(standing: Standing) -> Bundle | None:
    """The orders a box works by; None when there are none that central signed."""
    if standing.letter is None:
        return None
    try:
        sealed = Sealed.model_validate_json(standing.letter)
        return unseal(sealed, Bundle, signer=CENTRAL, public_key=standing.trust)
    except (ValidationError, BadSeal):
        # A box whose own orders are torn must still be mendable by stick.
        return None


def _is_same_key(one: str, other: str) -> bool:
    try:
        return device_id(one) == device_id(other)
    except BadSeal:
        return False
