"""Where only speech is heard, nothing is stored but that the box listened."""

import subprocess

import pytest

from edge.capture.wavefile import WaveFile
from edge.config import BoxPaths
from edge.matcher.fingerprint import fingerprint
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from tests.edge.stage import RATE_HZ, an_evening, hear, stock, written

SAID = {
    "kk": "Қайырлы кеш, құрметті қонақтар. Концерт бес минуттан кейін басталады.",
    "ru": "Добрый вечер, дорогие гости. Концерт начнётся через пять минут.",
    "en": "Good evening, dear guests. The concert will begin in five minutes.",
}


@pytest.mark.slow
@pytest.mark.parametrize("tongue", SAID)
def test_speech_leaves_nothing_but_that_the_box_listened(tmp_path, tongue):
    spoken = tmp_path / "spoken.wav"
    subprocess.run(
        ["espeak-ng", "-v", tongue, "-w", spoken, " ".join([SAID[tongue]] * 5)], check=True
    )
    write_segment(
        tmp_path / "known.qseg",
        [("rec-1", fingerprint(made_up_music(1, 40, rate_hz=RATE_HZ), RATE_HZ))],
    )
    paths = BoxPaths(tmp_path / "box")
    stock(paths, (tmp_path / "known.qseg").read_bytes(), version=1)

    told = hear(an_evening(WaveFile(spoken, block_seconds=1.0)), paths)

    records, (checkpoint,) = written(paths)
    assert told[-1] > 15
    assert {"coverage"} == {record.kind for record in records}
    assert checkpoint.unfinished == ()
    # what is said of a minute is smaller than a single second's landmarks would be
    assert all(len(record.model_dump_json()) < 700 for record in records)
