"""Laws before a closing: a dry run writes nothing, two persons close, and one closing is one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from central.__main__ import main
from central.database import METADATA, writing
from central.errors import Taken, Unknown, Unwelcome
from central.royalties import accounts, store
from central.royalties.closing import Days, close_period, summary
from central.royalties.rehearsal import all_proposals, approve, prepare, rehearse
from central.transparency.documents import (
    lines_by_party,
    pool_document,
    statement_document,
    words_of,
)

PACK = "kz-venues-2026"


@pytest.fixture
def days(theatre):
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears(theatre.recordings[1], second=300, seconds=60)
    one = theatre.days()
    return Days(one.venue_id, one.first_day, one.last_day, PACK)


def rows(theatre):
    def counted(connection):
        tables = METADATA.sorted_tables
        return {t.name: connection.scalar(select(func.count()).select_from(t)) for t in tables}

    return theatre.read(counted)


def rehearsed(theatre, days):
    with writing(theatre.books) as connection:
        return rehearse(connection, days, now=theatre.now)


def prepared(theatre, days, by="Дина"):
    with writing(theatre.books) as connection:
        return prepare(connection, days, by=by, now=theatre.now)


def approved(theatre, number, by="Ерлан"):
    with writing(theatre.books) as connection:
        return approve(connection, number, by=by, now=theatre.now)


def told(theatre, summary):
    """What a closing says; on a server without its numbers, of which a dry run uses up some."""
    if not theatre.on_server:
        return summary
    heads = [replace(one, id=0, distribution_id=0) for one in summary.statements]
    return replace(summary, distribution=replace(summary.distribution, id=0), statements=heads)


def test_a_dry_run_writes_nothing_and_says_what_the_closing_says(theatre, days):
    before = rows(theatre)
    dry = rehearsed(theatre, days)
    after = rows(theatre)
    with writing(theatre.books) as connection:
        closed = close_period(connection, days, now=theatre.now)

    assert before == after
    assert told(theatre, dry.summary) == told(theatre, closed)


def test_the_difference_against_the_last_run_is_told_by_rightholder(theatre, days):
    first = rehearsed(theatre, days)
    with writing(theatre.books) as connection:
        closed = close_period(connection, days, now=theatre.now)
    theatre.event(starts_at=theatre.evening + timedelta(days=1))
    theatre.hears(theatre.recordings[1], second=86_430, seconds=60)
    later = theatre.days(first=22, last=22)
    with writing(theatre.books) as connection:
        dry = rehearse(connection, later, now=theatre.now + timedelta(days=1))

    told = [(d.party_id, d.before.minor, d.after.minor) for d in dry.differences]
    assert first.last is None
    assert dry.last == closed.distribution
    assert told == [(1, 26_667, 0), (2, 26_667, 0), (3, 26_667, 100_001)]


def test_what_one_person_prepared_another_approves_and_it_is_frozen(theatre, days):
    one = prepared(theatre, days)
    nothing = theatre.read(store.all_distributions)
    closed = approved(theatre, one.id)

    (kept,) = theatre.read(all_proposals)
    assert nothing == []
    assert closed == theatre.read(summary, closed.distribution.id)
    assert (kept.prepared_by, kept.approved_by) == ("Дина", "Ерлан")
    assert kept.distribution_id == closed.distribution.id


def test_nobody_approves_what_he_prepared(theatre, days):
    one = prepared(theatre, days)

    with pytest.raises(Unwelcome, match="another person must approve"):
        approved(theatre, one.id, by="Дина")
    assert theatre.read(store.all_distributions) == []


def test_approving_twice_is_approving_once(theatre, days):
    one = prepared(theatre, days)
    first = approved(theatre, one.id)
    before = rows(theatre)

    assert first == approved(theatre, one.id)
    assert before == rows(theatre)


def test_what_changed_since_it_was_prepared_is_not_approved(theatre, days):
    one = prepared(theatre, days)
    theatre.hears(theatre.recordings[1], second=500, seconds=60)

    with pytest.raises(Taken, match="prepare it again"):
        approved(theatre, one.id)
    assert theatre.read(store.all_distributions) == []


def test_a_proposal_that_is_none_is_named(theatre):
    with pytest.raises(Unknown, match="proposal 7 does not exist"):
        approved(theatre, 7)


def test_the_books_alone_give_every_statement_again_byte_for_byte(theatre, days):
    with writing(theatre.books) as connection:
        closed = close_period(connection, days, now=theatre.now)
    first = said(theatre, closed)
    theatre.hears(theatre.recordings[0], second=500, seconds=60)  # too late for this closing

    assert first == said(theatre, theatre.read(summary, closed.distribution.id))


def said(theatre, closed):
    statements = [theatre.read(store.statement, head.id) for head in closed.statements]
    lines = lines_by_party(closed.distribution, closed.events)
    documents = [
        words_of(statement_document(closed.distribution, one.head, lines)) for one in statements
    ]
    pools = [
        words_of(pool_document(event, (), rule=closed.distribution.rule)) for event in closed.events
    ]
    return [accounts.statement_json(one) for one in statements], documents, pools


def test_four_eyes_over_http_and_a_dry_run_at_the_desk(office, theatre_of):
    theatre = theatre_of(office.books)
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    home = ["--home", str(office.home.path)]
    second = CliRunner().invoke(main, ["token", *home, "--label", "Ерлан"]).stdout.strip()
    asked = {"venue_id": theatre.venue_id, "from": "2026-11-21", "to": "2026-11-21", "pack": PACK}
    dry = office.http.post("/v1/periods/rehearse", json=asked)
    number = office.http.post("/v1/periods/prepare", json=asked).json()["id"]
    own = office.http.post(f"/v1/proposals/{number}/approve")
    other = office.http.post(
        f"/v1/proposals/{number}/approve", headers={"Authorization": f"Bearer {second}"}
    )
    listed = office.http.get("/v1/proposals").json()
    told = CliRunner().invoke(
        main,
        [
            *("close-period", *home, "--venue", str(theatre.venue_id), "--pack", PACK),
            *("--from", "2026-11-21", "--to", "2026-11-21", "--dry-run"),
        ],
    )

    assert (dry.status_code, own.status_code, other.status_code) == (200, 403, 200)
    assert [one["distribution"] for one in listed] == [other.json()["id"]]
    statements = dry.json()["closing"]["statements"], other.json()["statements"]
    if theatre.on_server:
        statements = [[one | {"id": 0} for one in said] for said in statements]
    as_if, really = statements
    assert as_if == really
    assert f"was closed already, by distribution {other.json()['id']}" in told.output
