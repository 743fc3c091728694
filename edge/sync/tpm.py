"""A box's key in a TPM 2.0: made there, signing there, never seen outside.

What lies in the box's folder is the key as the chip wrapped it for itself: no other chip can load
it. Its parent is made anew from the chip's own seed each time, by a template that everybody uses,
so it is there after a power cut and needs no place in the chip.

Source:
    TCG, "TPM 2.0 Library", parts 1 and 3; "ASN.1 Specification for TPM 2.0 Key Files" (the file,
    which OpenSSL's and GnuTLS's TPM providers read too).
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from edge.errors import BadSeal, KeyOutOfReach, Misconfigured
from edge.sync.seal import load_public

MARK: Final = b"-----BEGIN TSS2 PRIVATE KEY-----"  # by which such a file is known

_LOST: Final = (
    "was the card moved to another box, or the chip exchanged or cleared? Put back what was there; "
    "if that is gone, `qulaq-edge identity --replace` makes another key, and the box is enrolled "
    "anew"
)
# What the chip answers, and what it means to whoever stands before the box.
_MEANINGS: Final = {
    "INTEGRITY": f"it did not make this key: {_LOST}",
    "BAD_AUTH": "it is locked: its owner hierarchy has a password, which the box does not "
    "know; take it away (tpm2_changeauth -c owner -p PASSWORD)",
    "AUTH_FAIL": "it is locked: its owner hierarchy has a password, which the box does not "
    "know; take it away (tpm2_changeauth -c owner -p PASSWORD)",
    "HIERARCHY": "it is locked: its owner hierarchy is switched off until the machine "
    "starts again; start it anew, and look in its firmware's settings if that does not help",
    "LOCKOUT": "it is locked: somebody tried too many passwords; it unlocks by itself, "
    "within hours or a day, or at once by tpm2_dictionarylockout -c",
    "FAILURE": "it says that it has failed; switch the box off and on, and if that does "
    f"not help the chip is dead: {_LOST}",
    "RETRY": "it is busy; the box tries again by itself",
    "YIELDED": "it is busy; the box tries again by itself",
    "TESTING": "it is busy testing itself; the box tries again by itself",
}
_BUSY: Final = "it is busy: another program holds it; use /dev/tpmrm0, which can be shared"
_DENIED: Final = "this user may not open it; run install-box.sh again, which sees to that"
_MISSING: Final = (
    "it is not there: is the chip plugged in and switched on, and its driver loaded (ls /dev/tpm*)?"
)
_SILENT: Final = "it does not answer; switch the box off and on"


@dataclass(frozen=True, slots=True)
class TpmKey:
    """A key that one chip can sign with.

    The chip is asked for each signature anew and let go after it: nothing of ours stays in it,
    and a chip that was reset in between is none the worse.

    Attributes:
        written: as it lies in the box's folder, PEM.
        device: `/dev/tpmrm0`, or a TCTI of tpm2-tss.
    """

    written: bytes
    device: str

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The public half, which stands in the file: the chip is not asked.

        Raises:
            BadSeal: the file is torn, or holds another kind of key.
            Misconfigured: the library for TPMs is not installed.
        """
        return load_public(_read(self.written).public.to_pem().decode("ascii"))

    def sign(self, data: bytes, signature_algorithm: ec.ECDSA, /) -> bytes:
        """An ECDSA signature of the SHA-256 of data, DER.

        Raises:
            KeyOutOfReach: the chip is missing, busy, locked, or another one.
            BadSeal: the file is torn.
            Misconfigured: the library for TPMs is not installed.
        """
        tss, key = _library(), _read(self.written)
        with _chip(self.device) as chip, key.load(chip) as handle:
            signature = chip.sign(
                handle,
                tss.TPM2B_DIGEST(hashlib.sha256(data).digest()),
                tss.TPMT_SIG_SCHEME(
                    scheme=tss.TPM2_ALG.ECDSA,
                    details=tss.TPMU_SIG_SCHEME(
                        any=tss.TPMS_SCHEME_HASH(hashAlg=tss.TPM2_ALG.SHA256)
                    ),
                ),
                # No ticket: the key is not restricted, it signs what was hashed outside.
                tss.TPMT_TK_HASHCHECK(tag=tss.TPM2_ST.HASHCHECK, hierarchy=tss.TPM2_RH.NULL),
            )
        return bytes(signature)


def new_tpm_key(device: str) -> bytes:
    """Have the chip make a key, and wrap it for itself; the file for it, PEM.

    The key is fixed to the chip, made by its dice, and only signs. It has no password, as that
    would lie beside it, and is not subject to the chip's lock against guessing one.

    Raises:
        KeyOutOfReach: the chip is missing, busy or locked.
        Misconfigured: the library for TPMs is not installed.
    """
    _library()
    from tpm2_pytss.tsskey import TSSPrivKey

    with _chip(device) as chip:
        return bytes(TSSPrivKey.create_ecc(chip).to_pem())


@contextmanager
def _chip(device: str) -> Iterator[Any]:
    """The chip, and its answers in words."""
    tss = _library()
    if device.startswith("/"):
        _try(device)
    try:
        with tss.ESAPI(f"device:{device}" if device.startswith("/") else device) as chip:
            yield chip
    except tss.TSS2_Exception as e:
        raise KeyOutOfReach(f"the TPM {device}: {_meaning(tss, e)}") from e


def _try(device: str) -> None:
    """Open a device and let it go: the kernel says what is amiss, the library that something is."""
    try:
        os.close(os.open(device, os.O_RDWR | os.O_CLOEXEC))
    except OSError as e:
        raise KeyOutOfReach(f"the TPM {device}: {_why(e)}") from e


def _why(e: OSError) -> str:
    if e.errno == errno.EBUSY:
        return _BUSY
    if e.errno in (errno.EACCES, errno.EPERM):
        return _DENIED
    if e.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return f"{_MISSING} If the chip is dead: {_LOST}"
    return f"{e.strerror}; {_SILENT}"


def _meaning(tss: Any, e: Any) -> str:  # noqa: ANN401  # the library has no types
    """What an answer of the chip means; in its own words where we have none."""
    for name, meaning in _MEANINGS.items():
        if e.error == getattr(tss.TPM2_RC, name):
            return meaning
    return f"{e}; {_SILENT}"


def _read(written: bytes) -> Any:  # noqa: ANN401  # the library has no types
    tss = _library()
    from tpm2_pytss.tsskey import TSSPrivKey

    try:
        return TSSPrivKey.from_pem(written)
    except (ValueError, TypeError, tss.TSS2_Exception) as e:
        raise BadSeal(f"not a TPM's key: {e}") from e


def _library() -> Any:  # noqa: ANN401  # the library has no types
    """The library for TPMs, which only such boxes have.

    Raises:
        Misconfigured: it is not installed.
    """
    # What it would print beside an error is in our own words in the error's text.
    os.environ.setdefault("TSS2_LOG", "all+none")
    try:
        import tpm2_pytss
    except ImportError as e:
        raise Misconfigured(
            f"this box has no library for TPMs ({e}): apt-get install libtss2-dev gcc python3-dev, "
            'then run install-box.sh again; or write key_store = "file"'
        ) from e
    return tpm2_pytss
