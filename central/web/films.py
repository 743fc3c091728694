"""The pages of films: what their cue sheets say, and whether boxes can recognise them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Response, UploadFile
from fastapi.responses import RedirectResponse

from central import forms
from central.database import PAGE, reading, writing
from central.desk import Desk
from central.venues.accounts import films_after, put_production, require_production
from central.venues.cues import placed_cues
from central.venues.intake import Answer, take_cue_sheet
from central.venues.meaning import KnownCue, known_cues
from central.venues.programme import CUE_COLUMNS
from central.web.film_words import film_words
from central.web.pages import HEADERS, page
from central.web.session import FromHere, SignedIn, Teller
from central.web.threshold import StaffFirst
from central.web.tongues import TONGUES

Tongue = Literal["kk", "ru", "en"]

film_pages = APIRouter(route_class=StaffFirst, include_in_schema=False, dependencies=[SignedIn])


@film_pages.get("/films")
def show_films(desk: Desk, lang: Tongue = "kk", after: forms.After = 0) -> Response:
    """All films, and how many cues of each have their place."""
    with reading(desk.books) as connection:
        found = films_after(connection, after)
        placed = placed_cues(connection, [one.id for one in found])
    following = found[-1].id if len(found) == PAGE else 0
    content = {"found": found, "placed": placed, "following": following}
    return page("films", content | _in(lang))


@film_pages.post("/films", dependencies=[FromHere])
def add_film(
    desk: Desk,
    title: Annotated[forms.Title, Form()],
    kind: Annotated[Literal["film", "trailer"], Form()] = "film",
    code: Annotated[forms.Remark, Form()] = "",
    lang: Annotated[Tongue, Form()] = "kk",
) -> Response:
    """Register a film, and go to its page."""
    with writing(desk.books) as connection:
        number = put_production(connection, title=title, kind=kind, acts=1, code=code)
    return RedirectResponse(f"/films/{number}?lang={lang}", 303, HEADERS)


@film_pages.get("/films/{number}")
def show_film(desk: Desk, number: forms.Number, lang: Tongue = "kk") -> Response:
    """A film's cue sheet, and what boxes know of it."""
    return _film(desk, number, lang, answer=None)


@film_pages.post("/films/{number}/cue-sheet", dependencies=[FromHere])
def bring_sheet(
    desk: Desk,
    teller: Teller,
    number: forms.Number,
    sheet: UploadFile,
    lang: Annotated[Tongue, Form()] = "kk",
) -> Response:
    """Take a cue sheet in, and say what became of each row."""
    content, name = sheet.file.read(), sheet.filename or "cues"
    with writing(desk.books) as connection:
        answer = take_cue_sheet(connection, number, content, name=name, by=teller, at=desk.now())
    return _film(desk, number, lang, answer=answer)


def _film(desk: Desk, number: int, lang: str, *, answer: Answer | None) -> Response:
    with reading(desk.books) as connection:
        film = require_production(connection, number)
        cues = known_cues(connection, number)
    content = {"film": film, "cues": cues, "answer": answer, "verdict": _verdict(cues)}
    return page("film", content | {"columns": CUE_COLUMNS} | _in(lang))


def _verdict(cues: list[KnownCue]) -> str:
    """Whether two cues of different works can tell the film, or why not."""
    if not cues:
        return "no sheet"
    placed = [one for one in cues if one.placed]
    if len(placed) < 2:
        return "no times"
    heard = [one for one in placed if one.heard]
    works = {work for one in heard for work in one.works}
    return "yes" if len(heard) > 1 and len(works) > 1 else "unheard"


def _in(lang: str) -> dict[str, Any]:
    return {"said": film_words(lang), "lang": lang, "tongues": TONGUES}
