"""Where sound comes in: from staff, and from authors by a link that opens once."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi import Form as Field
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from pydantic import BaseModel

from central import forms
from central.access import Staff, admit, new_secret
from central.database import reading, writing
from central.desk import Desk, office_of
from central.refusals import file
from central.repertoire import identifiers, imports, invitations, store
from central.repertoire.cwr.acknowledgement import Sender
from central.repertoire.cwr.intake import take_file
from central.repertoire.scores import Kept, put_score, score_of, scores_after
from central.repertoire.sheets.intake import take_sheet, template
from central.repertoire.sheets.table import Kind
from central.repertoire.sound import hear, recording_of

SEND = "/send"  # where the links of authors lead


class RegisteredRecording(BaseModel):
    """What boxes will call it, and how long it is."""

    id: str
    duration_seconds: float


class RegisteredScore(BaseModel):
    """What boxes will call it, and how long it is at the written tempo."""

    id: str
    duration_seconds: float


class NewInvitation(forms.Form):
    """Ask an author for a recording of a work."""

    work_id: forms.Number
    days: Annotated[int, forms.Field(ge=1, le=365)] = 30


class SentInvitation(BaseModel):
    """The link to give to the author; it is not kept and cannot be shown again."""

    id: int
    link: str


class _StaffFirst(APIRoute):
    """Asks for the token before the body is read: strangers do not fill our disk."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        take = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            await run_in_threadpool(admit, office_of(request), request.headers)
            return await take(request)

        return guarded


uploads = APIRouter(
    prefix="/v1", tags=["repertoire"], dependencies=[Staff], route_class=_StaffFirst
)
"""Where staff send sound, and let authors send it."""


@uploads.post("/recordings", status_code=201)
def register_recording(
    desk: Desk,
    *,
    work_id: Annotated[forms.Number, Field()],
    title: Annotated[forms.Title, Field()],
    audio: UploadFile,
    performer: Annotated[forms.Remark, Field()] = "",
    isrc: Annotated[forms.Code | None, Field()] = None,
) -> RegisteredRecording:
    """Register a recording; its sound becomes a fingerprint here and is not kept."""
    code = identifiers.isrc(isrc) if isrc else None
    with reading(desk.books) as connection:
        store.require_work(connection, work_id)
    longest = desk.settings.longest_recording_seconds
    heard = hear(audio.file, name=audio.filename or "", longest_seconds=longest)
    recording = recording_of(heard, work_id=work_id, title=title, performer=performer, isrc=code)
    with writing(desk.books) as connection:
        store.put_recording(connection, recording, at=desk.now())
    return RegisteredRecording(id=recording.id, duration_seconds=heard.duration_seconds)


@uploads.post("/scores", status_code=201)
def register_score(
    desk: Desk,
    *,
    work_id: Annotated[forms.Number, Field()],
    file: UploadFile,
    title: Annotated[forms.Remark, Field()] = "",
) -> RegisteredScore:
    """Register the score of a work or of one of its movements, MIDI or MusicXML; no notes are kept.

    With it boxes recognise the work when it is played live, whoever plays it.
    """
    content = file.file.read()
    score = score_of(content, work_id=work_id, title=title, name=file.filename or "score.mid")
    with writing(desk.books) as connection:
        put_score(connection, score, at=desk.now())
    return RegisteredScore(id=score.id, duration_seconds=score.milliseconds / 1000)


@uploads.get("/scores")
def list_scores(desk: Desk, after: forms.Query = "") -> list[Kept]:
    """Scores by id, at most 500 of those after `after`."""
    with reading(desk.books) as connection:
        return scores_after(connection, after)


@uploads.post("/invitations", status_code=201)
def invite(desk: Desk, wanted: NewInvitation) -> SentInvitation:
    """Make a link by which an author may send one recording of a work, once."""
    token = new_secret()
    expires_at = desk.now() + timedelta(days=wanted.days)
    with writing(desk.books) as connection:
        store.require_work(connection, wanted.work_id)
        number = invitations.put_invitation(
            connection, token, work_id=wanted.work_id, expires_at=expires_at
        )
    return SentInvitation(id=number, link=f"{desk.settings.address}{SEND}?link={token}")


@uploads.post("/imports/cwr", status_code=201)
def import_cwr(desk: Desk, file: UploadFile) -> imports.Import:
    """Take in a CWR 2.1 or 2.2 file; its ACK is at `/v1/imports/NUMBER/acknowledgement`."""
    sender = Sender(desk.settings.society_code, desk.settings.society_name)
    content, name = file.file.read(), file.filename or "works.cwr"
    with writing(desk.books) as connection:
        number = take_file(connection, content, file_name=name, sender=sender, at=desk.now())
        return imports.import_of(connection, number)


@uploads.post("/imports/sheet", status_code=201)
def import_sheet(
    desk: Desk, file: UploadFile, source: Annotated[forms.Name, Field()]
) -> imports.Import:
    """Take in works by the template, CSV or XLSX; each row comes back with its answer."""
    content, name = file.file.read(), file.filename or "works"
    with writing(desk.books) as connection:
        number = take_sheet(connection, content, file_name=name, source=source[:100], at=desk.now())
        return imports.import_of(connection, number)


@uploads.get(
    "/templates/works.{kind}",
    response_class=Response,
    responses=file(
        imports.MEDIA_TYPES["csv"], imports.MEDIA_TYPES["xlsx"], headers=("Content-Disposition",)
    ),
)
def download_template(kind: Kind) -> Response:
    """The template for works, with an example."""
    headers = {"content-disposition": f'attachment; filename="works.{kind}"'}
    return Response(template(kind), media_type=imports.MEDIA_TYPES[kind], headers=headers)
