"""Which recordings a kind of house gets, and why, where a box cannot have all of them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, get_args

from central.catalogue.layers import WORN

Ground = Literal["film", "production", "declared", "heard-here", "heard", "ours", "room"]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
"""Why a recording is chosen, the weightiest first; of several the weightiest counts.

film: its work stands in the cue sheet of a film that houses of this kind show; production: of an
opera, a ballet, a play they give; declared: in the programme of one of their evenings;
heard-here: boxes heard it in such houses; heard: in others; ours: it was written by a member of
this office's own society; room: none of these, and there was room left.
"""

UNKNOWN = "other"  # the profile of houses of which nobody said what they are


@dataclass(frozen=True, slots=True)
class Budget:
    """What the catalogue of one box may be."""

    recordings: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What speaks for recordings, in the houses of one kind or in all; each by id.

    Attributes:
        needed: those whose works are announced, and by what.
        heard: how often boxes heard each.
    """

    needed: Mapping[str, Ground] = field(default_factory=dict)
    heard: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a kind of house gets.

    Attributes:
        recordings: their ids.
        taken: how many by each ground.
        left: how many by each ground found no room.
    """

    recordings: frozenset[str]
    taken: Mapping[Ground, int]
    left: Mapping[Ground, int]


def choose(
    sizes: Mapping[str, int],
    *,
    here: Facts,
    heard: Mapping[str, int],
    ours: Collection[str],
    had: Collection[str],
    budget: Budget,
) -> Chosen:
    """The recordings for houses of one kind: the weightiest first, as many as there is room for.

    Of two that weigh the same the one is kept that boxes there have: nothing is fetched twice for
    a vote more or less.

    Args:
        sizes: every recording's bytes in a catalogue, by id.
        here: what speaks for recordings in houses of this kind.
        heard: how often boxes heard each recording anywhere.
        ours: those of the office's own members.
        had: those that such houses have now.
        budget: what one box may have.
    """

    def weigh(name: str) -> tuple[int, int, bool, str]:
        ground = _ground(name, here, heard, ours)
        times = (here.heard if ground == "heard-here" else heard).get(name, 0)
        return GROUNDS.index(ground), -times.bit_length(), name not in had, name

    ranked = sorted(weigh(name) for name in sizes)
    filled = accumulate(sizes[name] for *_, name in ranked[: budget.recordings])
    fitting = sum(size_bytes <= budget.size_bytes for size_bytes in filled)
    return Chosen(
        frozenset(rank[-1] for rank in ranked[:fitting]),
        _counted(ranked[:fitting]),
        _counted(ranked[fitting:]),
    )


def common(choices: Collection[Collection[str]], before: Collection[str]) -> frozenset[str]:
    """The recordings that are laid once for all kinds of houses.

    Those that all of them get; and those laid so before that any still gets, for who has them need
    not fetch them anew: a house that gets them no longer is told so in its own segments. Once these
    are too many, they go.

    Args:
        choices: what each kind of house gets, at least one.
        before: what was laid for all.
    """
    everybodys = frozenset.intersection(*map(frozenset, choices))
    kept = everybodys | (frozenset(before) & frozenset().union(*choices))
    return kept if len(kept) - len(everybodys) <= WORN * len(kept) else everybodys


def _ground(name: str, here: Facts, heard: Mapping[str, int], ours: Collection[str]) -> Ground:
    if name in here.needed:
        return here.needed[name]
    if name in here.heard:
        return "heard-here"
    if name in heard:
        return "heard"
    return "ours" if name in ours else "room"


def _counted(ranked: Sequence[tuple[int, int, bool, str]]) -> dict[Ground, int]:
    return {GROUNDS[place]: many for place, many in Counter(place for place, *_ in ranked).items()}
