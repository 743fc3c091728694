"""The tray between who speaks and who hears: the directions in force, and which were answered.

Who speaks lays down what it judged good; who hears picks it up, and looks at the signature itself.
One file is exchanged in one rename: a box cut off at any point works by the old or by the new.
"""

from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from edge.durable import write_whole
from edge.errors import BadSeal, Misconfigured, Unwritable
from edge.sync.directions import LONGEST_BYTES, Standing
from edge.sync.letters import Directions, DirectionsReceipt, DirectionsVerdict
from edge.sync.seal import unseal
from edge.sync.wire import CENTRAL, Digest, Message, Sealed

_AROUND_BYTES = 1024  # what stands around a letter that is kept


class Kept(Message):
    """Directions in force, as they came, and since when."""

    letter: Sealed
    since: AwareDatetime


class _Answered(Message):
    letter: Digest
    verdict: DirectionsVerdict


class Tray:
    """The folder of who speaks."""

    def __init__(self, folder: Path) -> None:
        """Stand before a tray; the folder is made when something is laid on it."""
        self._folder = folder
        self._answered = folder / "answered.json"

    def keep(self, kept: Kept) -> None:
        """Put directions in force that were judged good.

        Raises:
            Unwritable: the card is full, read-only or dying; what was in force stays.
        """
        self._write(_in_force(self._folder), kept)

    def kept(self, trust: str) -> Kept | None:
        """The directions in force; None where there are none that central signed.

        A box whose own are torn must still be able to get others.
        """
        try:
            kept = _read(self._folder)
            if kept is not None:
                unseal(kept.letter, Directions, signer=CENTRAL, public_key=trust)
        except (BadSeal, Misconfigured):
            return None
        return kept

    def is_answered(self, receipt: DirectionsReceipt) -> bool:
        """Whether central has had a receipt that says the same."""
        try:
            last = _Answered.model_validate_json(self._answered.read_bytes())
        except (OSError, ValidationError):
            return False
        return last == _Answered(letter=receipt.letter, verdict=receipt.verdict)

    def answered(self, receipt: DirectionsReceipt) -> None:
        """Central has this receipt.

        Raises:
            Unwritable: the card is full, read-only or dying; it will be told again.
        """
        self._write(self._answered, _Answered(letter=receipt.letter, verdict=receipt.verdict))

    def _write(self, path: Path, message: Message) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, message.model_dump_json().encode())
        except OSError as e:
            raise Unwritable(f"{path} cannot be written: {e.strerror}; look at the card") from e


def read_directions(folder: Path, standing: Standing) -> Directions | None:
    """The directions a box works by; None where there are none beside the orders it has.

    Args:
        folder: the tray.
        standing: which box this is, whom it trusts, and which orders it has.

    Raises:
        Misconfigured: the file cannot be read.
        BadSeal: it is not sealed by the trusted central, or for another box.
    """
    kept = _read(folder)
    if kept is None:
        return None
    told = unseal(kept.letter, Directions, signer=CENTRAL, public_key=standing.trust)
    if told.device != standing.device:
        raise BadSeal(f"these directions are for {told.device}, this box is {standing.device}")
    return told if told.serial == standing.serial else None


def _in_force(folder: Path) -> Path:
    return folder / "letter.json"


def _read(folder: Path) -> Kept | None:
    path = _in_force(folder)
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_BYTES + _AROUND_BYTES)
        return Kept.model_validate_json(content)
    except FileNotFoundError:
        return None
    except OSError as e:
        raise Misconfigured(f"the box's directions {path}: {e}") from e
    except ValidationError as e:
        raise BadSeal(f"{path} holds no sealed directions; sync fetches others") from e
