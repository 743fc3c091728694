"""What a rule is given: what was licensed, what was used there, and who has which part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

WHOLE = 10_000  # basis points of a work

State = Literal["protected", "public-domain", "unidentified"]
Basis = Literal["", "whole_programme", "pro_rata_protected"]


@dataclass(frozen=True, slots=True)
class Event:
    """One licensed occasion: a concert, the run of a film, a café's month, a station's year.

    Attributes:
        id: stable; pools and left-over units are ordered by it.
        day: by which the pack is chosen and repeats are counted.
        payer: whose money it is; events of one payer share a pool where the pack says so.
        category: what kind of use it is (`live`, `radio`, `foyer` …), where money is spread over
            the data of others.
        fee: licence fee in minor units, when it is known; None when the tariff computes it, or
            when the event brings none of its own into the pool.
        tariff: kind of licence, a key of the pack's tariffs; empty when there is none.
        basis: whether public-domain minutes lower the fee; named by the licence, never assumed.
        receipts: gross box office in minor units.
        reported: the organiser delivered the programme.
        concerts: how many concerts the fee pays for.
        nth: which concert of the same performers at this venue it is, from 1.
        complete: False when its cue sheet or programme is still missing.
    """

    id: int
    day: date
    payer: str = ""
    category: str = ""
    fee: int | None = None
    tariff: str = ""
    basis: Basis = ""
    receipts: int = 0
    attendance: int = 0
    seats: int = 0
    screens: int = 0
    months: int = 1
    reported: bool = True
    concerts: int = 1
    nth: int = 1
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Use:
    """One play, cue or credit at an event.

    Attributes:
        id: of the play, stable; unidentified uses are kept apart by it.
        work_id: 0 when nobody knows what it was.
        milliseconds: performed time, 0 or more.
        state: a work in the public domain earns nothing; an unidentified one waits.
        genre: as the pack names genres; so `character` (`concrete`, `background`, `functional`),
            `placing` (`full`, `medley`, `walk-in` …), `use_class` and `instrumentation`.
    """

    id: str
    event_id: int
    work_id: int
    milliseconds: int
    state: State = "protected"
    genre: str = ""
    character: str = "concrete"
    placing: str = "full"
    use_class: str = ""
    instrumentation: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One party's part in a work, in basis points (0..10000).

    Attributes:
        party_id: 0 for a part that is nobody's, such as that of a composer in the public domain.
        society: of the party, where a deduction depends on it.
    """

    party_id: int
    role: str
    basis_points: int
    society: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything one settlement looks at; the order of events, uses and parts changes nothing.

    Attributes:
        parts: of each work.
        money: minor units put into a pool beside the fees of its events, by the pool's id.
    """

    events: Sequence[Event]
    uses: Sequence[Use]
    parts: Mapping[int, Sequence[Part]] = field(default_factory=dict)
    money: Mapping[str, int] = field(default_factory=dict)
