"""Every record of a batch gets exactly one answer, whatever the batch."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from central.ingest.judgement import content_of, judge
from central.ingest.reading import letter_in
from edge.sync.wire import CoverageRecord, DetectionBatch

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
BOOTS = [UUID(int=n) for n in (1, 2)]

records = st.builds(
    lambda boot, seq, state, hours, lasted: CoverageRecord(
        boot=boot,
        seq=seq,
        started_at=NOW + timedelta(hours=hours),
        ended_at=NOW + timedelta(hours=hours + lasted),
        clock_synced=True,
        state=state,
    ),
    st.sampled_from(BOOTS),
    st.integers(1, 4),
    st.sampled_from(["heard", "lost"]),
    st.integers(-3, 30),
    st.sampled_from([-1, 0, 1, 25]),
)
batches = st.lists(records, min_size=1, max_size=12)


def told_in(records):
    """Records as they are judged."""
    return letter_in(DetectionBatch(device=f"qb-{0:016x}", records=records)).told if records else []


def after(batch, known):
    """Judge a batch, and what is known when it is in the books."""
    judged = judge(told_in(batch), known=known, now=NOW)
    return judged, known | {one.key: one.content for one in judged.new}


@given(batches)
def test_every_record_is_in_exactly_one_of_the_three_counts(batch):
    receipt = judge(told_in(batch), known={}, now=NOW).receipt

    assert len(batch) == receipt.accepted + receipt.duplicates + len(receipt.rejected)


@given(batches)
def test_a_batch_that_comes_again_adds_nothing(batch):
    first, known = after(batch, {})
    second, still = after(batch, known)

    assert [] == list(second.new)
    assert known == still
    assert len(first.rejected) == len(second.rejected)


@given(batches, batches)
def test_what_is_in_the_books_never_changes(earlier, later):
    _, known = after(earlier, {})
    _, grown = after(later, known)

    assert known == {key: grown[key] for key in known}


@given(batches, st.integers(1, 11))
def test_a_batch_cut_in_two_is_judged_alike(batch, cut):
    _, whole = after(batch, {})
    _, half = after(batch[:cut], {})
    _, both = after(batch[cut:], half)

    assert whole == both


@given(records)
def test_the_digest_sees_every_word(record):
    other = record.model_copy(update={"clock_synced": False})

    assert content_of(record) != content_of(other)
