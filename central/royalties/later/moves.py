"""Money moved after a closing: amounts taken back as they stood, and what is paid instead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import Any, Literal

from central.errors import CentralError
from central.repertoire.shares import Share
from central.royalties.distribution import PlayUsed
from central.royalties.money import Money, sums_by, total_of
from central.royalties.opening import pool_name
from central.royalties.rules.lines import NOBODYS_PART
from central.royalties.rules.material import WHOLE
from central.royalties.testimony import WordUsed

Kind = Literal["claim", "release", "redistribution", "adjustment"]
Steps = tuple[Mapping[str, Any], ...]
OWN_POOL = 0  # the number of a run that has none yet


class Unequal(CentralError):
    """What a run takes back and what it pays are not the same; nothing of it may be written."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One amount as it stands now: with a rightholder, or waiting.

    Attributes:
        reference: `A17`, an allocation of the closing, or `L9`, a line of a later run.
        play: None when nothing was heard.
        party_id: None while it waits, for `reason`.
        pool_of: the distribution whose pool of this event it is drawn from.
        steps: how it is reckoned from that pool; none when it is the whole of it.
    """

    reference: str
    event_id: int
    play: PlayUsed | None
    party_id: int | None
    role: str
    basis_points: int
    amount: Money
    reason: str
    pool_of: int
    steps: Steps


@dataclass(frozen=True, slots=True)
class Paid:
    """Where money goes now.

    Attributes:
        pool_of: as of a standing amount; `OWN_POOL` for the pool of this very run.
    """

    play: PlayUsed | None
    party_id: int | None
    role: str
    basis_points: int
    amount: Money
    reason: str
    pool_of: int
    steps: Steps


@dataclass(frozen=True, slots=True)
class OwnPool:
    """What a run divides by itself; `words` in the language of the verifier.

    Attributes:
        counted: of each play, where the whole event was divided anew; else None.
        plays: all of them, then.
    """

    words: Mapping[str, Any]
    counted: Mapping[str, Fraction] | None = None
    plays: tuple[PlayUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """Amounts of one event taken back, and all that is paid instead.

    Raises:
        Unequal: they are not the same sum, or not of one event.
    """

    event_id: int
    taken: tuple[Standing, ...]
    paid: tuple[Paid, ...]
    pool: OwnPool | None = None

    def __post_init__(self) -> None:
        sums: dict[str, Money] = sums_by(
            [(one.amount.currency, -one.amount) for one in self.taken]
            + [(one.amount.currency, one.amount) for one in self.paid]
        )
        if any(off.minor for off in sums.values()):
            off = ", ".join(str(one) for one in sums.values())
            raise Unequal(f"event {self.event_id} would be off by {off}")
        if any(one.event_id != self.event_id for one in self.taken):
            raise Unequal(f"an amount taken back is not of event {self.event_id}")


@dataclass(frozen=True, slots=True)
class Run:
    """All that one later distribution does; the moves of a closing, by event.

    Attributes:
        left: what it could not do, by reference, and why.
    """

    closing_id: int
    kind: Kind
    because: str
    moves: tuple[Move, ...]
    left: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class WorkKnown:
    """A work as it is registered today, its parts whole.

    Attributes:
        parts: of the performing right; with the free points they sum to exactly 10,000.
    """

    id: int
    title: str
    parts: tuple[Share, ...]
    free_points: int = 0


def paid_to_work(waiting: Standing, work: WorkKnown, word: WordUsed | None = None) -> Move:
    """Pay a waiting amount to the work it turned out to be, at its own worth.

    Nothing else of the event is weighed again; the play is that work's from now on.

    Args:
        waiting: with a play.
        work: whose parts are whole.
        word: of the person who said so; None when the repertoire did.
    """
    assert waiting.play is not None  # noqa: S101  # nothing heard is nobody's work
    play = with_word(waiting.play, word)
    play = replace(play, work_id=work.id, work_title=work.title, shares=(), waits="")
    parts = sorted((share.party_id, share.role, share.basis_points) for share in work.parts)
    named: list[tuple[int, str, int, str]] = []
    named += [(party, role, points, "") for party, role, points in parts if points]
    if work.free_points:
        named.append((0, "", work.free_points, NOBODYS_PART))
    weights = [points for _, _, points, _ in named]
    amounts = waiting.amount.share(weights)
    before = waiting.steps[-1]["name"]
    paid = [
        Paid(
            play=play,
            party_id=party or None,
            role=role,
            basis_points=points if party else 0,
            amount=amount,
            reason=reason,
            pool_of=waiting.pool_of,
            steps=(*waiting.steps, _shared(before, weights, number, amount=amount.minor)),
        )
        for number, ((party, role, points, reason), amount) in enumerate(
            zip(named, amounts, strict=True)
        )
    ]
    return Move(waiting.event_id, (waiting,), tuple(paid))


def _shared(of: str, weights: Sequence[int], part: int, *, amount: int) -> Mapping[str, Any]:
    shared = {"op": "share", "of": of, "weights": list(weights), "part": part, "gives": amount}
    return shared | {"name": "part" if of == "line" else "line"}


def shared_again(
    taken: Sequence[Standing], among: Sequence[tuple[Standing, Fraction]]
) -> Move | None:
    """Divide amounts of one event, taken together, among others of it by weight; once, exactly.

    Args:
        taken: that wait.
        among: whose weight is positive; a rightholder's part of a play, each once.

    Returns:
        None when there is nobody to divide them among.
    """
    if not among:
        return None
    scale = lcm(*(weight.denominator for _, weight in among))
    weights = [int(weight * scale) for _, weight in among]
    whole = total_of((one.amount for one in taken), taken[0].amount.currency)
    words = {
        "inputs": {"taken": whole.minor},
        "steps": [],
        "pool": "taken",
        "weights": weights,
        "taken": [_taken_words(one) for one in taken],
    }
    drawn = {"op": "share", "of": "pool", "weights": "pool", "name": "line"}
    paid = [
        Paid(
            play=one.play,
            party_id=one.party_id,
            role=one.role,
            basis_points=one.basis_points,
            amount=part,
            reason="",
            pool_of=OWN_POOL,
            steps=(drawn | {"part": number, "gives": part.minor},),
        )
        for number, ((one, _), part) in enumerate(zip(among, whole.share(weights), strict=True))
    ]
    return Move(taken[0].event_id, tuple(taken), tuple(paid), OwnPool(words))


def _taken_words(one: Standing) -> Mapping[str, Any]:
    return {
        "pool": pool_name(one.pool_of, one.event_id),
        "steps": [dict(step) for step in one.steps],
        "amount": one.steps[-1]["name"],
    }


def with_word(play: PlayUsed, word: WordUsed | None) -> PlayUsed:
    """A play on which people have spoken, with the last word on it."""
    if word is None or play.testimony is None:
        return play
    return replace(play, testimony=replace(play.testimony, word=word))


def made_whole(parts: Sequence[Share]) -> tuple[Share, ...]:
    """Parts that are whole as nearly as hundredths can say, made whole exactly."""
    points = Money(WHOLE, "").share([one.basis_points for one in parts])
    return tuple(
        replace(one, basis_points=exact.minor) for one, exact in zip(parts, points, strict=True)
    )


def back_steps(standing: Standing) -> Steps:
    """How an amount that is taken back is reckoned: as it was, less than nothing."""
    if not standing.steps:
        return ()
    was = standing.steps[-1]["name"]
    less = {"op": "less", "of": [0, was], "name": "back", "gives": -standing.amount.minor}
    return (*standing.steps, less)


def totals_of(moves: Iterable[Move]) -> list[tuple[int, Money]]:
    """What each rightholder receives, or gives back, by party and currency."""
    sums = sums_by(
        ((party, amount.currency), amount) for move in moves for party, amount in _parties(move)
    )
    return [(party, total) for (party, _), total in sorted(sums.items())]


def _parties(move: Move) -> Iterable[tuple[int, Money]]:
    for one in move.taken:
        if one.party_id is not None:
            yield one.party_id, -one.amount
    for new in move.paid:
        if new.party_id is not None:
            yield new.party_id, new.amount
