"""Where boxes fetch the catalogue, in pieces if their line is bad, and staff settle its pairs."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse, Response
from pydantic import Field

from central import forms
from central.access import Staff
from central.catalogue import shared, store, vouching
from central.database import reading, writing
from central.desk import Desk
from central.errors import Unknown
from central.refusals import Answers, file
from edge.sync.seal import seal
from edge.sync.wire import CENTRAL, Sealed, TimeTold

boxes = APIRouter(prefix="/v1/catalogue", tags=["boxes"])
"""What boxes fetch: who vouches for what, manifests, and files named by their own content."""
staff = APIRouter(prefix="/v1/catalogue", tags=["catalogue"], dependencies=[Staff])
"""What staff decide."""

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}

_PIECES: Answers = {
    **file("application/octet-stream", headers=("ETag", "Cache-Control")),
    206: {"description": "The piece that Range asked for"},
    416: {"description": "Range begins behind the end of the file"},
}

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Nonce = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
ManifestName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,59}$")]
RoleName = Annotated[Literal["root", "targets", "snapshot", "timestamp"], Path()]
SegmentName = Annotated[str, Path(pattern=r"^[0-9a-f]{64}\.(qseg|qsib|qwrk)$")]


class Settled(forms.Form):
    """What staff decide of two recordings: both stay, or the one named leaves the catalogue."""

    leave_out: str | None = Field(default=None, max_length=64)


@staff.get("/shared")
def list_shared(desk: Desk, *, after: forms.After = 0, settled: bool = False) -> list[shared.Pair]:
    """Recordings that share sound, those that wait for a decision or all of them, by number."""
    with reading(desk.books) as connection:
        return shared.pairs_page(connection, after=after, open_only=not settled)


@staff.post("/shared/{pair_id}")
def settle_shared(
    desk: Desk, pair_id: Annotated[forms.Number, Path()], said: Settled
) -> shared.Pair:
    """Decide of two recordings that share sound; the next catalogue is made accordingly."""
    with writing(desk.books) as connection:
        return shared.settle(connection, pair_id, leave_out=said.leave_out, at=desk.now())


@boxes.get("/metadata/timestamp.json", response_class=Response, responses=file("application/json"))
def get_timestamp(desk: Desk) -> Response:
    """What a box asks first: which snapshot is the newest, signed within a day."""
    return Response(vouching.newest_timestamp(desk), media_type="application/json")


@boxes.get(
    "/metadata/{version}.{role}.json", response_class=Response, responses=file("application/json")
)
def get_statement(desk: Desk, version: forms.Number, role: RoleName) -> Response:
    """What a role said, by number; it never changes."""
    with reading(desk.books) as connection:
        content = vouching.said(connection, role, version)
    return Response(content, media_type="application/json", headers=FOREVER)


@boxes.get(
    "/manifests/{sha256}.{name}.json", response_class=Response, responses=file("application/json")
)
def get_manifest(desk: Desk, sha256: Digest, name: ManifestName) -> Response:
    """A manifest, by the digest of its bytes and the name it is vouched for by."""
    with reading(desk.books) as connection:
        content = store.manifest_named(connection, sha256)
    return Response(content, media_type="application/json", headers=FOREVER)


@boxes.get("/time/{nonce}")
def get_time(desk: Desk, nonce: Nonce) -> Sealed:
    """The time, sealed with what a box said that knows of no profiles: it gets everything."""
    return seal(TimeTold(nonce=nonce, at=desk.now()), signer=CENTRAL, key=desk.key)


@boxes.get("/segments/{name}", response_class=FileResponse, responses=_PIECES)
def get_segment(desk: Desk, name: SegmentName) -> FileResponse:
    """One file of the catalogue; answers Range, so that a broken download goes on."""
    path = desk.home.segments / name
    if not path.is_file():
        raise Unknown(f"segment {name} is not here; fetch the manifest again")
    # Named by its content, it can never change: any copy of it will do for ever.
    headers = {"ETag": f'"{path.stem}"', **FOREVER}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)
