"""Enrolling a box: central takes its identity and a one-time token, and answers signed orders."""

from pydantic import ValidationError

from edge.errors import BadSeal, Refused
from edge.sync.letters import BoxIdentity, Bundle, Enrolment
from edge.sync.seal import device_id, unseal
from edge.sync.wire import CENTRAL, Sealed
from provisioning.asking import ask

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
    content = letter.model_dump_json().encode()
    answer = ask(central, "/v1/enrol", content, longest=_MOST_ANSWER_CHARACTERS)
    return orders_in(answer.decode("utf-8", "replace"), device=letter.identity.device)
