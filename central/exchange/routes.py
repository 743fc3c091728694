"""Reports over HTTP, for programs by token and for the console's links by its cookie."""

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from fastapi import APIRouter, params
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute

from central.database import reading
from central.desk import Desk, Office
from central.errors import Unknown
from central.exchange.offer import OF_A_CLOSING, drawn_up
from central.exchange.tongues import Tongue
from central.exchange.writing import MAKERS, Form
from central.forms import Number
from central.refusals import file

_IN_MEMORY_BYTES = 1 << 20  # a report beyond that waits on the disk for its reader
_PIECE_BYTES = 1 << 16
_REPORT = file(
    *(maker.media_type.partition(";")[0] for maker in MAKERS.values()),
    headers=("Content-Disposition",),
)


def downloads(
    *, prefix: str, door: params.Depends, route_class: type[APIRoute] = APIRoute
) -> APIRouter:
    """The counter of reports behind a door.

    Args:
        prefix: of the addresses.
        door: what lets people in.
        route_class: how refusals are told.
    """
    router = APIRouter(
        prefix=prefix, tags=["exchange"], dependencies=[door], route_class=route_class
    )
    for address, told in (
        ("/statements/{number}.{form}", statement),
        ("/distributions/{number}/{what}.{form}", of_a_closing),
        ("/years/{number}/transparency.{form}", transparency),
    ):
        router.get(address, response_class=StreamingResponse, responses=_REPORT)(told)
    return router


def statement(desk: Desk, number: Number, form: Form, lang: Tongue = "en") -> StreamingResponse:
    """A rightholder's statement."""
    return _answer(desk, "statement", number, form=form, tongue=lang)


def of_a_closing(
    desk: Desk, number: Number, what: str, form: Form, lang: Tongue = "en"
) -> StreamingResponse:
    """Annex, usage, unidentified, payments or platform, of a distribution."""
    if what not in OF_A_CLOSING:
        raise Unknown(f"there is no report {what!r}; there are {', '.join(OF_A_CLOSING)}")
    return _answer(desk, what, number, form=form, tongue=lang)


def transparency(desk: Desk, number: Number, form: Form, lang: Tongue = "en") -> StreamingResponse:
    """The transparency table of a year."""
    return _answer(desk, "transparency", number, form=form, tongue=lang)


def _answer(
    office: Office, what: str, number: int, *, form: Form, tongue: str
) -> StreamingResponse:
    # Written whole before the first byte is sent: a report that fails half-way is no report.
    with ExitStack() as unless_sent, reading(office.books) as connection:
        report = drawn_up(connection, what, number, tongue=tongue)
        waiting = unless_sent.enter_context(SpooledTemporaryFile(_IN_MEMORY_BYTES))
        MAKERS[form].write(report, cast("BinaryIO", waiting))
        unless_sent.pop_all()
    headers = {
        "content-disposition": f'attachment; filename="{report.name}.{form}"',
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return StreamingResponse(
        _sent(cast("BinaryIO", waiting)), media_type=MAKERS[form].media_type, headers=headers
    )


def _sent(waiting: BinaryIO) -> Iterator[bytes]:
    with waiting:
        waiting.seek(0)
        while piece := waiting.read(_PIECE_BYTES):
            yield piece
