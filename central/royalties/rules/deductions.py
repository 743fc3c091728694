"""What is taken before anyone is paid: in order, each from its named base, within the law."""

from dataclasses import dataclass
from fractions import Fraction

from central.royalties.rules.figures import Figure, Step, half_up, money_text, toward_zero
from central.royalties.rules.pack import Deduction, Pack, Unlawful


@dataclass(frozen=True, slots=True)
class Taken:
    """One deduction as it was made, in minor units."""

    name: str
    amount: int


def deduct(pack: Pack, gross: int) -> tuple[tuple[Taken, ...], tuple[Step, ...]]:
    """Take the pack's deductions from a pool, in the order of the pack.

    Each is rounded towards zero, so that none takes more than its rate allows.

    Raises:
        Unlawful: together they take more of the gross than the pack's legal cap.
    """
    bases = {"gross": gross, "remainder": gross}
    taken, steps = [], []
    for deduction in pack.deductions:
        if deduction.by_rightholder:
            continue
        step = _taken_from(deduction, bases[deduction.base])
        bases["remainder"] -= step.result
        bases[f"after:{deduction.name}"] = bases["remainder"]
        taken.append(Taken(deduction.name, step.result))
        steps.append(step)
    require_lawful(pack, gross, sum(one.amount for one in taken))
    return tuple(taken), tuple(steps)


def _taken_from(deduction: Deduction, base: int) -> Step:
    amount = toward_zero(base * deduction.rate.value)
    formula = f"{deduction.rate.text} % of {money_text(base)} ({deduction.base})"
    figures: tuple[Figure, ...] = (deduction.rate,)
    if deduction.cap is not None and abs(amount) > deduction.cap.value:
        amount = half_up(deduction.cap.value) * (-1 if base < 0 else 1)
        formula += f", at most {money_text(abs(amount))}"
        figures += (deduction.cap,)
    return Step(f"deduction {deduction.name}", formula, amount, "money", figures)


def deduct_from_rightholder(
    pack: Pack, amount: int, *, society: str
) -> tuple[tuple[Taken, ...], tuple[Step, ...]]:
    """Take what depends on the rightholder's own society from what he earned.

    Args:
        pack: whose deductions with partners apply here.
        amount: minor units earned, before.
        society: of the rightholder; one the pack does not name pays the general rate.
    """
    taken, steps = [], []
    for deduction in pack.deductions:
        if not deduction.by_rightholder:
            continue
        rate = deduction.partners.get(society, deduction.rate)
        cut = toward_zero(amount * rate.value)
        taken.append(Taken(deduction.name, cut))
        formula = f"{rate.text} % of {money_text(amount)}"
        steps.append(Step(f"deduction {deduction.name}", formula, cut, "money", (rate,)))
    return tuple(taken), tuple(steps)


def require_lawful(pack: Pack, gross: int, taken: int) -> None:
    """Refuse deductions above the legal cap, which is checked against the gross.

    Raises:
        Unlawful: more is taken than the cap allows.
    """
    if pack.legal_cap is None:
        return
    if abs(taken) > abs(gross) * Fraction(pack.legal_cap.value):
        raise Unlawful(
            f"{pack.id}: {money_text(taken)} deducted from {money_text(gross)},"
            f" the law allows {pack.legal_cap.text} %"
        )
