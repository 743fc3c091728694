"""What a licence costs: the tariff of its kind of venue, applied to one event."""

from dataclasses import dataclass
from fractions import Fraction

from central.errors import Unacceptable
from central.royalties.rules.figures import Figure, Step, half_up, money_text
from central.royalties.rules.material import Event
from central.royalties.rules.pack import Pack, Tariff


@dataclass(frozen=True, slots=True)
class Performed:
    """Performed time of an event in milliseconds; music nobody knows counts as protected."""

    protected_ms: int = 0
    whole_ms: int = 0


def fee_of(pack: Pack, event: Event, performed: Performed) -> tuple[int, tuple[Step, ...]]:
    """The licence fee of an event in minor units, and how it came about.

    The rate comes first, then the part of protected minutes, then minimum and cap.

    Raises:
        Unacceptable: the pack has no such tariff, or the licence does not name its basis.
    """
    if event.fee is not None:
        given = Step("fee", f"licence fee as invoiced: {money_text(event.fee)}", event.fee, "money")
        return event.fee, (given,)
    if not event.tariff:
        return 0, ()
    tariff = pack.tariffs.get(event.tariff)
    if tariff is None:
        known = ", ".join(sorted(pack.tariffs)) or "none"
        raise Unacceptable(f"event {event.id} has tariff {event.tariff!r}; {pack.id} knows {known}")
    basis = _basis(tariff, event)
    steps = [_rated(tariff, event)]
    if basis == "pro_rata_protected":
        steps.append(_pro_rata(steps[-1].result, performed))
    steps += _bounded(tariff, event, steps[-1].result)
    return steps[-1].result, tuple(steps)


def _basis(tariff: Tariff, event: Event) -> str:
    if tariff.basis != "named_by_licence":
        if event.basis and event.basis != tariff.basis:
            raise Unacceptable(
                f"event {event.id} has basis {event.basis!r};"
                f" tariff {tariff.kind} is always {tariff.basis}"
            )
        return tariff.basis
    if not event.basis:
        raise Unacceptable(
            f"event {event.id}: its licence must name its basis, whole_programme or"
            f" pro_rata_protected; tariff {tariff.kind} has no silent default"
        )
    return event.basis


def _rated(tariff: Tariff, event: Event) -> Step:
    quantity = _quantity(tariff, event)
    months = event.months if tariff.monthly else 1
    unit = tariff.unit.value if tariff.unit else Fraction(1)
    result = half_up(quantity * tariff.rate.value * unit * months)
    formula = _formula(tariff, quantity) + (f" × {months} months" if tariff.monthly else "")
    figures = (tariff.rate,) + ((tariff.unit,) if tariff.unit else ())
    return Step(f"tariff {tariff.kind}", formula, result, "money", figures)


def _quantity(tariff: Tariff, event: Event) -> int:
    return {
        "receipts": event.receipts,
        "flat": 1,
        "seats": event.seats,
        "screens": event.screens,
        "attendance": event.attendance,
    }[tariff.measure]


def _formula(tariff: Tariff, quantity: int) -> str:
    if tariff.measure == "receipts":
        return f"receipts {money_text(quantity)} × {tariff.rate.text} %"
    counted = "" if tariff.measure == "flat" else f"{quantity} {tariff.measure} × "
    index = f" × {tariff.unit.text}" if tariff.unit else ""
    return f"{counted}{tariff.rate.text}{index}"


def _pro_rata(fee: int, performed: Performed) -> Step:
    protected, whole = performed.protected_ms, performed.whole_ms
    result = half_up(Fraction(fee * protected, whole)) if whole else 0
    formula = f"{money_text(fee)} × {protected} ms protected ÷ {whole} ms performed"
    return Step("protected minutes", formula, result, "money")


def _bounded(tariff: Tariff, event: Event, fee: int) -> list[Step]:
    if _falls_short(tariff, event, fee):
        return [_bound("minimum", tariff.minimum)]
    if tariff.cap is not None and fee > tariff.cap.value:
        return [_bound("cap", tariff.cap)]
    return []


def _falls_short(tariff: Tariff, event: Event, fee: int) -> bool:
    if tariff.minimum is None or (tariff.waived and event.reported):
        return False
    return fee < tariff.minimum.value


def _bound(name: str, figure: Figure | None) -> Step:
    assert figure is not None  # noqa: S101  # asked by the caller
    amount = half_up(figure.value)
    return Step(name, f"{name} {money_text(amount)}", amount, "money", (figure,))
