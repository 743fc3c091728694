import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import Settings
from edge.errors import BadCatalogue, Busy, Misconfigured, Refused, Unreachable
from edge.sync.backoff import Budget, delay, wait
from edge.sync.protocol import Answer, Request
from edge.sync.rounds import brings_home, failures_after, pause_after

FAILURES = st.integers(1, 10_000)
LUCK = st.floats(0, 1, exclude_max=True)


@given(FAILURES, LUCK)
def test_no_wait_is_longer_than_the_cap(failures, luck):
    assert 0 <= delay(failures, luck, base_seconds=2, cap_seconds=900) <= 900


@given(FAILURES, LUCK)
def test_the_bound_never_shrinks_with_another_failure(failures, luck):
    waits = [delay(n, luck, base_seconds=2, cap_seconds=900) for n in (failures, failures + 1)]

    assert waits == sorted(waits)


@given(st.floats(0, 1e6), LUCK)
def test_nobody_comes_before_central_asked_them_to(asked, luck):
    drawn = delay(3, luck, base_seconds=2, cap_seconds=900)

    assert wait(asked, drawn) >= asked


def test_luck_spreads_boxes_evenly_over_the_whole_bound():
    waits = [delay(4, n / 100, base_seconds=2, cap_seconds=900) for n in range(100)]

    assert [pytest.approx(0.16 * n) for n in range(100)] == waits


@pytest.mark.parametrize(("failures", "luck"), [(0, 0.5), (1, 1.0), (1, -0.1)])
def test_nonsense_is_refused(failures, luck):
    with pytest.raises(ValueError, match=r"failures|luck"):
        delay(failures, luck, base_seconds=2, cap_seconds=900)


def test_after_a_good_round_the_next_comes_on_time():
    assert pause_after([], 0, luck=0.9, settings=Settings(sync_seconds=30)) == 30


@pytest.mark.parametrize("met", [[], [Misconfigured("no orders")]])
def test_a_box_that_waits_for_its_stick_has_not_failed_and_looks_on_time(met):
    failures = failures_after(met, 50)

    assert failures == 0
    assert pause_after(met, failures, luck=0.9, settings=Settings(sync_seconds=30)) == 30


@given(FAILURES)
def test_every_round_with_any_other_trouble_counts(failures):
    met = [Misconfigured("no orders"), Unreachable("gone")]

    assert failures + 1 == failures_after(met, failures)


def test_retry_after_is_honoured_whatever_the_luck():
    met = [Refused("no"), Busy("later", 120.0)]

    assert pause_after(met, 1, luck=0.0, settings=Settings()) == 120.0


@pytest.mark.parametrize("error", [Unreachable("gone"), Refused("no"), BadCatalogue("torn")])
def test_every_other_trouble_backs_off(error):
    settings = Settings(backoff_base_seconds=2, backoff_cap_seconds=100)

    assert pause_after([error], 20, luck=0.5, settings=settings) == 50


@given(st.lists(st.booleans(), max_size=300))
def test_tries_that_follow_a_failure_soon_are_a_reserve_and_a_fifth_of_what_succeeds(fates):
    budget, soon = Budget(), 0
    for failed in fates:
        soon += failed and not budget.is_spent
        budget = budget.after(failed=failed)

    assert soon <= 10 + 0.2 * fates.count(False) + 1e-9


def test_without_a_budget_every_wait_is_drawn_from_the_longest():
    settings = Settings(backoff_base_seconds=2, backoff_cap_seconds=900)
    spent = Budget(left=0)

    assert pause_after([Unreachable("x")], 1, luck=0.5, settings=settings) == 1
    assert pause_after([Unreachable("x")], 1, luck=0.5, settings=settings, budget=spent) == 450


def test_the_moment_central_gave_is_kept_however_often_it_was_asked():
    met = [Busy("x", wait_seconds=1700.0)]

    assert 1700 <= pause_after(met, 40, luck=0.999, settings=Settings()) < 1702


@given(st.integers(0, 60))
def test_a_round_that_brought_something_home_is_the_first_failure_of_a_row(failures):
    assert 1 == failures_after([Unreachable("cut")], failures, gained=True)
    assert 0 == failures_after([], failures, gained=True)


@pytest.mark.parametrize(
    ("method", "path", "status", "brings"),
    [
        ("POST", "/v1/detections", 200, True),
        ("POST", "/v1/detections", 503, False),
        ("GET", "/v1/catalogue/segments/0.qseg", 206, True),
        ("GET", "/v1/catalogue/metadata/timestamp.json", 200, False),
        ("POST", "/v1/heartbeat", 204, False),
    ],
)
def test_only_what_need_not_be_done_again_is_brought_home(method, path, status, brings):
    assert brings is brings_home(Request(method, path), Answer(status, b""))
