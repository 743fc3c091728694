"""Who this box is, whom it trusts, and the orders it has been given."""

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from pydantic import ValidationError

from edge.config import Settings
from edge.durable import sync_folder, write_whole
from edge.errors import BadSeal, Misconfigured, Unwritable
from edge.sync import keeper
from edge.sync.letters import Bundle
from edge.sync.seal import ALGORITHM, Signer, device_id, load_public, public_pem, unseal
from edge.sync.wire import CENTRAL, Sealed

AS_IT_COMES = Settings()


@dataclass(frozen=True, slots=True)
class Identity:
    """A box's key and the name that follows from it."""

    key: Signer
    public_key: str  # PEM
    device: str  # qb-…


def load_or_make(path: Path, settings: Settings = AS_IT_COMES) -> Identity:
    """The box's identity; made on the first call, never changed after.

    Two processes may call this at once: the first link to the name wins, both see its key.

    Args:
        path: where it lies, or what a chip that keeps it needs.
        settings: what shall keep it, and where that is.

    Raises:
        Misconfigured: the file cannot be read or made.
        BadSeal: the file is there but holds no P-256 private key.
        KeyOutOfReach: the chip that shall keep a new key is missing, busy or locked.
    """
    try:
        if not path.exists():
            _make(path, settings)
        written = path.read_bytes()
    except OSError as e:
        raise Misconfigured(f"the box's key {path}: {e}") from e
    return _identity(path, written, settings)


def load(path: Path, settings: Settings = AS_IT_COMES) -> Identity:
    """The box's identity, which must have been made before.

    Raises:
        Misconfigured: there is none, or it cannot be read.
        BadSeal: the file holds no P-256 private key.
    """
    try:
        return _identity(path, path.read_bytes(), settings)
    except FileNotFoundError as e:
        raise Misconfigured(f"no key at {path}; make one with `qulaq-edge identity`") from e
    except OSError as e:
        raise Misconfigured(f"the box's key {path}: {e}") from e


def prove(identity: Identity) -> None:
    """See that the box can sign with its key now.

    Raises:
        KeyOutOfReach: a chip keeps it, and gives no signature.
        BadSeal: what it gave does not fit.
    """
    said = identity.device.encode()
    try:
        load_public(identity.public_key).verify(identity.key.sign(said, ALGORITHM), said, ALGORITHM)
    except InvalidSignature as e:
        raise BadSeal(f"what signs for {identity.device} has another key than this box") from e


def renew(path: Path, settings: Settings = AS_IT_COMES) -> None:
    """Make the key that shall follow; it is used once central has heard of it.

    Raises:
        Misconfigured: the box has no key yet, or the file cannot be made; or what shall keep the
            next key has only the one that the box has already.
        KeyOutOfReach: the chip that shall keep it is missing, busy or locked.
    """
    own = load(path, settings)
    try:
        if _successor(path).exists():
            return
        written = keeper.make(settings)
        if public_pem(keeper.opened(written, settings)) == own.public_key:
            raise Misconfigured(
                f"a {settings.key_store} has one key for life, and this box has it already; "
                'with key_store = "file" the next one lies in a file'
            )
        _lay(_successor(path), written, 0o600)
        _belong(_successor(path), path.stat())
    except OSError as e:
        raise Misconfigured(f"the box's next key {_successor(path)}: {e}") from e


def replace(path: Path, settings: Settings = AS_IT_COMES) -> None:
    """The key is gone, with its chip or otherwise: make one that nothing vouches for.

    The box has another name then, and is enrolled anew under it. What was written down of the
    old key is kept beside it, should its chip come back.

    Raises:
        Misconfigured: the files cannot be read or made; the old ones stay.
        KeyOutOfReach: the chip that shall keep the new one is missing, busy or locked.
    """
    try:
        written = keeper.make(settings)
        if path.exists():
            _lay_again(path, written)
        else:
            _lay(path, written, 0o600)
    except OSError as e:
        raise Misconfigured(f"the box's key {path}: {e}") from e


