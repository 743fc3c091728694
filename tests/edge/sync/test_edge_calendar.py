"""Laws of time: whatever the clock did, what was heard before is dated as if it had been right."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from edge.sync.calendar import DRIFT_PPM, EPOCH, Calendar, Fix, guesses, stamp, waits
from edge.sync.wire import BoxTime, CoverageRecord

SEVEN = datetime(2026, 11, 21, 19, tzinfo=UTC)
MADE = datetime(2026, 6, 1, tzinfo=UTC)
SECOND = 1_000_000_000
TWENTY_YEARS = timedelta(days=20 * 365)
FIRST, SECOND_RUN, THIRD = (UUID(int=n) for n in (1, 2, 3))


def ns(at):
    return (at - EPOCH) // timedelta(microseconds=1) * 1000


def fix(kernel, seconds, at, *, uncertainty_ms=5):
    return Fix(kernel, seconds * SECOND, ns(at), uncertainty_ms * 1_000_000)


def minute(kernel, seconds, *, believed=SEVEN, state="heard", seq=1, length=60):
    """A stretch of a run of the kernel, from so many seconds after its start."""
    return CoverageRecord(
        boot=kernel,
        seq=seq,
        started_at=believed,
        ended_at=believed + timedelta(seconds=length),
        clock_synced=False,
        state=state,
        box=BoxTime(
            kernel=kernel,
            first=0,
            end=length,
            started_ns=seconds * SECOND,
            ended_ns=(seconds + length) * SECOND,
        ),
    )


def off(before, left_seconds, kernel, seconds, *, believed=SEVEN):
    """The time between two runs of the kernel."""
    record = minute(kernel, seconds, believed=believed, state="powered_off", length=0)
    moved = {"since_kernel": before, "started_ns": left_seconds * SECOND}
    return record.model_copy(update={"box": record.box.model_copy(update=moved)})


@given(
    st.timedeltas(-TWENTY_YEARS, TWENTY_YEARS),
    st.integers(0, 100),
    st.integers(101, 600),
    st.integers(-50, 50),
)
def test_whatever_the_clock_believed_what_was_before_is_dated_within_50_ms(
    wrong, heard_at, learned_at, drift_ppm
):
    calendar = Calendar(not_before=MADE)
    true_seconds = (learned_at - heard_at) * (1 + drift_ppm / 1e6)
    calendar.learn(fix(FIRST, learned_at, SEVEN))

    told = stamp(minute(FIRST, heard_at, believed=SEVEN + wrong), calendar)

    assert not waits(told)
    assert told.clock_synced
    error = abs(told.started_at - (SEVEN - timedelta(seconds=true_seconds)))
    assert error < timedelta(milliseconds=50)
    assert error <= timedelta(milliseconds=told.uncertainty_ms)


@given(st.timedeltas(-TWENTY_YEARS * 2, timedelta(days=-200)))
def test_a_clock_that_says_less_than_when_the_box_was_made_is_not_believed(wrong):
    calendar = Calendar(not_before=MADE)

    assert not calendar.learn(fix(FIRST, 10, SEVEN + wrong))
    assert waits(stamp(minute(FIRST, 0), calendar))


def test_the_same_again_is_no_news_and_a_record_once_dated_is_not_dated_again():
    calendar = Calendar()
    assert calendar.learn(fix(FIRST, 100, SEVEN))
    told = stamp(minute(FIRST, 0), calendar)

    assert not calendar.learn(fix(FIRST, 700, SEVEN + timedelta(seconds=600)))
    assert calendar.learn(fix(FIRST, 800, SEVEN + timedelta(seconds=702)))
    assert told == stamp(told, calendar)


def test_where_the_clock_was_set_again_is_worth_no_more_than_the_quarrel():
    calendar = Calendar([fix(FIRST, 100, SEVEN + TWENTY_YEARS), fix(FIRST, 300, SEVEN)])

    before, after = (calendar.date(FIRST, seconds * SECOND) for seconds in (200, 400))
    assert after.at == SEVEN + timedelta(seconds=100)
    assert before.uncertainty_ns >= TWENTY_YEARS / timedelta(microseconds=1) * 1000
    assert after.uncertainty_ns >= TWENTY_YEARS / timedelta(microseconds=1) * 1000


def test_the_longer_ago_the_less_surely():
    calendar = Calendar([fix(FIRST, 1000, SEVEN)])

    assert [5_000_000, 5_000_000, 5_000_000 + 1000 * SECOND * DRIFT_PPM // 1_000_000] == [
        calendar.date(FIRST, seconds * SECOND).uncertainty_ns for seconds in (2000, 1000, 0)
    ]


@given(st.lists(st.integers(1, 10**12), min_size=2, max_size=20), st.integers(0, 10**12))
def test_stretches_that_touch_in_the_box_touch_in_the_calendar(lengths_ns, learned_ns):
    calendar = Calendar([Fix(FIRST, learned_ns, ns(SEVEN), 0)])
    edges = [0]
    for length in lengths_ns:
        edges.append(edges[-1] + length)
    told = [
        stamp(
            minute(FIRST, 0).model_copy(
                update={
                    "box": BoxTime(kernel=FIRST, first=0, end=0, started_ns=one, ended_ns=other)
                }
            ),
            calendar,
        )
        for one, other in pairwise(edges)
    ]

    assert all(one.ended_at == other.started_at for one, other in pairwise(told))


def test_a_run_that_never_learned_the_time_is_put_between_its_neighbours_and_told_as_such():
    calendar = Calendar([fix(FIRST, 100, SEVEN)])
    waiting = [
        off(FIRST, 100, SECOND_RUN, 20, believed=MADE),
        minute(SECOND_RUN, 20, believed=MADE),
        minute(SECOND_RUN, 80, believed=MADE + timedelta(seconds=60), seq=2),
        off(SECOND_RUN, 140, THIRD, 30, believed=MADE),
        minute(THIRD, 30, believed=MADE),
    ]
    assert [] == guesses(waiting, calendar, not_before=MADE)

    calendar.learn(fix(THIRD, 30, SEVEN + timedelta(hours=1)))
    for guess in guesses(waiting, calendar, not_before=MADE):
        calendar.learn(guess)
    told = [stamp(record, calendar) for record in waiting]

    assert not any(waits(record) for record in told)
    assert [
        ("powered_off", False),
        ("heard", False),
        ("heard", False),
        ("powered_off", False),
        ("heard", True),
    ] == [(record.state, record.clock_synced) for record in told]
    assert all(one.ended_at == other.started_at for one, other in pairwise(told))
    assert told[0].started_at == SEVEN
    assert told[-1].started_at == SEVEN + timedelta(hours=1)
    room = timedelta(hours=1) - timedelta(seconds=120)
    assert told[1].uncertainty_ms >= room / timedelta(milliseconds=1)


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.integers(1, 5_000),
            st.integers(0, 100_000),
            st.timedeltas(-TWENTY_YEARS, TWENTY_YEARS),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_second_is_in_the_calendar_once_however_often_the_time_was_not_known(runs):
    """The first and the last run learn the time; in between each may or may not."""
    runs = [(True, 10, 0, timedelta()), *runs, (True, 10, 50, timedelta())]
    calendar, waiting, true = Calendar(not_before=MADE), [], SEVEN
    left = None
    for number, (learns, length, pause, wrong) in enumerate(runs):
        kernel = UUID(int=number)
        true += timedelta(seconds=pause)
        believed = max(MADE, true + wrong)
        if left is not None:
            waiting.append(off(*left, kernel, 7, believed=believed))
        waiting.append(minute(kernel, 7, believed=believed, length=length))
        if learns:
            calendar.learn(fix(kernel, 7, true, uncertainty_ms=0))
        true += timedelta(seconds=length)
        left = (kernel, 7 + length)
    for guess in guesses(waiting, calendar, not_before=MADE):
        calendar.learn(guess)

    told = [stamp(record, calendar) for record in waiting]
    assert (SEVEN, true) == (told[0].started_at, told[-1].ended_at)
    assert all(one.started_at <= one.ended_at for one in told)
    assert all(one.ended_at == other.started_at for one, other in pairwise(told))
    heard = [one.ended_at - one.started_at for one in told if one.state != "powered_off"]
    assert sum(length for _, length, _, _ in runs) == sum(heard, timedelta()).total_seconds()
