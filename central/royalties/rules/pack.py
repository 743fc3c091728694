"""A rule pack: everything by which one society turns uses into money, as dated figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from central.errors import CentralError
from central.royalties.rules.figures import Figure

Shape = Literal["event", "points", "box-office", "credits", "analogy", "shares"]
SHAPES: dict[Shape, str] = {
    "event": "A: the money of each event follows what was performed there",
    "points": "B: uses earn points, and points share a pool or have a value",
    "box-office": "C: box office and the length of cues",
    "credits": "D: each work performed is a credit, some are half",
    "analogy": "E: money without usage data follows the data of other uses",
    "shares": "how a work's money is parted where nothing else was registered",
}
Measure = Literal["receipts", "flat", "seats", "screens", "attendance"]
TariffBasis = Literal["whole_programme", "pro_rata_protected", "named_by_licence"]
PoolBy = Literal["event", "payer", "category", "all"]
Attribute = Literal["genre", "character", "placing", "use_class", "instrumentation"]
ATTRIBUTES: tuple[Attribute, ...] = (
    "genre",
    "character",
    "placing",
    "use_class",
    "instrumentation",
)


class PackError(CentralError):
    """A pack that cannot be used as written; the text names file, key and value."""

    status = 422


class Unlawful(CentralError):
    """The deductions of a pack take more of the gross than the law allows."""

    status = 422


@dataclass(frozen=True, slots=True)
class Tariff:
    """What one kind of licence costs.

    Attributes:
        measure: what the rate multiplies.
        rate: fraction of the receipts, else minor units (or units such as MCI) for each measure.
        unit: an index the rate is expressed in, in minor units; None for money itself.
        minimum: minor units; waived when the programme was reported, if `waived` says so.
        cap: minor units.
        monthly: the rate is for a month.
        basis: whether public-domain minutes lower the fee; `named_by_licence`: each licence says.
    """

    kind: str
    label: str
    measure: Measure
    rate: Figure
    unit: Figure | None = None
    minimum: Figure | None = None
    cap: Figure | None = None
    waived: bool = False
    monthly: bool = False
    basis: TariffBasis = "whole_programme"


@dataclass(frozen=True, slots=True)
class Deduction:
    """What is taken before anyone is paid.

    Attributes:
        base: `gross`, `remainder`, or `after:NAME`: what was left after that deduction.
        cap: at most so many minor units a pool.
        partners: rates for rightholders of other societies; taken from each rightholder then.
    """

    name: str
    base: str
    rate: Figure
    cap: Figure | None = None
    partners: Mapping[str, Figure] = field(default_factory=dict)
    by_rightholder: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """What a use of some length earns: points, or points for each second.

    Attributes:
        from_ms: included.
        to_ms: excluded; None for no end.
        instrumentation: for which the band holds; empty for any.
    """

    from_ms: int
    to_ms: int | None
    points: Figure
    per_second: bool
    instrumentation: str = ""


@dataclass(frozen=True, slots=True)
class Degression:
    """Uses that recur are worth less: those beyond the n-th of a work, payer and month.

    Attributes:
        characters: of uses that are counted whatever their length.
        shorter_than: also counted: any use shorter than so many milliseconds.
        beyond: so many count in full.
        factor: of those after.
    """

    characters: frozenset[str]
    shorter_than: Figure
    beyond: Figure
    factor: Figure


@dataclass(frozen=True, slots=True)
class EventPoints:
    """Points of an event from its fee, to be shared by performed time.

    Attributes:
        round_up_to: fee for each concert is rounded up to a multiple, in whole currency units.
        minimum: points; so `maximum`.
        shortest: a programme shorter than so many milliseconds counts as so long.
        repeated_from: this concert of a run and later ones earn `repeated_factor` of the points.
    """

    round_up_to: Figure
    minimum: Figure
    maximum: Figure
    shortest: Figure
    individually_from: Figure | None = None
    repeated_from: Figure | None = None
    repeated_factor: Figure | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """How much one use counts beside another.

    Attributes:
        length: by performed time, by bands of it, or not at all.
        factors: for each attribute of a use that matters, the factor of each of its values.
        receipts: box office of the event multiplies the weight.
    """

    length: Literal["seconds", "bands", "none"] = "seconds"
    bands: tuple[Band, ...] = ()
    factors: Mapping[Attribute, Mapping[str, Figure]] = field(default_factory=dict)
    receipts: bool = False
    degression: Degression | None = None
    event_points: EventPoints | None = None


@dataclass(frozen=True, slots=True)
class GrandRight:
    """What a production pays for a kind of play: each role a percentage of gross box office."""

    kind: str
    roles: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Pack:
    """One society's rule in one span of days.

    Attributes:
        id: `suisa-concert`; packs of one `family` follow one another in time.
        valid_from: first day; so `valid_to`, the last, None while it holds.
        digest: SHA-256 of the file, hexadecimal: which text this was.
        pool_by: whose money is divided together.
        split_by_receipts: the pool goes to events by box office before it goes to their uses.
        carry_missing: an event without its cue sheet takes no part and is carried forward.
        point_value: minor units a point, where it is fixed and not money divided by points.
        legal_cap: greatest part of the gross that may be deducted.
        analogy: the part of the money that follows each category's data.
        default_parts: for works without registered shares, by the roles present.
        threshold: smallest amount paid out; less is carried over.
        claim_months: how long after the use it may be claimed.
        redistribution: who gets what nobody claimed: `same-event`, or `same-pool`.
        figures: every value of the file.
    """

    id: str
    family: str
    version: str
    title: str
    society: str
    currency: str
    valid_from: date
    valid_to: date | None
    shape: Shape
    digest: str
    pool_by: PoolBy
    split_by_receipts: bool
    carry_missing: bool
    weights: Weights
    point_value: Figure | None
    tariffs: Mapping[str, Tariff]
    deductions: tuple[Deduction, ...]
    legal_cap: Figure | None
    analogy: Mapping[str, Figure]
    default_parts: Mapping[str, Mapping[str, Figure]]
    grand_rights: tuple[GrandRight, ...]
    threshold: Figure | None
    claim_months: Figure | None
    redistribution: str
    figures: tuple[Figure, ...]

    def holds_on(self, day: date) -> bool:
        """Whether the pack is the rule on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def name(self) -> str:
        """Id and version, as every statement quotes the rule."""
        return f"{self.id} {self.version}"
