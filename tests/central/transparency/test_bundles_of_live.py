"""A bundle proves a work played live as it proves a recording."""

import pytest

from central.database import writing
from central.royalties.closing import close_period
from central.transparency.bundle import bundle_of
from tests.central.royalties.test_closing_live import plays_live, score
from tests.central.transparency.bundles import opened, reckoned
from verifier.verify import Policy, Untrue, verify


@pytest.fixture
def proved(logged):
    """The bundle of an author whose only play was followed by its score."""
    logged.event(fee_minor=90_000)
    plays_live(logged, score(logged, 2, 1), second=30, seconds=120)
    with writing(logged.books) as connection:
        done = close_period(connection, logged.days(), now=logged.now)
    (head,) = done.statements
    return bundle_of(logged.office, head.id)


def test_a_statement_of_works_played_live_proves_itself(proved):
    verdict = verify(proved.encode(), Policy())

    assert (1, True) == (verdict.statement.detections, verdict.statement.rule_checked)


def test_a_work_under_another_score_is_refused(proved):
    document = opened(proved)
    told = [one for one in document["leaves"] if isinstance(one["words"], str)]
    (leaf,) = [one for one in told if '"kind":"work"' in one["words"]]
    leaf["words"] = leaf["words"].replace("score-", "store-")

    with pytest.raises(Untrue):
        reckoned(document)
