"""A closed period as it stands for good: its events, plays, allocations and statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.royalties.distribution import (
    REASONS,
    RULE_IN_WORDS,
    Allocation,
    PlayUsed,
    SetAside,
)
from central.royalties.fees import FeeUsed
from central.royalties.money import Money, sums_by, total_of
from central.royalties.reckoning import PackUsed, Reckoning, performed_of
from central.royalties.rules.lines import REASONS as REASONS_OF_PACKS
from central.royalties.rules.payout import Payout
from central.royalties.rules.tariff import Performed

REASONS_TOLD = {**REASONS, **REASONS_OF_PACKS}
"""Why an amount waits, by any rule."""


@dataclass(frozen=True, slots=True)
class Later:
    """What makes a distribution one that came after a closing.

    Attributes:
        closing_id: whose money it moves.
        kind: `claim`, `release`, `redistribution` or `adjustment`.
        because: why, in words.
    """

    closing_id: int
    kind: str
    because: str
    made_by: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """One closing of one venue's days, by one rule; `pack` is None for the simple rule.

    Attributes:
        later: None for the closing itself.
        event_id: the only event it closed, one that came late; None for all of its days.
    """

    id: int
    venue_id: int
    venue: str
    first_day: date
    last_day: date
    time_zone: str
    rule: str
    closed_at: datetime
    pack: PackUsed | None = None
    later: Later | None = None
    event_id: int | None = None

    @property
    def rule_in_words(self) -> str:
        """The rule, as people read it."""
        return self.pack.title if self.pack else RULE_IN_WORDS


@dataclass(frozen=True, slots=True)
class ClosedEvent:
    """An event's fee with the plays it was divided among and where each part of it went.

    Attributes:
        production_id: of a grand right: the production that pays it; the event is closed apart.
    """

    event_id: int
    title: str
    hall: str
    starts_at: datetime
    ends_at: datetime
    fee: Money
    plays: tuple[PlayUsed, ...]
    allocations: tuple[Allocation, ...]
    reckoning: Reckoning | None = None
    aside: tuple[SetAside, ...] = ()
    production_id: int | None = None

    @property
    def key(self) -> str:
        """What it is called in ledger and log: `7`, of a grand right `7/production/3`."""
        own = str(self.event_id)
        return own if self.production_id is None else f"{own}/production/{self.production_id}"

    @property
    def fee_used(self) -> FeeUsed | None:
        """By which licence and tariff the fee came about; None where it was typed."""
        return self.reckoning.fee_used if self.reckoning else None

    @property
    def performed(self) -> Performed:
        """How long music was performed, and how much of it somebody owns or may own."""
        return performed_of(self.plays)

    def suspended(self) -> Money:
        """What of the fee waits in suspense."""
        return total_of(
            (part.amount for part in self.allocations if part.party_id is None),
            self.fee.currency,
        )

    def deductions(self) -> list[tuple[str, Money]]:
        """What the rule took from the fee before anyone was paid, in order."""
        taken = self.reckoning.deducted if self.reckoning else ()
        return [(name, Money(minor, self.fee.currency)) for name, minor in taken]

    def deducted(self) -> Money:
        """All that the rule took."""
        return total_of((amount for _, amount in self.deductions()), self.fee.currency)

    def divided(self) -> Money:
        """What was left to be divided."""
        return self.fee - self.deducted()


@dataclass(frozen=True, slots=True)
class Line:
    """One amount of a statement, with all it was computed from.

    Attributes:
        deductions: name and amount of what was taken from the fee first.
        event_milliseconds: performed time of all plays of the event.
        play_amount: what the play earned for its work as a whole.
        because: empty in a closing; later, why this amount is paid, or taken back.
    """

    event_id: int
    event_title: str
    hall: str
    fee: Money
    deductions: tuple[tuple[str, Money], ...]
    fee_used: FeeUsed | None
    event_milliseconds: int
    play: PlayUsed
    play_amount: Money
    role: str
    basis_points: int
    amount: Money
    because: str = ""


@dataclass(frozen=True, slots=True)
class StatementHead:
    """A statement by name: whose it is, and what its rightholder's account received.

    Attributes:
        account: what was brought forward, paid out and carried over with it.
    """

    id: int
    distribution_id: int
    party_id: int
    party_name: str
    total: Money
    account: Payout | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What one rightholder receives from one distribution, line by line.

    Attributes:
        booked: what the ledger says that the rightholder's account received.
    """

    head: StatementHead
    distribution: Distribution
    lines: tuple[Line, ...]
    booked: Money

    @property
    def sum_of_lines(self) -> Money:
        """The lines, added up anew."""
        return total_of((line.amount for line in self.lines), self.head.total.currency)

    @property
    def adds_up(self) -> bool:
        """Whether lines, statement and ledger say the same sum."""
        return self.sum_of_lines == self.head.total == self.booked


def lines_of(events: Sequence[ClosedEvent], head: StatementHead) -> tuple[Line, ...]:
    """The lines of one rightholder in the statement's currency, by time of play."""
    lines = [
        line
        for event in events
        if event.fee.currency == head.total.currency
        for line in _lines_of_event(event, head.party_id)
    ]
    return tuple(sorted(lines, key=lambda line: (line.play.started_at, line.play.id, line.role)))


def _lines_of_event(event: ClosedEvent, party_id: int) -> list[Line]:
    plays = {play.id: play for play in event.plays}
    performed = sum(play.milliseconds for play in event.plays)
    earned = _earned(event)
    return [
        Line(
            event_id=event.event_id,
            event_title=event.title,
            hall=event.hall,
            fee=event.fee,
            deductions=tuple(event.deductions()),
            fee_used=event.fee_used,
            event_milliseconds=performed,
            play=plays[part.play_id],
            play_amount=earned[part.play_id],
            role=part.role,
            basis_points=part.basis_points,
            amount=part.amount,
        )
        for part in event.allocations
        if part.party_id == party_id and part.play_id is not None
    ]


def _earned(event: ClosedEvent) -> dict[str, Money]:
    """What each play earned, before its work's shares."""
    return sums_by(
        (part.play_id, part.amount) for part in event.allocations if part.play_id is not None
    )
