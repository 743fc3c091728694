"""Pages without a token: who may license a work, and the door for an author's recording."""

from collections.abc import Callable, Coroutine
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool

from central import forms
from central.database import reading, writing
from central.desk import Desk, Office, office_of
from central.errors import Unacceptable
from central.repertoire import identifiers, lists, store
from central.repertoire.invitations import Invitation, open_invitation, use_invitation
from central.repertoire.mandates.grants import USES, Question, Use
from central.repertoire.mandates.lookup import who_may_license
from central.repertoire.mandates.routes import Country
from central.repertoire.sound import hear, recording_of
from central.royalties.waiting import waiting_plays
from central.turnstile import EachInTurn
from central.web.pages import PageRoute, page
from central.web.session import FromHere
from central.web.tongues import TONGUES, licence_words, send_words, waiting_words

Tongue = Literal["kk", "ru", "en"]
_SHOWN_RIGHTS = ("performing", "mechanical")

everybody = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[EachInTurn])


@everybody.get("/licences")
def show_licences(
    desk: Desk,
    *,
    q: forms.Query = "",
    work: Annotated[int | None, Query(ge=1, le=forms.LARGEST)] = None,
    use: Use = "concert",
    right: Literal["performing", "mechanical"] = "performing",
    territory: Country = "KZ",
    day: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
    lang: Tongue = "kk",
) -> Response:
    """Who may license a work; a title is looked up first."""
    asked = {"q": q, "use": use, "right": right, "territory": territory, "lang": lang}
    on = _day(day) if day else desk.now().date()
    with reading(desk.books) as connection:
        found = lists.works_like(connection, q)[:20] if q and work is None else []
        answer = None
        if work is not None:
            answer = who_may_license(connection, Question(work, right, use, territory, on))
    content = {"asked": asked | {"day": on, "work": work}, "found": found, "answer": answer}
    choices = {"uses": USES, "rights": _SHOWN_RIGHTS, "tongues": TONGUES}
    return page("licences", content | choices | {"said": licence_words(lang), "lang": lang})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as e:
        raise Unacceptable(f"day {text!r} is not of the calendar") from e


@everybody.get("/unidentified")
def show_unidentified(desk: Desk, lang: Tongue = "kk") -> Response:
    """What was heard and nobody could be paid for, why it waits, and until when to claim it."""
    with reading(desk.books) as connection:
        found = waiting_plays(connection, today=desk.now().date())
    content = {"waiting": found, "tongues": TONGUES}
    return page("unidentified", content | {"said": waiting_words(lang), "lang": lang})


class _InvitedFirst(PageRoute):
    """Asks for the link before the body is read: strangers do not fill our disk."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        take = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            if request.method == "POST":
                link = request.query_params.get("link", "")
                await run_in_threadpool(_invitation, office_of(request), link)
            return await take(request)

        return guarded


invited = APIRouter(
    route_class=_InvitedFirst, include_in_schema=False, dependencies=[EachInTurn, FromHere]
)


def _invitation(office: Office, link: str) -> Invitation:
    with reading(office.books) as connection:
        return open_invitation(connection, link, now=office.now())


def _invited(desk: Desk, link: forms.Query = "") -> Invitation:
    return _invitation(desk, link)


Invited = Annotated[Invitation, Depends(_invited)]


@invited.get("/send")
def show_door(
    desk: Desk, invitation: Invited, link: forms.Query = "", lang: Tongue = "kk"
) -> Response:
    """Ask the author for a recording."""
    with reading(desk.books) as connection:
        work = lists.work_title(connection, invitation.work_id)
    content = {"work": work, "link": link, "heard": None, "tongues": TONGUES}
    return page("send", content | {"said": send_words(lang), "lang": lang})


@invited.post("/send")
def take_recording(
    desk: Desk,
    invitation: Invited,
    *,
    title: Annotated[forms.Title, Form()],
    audio: UploadFile,
    performer: Annotated[forms.Remark, Form()] = "",
    isrc: Annotated[str, Form(max_length=40)] = "",
    lang: Tongue = "kk",
) -> Response:
    """Hear the author's recording; its sound becomes a fingerprint and is not kept."""
    code = identifiers.isrc(isrc) if isrc.strip() else None
    longest = desk.settings.longest_recording_seconds
    heard = hear(audio.file, name=audio.filename or "", longest_seconds=longest)
    recording = recording_of(
        heard, work_id=invitation.work_id, title=title, performer=performer, isrc=code
    )
    with writing(desk.books) as connection:
        store.put_recording(connection, recording, at=desk.now())
        use_invitation(connection, invitation.id, recording_id=recording.id, now=desk.now())
    content = {"work": title, "link": "", "heard": heard, "tongues": TONGUES}
    return page("send", content | {"said": send_words(lang), "lang": lang})
