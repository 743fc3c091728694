"""Pages without a token on which people ask for what is theirs, or say that something is wrong."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Response

from central import forms
from central.database import writing
from central.desk import Desk
from central.royalties.later.claim_books import Filing
from central.royalties.later.claims import file_claim
from central.royalties.later.objections import Objection, file_objection
from central.turnstile import EachInTurn
from central.web.pages import PageRoute, page
from central.web.session import FromHere
from central.web.tongues import TONGUES, claim_words, objection_words

Tongue = Literal["kk", "ru", "en"]
Words = Annotated[str, Form(min_length=1, max_length=2000)]

asking = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[EachInTurn])


@asking.get("/claim")
def show_claim_form(
    reference: Annotated[str, Query(pattern=r"^([AL][0-9]{1,9})?$")] = "", lang: Tongue = "kk"
) -> Response:
    """The form by which somebody says that a waiting play is his."""
    content = {"reference": reference, "claim": None, "tongues": TONGUES}
    return page("claim", content | {"said": claim_words(lang), "lang": lang})


@asking.post("/claim", dependencies=[FromHere])
def take_claim(
    desk: Desk,
    *,
    reference: Annotated[str, Form(pattern=r"^[AL][0-9]{1,9}$")],
    claimant: Annotated[forms.Name, Form()],
    contact: Annotated[forms.Name, Form()],
    evidence: Words,
    lang: Tongue = "kk",
) -> Response:
    """Take a claim from outside; staff will look at it."""
    filing = Filing(reference, claimant, contact, evidence)
    with writing(desk.books) as connection:
        claim = file_claim(connection, filing, by="", now=desk.now())
    content = {"reference": reference, "claim": claim, "tongues": TONGUES}
    return page("claim", content | {"said": claim_words(lang), "lang": lang})


@asking.get("/objection")
def show_objection_form(lang: Tongue = "kk") -> Response:
    """The form by which an author or a venue says that a closed play is wrong."""
    content = {"number": None, "tongues": TONGUES, "said": objection_words(lang), "lang": lang}
    return page("objection", content)


@asking.post("/objection", dependencies=[FromHere])
def take_objection(
    desk: Desk,
    *,
    event: Annotated[forms.Number, Form()],
    side: Annotated[Literal["author", "venue"], Form()],
    objector: Annotated[forms.Name, Form()],
    contact: Annotated[forms.Name, Form()],
    words: Words,
    play: Annotated[str, Form(max_length=64)] = "",
    lang: Tongue = "kk",
) -> Response:
    """Take an objection from outside; staff will look into it."""
    said = Objection(event, play.strip(), side, objector, contact, words)
    with writing(desk.books) as connection:
        number = file_objection(connection, said, by="", now=desk.now()).id
    content = {"number": number, "tongues": TONGUES, "said": objection_words(lang), "lang": lang}
    return page("objection", content)
