"""Setting an office up, once, and opening it every morning."""

import os
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy import Engine

from central.access import new_secret, put_staff_token
from central.database import open_books, open_server, writing
from central.desk import Office
from central.errors import Taken, Unready
from central.settings import Home, Settings
from central.upgrading import upgrade
from edge.errors import BadSeal
from edge.sync import seal


def found(home: Home, *, at: datetime, books: str = "") -> str:
    """Set up an office in an empty folder; answers the first staff token, to be shown once.

    Args:
        home: the folder.
        at: now.
        books: address of an empty PostgreSQL database; empty: the books are a file in the folder.

    Raises:
        Taken: there is an office in that folder already.
        Unready: the folder cannot be written.
    """
    if home.key.exists():
        raise Taken(f"{home.path} is an office already; make a token with `qulaq-central token`")
    try:
        for folder in (home.key.parent, home.segments):
            folder.mkdir(parents=True, exist_ok=True)
        home.key.parent.chmod(0o700)
        if books:
            save_secret(home.elsewhere, books.encode())
        _brought_up_to_date(home).dispose()
        token = let_in(home, label="founder", at=at)
        save_secret(home.key, seal.private_pem(seal.new_key()))
    except OSError as e:
        raise Unready(f"{home.path} cannot be an office: {e}") from e
    return token


def let_in(home: Home, *, label: str, at: datetime) -> str:
    """A new staff token; only its hash is kept, so it must be shown now.

    Raises:
        Unready: there is no office in that folder.
    """
    if not home.books.exists() and not home.elsewhere.exists():
        raise Unready(f"no office in {home.path}; run `qulaq-central init --home {home.path}`")
    token = new_secret()
    books = _opened(home)
    try:
        with writing(books) as connection:
            put_staff_token(connection, token, label=label, at=at)
    finally:
        books.dispose()
    return token


def open_office(home: Home, settings: Settings) -> Office:
    """The office in a folder, its books brought to the form this program knows.

    Raises:
        Unready: no office there, an unreadable key, or books of a newer program.
    """
    key = load_key(home)
    return Office(home=home, settings=settings, books=_brought_up_to_date(home), key=key)


def load_key(home: Home) -> EllipticCurvePrivateKey:
    """The key of the office in a folder.

    Raises:
        Unready: no office there, or an unreadable key.
    """
    try:
        return seal.load_private(home.key.read_bytes())
    except FileNotFoundError as e:
        reason = f"no office in {home.path}; run `qulaq-central init --home {home.path}`"
        raise Unready(reason) from e
    except (OSError, BadSeal) as e:
        raise Unready(f"the key of the office, {home.key}: {e}") from e


def _brought_up_to_date(home: Home) -> Engine:
    books = _opened(home)
    try:
        upgrade(books)
    except BaseException:
        books.dispose()
        raise
    return books


def _opened(home: Home) -> Engine:
    if home.elsewhere.exists():
        return open_server(home.elsewhere.read_text("utf-8").strip())
    return open_books(home.books)


def save_secret(path: Path, secret: bytes) -> None:
    """Write what only the office may read; it appears whole.

    Raises:
        OSError: the folder cannot be written.
    """
    # Born 0600 and complete: there is no instant at which others may read it, nor half a key.
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
