"""The bench's side of a stick: identities are read from it, orders are written to it."""

from pydantic import ValidationError

from edge.errors import BadSeal, BadStick
from edge.stick.labels import bundle_name, identity_name
from edge.stick.medium import MOST_FILES, Medium
from edge.sync.letters import BoxIdentity
from edge.sync.seal import device_id
from edge.sync.wire import Sealed

_IDENTITY_START, _IDENTITY_END = identity_name("|").split("|")


def read_identity(content: bytes, *, source: str) -> BoxIdentity:
    """Who a box says it is.

    Args:
        content: of an identity file.
        source: where it came from, for the error.

    Raises:
        BadStick: it is no identity, or its name is not that of its key.
    """
    try:
        identity = BoxIdentity.model_validate_json(content)
        named = device_id(identity.public_key)
    except (ValidationError, BadSeal) as e:
        raise BadStick(
            f"{source} is not the identity of a box; let the box write it to a stick again"
        ) from e
    if named != identity.device:
        raise BadStick(f"{source} says {identity.device}, but its key is that of {named}")
    return identity


def identities(medium: Medium) -> list[BoxIdentity]:
    """The boxes that introduced themselves on a stick, by device.

    Raises:
        BadStick: too many files, or one that says it is an identity and is none.
    """
    names = medium.names()
    if len(names) > MOST_FILES:
        raise BadStick(f"more than {MOST_FILES} files in QULAQ; delete what is not needed")
    return [
        read_identity(medium.read_file(name), source=name)
        for name in names
        if name.startswith(_IDENTITY_START) and name.endswith(_IDENTITY_END)
    ]


def choose(found: list[BoxIdentity], *, device: str | None) -> BoxIdentity:
    """The box meant: the one named, or the only one there is.

    Raises:
        BadStick: none, or several and none named.
    """
    meant = [one for one in found if device in (None, one.device)]
    if len(meant) == 1:
        return meant[0]
    there = ", ".join(one.device for one in found) or "none"
    if not meant:
        raise BadStick(
            f"no identity of {device or 'a box'} on the stick (there: {there}); "
            "plug the stick into the box first, it writes its identity by itself"
        )
    raise BadStick(f"several boxes on the stick: {there}; choose one with --device")


def write_orders(medium: Medium, sealed: Sealed, *, device: str) -> str:
    """Put sealed orders on a stick, read them back, and return the file's name.

    Raises:
        BadStick: the stick does not take them, or gives back something else.
    """
    name = bundle_name(device)
    content = sealed.model_dump_json().encode()
    medium.write_file(name, content)
    if medium.read_file(name) != content:
        raise BadStick(f"{name} does not read back as it was written; use another stick")
    return name
