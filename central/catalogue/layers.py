"""What a catalogue's segments hold, one over the other, and which segment the next version adds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PACKED_FROM = 8  # segments: from then on the younger ones are offered as one besides
MOST = 16  # segments of a version: a box looks each of them up
MOST_OWN = 4  # segments that a kind of house gets beside those of all
WORN = 0.2  # share of the oldest segment's recordings that younger ones hide: then it is made anew


@dataclass(frozen=True, slots=True)
class Layer:
    """What one segment holds.

    Attributes:
        recordings: id and what names its sound.
        removed: ids that are gone from all older segments.
    """

    recordings: Mapping[str, str]
    removed: frozenset[str] = frozenset()

    def to_text(self) -> str:
        """As it is kept beside the segment: a line each, removed ones without a sound."""
        lines = [f"{name}\t{sound}" for name, sound in sorted(self.recordings.items())]
        return "".join(f"{line}\n" for line in [*lines, *sorted(self.removed)])

    @classmethod
    def from_text(cls, text: str) -> "Layer":
        """As `to_text` wrote it."""
        lines = [line.split("\t") for line in text.splitlines()]
        held = {line[0]: line[1] for line in lines if len(line) == 2}
        return cls(held, frozenset(line[0] for line in lines if len(line) == 1))

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not self.recordings and not self.removed


def seen_through(layers: Sequence[Layer]) -> dict[str, str]:
    """What is recognised by layers, the oldest first: id and what names its sound."""
    seen: dict[str, str] = {}
    for layer in layers:
        for gone in layer.removed:
            seen.pop(gone, None)
        seen |= layer.recordings
    return seen


def over(layers: Sequence[Layer], wanted: Mapping[str, str]) -> Layer:
    """The layer that makes of these what is wanted."""
    seen = seen_through(layers)
    new = {name: sound for name, sound in wanted.items() if seen.get(name) != sound}
    return Layer(new, frozenset(seen.keys() - wanted.keys()))


def is_worn(oldest: Layer, wanted: Mapping[str, str]) -> bool:
    """Whether so much of the oldest layer is hidden that all of it is better made anew."""
    kept = sum(wanted.get(name) == sound for name, sound in oldest.recordings.items())
    return len(oldest.recordings) - kept > WORN * len(oldest.recordings)


def keeps(layers: Sequence[Layer], wanted: Mapping[str, str], *, most: int = MOST) -> int:
    """How many of the oldest layers the next version is laid over.

    All of them, as a rule: then a box fetches what is new and nothing else. The oldest alone, when
    there are too many; none, when there is none yet or the oldest is worn.
    """
    if not layers or is_worn(layers[0], wanted):
        return 0
    return len(layers) if len(layers) < most else 1
