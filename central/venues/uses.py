"""What houses, productions and uses of music are called; the sound alone cannot tell them."""

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
