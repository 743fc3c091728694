"""What houses, productions and uses of music are called; the sound alone cannot tell them."""

from collections.abc import Mapping
from typing import Literal, get_args

VenueKind = Literal[
    "",
    "concert-hall",
    "philharmonic",
    "opera",
    "theatre",
    "cinema",
    "circus",
    "club",
    "restaurant",
    "other",
]
ProductionKind = Literal[
    "opera",
    "ballet",
    "musical",
    "play",
    "verse-play",
    "childrens-play",
    "circus",
    "film",
    "trailer",
]
Use = Literal[
    "concert",
    "stage",  # the music of an opera, a ballet, a musical: the grand right
    "incidental",  # in a play, not heard by its characters
    "interpolated",  # in a play, heard by its characters
    "interval",
    "foyer",
    "film",
    "trailer",
    "advert",
    "circus",
    "dance",
    "background",
]
USES: tuple[Use, ...] = get_args(Use)
USE_OF_KIND: Mapping[str, Use] = {
    "opera": "stage",
    "ballet": "stage",
    "musical": "stage",
    "play": "incidental",
    "verse-play": "incidental",
    "childrens-play": "incidental",
    "circus": "circus",
    "film": "film",
    "trailer": "trailer",
}
"""What the music of a production's cue sheet is to its evening, where no cue says another."""

Placing = Literal["full", "medley", "walk-in", "walk-out", "interlude", "intro"]
"""How a piece stood in its evening; some rules count all but `full` for less."""

PLACINGS: tuple[Placing, ...] = get_args(Placing)

Role = Literal["", "background", "featured", "theme", "logo"]
"""What a cue is to its film; empty where its sheet does not say."""

ROLES: Mapping[str, Role] = {
    "background": "background",
    "bg": "background",
    "bi": "background",
    "bv": "background",
    "featured": "featured",
    "fi": "featured",
    "fv": "featured",
    "vi": "featured",
    "vs": "featured",
    "vv": "featured",
    "theme": "theme",
    "ct": "theme",
    "ot": "theme",
    "logo": "logo",
    "ee": "logo",
    "pd": "",
    "": "",
}
"""Roles by the codes that cue sheets have for them, in small letters."""

SELF_RUNNING: frozenset[ProductionKind] = frozenset({"film", "trailer"})
"""Productions that take the same time whenever they are given: their cues tell when they began."""
