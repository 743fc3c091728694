"""By what a box listens: hours, programme, settings, from its orders and what it was told since."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from edge.config import BoxPaths, Settings
from edge.errors import BadSeal, Misconfigured
from edge.gate import ALWAYS, Schedule
from edge.programme import Announced, Programme, read_programme
from edge.sync.directions import Standing, tuned
from edge.sync.identity import read_bundle, read_trust
from edge.sync.letters import AnnouncedEvening, Bundle, Directions, Tuning
from edge.sync.tray import read_directions

NOTHING_ANNOUNCED = Programme()
UNTUNED = Tuning()

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Guidance:
    """By what to listen.

    Attributes:
        schedule: when it may be listened to.
        programme: which scores are announced, and for when.
        tuning: settings other than those of the box's own file.
        directions: the number of those that say so; 0: none do.
    """

    schedule: Schedule = ALWAYS
    programme: Programme = NOTHING_ANNOUNCED
    tuning: Tuning = UNTUNED
    directions: int = 0

    def expected(self, at: datetime) -> dict[str, int]:
        """What may be played at an instant, each so many semitones above what is written."""
        return self.programme.expected(at)


def unguided() -> Guidance:
    """Of an evening without orders and programme."""
    return Guidance()


class Guide:
    """Looks up by what to listen; of what cannot be read, the last that could holds."""

    def __init__(self, paths: BoxPaths, settings: Settings) -> None:
        """Read the orders; a box that has none is on a bench.

        Raises:
            Misconfigured: the orders cannot be read.
            BadSeal: they are not sealed by the trusted central.
        """
        self._paths, self._settings = paths, settings
        self._bundle: Bundle | None = None
        if paths.bundle.exists():
            self._bundle = read_bundle(paths.bundle, trust=read_trust(paths.trust))
        self._directions: Directions | None = None
        self._by_hand = NOTHING_ANNOUNCED

    def look(self) -> Guidance:
        """By what to listen now."""
        self._look_at_directions()
        self._look_at_programme()
        told = self._directions
        announced = () if told is None else _announced(told.programme)
        orders = self._bundle
        return Guidance(
            schedule=ALWAYS
            if orders is None
            else Schedule(
                tuple(orders.hours), orders.time_zone, () if told is None else tuple(told.hours)
            ),
            programme=Programme((*self._by_hand.evenings, *announced)),
            tuning=UNTUNED if told is None else told.tuning,
            directions=0 if told is None else told.number,
        )

    def look_at_any_hour(self) -> Guidance:
        """The same for a recording, which nobody need be asked to hear."""
        return replace(self.look(), schedule=ALWAYS)

    def _look_at_directions(self) -> None:
        if self._bundle is None:
            return
        try:
            standing = Standing(
                device=self._bundle.device,
                trust=read_trust(self._paths.trust),
                serial=self._bundle.serial,
                settings=self._settings,
            )
            told = read_directions(self._paths.directions, standing)
            tuned(self._settings, UNTUNED if told is None else told.tuning)
        except (BadSeal, Misconfigured) as e:
            log.warning("directions_unusable", reason=str(e))
        else:
            self._directions = told

    def _look_at_programme(self) -> None:
        """What a person wrote down; a file that says nothing to a box changes nothing."""
        try:
            self._by_hand = read_programme(self._paths.programme)
        except Misconfigured as e:
            log.warning("programme_unusable", reason=str(e))


def _announced(programme: Collection[AnnouncedEvening]) -> tuple[Announced, ...]:
    return tuple(
        Announced(one.begins, one.ends, dict.fromkeys(one.works, one.semitones))
        for one in programme
    )
