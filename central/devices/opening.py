"""Opening what a box sealed, by whichever of its keys is in force."""

from typing import TypeVar

from pydantic import BaseModel

from central.database import reading, writing
from central.desk import Office
from central.devices import store
from central.errors import Unacceptable
from edge.errors import BadSeal
from edge.sync.seal import unseal
from edge.sync.wire import Sealed

Letter = TypeVar("Letter", bound=BaseModel)


def opened(desk: Office, sealed: Sealed, words: type[Letter]) -> Letter:
    """The letter inside, if a box that may speak sealed it and speaks for itself.

    The first letter by a key that follows another retires that other.

    Raises:
        Unwelcome: not enrolled here, or revoked.
        BadSeal: none of its keys in force sealed this, or it is not such a letter.
        Unacceptable: it speaks for another box.
    """
    with reading(desk.books) as connection:
        keys = store.keys_in_force(connection, sealed.signer)
    letter, key = _by_any(sealed, words, keys)
    if (of := getattr(letter, "device", None)) != sealed.signer:
        raise Unacceptable(f"{sealed.signer} sealed a {words.__name__} of {of}")
    if key.used_at is None:
        with writing(desk.books) as connection:
            store.begin_using(connection, key, now=desk.now())
    return letter


def _by_any(sealed: Sealed, words: type[Letter], keys: list[store.Key]) -> tuple[Letter, store.Key]:
    met = BadSeal(f"box {sealed.signer} has no key in force")
    for key in keys:
        try:
            letter = unseal(sealed, words, signer=sealed.signer, public_key=key.public_key)
        except BadSeal as fault:
            met = fault
        else:
            return letter, key
    raise met
