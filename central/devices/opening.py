"""Opening what a box sealed, by whichever of its keys is in force."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel

from central.database import reading, writing
from central.desk import Office
from central.devices import store
from central.errors import Unacceptable, Unwelcome
from edge.errors import BadSeal, QulaqError
from edge.sync.seal import unseal_by
from edge.sync.wire import Sealed

Letter = TypeVar("Letter", bound=BaseModel)
Read = TypeVar("Read")


def opened(desk: Office, sealed: Sealed, words: type[Letter]) -> Letter:
    """The letter inside, if a box that may speak sealed it and speaks for itself.

    The first letter by a key that follows another retires that other.

    Raises:
        Unwelcome: not enrolled here, or revoked.
        BadSeal: none of its keys in force sealed this, or it is not such a letter.
        Unacceptable: it speaks for another box.
    """
    (letter,) = opened_together(desk, [sealed], words.model_validate_json, called=words.__name__)
    if isinstance(letter, QulaqError):
        raise letter
    return letter


def opened_together(
    desk: Office, sealed: Sequence[Sealed], read: Callable[[str], Read], *, called: str
) -> list[Read | QulaqError]:
    """The letters inside, or why one is not believed, as `opened` raises it.

    Args:
        desk: the office.
        sealed: the envelopes.
        read: reads a payload, and raises pydantic's `ValidationError` if it is no such letter.
        called: what such a letter is called.
    """
    with reading(desk.books) as connection:
        keys = store.keys_in_force_of(connection, [one.signer for one in sealed])
    letters: list[Read | QulaqError] = []
    for one in sealed:
        try:
            letters.append(_opened(desk, one, read, called, keys[one.signer]))
        except QulaqError as fault:
            letters.append(fault)
    return letters


def _opened(
    desk: Office,
    sealed: Sealed,
    read: Callable[[str], Read],
    called: str,
    keys: list[store.Key] | Unwelcome,
) -> Read:
    if isinstance(keys, Unwelcome):
        raise keys
    letter, key = _by_any(sealed, read, called, keys)
    if (of := getattr(letter, "device", None)) != sealed.signer:
        raise Unacceptable(f"{sealed.signer} sealed a {called} of {of}")
    if key.used_at is None:
        with writing(desk.books) as connection:
            store.begin_using(connection, key, now=desk.now())
    return letter


def _by_any(
    sealed: Sealed, read: Callable[[str], Read], called: str, keys: list[store.Key]
) -> tuple[Read, store.Key]:
    met = BadSeal(f"box {sealed.signer} has no key in force")
    for key in keys:
        try:
            signed = {"signer": sealed.signer, "public_key": key.public_key}
            return unseal_by(sealed, read, called=called, **signed), key
        except BadSeal as fault:
            met = fault
    raise met
