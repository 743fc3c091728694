"""What may wait to be filed is as safe as what is, and what is paid for never waits."""

import shutil
from datetime import timedelta
from itertools import pairwise

import numpy as np

from edge.config import BoxPaths, Settings
from edge.listen import listen
from edge.matcher.fingerprint import fingerprint
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.outbox import Outbox
from edge.sync.wire import CoverageRecord, DetectionRecord
from tests.edge.stage import PIECE, RATE_HZ, SEVEN, Stage, an_evening, stock

SETTINGS = Settings(coverage_seconds=20)
OTHER = made_up_music(5, 80, rate_hz=RATE_HZ)


def hear(source, paths, **more):
    evening = an_evening(source, **more)
    listen(evening, paths=paths, settings=SETTINGS, progress=lambda _: None)


def filed(paths):
    outbox = Outbox.open(paths.outbox)
    records, (checkpoint,) = list(outbox.records()), outbox.checkpoints()
    outbox.close()
    return records, checkpoint


def length_of(record):
    return (record.ended_at - record.started_at).total_seconds()


def test_coverage_waits_beside_the_checkpoint_and_survives_a_power_cut_there(tmp_path):
    """The folder as it is at an instant is what a card holds when power is cut then."""
    paths, cut = BoxPaths(tmp_path / "box"), BoxPaths(tmp_path / "cut")

    hear(Stage(OTHER, happens={72: lambda: shutil.copytree(paths.home, cut.home)}), paths)

    records, checkpoint = filed(cut)
    assert [("heard", 20)] == [(one.state, length_of(one)) for one in records]  # the first is news
    assert SEVEN + timedelta(seconds=70) == checkpoint.listened_until
    assert len([one for one in checkpoint.unfinished if one.state == "heard"]) > 1
    hear(Stage(OTHER[: 5 * RATE_HZ]), cut, began=SEVEN + timedelta(seconds=100), boot=2)
    records, _ = filed(cut)
    spans = [one for one in records if isinstance(one, CoverageRecord)]
    assert (SEVEN, SEVEN + timedelta(seconds=105)) == (spans[0].started_at, spans[-1].ended_at)
    assert all(a.ended_at == b.started_at for a, b in pairwise(spans))


def test_what_was_recognised_is_filed_at_the_next_checkpoint_with_all_that_waited(tmp_path):
    paths, segment, seen = BoxPaths(tmp_path / "box"), tmp_path / "known.qseg", []
    write_segment(segment, [("rec-1", fingerprint(PIECE, RATE_HZ))])
    stock(paths, segment.read_bytes(), version=1)
    evening = np.concatenate([made_up_music(2, 15, rate_hz=RATE_HZ), PIECE, OTHER])
    looks = {second: lambda: seen.append(filed(paths)) for second in range(1, 135)}

    hear(Stage(evening, happens=looks), paths)

    first, second, *_ = sorted({len(records): records for records, _ in seen}.items())[1:]
    assert ["coverage"] == [one.kind for one in first[1]]
    assert any(isinstance(one, DetectionRecord) for one in second[1])
    assert [one.seq for one in second[1]] == list(range(1, second[0] + 1))


def test_a_change_in_how_it_is_heard_is_filed_at_once(tmp_path):
    paths, seen = BoxPaths(tmp_path / "box"), []
    zeros = np.zeros(60 * RATE_HZ, dtype=np.float32)

    hear(
        Stage(np.concatenate([OTHER, zeros]), happens={139: lambda: seen.append(filed(paths))}),
        paths,
    )

    ((records, _),) = seen
    assert ["heard", "heard", "heard", "heard", "silent_signal"] == [one.state for one in records]


def test_whoever_listens_no_more_leaves_nothing_waiting(tmp_path):
    paths = BoxPaths(tmp_path / "box")

    hear(Stage(OTHER), paths)

    records, checkpoint = filed(paths)
    assert checkpoint.unfinished == ()
    assert SEVEN + timedelta(seconds=80) == records[-1].ended_at
