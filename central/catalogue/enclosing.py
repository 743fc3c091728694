"""What of the catalogue goes with an answer by stick: all that a box would ask for, one by one."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection
from tuf.api.metadata import Metadata, Targets

from central.catalogue import store, vouching
from central.catalogue.roles import ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from central.catalogue.store import WHOLE
from central.database import reading
from central.desk import Office
from central.errors import Unknown
from edge.sync.post import ANSWER_BYTES, HEAD_BYTES, Parcel
from edge.sync.seal import seal
from edge.sync.wire import CENTRAL, Manifest, TimeTold

Thing = tuple[str, bytes | Path]
"""Where a box would fetch it, and what it is or where it lies."""

_PLACE = "/v1/catalogue"
_FILES_BYTES = ANSWER_BYTES - 2 * HEAD_BYTES  # what files may take; roles and receipts need room


def enclosures(office: Office, parcel: Parcel, profile: str | None) -> list[Thing]:
    """What a box asks for when it looks for a newer catalogue, in the order it asks.

    What would be too much for one stick is left for the next: a box keeps what came.

    Args:
        office: whose catalogue.
        parcel: what the box has, and the nonce it asked the time with.
        profile: whose part of the catalogue it gets; None: everything.

    Returns:
        Nothing while there is no catalogue.
    """
    told = TimeTold(nonce=parcel.nonce, at=office.now(), profile=profile)
    sealed = seal(told, signer=CENTRAL, key=office.key).model_dump_json().encode()
    try:
        vouching.newest_timestamp(office)  # what is about to end is signed anew
    except Unknown:
        return []
    with reading(office.books) as connection:
        roles = _roles(connection)
        manifest = _manifest(connection, profile)
    things: list[Thing] = [(f"{_PLACE}/profile/{parcel.nonce}", sealed), *roles]
    if manifest is None:
        return things
    things.append((f"{_PLACE}/manifests/{manifest[0]}", manifest[1]))
    return [*things, *_files(office, Manifest.model_validate_json(manifest[1]), parcel)]


def _roles(connection: Connection) -> list[Thing]:
    root = vouching.newest(connection, ROOT)
    # A root that came from elsewhere need not have begun with 1.
    wanted = [(ROOT, number) for number in range(1, root.version + 1)] if root else []
    last = [vouching.newest(connection, role) for role in (SNAPSHOT, TARGETS)]
    wanted += [(one.role, one.version) for one in last if one]
    things: list[Thing] = []
    for role, number in wanted:
        with suppress(Unknown):
            content = vouching.said(connection, role, number)
            things.append((f"{_PLACE}/metadata/{number}.{role}.json", content))
    if (timestamp := vouching.newest(connection, TIMESTAMP)) is not None:
        things.append((f"{_PLACE}/metadata/timestamp.json", timestamp.content))
    return things


def _manifest(connection: Connection, profile: str | None) -> tuple[str, bytes] | None:
    """The newest manifest that is vouched for, of a profile if it has one, and its name."""
    targets = vouching.newest(connection, TARGETS)
    if targets is None:
        return None
    said: Metadata[Targets] = Metadata[Targets].from_bytes(targets.content)
    every = said.signed.targets
    named = every.get(f"{profile}.json") or every.get(WHOLE)
    if named is None:
        return None
    digest = named.hashes["sha256"]
    return f"{digest}.{named.path}", store.manifest_named(connection, digest).encode()


def _files(office: Office, manifest: Manifest, parcel: Parcel) -> list[Thing]:
    """The files a box lacks, by the way that brings it the fewest bytes; as many as fit."""
    has = set(parcel.shelf)
    room, things = _FILES_BYTES, list[Thing]()
    for file in [*manifest.way(lambda one: one.name in has), *manifest.besides]:
        path = office.home.segments / file.name
        if file.name in has or file.size_bytes > room or not path.is_file():
            continue
        room -= file.size_bytes
        things.append((f"{_PLACE}/segments/{file.name}", path))
    return things
