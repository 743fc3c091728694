"""Laws of trying a rule: nothing is written, nothing is lost, and the same rule changes nothing."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select, update

from central.__main__ import main
from central.database import METADATA, reading, writing
from central.errors import Unacceptable, Unknown
from central.repertoire.tables import works
from central.royalties.closing import Days, close_period
from central.royalties.rules.pack import PackError, Unlawful
from central.royalties.trial import Question, pack_tried, simulate

PACK = "kz-venues-2026"
RETENTION = "deductions.retention.percent"


@pytest.fixture
def played(theatre):
    """Three evenings' worth: one closed by the pack, one still open, one in another currency."""
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears(theatre.recordings[1], second=300, seconds=60)
    theatre.hears("rec-unregistered", second=400, seconds=60)
    one = theatre.days()
    with writing(theatre.books) as connection:
        days = Days(one.venue_id, one.first_day, one.last_day, PACK)
        close_period(connection, days, now=theatre.now)
    theatre.event(starts_at=theatre.evening + timedelta(minutes=30))
    theatre.hears(theatre.recordings[1], second=1_900, seconds=60)
    theatre.event(starts_at=theatre.evening + timedelta(minutes=60), currency="EUR")
    return theatre


def asked(theatre, pack=PACK, words="", changes=(), **fields):
    days = theatre.days()
    tried = pack_tried(pack, words, dict(changes))
    fields = {"venue_id": theatre.venue_id, "family": "kz-venues"} | fields
    return Question(days.first_day, days.last_day, pack=tried, **fields)


def trial_of(theatre, **what):
    with reading(theatre.books) as connection:
        return simulate(connection, asked(theatre, **what), now=theatre.now)


def rows(theatre):
    def counted(connection):
        tables = METADATA.sorted_tables
        return {t.name: connection.scalar(select(func.count()).select_from(t)) for t in tables}

    return theatre.read(counted)


def sums(changes):
    return {one.key: (one.before, one.after) for one in changes}


def test_the_rule_that_held_changes_nothing(played):
    trial = trial_of(played)
    every = (*trial.sums, *trial.parties, *trial.categories, *trial.deductions, *trial.waiting)

    assert every
    assert {one.difference for one in every} == {0}
    assert trial.booked is None


def test_trying_writes_nothing(played):
    before = rows(played)
    trial_of(played, changes={RETENTION: "15"})

    assert before == rows(played)


def test_a_lower_retention_goes_to_rightholders_to_the_last_unit(played):
    trial = trial_of(played, changes={RETENTION: "15"})

    # 100,001 tiyn each evening: 20 % are 20,000, 15 % are 15,000, rounded towards zero.
    assert sums(trial.deductions) == {"retention": (40_000, 30_000)}
    assert sums(trial.sums)["fees"] == (200_002, 200_002)
    assert trial.events == 2
    assert trial.other_currencies == 1
    for when in (0, 1):
        told = {key: pair[when] for key, pair in sums(trial.sums).items()}
        paid = sum(pair[when] for pair in sums(trial.parties).values())
        assert told["fees"] == told["paid"] + told["deducted"] + told["suspense"]
        assert told["paid"] == paid
        assert paid == sum(pair[when] for pair in sums(trial.categories).values())
        assert told["suspense"] == sum(pair[when] for pair in sums(trial.waiting).values())


