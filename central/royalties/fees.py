"""What an event's licence comes to, opened into small steps that anyone can do again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from central.errors import Unacceptable
from central.royalties.rules.figures import half_up
from central.royalties.rules.material import Basis, Event
from central.royalties.rules.pack import Measure, Pack, Tariff
from central.royalties.rules.tariff import Performed

_MISSING: Mapping[Measure, str] = {
    "receipts": "box office has not been told (POST /v1/events/{event}/receipts)",
    "attendance": "tickets have not been told (POST /v1/events/{event}/receipts)",
    "seats": "hall has no number of seats",
    "screens": "licence names no number of screens",
}


@dataclass(frozen=True, slots=True)
class Licensed:
    """What a licence says of an event's fee, and what the house told of the event.

    Attributes:
        family: of the packs that hold its tariff.
        told: what is known of each measure; a measure nobody told is not there.
        reported: a programme of the event was declared.
    """

    licence_id: int
    reference: str
    family: str
    tariff: str
    basis: Basis
    told: Mapping[str, int]
    reported: bool


@dataclass(frozen=True, slots=True)
class FeeUsed:
    """By which licence and tariff a fee came about, as it was frozen.

    Attributes:
        label: of the tariff, for people.
        basis: of the licence, or of the tariff where it has its own.
        told: each step in words, and the minor units it gave.
    """

    licence_id: int
    reference: str
    tariff: str
    label: str
    basis: str
    told: tuple[tuple[str, int], ...]


def fee_json(used: FeeUsed | None) -> dict[str, Any] | None:
    """A fee's origin as it is kept and shown; None where the fee was typed."""
    if used is None:
        return None
    values = {name: getattr(used, name) for name in FeeUsed.__slots__}
    return values | {"told": [list(one) for one in used.told]}


def fee_of_json(kept: Mapping[str, Any] | None) -> FeeUsed | None:
    """The origin that was kept so."""
    if kept is None:
        return None
    return FeeUsed(**{**kept, "told": tuple((words, minor) for words, minor in kept["told"])})


@dataclass(frozen=True, slots=True)
class Opened:
    """The way to a fee in the language of the verifier; the last step is called `fee`."""

    inputs: Mapping[str, int]
    steps: tuple[Mapping[str, Any], ...]


def require_tariff(packs: Sequence[Pack], family: str, tariff: str, basis: Basis) -> None:
    """Refuse a licence that no pack could ever reckon.

    Raises:
        Unacceptable: no pack of the family has the tariff, or the basis is missing or another.
    """
    own = [pack for pack in packs if pack.family == family]
    if not own:
        known = ", ".join(sorted({pack.family for pack in packs if pack.tariffs}))
        raise Unacceptable(
            f"there is no family of packs {family!r}; with tariffs there are {known}"
        )
    named = [pack.tariffs[tariff] for pack in own if tariff in pack.tariffs]
    if not named:
        known = ", ".join(sorted({kind for pack in own for kind in pack.tariffs})) or "none"
        raise Unacceptable(f"packs of {family} have no tariff {tariff!r}; they have {known}")
    for one in named:
        if one.basis == "named_by_licence" and not basis:
            raise Unacceptable(
                f"a licence by tariff {tariff} must name its basis, whole_programme or"
                " pro_rata_protected; there is no silent default"
            )
        if one.basis != "named_by_licence" and basis not in ("", one.basis):
            raise Unacceptable(f"tariff {tariff} is always {one.basis}, not {basis}")


def event_for(pack: Pack, event_id: int, day: date, licensed: Licensed) -> Event:
    """An event as the pack's tariff takes it.

    Raises:
        Unacceptable: the pack is of another family, has no such tariff, or what the tariff
            multiplies was not told.
    """
    if licensed.family != pack.family:
        raise Unacceptable(
            f"event {event_id} is licensed by tariff {licensed.tariff} of {licensed.family};"
            f" {pack.id} is of {pack.family}"
        )
    tariff = pack.tariffs.get(licensed.tariff)
    if tariff is None:
        known = ", ".join(sorted(pack.tariffs)) or "none"
        raise Unacceptable(
            f"event {event_id} has tariff {licensed.tariff!r}; {pack.id} knows {known}"
        )
    if tariff.measure != "flat" and tariff.measure not in licensed.told:
        missing = _MISSING[tariff.measure].format(event=event_id)
        raise Unacceptable(f"event {event_id} is licensed by {tariff.measure}, and its {missing}")
    return Event(
        id=event_id,
        day=day,
        tariff=licensed.tariff,
        basis=licensed.basis,
        receipts=licensed.told.get("receipts", 0),
        attendance=licensed.told.get("attendance", 0),
        seats=licensed.told.get("seats", 0),
        screens=licensed.told.get("screens", 0),
        reported=licensed.reported,
    )


def is_reckonable(pack: Pack | None, licensed: Licensed | None) -> bool:
    """Whether a fee can be reckoned by now: it was typed, or all its tariff multiplies was told."""
    if licensed is None or pack is None:
        return licensed is None
    tariff = pack.tariffs.get(licensed.tariff) if pack.family == licensed.family else None
    return tariff is not None and (tariff.measure == "flat" or tariff.measure in licensed.told)


def basis_of(tariff: Tariff, event: Event) -> str:
    """The basis that holds: of the tariff, unless it leaves it to the licence."""
    return event.basis if tariff.basis == "named_by_licence" else tariff.basis


def fee_opened(tariff: Tariff, event: Event, performed: Performed) -> Opened:
    """The tariff's reckoning as steps: rate, protected minutes, then minimum and cap."""
    inputs: dict[str, int] = {}
    steps: list[dict[str, Any]] = [_rated(tariff, event, inputs)]
    if basis_of(tariff, event) == "pro_rata_protected":
        inputs |= {"protected_ms": performed.protected_ms, "performed_ms": performed.whole_ms}
        fee, whole = steps[-1]["gives"], performed.whole_ms
        result = half_up(Fraction(fee * performed.protected_ms, whole)) if whole else 0
        part: list[str | int] = ["protected_ms", "performed_ms"] if whole else [0, 1]
        steps.append(_step("protected", "rate", "tariff", result, rate=part, round="half-up"))
    if tariff.minimum is not None and not (tariff.waived and event.reported):
        least = half_up(tariff.minimum.value)
        before = steps[-1]
        gives = max(before["gives"], least)
        steps.append(_step("minimum", "most", [before["name"], least], gives))
    if tariff.cap is not None:
        most = half_up(tariff.cap.value)
        before = steps[-1]
        gives = min(before["gives"], most)
        steps.append(_step("cap", "least", [before["name"], most], gives))
    steps[-1]["name"] = "fee"
    return Opened(inputs, tuple(steps))


def _rated(tariff: Tariff, event: Event, inputs: dict[str, int]) -> dict[str, Any]:
    quantity = 1 if tariff.measure == "flat" else int(getattr(event, tariff.measure))
    if tariff.measure != "flat":
        inputs[tariff.measure] = quantity
    unit = tariff.unit.value if tariff.unit else Fraction(1)
    rate = tariff.rate.value * unit * (event.months if tariff.monthly else 1)
    of = 1 if tariff.measure == "flat" else tariff.measure
    parts = [rate.numerator, rate.denominator]
    return _step("tariff", "rate", of, half_up(quantity * rate), rate=parts, round="half-up")


def _step(name: str, op: str, of: object, gives: int, **more: object) -> dict[str, Any]:
    return {"name": name, "op": op, "of": of, **more, "gives": gives}
