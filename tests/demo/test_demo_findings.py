from hypothesis import given
from hypothesis import strategies as st

from demo.cast import PEOPLE, parts_of
from demo.evening import Played
from demo.findings import (
    Due,
    Heard,
    Payout,
    Span,
    check_coverage,
    check_hearing,
    check_payout,
    compare,
)

PIECE = Played("palace", "clear", 10.0, 12.0, 55.0, 60.0)
HEARD = Heard("palace", 10.5, 59.0, 48.5, 0.99)


def verdicts(played, heard):
    rows, false = compare(played, heard)
    return [check.holds for check in check_hearing(rows, false=false)]


def test_a_piece_found_once_with_right_boundaries_passes_every_check():
    assert verdicts([PIECE], [HEARD]) == [True, True, True]


def test_a_missed_piece_is_told():
    assert verdicts([PIECE], []) == [False, True, False]


def test_a_piece_heard_as_two_plays_is_told():
    halves = [Heard("palace", 10.0, 30.0, 20.0, 0.9), Heard("palace", 31.0, 60.0, 29.0, 0.9)]

    assert verdicts([PIECE], halves) == [False, True, False]


def test_a_recording_heard_when_another_was_played_is_false():
    stranger = Heard("caves", 20.0, 30.0, 10.0, 0.9)

    assert verdicts([PIECE], [HEARD, stranger]) == [True, False, True]


def test_a_recording_heard_when_it_was_not_played_is_false():
    later = Heard("palace", 100.0, 110.0, 10.0, 0.9)

    assert verdicts([PIECE], [HEARD, later]) == [True, False, True]


def test_a_boundary_off_by_more_than_two_seconds_is_told():
    late = Heard("palace", 14.1, 59.0, 44.9, 0.9)

    assert verdicts([PIECE], [late]) == [True, True, False]


@given(st.floats(10.0, 12.0), st.floats(55.0, 60.0))
def test_within_a_fade_every_boundary_is_right(started, ended):
    (row,), _ = compare([PIECE], [Heard("palace", started, ended, 40.0, 0.9)])

    assert (row.start_error, row.end_error) == (0.0, 0.0)


def test_pieces_not_in_the_clear_or_too_short_are_not_asked_for():
    spoken = Played("caves", "under speech", 100.0, 100.0, 140.0, 140.0)
    sting = Played("jungle", "short", 200.0, 200.0, 204.0, 204.0)

    assert verdicts([PIECE, spoken, sting], [HEARD]) == [True, True, True]


def test_coverage_with_a_hole_does_not_add_up():
    spans = [
        Span("heard", 0.0, 50.0),
        Span("powered_off", 50.0, 56.0),
        Span("unreported", 56.0, 60.0),
        Span("heard", 60.0, 100.0),
    ]
    adds_up, cut = check_coverage(spans, seconds=100.0, cut_seconds=6.0)

    assert (adds_up.holds, cut.holds) == (False, True)


def test_one_tiyn_less_is_told():
    due = Due("Nobody", 99, 99, "KZT 0.99", 1, adds_up=True)
    pool, statements = check_payout(Payout(100, "KZT 1.00", 0, (due,)))

    assert (pool.holds, statements.holds) == (False, True)


def test_what_is_deducted_is_part_of_the_fee():
    due = Due("Nobody", 80, 80, "KZT 0.80", 1, adds_up=True)
    taken = (("retention", 20, "KZT 0.20"),)
    pool, _ = check_payout(Payout(100, "KZT 1.00", 0, (due,), taken))

    assert pool.holds


def test_a_statement_that_is_not_the_sum_of_its_lines_is_told():
    due = Due("Nobody", 100, 100, "KZT 1.00", 1, adds_up=False)
    pool, statements = check_payout(Payout(100, "KZT 1.00", 0, (due,)))

    assert (pool.holds, statements.holds) == (True, False)


@given(st.integers(0, 500))
def test_the_shares_of_every_work_are_whole_and_name_different_people(work):
    parts = parts_of(work)
    people = [part.person for part in parts]

    assert sum(part.basis_points for part in parts) == 10_000
    assert len(set(people)) == len(people)
    assert all(0 <= person < len(PEOPLE) for person in people)


def test_everybody_the_demo_invents_says_so():
    assert all("fictional" in person.latin_name for person in PEOPLE)
