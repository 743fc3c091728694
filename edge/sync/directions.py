"""May these directions be followed? A judgement on a letter that came over the network."""

import hashlib
from dataclasses import dataclass, replace

from pydantic import ValidationError

from edge.config import Settings
from edge.errors import BadSeal, Misconfigured
from edge.sync.letters import Directions, DirectionsVerdict, Tuning
from edge.sync.seal import letter_digest, unseal
from edge.sync.wire import CENTRAL, Sealed

LONGEST_BYTES = 1 << 19  # of a letter, sealed; 64 evenings of 200 works are some 370 kB


@dataclass(frozen=True, slots=True)
class Standing:
    """What a box knows when directions arrive.

    Attributes:
        device: which box this is.
        trust: central's public key, PEM.
        serial: of the orders in force.
        settings: of the box's own file.
        number: of the directions in force; 0: none are.
    """

    device: str
    trust: str
    serial: int
    settings: Settings
    number: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to do about directions, and why.

    Attributes:
        letter: SHA-256 of what was judged, hex: of the payload, where there is one.
        directions: once its signature was found good.
        sealed: as it came, once it could be read.
    """

    verdict: DirectionsVerdict
    reason: str
    letter: str
    directions: Directions | None = None
    sealed: Sealed | None = None


def judge(letter: bytes, standing: Standing) -> Judgement:
    """Decide on a letter; nothing in it is used before its signature fits.

    Args:
        letter: a sealed `Directions`, as it came.
        standing: who this box is, whom it trusts, and what it works by.
    """
    if len(letter) > LONGEST_BYTES:
        reason = f"{len(letter)} bytes; directions have at most {LONGEST_BYTES}"
        return Judgement("unreadable", reason, _digest(letter))
    try:
        sealed = Sealed.model_validate_json(letter)
    except ValidationError as e:
        return Judgement(
            "unreadable", f"no sealed letter: {e.error_count()} faults", _digest(letter)
        )
    digest = letter_digest(sealed)
    try:
        directions = unseal(sealed, Directions, signer=CENTRAL, public_key=standing.trust)
    except BadSeal as e:
        return Judgement("unsigned", str(e)[:300], digest)
    verdict, reason = _judge(directions, standing)
    return Judgement(verdict, reason[:500], digest, directions, sealed)


def tuned(settings: Settings, tuning: Tuning) -> Settings:
    """A box's settings, with what the office has set.

    Raises:
        Misconfigured: together they cannot be obeyed.
    """
    return replace(settings, **tuning.model_dump(exclude_none=True))


def _judge(directions: Directions, standing: Standing) -> tuple[DirectionsVerdict, str]:
    if directions.device != standing.device:
        return "misaddressed", f"for {directions.device}, this box is {standing.device}"
    if directions.number <= standing.number:
        return "outdated", f"{directions.number} is not above {standing.number}, which is in force"
    if directions.serial != standing.serial:
        return "unfitting", f"for orders {directions.serial}, this box has {standing.serial}"
    for evening in directions.programme:
        if evening.begins >= evening.ends:
            return "impossible", f"an evening from {evening.begins} to {evening.ends} has no length"
    try:
        tuned(standing.settings, directions.tuning)
    except Misconfigured as e:
        return "impossible", str(e)
    return "applied", f"directions {directions.number} are now in force"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
