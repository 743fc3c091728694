"""What a sender says of a work or a party, before the books have given anything a number."""

from dataclasses import dataclass
from typing import Literal, get_args

from central.repertoire.shares import Right, Role

Genre = Literal["", "serious", "jazz", "popular", "folk", "dance", "functional", "unclassified"]
TitleKind = Literal[
    "original", "alternative", "translated", "transliterated", "first-line", "formal", "incorrect"
]
GENRES: frozenset[str] = frozenset(get_args(Genre))
TITLE_KINDS: frozenset[str] = frozenset(get_args(TitleKind))


@dataclass(frozen=True, slots=True)
class Affiliation:
    """A party's society for one right, by CISAC's number."""

    right: Right
    society: str


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A person or company as a sender names it; `number` is the sender's own, or empty."""

    name: str
    latin_name: str = ""
    ipi: str | None = None
    ipi_base: str | None = None
    isni: str | None = None
    number: str = ""
    affiliations: tuple[Affiliation, ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    """Another title of a work; `language` is ISO 639-1, or empty."""

    title: str
    kind: TitleKind
    language: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A share as a sender claims it, by a party that need not be registered yet."""

    party: PartyFacts
    role: Role
    right: Right
    basis_points: int


@dataclass(frozen=True, slots=True)
class WorkDetail:
    """What is known of a work beside title, code and shares.

    Attributes:
        free_points: basis points of its performing right that are nobody's (0..10000).
        arrangement_of: number of the work it arranges.
    """

    language: str = ""
    genre: Genre = ""
    instrumentation: str = ""
    milliseconds: int | None = None
    free_points: int = 0
    arrangement_of: int | None = None
    titles: tuple[Title, ...] = ()


PLAIN = WorkDetail()


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """A work as a sender describes it; `number` is the sender's own."""

    number: str
    title: str
    iswc: str | None
    claims: tuple[Claim, ...]
    detail: WorkDetail = PLAIN
