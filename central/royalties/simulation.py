"""What another rule would have come to on the same plays: pure sums, before beside after."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from central.errors import Unacceptable
from central.royalties.distribution import Allocation
from central.royalties.rules.figures import Figure
from central.royalties.rules.outcome import Outcome
from central.royalties.rules.pack import Pack

NO_GENRE = "unstated"


@dataclass(slots=True)
class Tally:
    """What one rule makes of some evenings, in minor units of one currency.

    Attributes:
        fees: what came in.
        parties: what each rightholder is owed, by number.
        categories: what is owed for works of each genre; sums to the same as `parties`.
        deductions: what is taken, by name.
        waiting: what is in suspense, by reason.
        carried: events whose money waits for a cue sheet, as a whole.
    """

    fees: int = 0
    parties: Counter[int] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    deductions: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    carried: int = 0

    @property
    def paid(self) -> int:
        """All that rightholders are owed."""
        return sum(self.parties.values())

    @property
    def unaccounted(self) -> int:
        """Fees less what was taken, paid and kept; 0 unless points have a value of their own."""
        kept = sum(self.deductions.values()) + sum(self.waiting.values())
        return self.fees - self.paid - kept

    def add_outcome(self, outcome: Outcome, *, genres: Mapping[int, str]) -> None:
        """Add what a pack made of some evenings."""
        self.carried += len(outcome.carried)
        for pool in outcome.pools:
            self.fees += 0 if pool.within else pool.gross
            self.deductions.update({taken.name: taken.amount for taken in pool.taken})
        for one in outcome.allocations:
            for taken in one.withheld:
                self.deductions[taken.name] += taken.amount
            if one.line.party_id:
                self._pay(one.line.party_id, genres.get(one.line.work_id, ""), one.amount)
            else:
                self.waiting[one.line.reason] += one.amount

    def add_allocations(
        self, fee: int, parts: Iterable[Allocation], *, genres: Mapping[str, str]
    ) -> None:
        """Add what the simple rule made of one event; `genres` by play."""
        self.fees += fee
        for part in parts:
            if part.party_id is None:
                self.waiting[part.reason] += part.amount.minor
            else:
                genre = genres.get(part.play_id or "", "")
                self._pay(part.party_id, genre, part.amount.minor)

    def _pay(self, party_id: int, genre: str, amount: int) -> None:
        self.parties[party_id] += amount
        self.categories[genre or NO_GENRE] += amount


@dataclass(frozen=True, slots=True)
class Change:
    """One sum under the rule that held and under the rule that is tried, in minor units."""

    key: str
    name: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """What the tried rule adds."""
        return self.after - self.before


def changes(
    before: Mapping[str, int], after: Mapping[str, int], names: Mapping[str, str]
) -> tuple[Change, ...]:
    """Each sum that is not zero under both rules, the greatest loss first, then by key."""
    found = [
        Change(key, names.get(key, key), before.get(key, 0), after.get(key, 0))
        for key in {*before, *after}
        if before.get(key, 0) or after.get(key, 0)
    ]
    return tuple(sorted(found, key=lambda one: (one.difference, one.key)))


def sums_of(before: Tally, after: Tally) -> tuple[Change, ...]:
    """What came in and its three ways out, each as one sum."""

    def taken(tally: Tally) -> int:
        return sum(tally.deductions.values())

    def kept(tally: Tally) -> int:
        return sum(tally.waiting.values())

    return (
        Change("fees", "licence fees", before.fees, after.fees),
        Change("paid", "to rightholders", before.paid, after.paid),
        Change("deducted", "deducted", taken(before), taken(after)),
        Change("suspense", "in suspense", kept(before), kept(after)),
    )


def money_figures(pack: Pack) -> list[Figure]:
    """The figures of a pack that are sums of its own currency and enter into a division."""
    weights, tariffs = pack.weights.event_points, pack.tariffs.values()
    sums = [pack.point_value, *(one.cap for one in pack.deductions)]
    for tariff in tariffs:
        sums += [tariff.minimum, tariff.cap, tariff.unit]
        sums += [tariff.rate] if tariff.measure != "receipts" and not tariff.unit else []
    if weights is not None:
        sums += [weights.round_up_to, weights.minimum, weights.maximum, weights.individually_from]
    return [figure for figure in sums if figure is not None]


def require_currency(pack: Pack, currency: str) -> None:
    """Refuse a pack whose sums are of another currency; one that has only rates may be tried.

    Raises:
        Unacceptable: the pack names sums of money in its own currency.
    """
    sums = money_figures(pack)
    if pack.currency == currency or not sums:
        return
    named = ", ".join(f"{one.key} = {one.text}" for one in sums[:3])
    raise Unacceptable(
        f"{pack.id} has sums in {pack.currency} ({named}{' …' if len(sums) > 3 else ''}), the plays"
        f" are paid in {currency}; give the pack as a file with these sums in {currency}"
    )
