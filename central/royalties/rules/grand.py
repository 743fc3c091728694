"""Grand rights: what a production pays for its play, from its box office, never from detections."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from central.errors import Unacceptable
from central.royalties.rules.figures import Step, money_text, toward_zero
from central.royalties.rules.pack import GrandRight, Pack


@dataclass(frozen=True, slots=True)
class Production:
    """One evening of a production.

    Attributes:
        kind: of play, as the pack names it; plays of one act are kinds of their own.
        receipts: gross box office of the evening in minor units.
        credits: party id of each role the pack pays; 0 where the role is nobody's any more.
        acts: it has.
        given: of them, that evening; each is worth the rate divided by the acts.
    """

    kind: str
    receipts: int
    credits: Mapping[str, int]
    acts: int = 1
    given: int = 1


@dataclass(frozen=True, slots=True)
class GrandLine:
    """What one credited party is owed for the evening, in minor units.

    Attributes:
        rate: of the box office, for the acts that were given.
    """

    party_id: int
    role: str
    amount: int
    rate: Fraction
    step: Step


def grand_lines(pack: Pack, production: Production) -> list[GrandLine]:
    """A line for each role the pack pays and somebody has, in its order.

    Raises:
        Unacceptable: the pack does not know such a play, or a role of it is not credited.
    """
    rule = _rule(pack, production)
    lines = []
    for role, figure in rule.roles.items():
        party = production.credits.get(role)
        if party is None:
            raise Unacceptable(f"{production.kind}: nobody is credited as {role}")
        if party == 0:
            continue
        rate = figure.value * Fraction(production.given, production.acts)
        amount = toward_zero(production.receipts * rate)
        formula = f"{figure.text} % of {money_text(production.receipts)}"
        if production.given != production.acts:
            formula += f" × {production.given} of {production.acts} acts"
        step = Step(f"grand right {role}", formula, amount, "money", (figure,))
        lines.append(GrandLine(party, role, amount, rate, step))
    return lines


def _rule(pack: Pack, production: Production) -> GrandRight:
    for rule in pack.grand_rights:
        if rule.kind == production.kind:
            return rule
    known = ", ".join(rule.kind for rule in pack.grand_rights) or "none"
    raise Unacceptable(f"{pack.id} has no play of kind {production.kind!r}; it has {known}")
