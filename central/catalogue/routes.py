"""Where the catalogue is made, and where boxes fetch it, in pieces if their line is bad."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from central import forms
from central.access import Staff
from central.catalogue import builder, shared, store
from central.database import reading, writing
from central.desk import Desk
from central.errors import Unknown
from edge.sync.wire import Sealed

boxes = APIRouter(prefix="/v1/catalogue", tags=["boxes"])
"""What boxes fetch; the manifest is sealed, and every file is named by its own content."""
staff = APIRouter(prefix="/v1/catalogue", tags=["catalogue"], dependencies=[Staff])
"""What staff decide."""

SegmentName = Annotated[str, Path(pattern=r"^[0-9a-f]{64}\.(qseg|qsib|qwrk)$")]


class Built(BaseModel):
    """The version now in force."""

    version: int
    recordings: int
    size_bytes: int


@staff.post("", status_code=201)
def build_catalogue(desk: Desk) -> Built:
    """Make the next version from everything registered; unchanged, it stays the same one."""
    made = builder.build(desk)
    return Built(version=made.version, recordings=made.recordings, size_bytes=made.size_bytes)


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


@boxes.get("/manifest")
def get_manifest(desk: Desk) -> Sealed:
    """The manifest in force, as it was sealed."""
    with reading(desk.books) as connection:
        return store.newest(connection).manifest


@boxes.get("/segments/{name}", response_class=FileResponse)
def get_segment(desk: Desk, name: SegmentName) -> FileResponse:
    """One file of the catalogue; answers Range, so that a broken download goes on."""
    path = desk.home.segments / name
    if not path.is_file():
        raise Unknown(f"segment {name} is not here; fetch the manifest again")
    # Named by its content, it can never change: any copy of it will do for ever.
    forever = {"ETag": f'"{path.stem}"', "Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(path, media_type="application/octet-stream", headers=forever)
