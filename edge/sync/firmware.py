"""A box's key in a Raspberry Pi: its firmware signs with the key burnt into the processor.

`rpi-fw-crypto` (package raspi-utils) asks the firmware. A Pi has one such key for life; the program
can neither make one by accident nor exchange it, so here a key is only ever found.

This was written against that program's source and tried with a stand-in that speaks as it does:
it has never met a real Pi.

Source:
    https://github.com/raspberrypi/utils, rpifwcrypto/README.md and main.c, June 2026.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edge.errors import BadSeal, KeyOutOfReach
from edge.sync.seal import NO_KEY, load_public

PROGRAM: Final = "rpi-fw-crypto"
DEVICES: Final = (Path("/dev/vcio_crypto"), Path("/dev/vcio"))  # it takes the first it may open
KEY_ID: Final = "1"  # the device's own
MARK: Final = b"-----BEGIN RASPBERRY PI FIRMWARE KEY-----"  # by which such a file is known

_END: Final = b"-----END RASPBERRY PI FIRMWARE KEY-----"
_PLAIN: Final = (b"-----BEGIN PUBLIC KEY-----", b"-----END PUBLIC KEY-----")
_PATIENCE_SECONDS: Final = 30.0
_CODE: Final = re.compile(r"crypto error: -?([0-9]{1,3})")
_LOST: Final = (
    "put the card back into the Pi in which the box was made; if that Pi is gone, "
    "`qulaq-edge identity --replace` makes this one's key the box's, and the box is enrolled anew"
)
_NONE: Final = (
    f"it has no key yet; `sudo {PROGRAM} genkey --key-id {KEY_ID} --alg ec` burns one into it, "
    "which nobody can undo"
)
# The firmware's answers, by the numbers in `rpifwcrypto.h`.
_MEANINGS: Final = {
    3: _NONE,
    4: "its key is locked against signing until it starts again (SIGN_LOCKED); start it anew, and "
    "if that does not help look for what locks it",
    6: _NONE,
    7: 'what is burnt into it is no P-256 key; this Pi can keep none, write key_store = "file"',
    8: "its firmware is too old to sign; sudo rpi-eeprom-update -a, then start it anew",
}


@dataclass(frozen=True, slots=True)
class FirmwareKey:
    """A key that one Raspberry Pi can sign with.

    Attributes:
        written: as it lies in the box's folder: the public half, under a mark of its own.
    """

    written: bytes

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The public half, which stands in the file: the firmware is not asked.

        Raises:
            BadSeal: the file is torn.
        """
        plain = self.written.replace(MARK, _PLAIN[0]).replace(_END, _PLAIN[1])
        return load_public(plain.decode("ascii", errors="replace"))

    def sign(self, data: bytes, signature_algorithm: ec.ECDSA, /) -> bytes:
        """An ECDSA signature of the SHA-256 of data, DER.

        Whether it fits is looked at here: the program says 0 where a locked key gave nothing, and
        a card may have been put into another Pi.

        Raises:
            KeyOutOfReach: the program or the device is missing, or the key is locked, or another.
            BadSeal: the file is torn.
        """
        known = self.public_key()
        signature = _ask("sign", "--in", "/dev/stdin", "--alg", "ec", told=data)
        try:
            known.verify(signature, data, signature_algorithm)
        except InvalidSignature as e:
            raise KeyOutOfReach(f"this Raspberry Pi: {self._why_not()}") from e
        return signature

    def _why_not(self) -> str:
        if new_firmware_key().split() != self.written.split():
            return f"it has another key than this box; {_LOST}"
        return _MEANINGS[4]


def new_firmware_key() -> bytes:
    """The key that this Raspberry Pi has; the file for it.

    Raises:
        KeyOutOfReach: the program or the device is missing, or there is no such key.
    """
    der = _ask("pubkey")
    try:
        key = serialization.load_der_public_key(der)
    except NO_KEY as e:
        raise KeyOutOfReach(f"this Raspberry Pi: {_MEANINGS[7]} ({e})") from e
    plain = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    try:
        load_public(plain.decode("ascii"))
    except BadSeal as e:
        raise KeyOutOfReach(f"this Raspberry Pi: {_MEANINGS[7]} ({e})") from e
    return plain.replace(_PLAIN[0], MARK).replace(_PLAIN[1], _END)


def _ask(act: str, *words: str, told: bytes = b"") -> bytes:
    """Run the program once; what it wrote."""
    command = [PROGRAM, act, *words, "--key-id", KEY_ID]
    try:
        done = subprocess.run(
            command, input=told, capture_output=True, timeout=_PATIENCE_SECONDS, check=False
        )
    except FileNotFoundError as e:
        raise KeyOutOfReach(
            f"this machine has no {PROGRAM}: on a Raspberry Pi, apt-get install raspi-utils; "
            "elsewhere write another key_store"
        ) from e
    except OSError as e:
        raise KeyOutOfReach(f"{PROGRAM} cannot be started: {e.strerror}") from e
    except subprocess.TimeoutExpired as e:
        raise KeyOutOfReach(
            f"{PROGRAM} has not answered within {_PATIENCE_SECONDS:g} s; start the Pi anew"
        ) from e
    said = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        raise KeyOutOfReach(f"this Raspberry Pi: {_meaning(said, done.returncode)}")
    return done.stdout


def _meaning(said: str, code: int) -> str:
    """What the program's complaint means; in its own words where we have none."""
    found = _CODE.search(said)
    number = int(found[1]) if found else 256 - code
    if "Failed to open /dev/" in said:
        return (
            "its firmware cannot be reached (/dev/vcio_crypto, /dev/vcio): no such device, or this "
            "user may not open it; run install-box.sh again, which sees to that"
        )
    if number in _MEANINGS:
        return _MEANINGS[number]
    return f"{' '.join(said.split()) or f'exit code {code}'}; start it anew, then see vclog -m"
