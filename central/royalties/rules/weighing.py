"""How much one use counts beside another: time, bands, factors, degression, points of the event."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from central.errors import Unacceptable
from central.royalties.rules.figures import Figure, Step, half_up
from central.royalties.rules.material import Event, Use
from central.royalties.rules.pack import Attribute, Band, Degression, EventPoints, Pack, Weights

UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A use with what it counts, and how that was worked out."""

    use: Use
    weight: Fraction
    formula: str
    figures: tuple[Figure, ...]


def weigh(
    pack: Pack, uses: Sequence[Use], *, events: Mapping[int, Event], fees: Mapping[int, int]
) -> list[Weighed]:
    """Weigh every use; a work in the public domain counts nothing.

    Args:
        pack: whose weights apply.
        uses: in any order.
        events: by id.
        fees: of the events in minor units, for points that depend on them.

    Returns:
        One for each use, by event and id.

    Raises:
        Unacceptable: a use has negative time, or a value that the pack has no factor for.
    """
    in_order = sorted(uses, key=lambda use: (use.event_id, use.id))
    programmes = _programmes(in_order)
    lessened = lessened_uses(pack.weights.degression, in_order, events)
    return [
        _weighed(pack.weights, use, _setting(use, events, fees, programmes), lessened)
        for use in in_order
    ]


@dataclass(frozen=True, slots=True)
class _Setting:
    event: Event
    fee: int
    programme_ms: int


def _setting(
    use: Use, events: Mapping[int, Event], fees: Mapping[int, int], programmes: Mapping[int, int]
) -> _Setting:
    if use.milliseconds < 0:
        raise Unacceptable(f"use {use.id} lasts {use.milliseconds} ms")
    return _Setting(events[use.event_id], fees[use.event_id], programmes[use.event_id])


def _programmes(uses: Iterable[Use]) -> dict[int, int]:
    lengths: dict[int, int] = defaultdict(int)
    for use in uses:
        lengths[use.event_id] += use.milliseconds
    return lengths


def _weighed(weights: Weights, use: Use, setting: _Setting, lessened: frozenset[str]) -> Weighed:
    if use.state == "public-domain":
        return Weighed(use, Fraction(0), "public domain", ())
    if weights.event_points is not None and not is_individual(weights, setting.fee):
        return _pointed(weights.event_points, use, setting)
    steps = [_length(weights, use), *_factors(weights, use)]
    if weights.receipts:
        receipts = setting.event.receipts
        steps.append((Fraction(receipts), f"{receipts} receipts", ()))
    if weights.degression is not None and use.id in lessened:
        factor = weights.degression.factor
        steps.append(
            (factor.value, f"{factor.text} (recurring)", (factor, weights.degression.beyond))
        )
    product = Fraction(1)
    for value, _, _ in steps:
        product *= value
    formula = " × ".join(words for _, words, _ in steps)
    return Weighed(use, product, formula, tuple(f for _, _, used in steps for f in used))


_Factor = tuple[Fraction, str, tuple[Figure, ...]]


def _length(weights: Weights, use: Use) -> _Factor:
    if weights.length == "none":
        return Fraction(1), "1 credit", ()
    if weights.length == "seconds":
        return Fraction(use.milliseconds), f"{use.milliseconds} ms", ()
    band = _band_of(weights.bands, use)
    if band.per_second:
        points = Fraction(use.milliseconds, 1000) * band.points.value
        return points, f"{use.milliseconds} ms × {band.points.text} a second", (band.points,)
    return band.points.value, f"{band.points.text} points ({use.milliseconds} ms)", (band.points,)


def _band_of(bands: Sequence[Band], use: Use) -> Band:
    own = [band for band in bands if band.instrumentation == use.instrumentation]
    for band in own or [band for band in bands if not band.instrumentation]:
        if band.to_ms is None or use.milliseconds < band.to_ms:
            return band
    known = ", ".join(sorted({band.instrumentation for band in bands}))
    raise Unacceptable(
        f"use {use.id} has instrumentation {use.instrumentation!r}; the pack knows {known}."
        " State it: nothing is taken for the least"
    )


def _factors(weights: Weights, use: Use) -> list[_Factor]:
    return [_factor(name, table, use) for name, table in weights.factors.items()]


def _factor(name: Attribute, table: Mapping[str, Figure], use: Use) -> _Factor:
    stated = getattr(use, name) or UNSTATED
    figure = table.get(stated)
    if figure is None:
        known = ", ".join(sorted(table))
        raise Unacceptable(f"use {use.id} has {name} {stated!r}; the pack knows {known}")
    return figure.value, f"{figure.text} ({stated})", (figure,)


def lessened_uses(
    degression: Degression | None, uses: Sequence[Use], events: Mapping[int, Event]
) -> frozenset[str]:
    """Uses beyond the n-th of their work, payer and month, by day, event and id."""
    if degression is None:
        return frozenset()
    counted: dict[tuple[int, str, int, int], list[Use]] = defaultdict(list)
    for use in sorted(uses, key=lambda use: (events[use.event_id].day, use.event_id, use.id)):
        if use.work_id and is_counted(degression, use):
            event = events[use.event_id]
            counted[use.work_id, event.payer, event.day.year, event.day.month].append(use)
    full = half_up(degression.beyond.value)
    return frozenset(use.id for run in counted.values() for use in run[full:])


def is_counted(degression: Degression, use: Use) -> bool:
    """Whether the use is of a kind whose recurrence is counted."""
    return use.character in degression.characters or (
        use.milliseconds < degression.shorter_than.value
    )


def is_individual(weights: Weights, fee: int) -> bool:
    """Whether an event's fee is so great that its money is divided by itself."""
    points = weights.event_points
    if points is None or points.individually_from is None:
        return False
    return fee >= points.individually_from.value


def _pointed(points: EventPoints, use: Use, setting: _Setting) -> Weighed:
    event_points = points_of_event(points, setting.event, setting.fee)
    programme = max(setting.programme_ms, half_up(points.shortest.value))
    earned = half_up(Fraction(event_points.result * use.milliseconds, programme))
    formula = (
        f"{event_points.formula} = {event_points.result} points"
        f" × {use.milliseconds} ms ÷ {programme} ms = {earned}"
    )
    return Weighed(use, Fraction(earned), formula, (*event_points.figures, points.shortest))


def points_of_event(points: EventPoints, event: Event, fee: int) -> Step:
    """Points of an event: its fee for each concert, rounded up, within bounds."""
    multiple = half_up(points.round_up_to.value)
    each = Fraction(fee, 100 * event.concerts)
    rounded = -(-each // multiple) * multiple
    earned = min(max(Fraction(rounded), points.minimum.value), points.maximum.value)
    figures = [points.round_up_to, points.minimum, points.maximum]
    formula = f"fee {each} rounded up to {multiple}s within {points.minimum.text} to"
    formula += f" {points.maximum.text}"
    if _is_repeated(points, event) and points.repeated_from and points.repeated_factor:
        earned *= points.repeated_factor.value
        figures += [points.repeated_from, points.repeated_factor]
        formula += f" × {points.repeated_factor.text} (concert {event.nth})"
    return Step("event points", formula, half_up(earned), "points", tuple(figures))


def _is_repeated(points: EventPoints, event: Event) -> bool:
    return points.repeated_from is not None and event.nth >= points.repeated_from.value
