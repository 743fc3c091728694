"""The counter for what was declared: programmes of events, cue sheets of productions."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, UploadFile

from central import forms
from central.access import Staff, Teller
from central.database import reading, writing
from central.desk import Desk
from central.refusals import file
from central.repertoire.imports import MEDIA_TYPES
from central.venues import intake
from central.venues.declarations import acknowledgement_of
from central.venues.meaning import KnownCue, known_cues

programmes = APIRouter(prefix="/v1", tags=["venues"], dependencies=[Staff])
"""Where programmes and cue sheets come in."""

Number = Annotated[int, Path(ge=1, le=forms.LARGEST)]


@programmes.post("/events/{event_id}/programme", status_code=201)
def declare_programme(
    desk: Desk, teller: Teller, event_id: Number, file: UploadFile
) -> intake.Answer:
    """Take in a programme, CSV, XLSX or JSON; the latest one counts."""
    content, name = file.file.read(), file.filename or "programme"
    with writing(desk.books) as connection:
        return intake.take_programme(
            connection, event_id, content, name=name, by=teller, at=desk.now()
        )


@programmes.post("/productions/{production_id}/cue-sheet", status_code=201)
def declare_cue_sheet(
    desk: Desk, teller: Teller, production_id: Number, file: UploadFile
) -> intake.Answer:
    """Take in a cue sheet, CSV, XLSX or JSON; it holds for every showing without a programme."""
    content, name = file.file.read(), file.filename or "cues"
    with writing(desk.books) as connection:
        return intake.take_cue_sheet(
            connection, production_id, content, name=name, by=teller, at=desk.now()
        )


@programmes.get("/productions/{production_id}/cue-sheet")
def show_cue_sheet(desk: Desk, production_id: Number) -> list[KnownCue]:
    """The cue sheet that counts, in order, with the works its cues may mean."""
    with reading(desk.books) as connection:
        return known_cues(connection, production_id)


@programmes.get(
    "/declarations/{number}/acknowledgement",
    response_class=Response,
    responses=file(MEDIA_TYPES["csv"], MEDIA_TYPES["xlsx"], headers=("Content-Disposition",)),
)
def download_acknowledgement(desk: Desk, number: Number) -> Response:
    """What became of each row of a declaration, and why."""
    with reading(desk.books) as connection:
        kind, content = acknowledgement_of(connection, number)
    written = "xlsx" if kind == "xlsx" else "csv"
    headers = {"content-disposition": f'attachment; filename="answer-{number}.{written}"'}
    return Response(content, media_type=MEDIA_TYPES[written], headers=headers)


@programmes.get(
    "/templates/programme.csv",
    response_class=Response,
    responses=file(MEDIA_TYPES["csv"], headers=("Content-Disposition",)),
)
def download_template() -> Response:
    """The template for programmes, with an example."""
    headers = {"content-disposition": 'attachment; filename="programme.csv"'}
    return Response(intake.template(), media_type=MEDIA_TYPES["csv"], headers=headers)


@programmes.get(
    "/templates/cue-sheet.csv",
    response_class=Response,
    responses=file(MEDIA_TYPES["csv"], headers=("Content-Disposition",)),
)
def download_cue_template() -> Response:
    """The template for cue sheets, with an example."""
    headers = {"content-disposition": 'attachment; filename="cue-sheet.csv"'}
    return Response(intake.cue_template(), media_type=MEDIA_TYPES["csv"], headers=headers)