@settings(max_examples=10)
@given(percent=some.integers(0, 20))
def test_what_came_in_is_somewhere_whatever_is_retained(percent, settled_once):
    trial = trial_of(settled_once, changes={RETENTION: str(percent)})
    after = {key: pair[1] for key, pair in sums(trial.sums).items()}

    assert after["fees"] == after["paid"] + after["deducted"] + after["suspense"]
    assert after["deducted"] == 2 * (100_001 * percent // 100)
    assert trial.unaccounted.minor == 0


@pytest.fixture(scope="module")
def settled_once(tmp_path_factory, theatre_class):
    from central.database import open_books
    from central.upgrading import upgrade

    books = open_books(tmp_path_factory.mktemp("books") / "central.db")
    upgrade(books)
    theatre = theatre_class(books)
    for minutes in (0, 30):
        theatre.event(starts_at=theatre.evening + timedelta(minutes=minutes))
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears(theatre.recordings[1], second=1_900, seconds=60)
    yield theatre
    books.dispose()


def test_what_is_paid_is_told_by_genre_of_the_works(played):
    with writing(played.books) as connection:
        connection.execute(update(works).filter_by(title="Көктем").values(genre="popular"))

    categories = sums(trial_of(played, changes={RETENTION: "0"}).categories)

    # Of the closed evening 120 s of 240 are of that work, of the open one nothing.
    assert categories["popular"] == (40_000, 50_000)
    assert set(categories) == {"popular", "unstated"}


def pack_words():
    from central.royalties.rules import shelf

    return shelf.words_of(PACK)


def test_what_changed_since_the_closing_is_told_and_not_taken_for_the_rules_doing(played):
    played.hears(played.recordings[1], second=500, seconds=30)
    trial = trial_of(played)

    assert trial.booked is not None
    assert {one.difference for one in trial.parties} == {0}


def test_a_foreign_rule_of_rates_alone_can_be_tried_and_one_of_sums_is_refused(played):
    tried = trial_of(played, pack="suisa-concert")

    # 15 % of each fee, then 7.5 % and 2.5 % of what is left (SUISA's concert).
    assert sums(tried.sums)["deducted"] == (40_000, 2 * (15_000 + 6_375 + 2_125))
    assert sums(tried.sums)["fees"] == (200_002, 200_002)
    with pytest.raises(Unacceptable, match="has sums in GBP"):
        trial_of(played, pack="prs-live")


def test_a_rule_that_divides_all_venues_money_together_can_be_tried(played):
    words = pack_words().replace('by = "event"', 'by = "all"')
    trial = trial_of(played, pack="", words=words, venue_id=None)
    after = {key: pair[1] for key, pair in sums(trial.sums).items()}

    assert after["fees"] == after["paid"] + after["deducted"] + after["suspense"]
    assert {one.difference for one in trial.parties} != {0}


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"changes": {"deductions.retension.percent": "15"}}, PackError, f"mean {RETENTION}"),
        ({"changes": {RETENTION: "150"}}, PackError, "0 to 100 is wanted"),
        ({"changes": {RETENTION: "much"}}, PackError, "must be a number"),
        ({"pack": "", "words": "[pack]\nid = 7"}, PackError, "pack.id is 7; a text is wanted"),
        ({"pack": "", "words": "=="}, PackError, "not TOML"),
        ({"pack": "", "words": ""}, Unacceptable, "one of the two"),
        ({"pack": "kz-venues-1999"}, Unknown, "there are apra-cinema"),
        ({"changes": {RETENTION: "21"}}, Unlawful, "the law allows 20 %"),
        ({"venue_id": 99}, Unknown, "venue 99"),
    ],
)
def test_what_cannot_be_tried_is_refused_by_name_and_value(played, given, error, said):
    with pytest.raises(error, match=said):
        trial_of(played, **given)


def test_it_is_tried_over_http_and_at_the_desk(office, theatre_of, tmp_path):
    theatre = theatre_of(office.books)
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    question = {"from": "2026-11-21", "to": "2026-11-21", "pack": PACK}
    home = ["--home", str(office.home.path), "--from", "2026-11-21", "--to", "2026-11-21"]
    words = tmp_path / "mine.toml"
    words.write_text(pack_words().replace("value = 20, ", "value = 10, ", 2), encoding="utf-8")

    over_http = office.http.post("/v1/simulations", json=question | {"changes": {RETENTION: "10"}})
    wrong = office.http.post("/v1/simulations", json=question | {"changes": {"nothing": "1"}})
    told = CliRunner().invoke(main, ["simulate", *home, "--file", str(words)])
    as_json = CliRunner().invoke(
        main, ["simulate", *home, "--pack", PACK, "--set", f"{RETENTION}=10", "--json"]
    )
    misspelt = CliRunner().invoke(main, ["simulate", *home, "--pack", PACK, "--set", "retention"])

    answer = over_http.json()
    assert (over_http.status_code, wrong.status_code) == (200, 422)
    assert answer["deductions"][0]["difference"] == -10_000
    assert json.loads(as_json.output)["parties"] == answer["parties"]
    assert "SIMULATION: nothing was written." in told.output
    assert "deductions" in told.output
    assert "-100.00" in told.output
    assert "KEY=VALUE is wanted" in misspelt.output
    assert office.stranger.post("/v1/simulations", json=question).status_code == 401
