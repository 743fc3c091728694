"""`qulaq-central suspense, release, redistribute, adjust`: after a closing, at the desk."""

from contextlib import closing

from sqlalchemy import Connection

from central.database import reading, writing
from central.errors import Taken
from central.founding import open_office
from central.royalties import evidence
from central.royalties.closed import REASONS_TOLD
from central.royalties.later import runs
from central.royalties.later.moves import Run, totals_of
from central.royalties.later.runs import Planned
from central.royalties.later_accounts import suspense_of
from central.royalties.money import sums_by
from central.royalties.suspense import Suspended, suspended
from central.settings import Home, Settings


def told_suspense(home: Home) -> str:
    """All that waits, the greatest amounts first.

    Raises:
        Unready: there is no office in that folder.
    """
    with closing(open_office(home, Settings())) as office, reading(office.books) as connection:
        found = suspended(connection)
        today = office.now().date()
    if not found:
        return "Nothing waits."
    told = [f"{'ref.':<8} {'amount':>20} {'age':>6}  {'claim until':<11}  reason"]
    told += [_row(one, one.age_days(today)) for one in found]
    sums = sums_by((one.amount.currency, one.amount) for one in found)
    told += ["", *(f"{'':<8} {sum_.text():>20}  waits in {code}" for code, sum_ in sums.items())]
    return "\n".join(told)


def _row(one: Suspended, age: int) -> str:
    until = str(one.claim_until or "no last day")
    what = one.work_title or one.recording_title or one.recording_id or one.event_title
    claimed = " (claimed)" if one.claimed else ""
    return (
        f"{one.reference:<8} {one.amount.text():>20} {age:>4} d  {until:<11}"
        f"  {REASONS_TOLD[one.reason]}{claimed}: {what}, {one.venue} {one.day}"
    )


def rehearse_run(home: Home, kind: Planned, closing_id: int) -> str:
    """Tell what a run after a closing would move; write nothing.

    Raises:
        Unready: there is no office in that folder.
        Unknown, Unacceptable: as the run itself would.
    """
    with closing(open_office(home, Settings())) as office, reading(office.books) as connection:
        run = runs.planned(connection, kind, closing_id, now=office.now())
        told = _told(run, _names(connection, run))
    return "\n".join([*told, "", "DRY RUN: nothing was written."])


def do_run(home: Home, kind: Planned, closing_id: int) -> str:
    """Do a run after a closing and tell what it moved; doing it again only says so.

    Raises:
        Unready, Unknown, Unacceptable: as for the dry run.
    """
    with closing(open_office(home, Settings())) as office, writing(office.books) as connection:
        run = runs.planned(connection, kind, closing_id, now=office.now())
        told = _told(run, _names(connection, run))
        try:
            number = runs.do(connection, kind, closing_id, by="the desk", now=office.now())
        except Taken as nothing:
            return "\n".join([*told, str(nothing)])
    return "\n".join([*told, "", f"Booked as distribution {number}."])


def _names(connection: Connection, run: Run) -> dict[int, str]:
    return evidence.names_of(connection, {party for party, _ in totals_of(run.moves)})


def _told(run: Run, names: dict[int, str]) -> list[str]:
    told = [f"{run.kind} of distribution {run.closing_id}: {run.because}"]
    told += [f"{total.text():>22}  {names[party]}" for party, total in totals_of(run.moves)]
    told += [f"{amount.text():>22}  suspense" for amount in suspense_of(run)]
    told += [f"{'left':>22}  {reference}: {why}" for reference, why in run.left]
    return told