def successor_of(path: Path, settings: Settings = AS_IT_COMES) -> Signer | None:
    """The key that shall follow, if one was made.

    Raises:
        Misconfigured: it cannot be read.
        BadSeal: the file holds no P-256 private key.
    """
    try:
        return keeper.opened(_successor(path).read_bytes(), settings)
    except FileNotFoundError:
        return None
    except OSError as e:
        raise Misconfigured(f"the box's next key {_successor(path)}: {e}") from e


def succeed(path: Path, device: str) -> None:
    """Central knows the key that follows: use it, under the name the box has.

    Raises:
        Unwritable: the card is full, read-only or dying; the old key stays in use.
    """
    try:
        write_whole(_name(path), device.encode())
        _successor(path).replace(path)
        sync_folder(path.parent)
    except OSError as e:
        raise Unwritable(f"the box's key {path} cannot be replaced: {e}; look at the card") from e


def lay_trust(path: Path, pem: str) -> None:
    """Say once which central this box believes.

    Raises:
        BadSeal: the text is not a P-256 public key.
        Misconfigured: another key was laid down before, which only a person may remove; or the
            file cannot be read or made.
    """
    load_public(pem)
    try:
        if not path.exists():
            _lay(path, pem.encode(), 0o644)
        laid = path.read_bytes()
    except OSError as e:
        raise Misconfigured(f"central's key {path}: {e}") from e
    if laid.split() != pem.encode().split():
        raise Misconfigured(
            f"{path} already names another central; remove the file first if that is meant"
        )


def read_trust(path: Path) -> str:
    """The public key of the central this box believes, PEM.

    Raises:
        Misconfigured: none was laid down, or the file cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise Misconfigured(
            f"no central to trust at {path}; lay one down with `qulaq-edge identity --trust PEM`"
        ) from e


def read_bundle(path: Path, *, trust: str) -> Bundle:
    """The orders in force, their seal checked again each time they are read.

    Raises:
        Misconfigured: there are no orders yet, or the file cannot be read.
        BadSeal: not sealed by the trusted central.
    """
    try:
        sealed = Sealed.model_validate_json(path.read_bytes())
    except FileNotFoundError as e:
        raise Misconfigured(f"no orders at {path} yet; plug in the stick for this box") from e
    except OSError as e:
        raise Misconfigured(f"the box's orders {path}: {e}") from e
    except ValidationError as e:
        raise BadSeal(f"{path} holds no sealed orders; plug in the stick for this box") from e
    return unseal(sealed, Bundle, signer=CENTRAL, public_key=trust)


def _identity(path: Path, written: bytes, settings: Settings) -> Identity:
    try:
        key = keeper.opened(written, settings)
        public = public_pem(key)
    except BadSeal as e:
        raise BadSeal(f"the box's key {path}: {e}") from e
    name = _name(path)
    # A box is named by its first key, and keeps that name.
    named = name.read_text(encoding="ascii") if name.exists() else device_id(public)
    return Identity(key, public, named)


def _successor(path: Path) -> Path:
    return path.with_suffix(".next.pem")


def _gone(path: Path) -> Path:
    return path.with_suffix(f".gone{path.suffix}")


def _name(path: Path) -> Path:
    return path.with_suffix(".name")


def _make(path: Path, settings: Settings) -> None:
    try:
        _lay(path, keeper.make(settings), 0o600)
    except FileExistsError:
        return  # another process was first; its key is this box's key


def _lay_again(path: Path, written: bytes) -> None:
    """Put a key in another's place. Cut off anywhere, it is done again."""
    owner = path.stat()
    _successor(path).unlink(missing_ok=True)
    if _name(path).exists():
        _name(path).replace(_gone(_name(path)))
    path.replace(_gone(path))
    _lay(path, written, 0o600)
    _belong(path, owner)


def _belong(path: Path, owner: os.stat_result) -> None:
    """Let a file be read by those who may read another: on a box root makes keys for others."""
    os.chown(path, owner.st_uid, owner.st_gid)
    path.chmod(stat.S_IMODE(owner.st_mode))


def _lay(path: Path, content: bytes, mode: int) -> None:
    """Write a file that appears whole or not at all, and never replaces another."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    fresh.touch(mode, exist_ok=False)
    with fresh.open("r+b") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    finally:
        fresh.unlink()
    sync_folder(path.parent)
