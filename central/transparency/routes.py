"""The public log over HTTP, as every tool for such logs expects it; and a statement's bundle."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from central.access import Staff
from central.database import reading
from central.desk import Desk
from central.errors import Unknown
from central.forms import Number
from central.refusals import file
from central.transparency import store
from central.transparency.bundle import bundle_of
from central.transparency.log_key import signer_in
from central.transparency.notes import with_cosignatures
from central.transparency.tables import ENTRIES
from central.transparency.tree import HASH_BYTES, tile_number

public = APIRouter(prefix="/log", tags=["log"])
"""What anyone may read: it betrays nothing but how much was logged, and when."""
staff = APIRouter(prefix="/v1", tags=["log"], dependencies=[Staff])

_TEXT = "text/plain; charset=utf-8"
_NOTE = file("text/plain", headers=("Cache-Control",))
_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}
_BRIEFLY = {"cache-control": "public, max-age=5"}

Level = Annotated[str, Path(pattern=r"^(0|[1-9][0-9]?|entries)$")]
Place = Annotated[str, Path(max_length=60)]


@public.get("/checkpoint", response_class=Response, responses=_NOTE)
def show_checkpoint(desk: Desk) -> Response:
    """How large the log is and what its root is, signed, with what its witnesses said."""
    with reading(desk.books) as connection:
        size, note = store.checkpoint(connection)
        lines = store.cosignature_lines(connection, size)
    text = with_cosignatures(note, list(lines.values()))
    return Response(text, media_type=_TEXT, headers=_BRIEFLY)


@public.get("/key", response_class=Response, responses=_NOTE)
def show_key(desk: Desk) -> Response:
    """The key the log signs with, in one line; ask for it elsewhere, too, before you trust it."""
    with reading(desk.books) as connection:
        store.checkpoint(connection)  # before the log has begun it has no key
    text = signer_in(desk.home).verifier.text() + "\n"
    return Response(text, media_type=_TEXT, headers=_BRIEFLY)


@public.get(
    "/tile/{level}/{place:path}",
    response_class=Response,
    responses=file("application/octet-stream", headers=("Cache-Control",)),
)
def show_tile(desk: Desk, level: Level, place: Place) -> Response:
    """A tile of hashes, or of entries; what was once served here is served for ever."""
    number, width = tile_number(place)
    row = ENTRIES if level == "entries" else int(level)
    each = store.ENTRY_BYTES if row == ENTRIES else HASH_BYTES
    with reading(desk.books) as connection:
        hashes = store.tile(connection, row, number)
    if len(hashes) < width * each:
        raise Unknown(f"tile {level}/{place} is not in the log")
    content = hashes[: width * each]
    return Response(content, media_type="application/octet-stream", headers=_FOR_EVER)


@staff.get(
    "/statements/{statement_id}/bundle",
    response_class=Response,
    responses=file("text/plain", headers=("Content-Disposition",)),
)
def download_bundle(desk: Desk, statement_id: Number) -> Response:
    """A statement as a file that proves itself; `qulaq-verify` checks it, offline."""
    name = f'attachment; filename="statement-{statement_id}.qulaq"'
    headers = {"content-disposition": name}
    return Response(bundle_of(desk, statement_id), media_type="text/plain", headers=headers)
