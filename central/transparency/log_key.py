"""The key that signs the log: made once, in a file of its own, and named for good."""

import os
from contextlib import suppress
from pathlib import Path

from central.errors import Unacceptable, Unready
from central.founding import load_key
from central.settings import Home
from central.transparency.notes import Signer, new_key, signer_of
from edge.durable import sync_folder
from edge.sync.seal import device_id, public_pem


def signer_in(home: Home) -> Signer:
    """The key of an office's log.

    Raises:
        Unready: there is none, or it cannot be read.
    """
    try:
        return signer_of(home.log_key.read_text("utf-8"))
    except FileNotFoundError as e:
        raise Unready(
            f"the key of the log, {home.log_key}, is missing, and the log has begun; bring the file"
            " back from a backup: no other key can go on with this log"
        ) from e
    except (OSError, UnicodeDecodeError, Unacceptable) as e:
        raise Unready(f"the key of the log, {home.log_key}: {e}") from e


def make_key(home: Home, *, name: str) -> None:
    """Make the key of a log that has not begun, unless there is one; of two that try, one does.

    Args:
        home: of the office.
        name: of the log, an address without scheme by custom; empty: named by the office's key.

    Raises:
        Unready: the folder cannot be written, or the name has spaces, a plus or more than a line.
    """
    if home.log_key.exists():
        return
    name = name or f"qulaq-{device_id(public_pem(load_key(home)))[3:]}/log"
    if "+" in name or any(not letter.isprintable() or letter.isspace() for letter in name):
        raise Unready(f"a log cannot be called {name!r}: no spaces and no '+' are allowed")
    try:
        _save_once(home.log_key, new_key(name) + "\n")
    except OSError as e:
        raise Unready(f"the key of the log cannot be kept in {home.log_key}: {e}") from e


def _save_once(path: Path, secret: str) -> None:
    # Born 0600 and complete under a name of its own, then linked: never replaced, never half.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    sync_folder(path.parent)
