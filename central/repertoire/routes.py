"""The counter for authors and publishers: parties, works and recordings come in here."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi import Form as Field
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from pydantic import BaseModel

from central import forms
from central.access import Staff, admit
from central.database import reading, writing
from central.desk import Desk, office_of
from central.repertoire import identifiers, lists, store
from central.repertoire.shares import WHOLE, Role, Share, require_whole
from central.repertoire.sound import hear
from edge.matcher.fingerprint import Fingerprint
from edge.matcher.recipe import RECIPE

router = APIRouter(prefix="/v1", tags=["repertoire"], dependencies=[Staff])
"""Everything staff may register or look up."""


class NewParty(forms.Form):
    """A person or a company, in its own script, and in Latin letters if that is another."""

    name: forms.Name
    latin_name: forms.Remark = ""
    ipi: forms.Code | None = None


class NewShare(forms.Form):
    """One party's part of a work, in one role."""

    party_id: forms.Number
    role: Role
    basis_points: Annotated[int, forms.Field(ge=0, le=WHOLE)]


class NewWork(forms.Form):
    """A work and everyone who has a share of it; the shares sum to 10000 basis points."""

    title: forms.Title
    iswc: forms.Code | None = None
    shares: Annotated[list[NewShare], forms.Field(min_length=1, max_length=200)]


class RegisteredRecording(BaseModel):
    """What boxes will call it, and how long it is."""

    id: str
    duration_seconds: float


@router.post("/parties", status_code=201)
def register_party(desk: Desk, party: NewParty) -> forms.Registered:
    """Register a party."""
    ipi = identifiers.ipi(party.ipi) if party.ipi else None
    with writing(desk.books) as connection:
        number = store.put_party(
            connection, name=party.name, latin_name=party.latin_name, ipi=ipi, at=desk.now()
        )
    return forms.Registered(id=number)


@router.post("/works", status_code=201)
def register_work(desk: Desk, work: NewWork) -> forms.Registered:
    """Register a work with its shares."""
    iswc = identifiers.iswc(work.iswc) if work.iswc else None
    parts = [Share(part.party_id, part.role, part.basis_points) for part in work.shares]
    require_whole(parts)
    with writing(desk.books) as connection:
        number = store.put_work(connection, title=work.title, iswc=iswc, parts=parts, at=desk.now())
    return forms.Registered(id=number)


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
"""Where sound comes in."""


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
    heard = hear(
        audio.file,
        name=audio.filename or "",
        longest_seconds=desk.settings.longest_recording_seconds,
    )
    recording = _recording(heard, work_id=work_id, title=title, performer=performer, isrc=code)
    with writing(desk.books) as connection:
        store.put_recording(connection, recording, at=desk.now())
    return RegisteredRecording(id=recording.id, duration_seconds=heard.duration_seconds)


def _recording(
    heard: Fingerprint, *, work_id: int, title: str, performer: str, isrc: str | None
) -> store.Recording:
    kept = heard.to_bytes()
    sound = hashlib.sha256(kept).hexdigest()
    return store.Recording(
        id=f"rec-{sound[:16]}",
        work_id=work_id,
        title=title,
        performer=performer,
        isrc=isrc,
        milliseconds=round(heard.duration_seconds * 1000),
        recipe=RECIPE.id,
        fingerprint=kept,
        fingerprint_sha256=sound,
    )


@router.get("/parties")
def list_parties(desk: Desk, q: forms.Query = "", after: forms.After = 0) -> list[lists.Party]:
    """Parties by number, at most 500 of those after `after`; `q` finds in any script."""
    with reading(desk.books) as connection:
        return lists.parties(connection, query=q, after=after)


@router.get("/works")
def list_works(desk: Desk, q: forms.Query = "", after: forms.After = 0) -> list[lists.Work]:
    """Works with their shares, by number, at most 500 of those after `after`."""
    with reading(desk.books) as connection:
        return lists.works(connection, query=q, after=after)


@router.get("/recordings")
def list_recordings(
    desk: Desk, q: forms.Query = "", after: forms.Query = ""
) -> list[lists.Recording]:
    """Recordings by id, at most 500 of those after `after`."""
    with reading(desk.books) as connection:
        return lists.recordings(connection, query=q, after=after)
