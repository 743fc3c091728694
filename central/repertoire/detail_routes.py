"""The counter for details: other names, medleys, who made a recording, what a registry said."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from central import forms
from central.access import Staff
from central.database import reading, writing
from central.desk import Desk
from central.repertoire import details, identifiers
from central.repertoire.newcomers import Language
from central.repertoire.shares import WHOLE

router = APIRouter(prefix="/v1", tags=["repertoire"], dependencies=[Staff])

Milliseconds = Annotated[int, forms.Field(ge=0, le=forms.LARGEST)]
CodeKind = Literal["iswc", "ipi", "ipi_base", "isni", "isrc", "isan", "eidr"]
MakersRole = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]


class NewName(forms.Form):
    """Another name of a party."""

    name: forms.Name
    language: Language = ""
    ipi: forms.Code | None = None


class NewPart(forms.Form):
    """Where a work sounds in a recording of several."""

    work_id: forms.Number
    from_milliseconds: Milliseconds
    to_milliseconds: Milliseconds


class NewMaker(forms.Form):
    """What one of its makers has of a recording."""

    party_id: forms.Number
    right: details.MakersRight
    role: MakersRole
    basis_points: Annotated[int, forms.Field(ge=0, le=WHOLE)]


class CheckedCode(forms.Form):
    """What a registry said of a code."""

    kind: CodeKind
    code: forms.Code
    state: details.CodeState
    registry: forms.Name


class CodeKnown(BaseModel):
    """A code in its plain form, and whether a registry knows it."""

    code: str
    state: str


Parts = Annotated[list[NewPart], forms.Field(max_length=200)]
Makers = Annotated[list[NewMaker], forms.Field(max_length=500)]


@router.post("/parties/{party_id}/names", status_code=201)
def register_name(desk: Desk, party_id: forms.Number, name: NewName) -> forms.Registered:
    """Let a party be found by another name."""
    ipi = identifiers.ipi(name.ipi) if name.ipi else None
    with writing(desk.books) as connection:
        details.put_name(connection, party_id, name=name.name, language=name.language, ipi=ipi)
    return forms.Registered(id=party_id)


@router.put("/recordings/{recording_id}/parts")
def register_parts(desk: Desk, recording_id: str, parts: Parts) -> list[details.Part]:
    """Say which works sound where in a medley."""
    wanted = [details.Part(p.work_id, p.from_milliseconds, p.to_milliseconds) for p in parts]
    with writing(desk.books) as connection:
        details.put_parts(connection, recording_id, wanted)
        return details.parts_of(connection, recording_id)


@router.put("/recordings/{recording_id}/makers", status_code=204)
def register_makers(desk: Desk, recording_id: str, makers: Makers) -> None:
    """Say what performers and producers have of a recording."""
    wanted = [
        details.MakerShare(one.party_id, one.right, one.role, one.basis_points) for one in makers
    ]
    with writing(desk.books) as connection:
        details.put_makers(connection, recording_id, wanted)


@router.post("/codes")
def check_code(desk: Desk, checked: CheckedCode) -> CodeKnown:
    """Write down what a registry said of a code."""
    code = identifiers.READERS[checked.kind](checked.code)
    with writing(desk.books) as connection:
        details.put_check(
            connection,
            kind=checked.kind,
            code=code,
            state=checked.state,
            registry=checked.registry,
            at=desk.now(),
        )
    return CodeKnown(code=code, state=checked.state)


@router.get("/codes/{kind}/{code:path}")
def show_code(desk: Desk, kind: CodeKind, code: str) -> CodeKnown:
    """Whether a code can be one, and whether a registry knows it."""
    plain = identifiers.READERS[kind](code)
    with reading(desk.books) as connection:
        return CodeKnown(code=plain, state=details.state_of(connection, kind, plain))
