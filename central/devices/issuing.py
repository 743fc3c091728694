"""Directions are made when a box asks and should work by something else than it was told last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from central.catalogue.roles import next_version
from central.database import reading, writing
from central.desk import Office
from central.devices.directions import Last, decided, keep, newest
from central.devices.store import boxes
from central.venues.announced import announced_in, look_up
from central.venues.store import hours_of
from edge.sync.letters import AnnouncedEvening, Directions, Hours, Tuning
from edge.sync.seal import seal
from edge.sync.wire import CENTRAL, LARGEST, Sealed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a box should work by."""

    serial: int
    tuning: Tuning
    hours: list[Hours]
    programme: list[AnnouncedEvening]


def newer_than(office: Office, device: str, have: int) -> Sealed | None:
    """The directions of a box, made now if what it should work by has changed.

    Args:
        office: whose box it is.
        device: the box.
        have: the number of those it has; 0: none.

    Returns:
        None, if the box has the newest, or needs none.
    """
    with reading(office.books) as connection:
        last, wanted = newest(connection, device), wanted_of(connection, device, now=office.now())
    if wanted is None or not _still_holds(last, wanted, have=have, now=office.now()):
        with writing(office.books) as connection:
            last = _make(connection, office, device, have=have)
    if last is None or last[0].number <= have:
        return None
    return last[1]


def wanted_of(connection: Connection, device: str, *, now: datetime) -> Wanted | None:
    """What a box should work by; None where something must be looked up first."""
    box = connection.execute(select(boxes).filter_by(device=device)).one()
    programme = announced_in(connection, box.hall_id, now=now)
    if programme is None:
        return None
    latest = decided(connection, device)[:1]
    return Wanted(
        serial=box.serial,
        tuning=latest[0].tuning if latest else Tuning(),
        hours=hours_of(connection, box.hall_id),
        programme=programme,
    )


def changes(last: Last | None, wanted: Wanted, *, now: datetime) -> list[str]:
    """What is other than in the last; evenings that are over since are no change."""
    if last is None:
        said = {"tuning": wanted.tuning != Tuning(), "hours": wanted.hours}
        return [
            name for name, is_said in (said | {"programme": wanted.programme}).items() if is_said
        ]
    before = last[0]
    ahead = [one for one in before.programme if one.ends > now]
    pairs = {
        "serial": (before.serial, wanted.serial),
        "tuning": (before.tuning, wanted.tuning),
        "hours": (before.hours, wanted.hours),
        "programme": (ahead, wanted.programme),
    }
    return [name for name, (was, becomes) in pairs.items() if was != becomes]


def _still_holds(last: Last | None, wanted: Wanted, *, have: int, now: datetime) -> bool:
    # After a backup came back a box may have others than the books know of.
    is_known = have == 0 or (last is not None and have <= last[0].number)
    return is_known and not changes(last, wanted, now=now)


def _make(connection: Connection, office: Office, device: str, *, have: int) -> Last | None:
    """The next directions, unless another process has made them meanwhile."""
    now = office.now()
    box = connection.execute(select(boxes).filter_by(device=device)).one()
    look_up(connection, box.hall_id, now=now)
    last, wanted = newest(connection, device), wanted_of(connection, device, now=now)
    if wanted is None or _still_holds(last, wanted, have=have, now=now):
        return last
    number = next_version(max(have, 0 if last is None else last[0].number), now)
    if number > LARGEST:
        return last
    directions = Directions(
        number=number,
        device=device,
        serial=wanted.serial,
        issued_at=now,
        tuning=wanted.tuning,
        hours=wanted.hours,
        programme=wanted.programme,
    )
    sealed = seal(directions, signer=CENTRAL, key=office.key)
    keep(connection, directions, sealed, changed=changes(last, wanted, now=now))
    return directions, sealed
