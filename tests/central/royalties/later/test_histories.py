"""Laws over random histories: whatever happens after a closing, every sum is where it should be."""

import shutil
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from central.database import open_books, writing
from central.errors import Taken, Unacceptable
from central.royalties import store
from central.royalties.later import runs
from central.royalties.later.claim_books import Filing
from central.royalties.later.claims import accept, file_claim
from central.royalties.later.objections import Correction, correct
from central.royalties.later.reading import later_run, statement_of
from central.royalties.payouts import balances
from central.royalties.suspense import suspended
from central.royalties.tables import ledger_entries, payouts
from central.transparency.documents import lines_by_party, statement_document, words_of
from central.transparency.later_documents import later_statement_document
from tests.central.royalties.conftest import Theatre
from tests.central.royalties.later.conftest import After

OVER = datetime(2029, 11, 22, tzinfo=UTC)
RECORDINGS = ("rec-1", "rec-2", "rec-x", "rec-y")
play = st.tuples(st.sampled_from(RECORDINGS), st.integers(0, 29), st.integers(0, 19))
act = st.one_of(
    st.tuples(st.just("late"), play),
    st.tuples(st.just("claim"), st.integers(0, 5)),
    st.tuples(st.just("wrong"), st.integers(0, 5), st.sampled_from(["work", "not-played"])),
    st.tuples(st.sampled_from(["release", "redistribution", "adjustment"])),
)


class History:
    """A closed evening and what is done to it, each act once and then again."""

    def __init__(self, books, plays, *, pack, fee):
        self.theatre = Theatre(books)
        self.after = After(self.theatre)
        self.theatre.event(fee_minor=fee, minutes=40)
        for one in plays:
            self.hear(one)
        self.after.close(pack=pack)
        self.song = self.after.work("Теңіз", 3_333, 3_333, 3_334)
        self.pack = pack
        self.said = {}
        self.hold()

    def hear(self, one):
        recording, slot, seconds = one
        self.theatre.hears(recording, second=slot * 80, seconds=seconds)

    def do(self, act):
        with_books = getattr(self, act[0], None)
        if with_books is not None:
            with_books(*act[1:])
        else:
            self.run(act[0])
        self.hold()

    def late(self, one):
        self.hear(one)
        self.run("adjustment")

    def claim(self, which):
        waiting = self.after.waiting()
        if not waiting:
            return
        one = waiting[which % len(waiting)]
        filing = Filing(one.reference, "Абай", "a@example.kz", "mine", work_id=self.song)
        with writing(self.theatre.books) as connection:
            number = file_claim(connection, filing, by="", now=self.theatre.now).id
            word = {"work_id": None, "why": "", "by": "x", "now": self.theatre.now}
            assert accept(connection, number, **word) == accept(connection, number, **word)

    def wrong(self, which, verdict):
        plays = sorted({one.play.id for one in self.after.standing() if one.play})
        if not plays:
            return
        work_id = self.song if verdict == "work" else None
        chosen = plays[which % len(plays)]
        with writing(self.theatre.books) as connection:
            correct(connection, Correction(1, chosen, verdict, work_id, "", "x", self.theatre.now))
        self.run("adjustment")

    def run(self, kind):
        now = OVER if kind == "redistribution" else self.theatre.now
        try:
            with writing(self.theatre.books) as connection:
                runs.do(connection, kind, 1, by="x", now=now)
        except Taken:
            pass
        except Unacceptable:
            assert (kind, self.pack) == ("redistribution", "")
            return
        again = pytest.raises(Taken, match="nothing to move")
        with again, writing(self.theatre.books) as connection:
            runs.do(connection, kind, 1, by="x", now=now)

    def hold(self):
        """All that must be so after every act."""
        with writing(self.theatre.books) as connection:
            self._sums(connection)
            self._statements(connection)

    def _sums(self, connection):
        amounts = self.after.standing()
        wealth = Counter()
        for one in amounts:
            wealth[one.party_id] += one.amount.minor
        assert sum(wealth.values()) == self.after.whole()
        ledger = Counter()
        for row in connection.execute(select(ledger_entries)):
            ledger[row.account_kind] += row.amount_minor
            ledger[row.account_kind, row.account_key] += row.amount_minor
        assert sum(value for key, value in ledger.items() if isinstance(key, str)) == 0
        assert ledger["suspense"] == wealth[None]
        assert wealth[None] == sum(one.amount.minor for one in suspended(connection))
        assert ledger["pool"] == 0
        owed = balances(connection, self.theatre.parties)
        for party in self.theatre.parties:
            paid = ledger["payable", str(party)]
            assert paid >= 0
            assert owed.get((party, "KZT"), 0) + paid == wealth[party]

    def _statements(self, connection):
        """Every statement adds up, and says for ever what it said when it was made."""
        for distribution in store.all_distributions(connection):
            heads = store.statement_heads(connection, distribution.id)
            for head in heads:
                assert statement_of(connection, head.id).adds_up
                ends = head.account
                assert ends.brought + ends.earned == ends.paid + ends.carried
                said = self._document(connection, distribution, head)
                assert self.said.setdefault(head.id, said) == said
        assert len(self.said) == len(connection.execute(select(payouts)).all())

    def _document(self, connection, distribution, head):
        if distribution.later is None:
            events = store.closed_events(connection, distribution.id)
            lines = lines_by_party(distribution, events)
            return words_of(statement_document(distribution, head, lines))
        return words_of(later_statement_document(later_run(connection, distribution.id), head))


