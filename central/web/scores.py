"""The page of scores: by which works boxes know what is played live, and where more are brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Response, UploadFile
from sqlalchemy import Connection

from central import forms
from central.database import PAGE, reading, writing
from central.desk import Desk
from central.errors import CentralError
from central.repertoire.lists import works_like
from central.repertoire.scores import (
    Kept,
    put_score,
    score_of,
    scores_after,
    scores_for,
)
from central.web.pages import page
from central.web.score_words import score_words
from central.web.session import FromHere, SignedIn
from central.web.threshold import StaffFirst
from central.web.tongues import TONGUES

Tongue = Literal["kk", "ru", "en"]
MOST_FOUND = 50

score_pages = APIRouter(route_class=StaffFirst, include_in_schema=False, dependencies=[SignedIn])


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a score that was brought: how it is called, or why it was refused."""

    id: str = ""
    refused: str = ""
    status: int = 200


@score_pages.get("/scores")
def show_scores(
    desk: Desk, lang: Tongue = "kk", q: forms.Query = "", after: forms.Query = ""
) -> Response:
    """The scores of works called so; of all, if nothing is asked for."""
    return _scores(desk, lang, q=q, after=after)


@score_pages.post("/scores", dependencies=[FromHere])
def bring_score(
    desk: Desk,
    *,
    work_id: Annotated[forms.Number, Form()],
    score: UploadFile,
    title: Annotated[forms.Remark, Form()] = "",
    lang: Annotated[Tongue, Form()] = "kk",
) -> Response:
    """Take a score in, or say why not."""
    content, name = score.file.read(), score.filename or "score"
    try:
        made = score_of(content, work_id=work_id, title=title, name=name)
        with writing(desk.books) as connection:
            put_score(connection, made, at=desk.now())
        brought = Brought(id=made.id)
    except CentralError as why:
        brought = Brought(refused=str(why), status=why.status)
    return _scores(desk, lang, brought=brought)


def _scores(
    desk: Desk, lang: str, *, q: str = "", after: str = "", brought: Brought | None = None
) -> Response:
    with reading(desk.books) as connection:
        found = _of_works_like(connection, q) if q else scores_after(connection, after)
    following = found[-1].id if not q and len(found) == PAGE else ""
    content: dict[str, Any] = {"found": found, "q": q, "following": following, "brought": brought}
    content["tongues"] = TONGUES
    status = brought.status if brought else 200
    return page("scores", content | {"said": score_words(lang), "lang": lang}, status=status)


def _of_works_like(connection: Connection, query: str) -> Sequence[Kept]:
    """The scores of each work called so; a work without one stands there without."""
    works = works_like(connection, query)[:MOST_FOUND]
    kept = scores_for(connection, [work.id for work in works])
    return [
        one
        for work in works
        for one in kept.get(work.id, [Kept("", work.id, work.title, "", 0, current=False)])
    ]
