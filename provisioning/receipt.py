"""What boxes did with their orders: the receipts on a stick, each checked against its box."""

from dataclasses import dataclass

from pydantic import ValidationError

from edge.errors import BadSeal, BadStick
from edge.stick.labels import receipt_name
from edge.stick.medium import Medium
from edge.sync.letters import BoxIdentity, StickReceipt
from edge.sync.seal import unseal
from edge.sync.wire import Sealed


@dataclass(frozen=True, slots=True)
class Answer:
    """One box's answer."""

    device: str
    receipt: StickReceipt | None  # None: there is none, or it is not this box's
    fault: str = ""  # why there is none


def answers(medium: Medium, boxes: list[BoxIdentity]) -> list[Answer]:
    """The answer of each box that introduced itself on the stick, in the order given.

    Raises:
        BadStick: the stick cannot be read.
    """
    there = set(medium.names())
    return [_answer(medium, box, there) for box in boxes]


def _answer(medium: Medium, box: BoxIdentity, there: set[str]) -> Answer:
    name = receipt_name(box.device)
    if name not in there:
        return Answer(box.device, None, "no receipt yet: plug the stick into the box")
    try:
        sealed = Sealed.model_validate_json(medium.read_file(name))
        receipt = unseal(sealed, StickReceipt, signer=box.device, public_key=box.public_key)
    except (ValidationError, BadSeal, BadStick) as e:
        return Answer(box.device, None, f"the receipt is not this box's: {e}")
    if receipt.device != box.device:
        return Answer(box.device, None, f"the receipt speaks for {receipt.device}")
    return Answer(box.device, receipt)
