"""What was paid after a closing proves itself as the closing does."""

import pytest

from central.database import writing
from central.repertoire.shares import Share
from central.repertoire.store import put_work
from central.royalties import store
from central.royalties.closing import Days, close_period
from central.royalties.later.amounts import standing_of
from central.royalties.later.claim_books import Filing
from central.royalties.later.claims import accept, file_claim
from central.royalties.later.window import waits_for_an_owner
from central.transparency.bundle import bundle_of
from tests.central.transparency.bundles import opened, reckoned
from verifier.verify import WORDS, Policy, Untrue, verify


def claimed(logged, pack):
    """An evening whose unknown play was claimed; answers the first statement of the claim."""
    first, second = logged.recordings
    logged.event(minutes=30)
    logged.hears(first, second=10, seconds=100)
    logged.hears(second, second=200, seconds=61)
    logged.hears("rec-unregistered", second=500, seconds=20)
    days = logged.days()
    parts = [Share(logged.parties[0], "C", 6_000), Share(logged.parties[1], "A", 4_000)]
    with writing(logged.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, pack)
        closing = close_period(connection, by, now=logged.now).distribution.id
        song = put_work(connection, title="Теңіз", iswc=None, parts=parts, at=logged.now)
        (one,) = [o for o in standing_of(connection, closing) if waits_for_an_owner(o)]
        filing = Filing(one.reference, "Абай", "abai@example.kz", "mine", work_id=song)
        number = file_claim(connection, filing, by="", now=logged.now).id
        paid = accept(connection, number, work_id=None, why="seen", by="Ерлан", now=logged.now)
        (head, _) = store.statement_heads(connection, paid.steps[-1].distribution_id)
    return head.id


@pytest.mark.parametrize(("pack", "known"), [("kz-venues-2026", False), ("", True)])
def test_a_claimed_statement_is_true_and_reckoned_again(logged, pack, known):
    verdict = verify(bundle_of(logged.office, claimed(logged, pack)).encode(), Policy())
    told = "\n".join(verdict.told(WORDS["en"]))

    assert verdict.statement.reckoned
    assert verdict.statement.rule_checked is known
    assert WORDS["en"]["true"] in told
    assert "after closing 1, as claim: claim 1, A" in told
    assert WORDS["en"]["not once"] in told


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["lines"][0].update(takes_back="A1"),
        lambda said: said["lines"][0].update(parts=[0, 1]),
        lambda said: said["lines"][0].update(pool="pool/2/1"),
        lambda said: said.update(format="qulaq/statement/v1"),
        lambda said: said["lines"].append(said["lines"][0]),
    ],
)
def test_a_claimed_statement_that_was_changed_is_refused(logged, change):
    document = opened(bundle_of(logged.office, claimed(logged, "kz-venues-2026")))
    leaf = next(one for one in document["leaves"] if one["name"].startswith("statement/"))
    change(leaf["words"])

    with pytest.raises(Untrue):
        reckoned(document)


def test_the_bundle_of_the_closing_is_as_it_was(logged):
    claimed(logged, "kz-venues-2026")
    verdict = verify(bundle_of(logged.office, 1).encode(), Policy())

    assert "closing" not in verdict.statement.document
