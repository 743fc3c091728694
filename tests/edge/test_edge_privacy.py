"""No sound is ever written to disk or sent: proved on the running processes, not promised."""

import ast
import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge.matcher.fingerprint import fingerprint
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from tests.fakes.central_simulator import CentralSimulator, on_loopback
from tests.fakes.evenings import make_box

ROOT = Path(__file__).parents[2]
RATE_HZ = 48_000
STRIDE, WINDOW = 500, 12  # a window of samples every so many: whoever keeps a second is found


def shapes_of(samples):
    """Every shape a stretch of sound could hide in."""
    whole = (samples * 32768).astype(np.int16)
    for start in range(0, samples.size - WINDOW, STRIDE):
        part = slice(start, start + WINDOW)
        raw = [whole[part].astype(kind).tobytes() for kind in ("<i2", ">i2", "<i4", "<f4")]
        raw.append(samples[part].astype("<f4").tobytes())
        yield from raw
        for turned in raw[:1] + raw[-1:]:
            for phase in range(3):
                # base64 looks different at each of three offsets; its edges depend on neighbours
                yield base64.b64encode(turned[phase:])[:12]


def overhear(folder, argv, **environment):
    report = folder / f"{argv[0]}.json"
    ran = subprocess.run(
        [sys.executable, Path(__file__).with_name("overheard.py"), report, *map(str, argv)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        cwd=folder,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return json.loads(report.read_text()), ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    """One evening heard and reported by two real processes, and everything they left behind."""
    folder = tmp_path_factory.mktemp("privacy")
    spare = folder / "spare"
    spare.mkdir()
    piece = made_up_music(1, 30)
    sound = np.concatenate([piece, np.random.default_rng(7).uniform(-0.9, 0.9, 10 * RATE_HZ)])
    sound = np.round(sound * 32768).clip(-32768, 32767).astype(np.int16)
    soundfile.write(folder / "evening.wav", sound, RATE_HZ, subtype="PCM_16")
    write_segment(folder / "known.qseg", [("rec-1", fingerprint(piece, RATE_HZ))])
    central = CentralSimulator(recipe=RECIPE.id)
    central.publish([(folder / "known.qseg").read_bytes()], version=1)
    with on_loopback(central.answer) as url:
        home = make_box(folder / "box", central, url).home
        sync = ["sync", "--home", home, "--once"]
        listen = ["listen", "--home", home, "--file", folder / "evening.wav"]
        fetched, _ = overhear(folder, sync)
        heard, said = overhear(folder, listen, TMPDIR=str(spare))
        spoken, told = overhear(folder, sync, TMPDIR=str(spare))
    assert any(r.kind == "detection" for r in central.records.values())  # it did hear
    left = [path.read_bytes() for path in (*home.rglob("*"), *spare.rglob("*")) if path.is_file()]
    sent = [central.opened(request) for request in central.requests]
    return {
        "home": home,
        "heard": heard,
        "spoken": spoken,
        "traces": [*left, *sent, said, told],
        "sound": sound.astype(np.float32) / 32768,
        "fetched": fetched,
    }


@pytest.mark.slow
def test_the_search_would_find_sound(evening):
    for hidden in (
        (evening["sound"] * 32768).astype("<i2").tobytes(),
        b"x" + evening["sound"].tobytes(),
        b"yy" + base64.b64encode((evening["sound"] * 32768).astype("<i2").tobytes()),
    ):
        assert any(shape in hidden for shape in shapes_of(evening["sound"]))


@pytest.mark.slow
def test_no_sound_is_left_on_disk_or_sent_or_told(evening):
    shapes = [s for s in shapes_of(evening["sound"]) if len(set(s)) > 3]  # silence is everywhere

    assert len(shapes) > 10_000
    for trace in evening["traces"]:
        assert not any(shape in trace for shape in shapes)


@pytest.mark.slow
def test_all_that_is_left_is_smaller_than_a_second_of_sound(evening):
    catalogue = (evening["home"].parent / "known.qseg").stat().st_size

    assert sum(len(trace) for trace in evening["traces"]) - catalogue < 2 * RATE_HZ


@pytest.mark.slow
def test_the_hearing_process_opens_nothing_for_writing_but_its_outbox(evening):
    outbox = evening["home"] / "outbox"

    assert [str(outbox / "outbox.db")] == evening["heard"]["databases"]
    for path in evening["heard"]["written"]:
        in_cache = Path(path).suffix in (".nbi", ".nbc", ".pyc") or "__pycache__" in path
        assert Path(path).parent == outbox or in_cache or path.endswith("listen.json")


@pytest.mark.slow
def test_who_hears_calls_nobody_and_has_not_learned_to_speak(evening):
    assert evening["heard"]["called"] == []
    for mouth in ("httpx", "edge.sync.client", "edge.sync.protocol", "edge.sync.rounds"):
        assert mouth not in evening["heard"]["modules"]


@pytest.mark.slow
def test_who_speaks_calls_central_only_and_has_not_learned_to_hear(evening):
    assert {call.split(",")[0] for call in evening["spoken"]["called"]} == {"('127.0.0.1'"}
    for ear in ("sounddevice", "soundfile", "numba", "edge.listen", "edge.capture"):
        assert ear not in evening["spoken"]["modules"]


@pytest.mark.parametrize("source", sorted((ROOT / "edge").rglob("*.py")), ids=lambda p: p.stem)
def test_no_line_of_the_box_could_write_sound(source):
    writers = {"tofile", "save", "savez", "blocks_write"}
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            assert not {"wave", "aifc", "pickle"} & {alias.name for alias in node.names}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in writers
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "soundfile":
                assert node.func.attr in {"SoundFile", "blocks", "info", "read"}
                assert "mode" not in {keyword.arg for keyword in node.keywords}
                assert len(node.args) <= 1
