"""Trying a rule on a page: the bars say what the sums say, and mistakes are named."""

import httpx
from hypothesis import given
from hypothesis import strategies as some

from central.royalties.simulation import Change
from central.web.shifts import MOST, shifts_of
from tests.fakes.spring_evening import Filler

sums = some.integers(-(10**12), 10**12)


@given(some.lists(some.tuples(sums, sums), max_size=60))
def test_bars_lie_within_the_picture_on_their_side_of_the_line(pairs):
    changes = [Change(str(n), str(n), before, after) for n, (before, after) in enumerate(pairs)]
    changes.sort(key=lambda one: one.difference)
    rows = shifts_of(changes, "KZT")

    assert len(rows) <= 2 * MOST + 1
    for row in rows:
        assert 0 <= row.left <= 50.001
        assert row.left + row.width <= 100.001
        assert row.gains == (row.left == 50 and row.width > 0)


def test_a_row_for_those_in_the_middle_keeps_their_sums():
    changes = [Change(str(n), str(n), 100, 100 + n) for n in range(2 * MOST + 10)]
    others = shifts_of(changes, "KZT")[MOST]

    assert others.name == "10 others"
    assert others.before == "KZT\N{NO-BREAK SPACE}10.00"


def test_staff_try_a_rule_and_see_bars(office, staff):
    Filler(office.http, office.stranger).fill()
    day = {"first": "2025-01-01", "last": "2025-12-31", "pack": "kz-venues-2025"}
    changed = "deductions.retention.percent = 10"
    empty = staff.get("/simulation")
    tried = staff.post("/simulation", data=day | {"changes": changed})
    wrong = staff.post("/simulation", data=day | {"changes": "deductions.retention = 10"})
    own = staff.post("/simulation", data={**day, "pack": "", "words": "<script>"})

    assert (empty.status_code, tried.status_code) == (200, 200)
    assert 'class="gain"' in tried.text
    assert 'class="plain"' in tried.text  # less is deducted: nobody's loss
    assert 'class="loss"' not in tried.text
    assert "Nothing is written" in tried.text
    assert "deductions.retention.percent" in wrong.text
    assert wrong.status_code == 422
    assert "not TOML" in own.text
    assert "<script>" not in own.text


def test_a_stranger_tries_nothing(office):
    with httpx.Client(base_url=office.url, timeout=300) as stranger:
        seen = stranger.get("/simulation")
        told = stranger.post("/simulation", data={"pack": "kz-venues-2026"})

    assert [303, 303] == [seen.status_code, told.status_code]
