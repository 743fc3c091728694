"""Enrolling a box: central takes its identity and a one-time token, and answers signed orders."""

import httpx
from pydantic import ValidationError

from edge.errors import BadSeal, Refused, Unreachable
from edge.sync.letters import BoxIdentity, Bundle, Enrolment
from edge.sync.seal import device_id, unseal
from edge.sync.wire import CENTRAL, Sealed

_TIMEOUT_SECONDS = 20.0
_MOST_ANSWER_CHARACTERS = 1 << 20


def enrolment(token: str, identity: BoxIdentity) -> Enrolment:
    """The letter that asks central to take a box in.

    Args:
        token: as the office gave it.
        identity: as the box wrote it.

    Raises:
        Refused: the token cannot be one, or the identity names another key's box.
    """
    if device_id(identity.public_key) != identity.device:
        raise Refused(f"the identity of {identity.device} carries another box's key")
    try:
        return Enrolment(token=token.strip(), identity=identity)
    except ValidationError as e:
        raise Refused(
            f"a token has 16 to 128 characters, this one {len(token.strip())}; ask for a new one"
        ) from e


def orders_in(answer: str, *, device: str) -> tuple[Sealed, Bundle]:
    """The orders in central's answer: as sealed, and opened.

    Args:
        answer: what central sent.
        device: the box they must be for.

    Raises:
        BadSeal: not sealed orders, not signed with the key they name, or for another box.
    """
    if len(answer) > _MOST_ANSWER_CHARACTERS:
        raise BadSeal(f"central's answer has {len(answer)} characters; that cannot be orders")
    try:
        sealed = Sealed.model_validate_json(answer)
        named = Bundle.model_validate_json(sealed.payload)
    except ValidationError as e:
        raise BadSeal(f"central's answer is not sealed orders: {e.error_count()} faults") from e
    # The bench does not know central's key; the box does, and will refuse another's.
    bundle = unseal(sealed, Bundle, signer=CENTRAL, public_key=named.central_key)
    if bundle.device != device:
        raise BadSeal(f"central answered with orders for {bundle.device} instead of {device}")
    return sealed, bundle


def enrol(central: str, letter: Enrolment) -> tuple[Sealed, Bundle]:
    """Send the letter, and return the orders central answers with.

    Args:
        central: its address, such as `https://central.example`.
        letter: from `enrolment`.

    Raises:
        Unreachable: central did not answer; the token is still good.
        Refused: central does not take the box in, and says why.
        BadSeal: the answer is not orders for this box.
    """
    address = f"{central.rstrip('/')}/v1/enrol"
    try:
        answer = httpx.post(
            address,
            content=letter.model_dump_json(),
            headers={"Content-Type": "application/json"},
            timeout=_TIMEOUT_SECONDS,
        )
    except (httpx.RequestError, httpx.InvalidURL, UnicodeError) as e:  # the last: no such name
        raise Unreachable(f"{address} did not answer ({e}); check the address and try again") from e
    if answer.is_server_error:
        raise Unreachable(f"{address} answered {answer.status_code}; try again later")
    if not answer.is_success:
        raise Refused(f"{address} answered {answer.status_code}: {_reason(answer)}")
    return orders_in(answer.text, device=letter.identity.device)


def _reason(answer: httpx.Response) -> str:
    """What central gives as its reason, or what it said at all; at most 300 characters."""
    try:
        said = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        said = answer.text
    return " ".join(str(said).split())[:300]
