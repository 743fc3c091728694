"""The packs that come with the office, and finding the one that is the rule on a day."""

from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from central.errors import Unknown
from central.royalties.rules.pack import Pack
from central.royalties.rules.reading import read_pack

_SUFFIX = ".toml"


def packs() -> Iterator[Pack]:
    """Every pack on the shelf, by id.

    Raises:
        PackError: one of them cannot be used as written.
    """
    for name in _names():
        yield pack(name)


def pack(pack_id: str) -> Pack:
    """One pack.

    Raises:
        Unknown: there is none of that id.
        PackError: it cannot be used as written.
    """
    return read_pack(words_of(pack_id), file=f"{pack_id}{_SUFFIX}")


def words_of(pack_id: str) -> str:
    """The text of one pack.

    Raises:
        Unknown: there is none of that id.
    """
    if pack_id not in _names():
        raise Unknown(f"there is no rule pack {pack_id!r}; there are {', '.join(_names())}")
    return folder().joinpath(f"{pack_id}{_SUFFIX}").read_text(encoding="utf-8")


def pack_on(family: str, day: date) -> Pack:
    """The pack of a family that is the rule on a day.

    Raises:
        Unknown: no pack of the family holds on that day.
    """
    for one in packs():
        if one.family == family and one.holds_on(day):
            return one
    raise Unknown(f"no rule pack of {family!r} holds on {day}")


def _names() -> list[str]:
    found = (entry.name for entry in folder().iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX))


def folder() -> Traversable:
    """Where the packs lie."""
    return files("central.royalties").joinpath("packs")
