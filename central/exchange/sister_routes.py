"""Files for sister societies over HTTP."""

from typing import Any

from fastapi import APIRouter, Response

from central.access import Staff
from central.database import reading
from central.desk import Desk
from central.exchange.sisters import File, Sender, crd_file, sisters, up_file
from central.forms import Number
from central.refusals import file
from central.royalties.accounts import money_json

sister_counter = APIRouter(prefix="/v1", tags=["exchange"], dependencies=[Staff])

_LAID_OUT = file("text/plain", headers=("Content-Disposition", "X-Qulaq-Assumed-Records"))


@sister_counter.get("/distributions/{number}/sisters")
def list_sisters(desk: Desk, number: Number) -> list[dict[str, Any]]:
    """The sister societies whose members earned in a closing, and how much."""
    with reading(desk.books) as connection:
        found = sisters(connection, number, own=desk.settings.society_code)
    return [
        {
            "code": one.code,
            "name": one.name,
            "territory": one.territory,
            "members": list(one.members),
            "totals": [money_json(total) for total in one.totals],
        }
        for one in found
    ]


@sister_counter.get(
    "/distributions/{number}/sisters/{society}/crd", response_class=Response, responses=_LAID_OUT
)
def download_crd(desk: Desk, number: Number, society: str) -> Response:
    """What the members of a society earned in a closing, laid out as CRD 2.0."""
    with reading(desk.books) as connection:
        return _file(crd_file(connection, number, society, sender=_sender(desk)))


@sister_counter.get("/distributions/{number}/up", response_class=Response, responses=_LAID_OUT)
def download_up(desk: Desk, number: Number) -> Response:
    """What of a closing nobody could be paid for, laid out as UP 1.1."""
    with reading(desk.books) as connection:
        return _file(up_file(connection, number, sender=_sender(desk)))


def _sender(desk: Desk) -> Sender:
    return Sender(desk.settings.society_code, desk.settings.society_name)


def _file(made: File) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{made.name}"',
        "x-content-type-options": "nosniff",
        "x-qulaq-assumed-records": ",".join(sorted(made.layout.assumed)),
    }
    return Response(made.content, media_type="text/plain; charset=utf-8", headers=headers)