@pytest.fixture
def fresh(blank_books, tmp_path):
    """Makes empty books, as often as they are asked for."""
    made = []

    def opened():
        made.append(open_books(shutil.copy(blank_books, tmp_path / f"{len(made)}.db")))
        return made[-1]

    yield opened
    for books in made:
        books.dispose()


few = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(
    plays=st.lists(play, max_size=5),
    acts=st.lists(act, max_size=5),
    pack=st.sampled_from(["kz-venues-2026", ""]),
    fee=st.sampled_from([0, 1, 7, 100_001, 9_999_999]),
)
def test_whatever_happens_every_unit_is_somewhere_and_every_statement_stays_what_it_was(
    fresh, plays, acts, pack, fee
):
    history = History(fresh(), plays, pack=pack, fee=fee)
    for one in acts:
        history.do(one)


@pytest.mark.parametrize("which", range(4))
def test_a_share_of_nothing_is_a_share_when_a_play_is_heard_anew(fresh, which):
    evening = [("rec-x", 18, 6), ("rec-1", 3, 0), ("rec-1", 14, 7), ("rec-1", 27, 15)]
    history = History(fresh(), evening, pack="kz-venues-2026", fee=1)
    history.do(("wrong", which, "work"))
    history.do(("late", ("rec-1", 27, 15)))


@few
@given(
    plays=st.lists(play, min_size=1, max_size=5, unique_by=lambda one: one[1]),
    late=st.lists(play, min_size=1, max_size=3, unique_by=lambda one: one[1]),
    dice=st.randoms(use_true_random=False),
)
def test_the_order_in_which_news_comes_changes_nobodys_wealth(fresh, plays, late, dice):
    first = History(fresh(), plays, pack="kz-venues-2026", fee=100_001)
    for one in late:
        first.hear(one)
    first.run("adjustment")
    dice.shuffle(plays)
    dice.shuffle(late)
    second = History(fresh(), plays, pack="kz-venues-2026", fee=100_001)
    for one in late:
        second.hear(one)
    second.run("adjustment")

    assert {k: v for k, v in first.after.wealth().items() if v} == {
        k: v for k, v in second.after.wealth().items() if v
    }


@few
@given(
    plays=st.lists(play, max_size=4, unique_by=lambda one: one[1]),
    late=st.lists(play, min_size=1, max_size=3, unique_by=lambda one: one[1]),
)
def test_what_came_late_ends_as_if_it_had_come_in_time(fresh, plays, late):
    slots = {one[1] for one in plays}
    late = [one for one in late if one[1] not in slots]
    one = History(fresh(), plays, pack="kz-venues-2026", fee=100_001)
    for news in late:
        one.late(news)
    other = History(fresh(), plays + late, pack="kz-venues-2026", fee=100_001)

    assert {k: v for k, v in one.after.wealth().items() if v} == {
        k: v for k, v in other.after.wealth().items() if v
    }


@pytest.mark.parametrize(
    "plays",
    [
        [],
        [("rec-x", 0, 19)],
        [("rec-1", 0, 0)],
        [("rec-2", 0, 10)],
        [("rec-x", 0, 0), ("rec-y", 3, 0)],
    ],
    ids=["silence", "all unidentified", "no length", "one work", "nothing of length"],
)
@pytest.mark.parametrize("pack", ["kz-venues-2026", ""])
def test_the_corners(fresh, plays, pack):
    history = History(fresh(), plays, pack=pack, fee=100_001)
    for one in (
        ("claim", 0),
        ("redistribution",),
        ("late", ("rec-2", 20, 19)),
        ("release",),
        ("wrong", 0, "not-played"),
    ):
        history.do(one)
