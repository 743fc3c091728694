"""What staff may send to be registered, field by field, with its bounds."""

from typing import Annotated

from pydantic import StringConstraints

from central import forms
from central.repertoire import identifiers
from central.repertoire.facts import Affiliation, Genre, Title, TitleKind, WorkDetail
from central.repertoire.shares import (
    WHOLE,
    Right,
    Role,
    Share,
    require_distinct,
    require_whole,
)

SocietyCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}$")]
Language = Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")]  # ISO 639-1


class NewAffiliation(forms.Form):
    """A party's society for one right, by CISAC's number of it."""

    right: Right
    society: SocietyCode


class NewParty(forms.Form):
    """A person or a company, in its own script, and in Latin letters if that is another."""

    name: forms.Name
    latin_name: forms.Remark = ""
    ipi: forms.Code | None = None
    ipi_base: forms.Code | None = None
    isni: forms.Code | None = None
    affiliations: Annotated[list[NewAffiliation], forms.Field(default_factory=list, max_length=10)]

    def codes(self) -> dict[str, str | None]:
        """Its codes by kind, checked.

        Raises:
            Unacceptable: one cannot be one.
        """
        sent = {"ipi": self.ipi, "ipi_base": self.ipi_base, "isni": self.isni}
        return {kind: identifiers.READERS[kind](c) if c else None for kind, c in sent.items()}

    def societies(self) -> list[Affiliation]:
        """Its societies."""
        return [Affiliation(one.right, one.society) for one in self.affiliations]


class NewSociety(forms.Form):
    """A society, by CISAC's number of it."""

    code: SocietyCode
    name: forms.Name
    territory: Annotated[str, forms.Field(pattern=r"^([A-Z]{2})?$")] = ""


class NewShare(forms.Form):
    """One party's part of a work, in one role and one right."""

    party_id: forms.Number
    role: Role
    basis_points: Annotated[int, forms.Field(ge=0, le=WHOLE)]
    right: Right = "performing"


class NewTitle(forms.Form):
    """Another title of a work."""

    title: forms.Title
    kind: TitleKind = "alternative"
    language: Language = ""


class NewWork(forms.Form):
    """A work and everyone who has a share of it.

    The shares of each right sum to 10000 basis points, together with `free_points` of the
    performing right, which belong to nobody. With `hold`, others are taken too, and the work's
    money waits until they do.
    """

    title: forms.Title
    iswc: forms.Code | None = None
    shares: Annotated[list[NewShare], forms.Field(min_length=1, max_length=200)]
    hold: bool = False
    language: Language = ""
    genre: Genre = ""
    instrumentation: forms.Remark = ""
    duration_seconds: Annotated[int | None, forms.Field(ge=0, le=100_000)] = None
    free_points: Annotated[int, forms.Field(ge=0, le=WHOLE)] = 0
    arrangement_of: forms.Number | None = None
    titles: Annotated[list[NewTitle], forms.Field(default_factory=list, max_length=100)]

    def parts(self) -> list[Share]:
        """Its shares, checked as far as `hold` lets them be.

        Raises:
            Unacceptable: they make no whole, or one party has one role twice.
        """
        parts = [Share(s.party_id, s.role, s.basis_points, s.right) for s in self.shares]
        if not self.hold:
            require_whole(parts, free_points=self.free_points)
        require_distinct(parts)
        return parts

    def code(self) -> str | None:
        """Its ISWC, checked.

        Raises:
            Unacceptable: it cannot be one.
        """
        return identifiers.iswc(self.iswc) if self.iswc else None

    def detail(self) -> WorkDetail:
        """What it says beside title, code and shares."""
        return WorkDetail(
            language=self.language,
            genre=self.genre,
            instrumentation=self.instrumentation,
            milliseconds=None if self.duration_seconds is None else self.duration_seconds * 1000,
            free_points=self.free_points,
            arrangement_of=self.arrangement_of,
            titles=tuple(Title(one.title, one.kind, one.language) for one in self.titles),
        )
