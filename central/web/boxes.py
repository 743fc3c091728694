"""The pages of boxes: all, the worst first; and each: how it is, its memory, when it may listen."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from central.database import PAGE, reading, writing
from central.desk import Desk
from central.devices.directions import decided, put_tuning, read_tuning, told
from central.errors import Unacceptable
from central.forms import Number, Query
from central.ingest.alarms import ALARMS
from central.ingest.chain_store import memory_of
from central.ingest.fleet import Looked, fleet
from central.profiles.explaining import explain, in_words
from central.venues.store import hours_of, set_hours
from central.web import store
from central.web.box_words import box_words
from central.web.direction_words import direction_words
from central.web.fleet_words import fleet_words
from central.web.pages import PageRoute, page
from central.web.session import FromHere, SignedIn, Teller
from central.web.tongues import TONGUES
from edge.sync.letters import Hours, Tuning
from edge.sync.wire import DeviceId

Tongue = Literal["kk", "ru", "en"]
MOST_HOURS = 32

box_pages = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[SignedIn])


@box_pages.get("/boxes")
def show_boxes(desk: Desk, lang: Tongue = "kk", after: Query = "") -> Response:
    """All boxes, those that somebody must look at first."""
    with reading(desk.books) as connection:
        found = fleet(connection, after=after, now=desk.now())
    following = found[-1].device if len(found) == PAGE else ""
    found.sort(key=_worst_first)
    content = {"found": found, "following": following}
    return page("boxes", content | {"said": fleet_words(lang), "lang": lang, "tongues": TONGUES})


def _worst_first(box: Looked) -> tuple[int, str, str]:
    worst = min((ALARMS.index(one) for one in box.alarms), default=len(ALARMS))
    return worst, box.venue, box.hall


@box_pages.get("/boxes/{device}")
def show_box(desk: Desk, device: DeviceId, lang: Tongue = "kk") -> Response:
    """A box as the office knows it."""
    with reading(desk.books) as connection:
        box = store.box(connection, device)
        memory = memory_of(connection, device)
        hours = hours_of(connection, box.hall_id)
        newest, decisions = told(connection, device), decided(connection, device)
        part = in_words(explain(connection, box.hall_id), lang)
    content = {"box": box, "memory": memory, "hours": hours, "newest": newest, "part": part}
    content |= {"decisions": decisions, "settings": list(Tuning.model_fields)}
    words = {"said": box_words(lang), "told": direction_words(lang)}
    return page("box_page", content | words | {"lang": lang, "tongues": TONGUES})


@box_pages.post("/boxes/{device}/tuning", dependencies=[FromHere])
def tune_box(
    desk: Desk,
    teller: Teller,
    device: DeviceId,
    *,
    name: Annotated[str, Form(max_length=40)],
    value: Annotated[str, Form(max_length=20)] = "",
    lang: Annotated[Tongue, Form()] = "kk",
) -> Response:
    """Set one setting of a box beside those set before; without a value it is the box's own."""
    with writing(desk.books) as connection:
        before = decided(connection, device)[:1]
        said = before[0].tuning.model_dump(exclude_none=True) if before else {}
        tuning = read_tuning(said | {name: value.strip()})
        put_tuning(connection, device, tuning, by=teller, at=desk.now())
    return RedirectResponse(f"/boxes/{device}?lang={lang}", 303)


@box_pages.post("/halls/{hall_id}/hours", dependencies=[FromHere])
def add_hours(
    desk: Desk,
    hall_id: Number,
    device: Annotated[DeviceId, Form()],
    *,
    days: Annotated[tuple[int, ...], Form()] = (),
    begins: Annotated[str, Form(max_length=5)] = "",
    ends: Annotated[str, Form(max_length=5)] = "",
    lang: Annotated[Tongue, Form()] = "kk",
) -> Response:
    """Let the boxes of a hall listen in these hours too; without any days: always."""
    with writing(desk.books) as connection:
        known = hours_of(connection, hall_id)
        set_hours(
            connection, hall_id, [*known, _hours(days, begins, ends)][:MOST_HOURS] if days else []
        )
    return RedirectResponse(f"/boxes/{device}?lang={lang}", 303)


def _hours(days: tuple[int, ...], begins: str, ends: str) -> Hours:
    try:
        return Hours(days=sorted(set(days)), begins=begins, ends=ends)
    except ValidationError as e:
        raise Unacceptable(
            f"hours from {begins!r} until {ends!r}: write them as 19:00, between 00:00 and 23:59"
        ) from e
