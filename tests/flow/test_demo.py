"""The demo, as a person runs it, twice at once: a rehearsal of three minutes on real music."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 600


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """The recordings, from the cache that `make demo` keeps; fetched into it if they are not."""
    from demo.music import gather
    from demo.narration import Narration

    return gather(ROOT / ".cache" / "music", narration=Narration()).folder


@pytest.fixture(scope="module")
def rehearsals(music, tmp_path_factory):
    """Two rehearsals in two houses at the same time."""
    folder = tmp_path_factory.mktemp("demo")
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "demo", "--rehearsal"),
                *("--music", music, "--folder", folder / name),
            ],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    return [(*process.communicate(timeout=SECONDS), process.returncode) for process in running]


@pytest.mark.slow
def test_everything_that_must_hold_of_the_evening_holds(rehearsals):
    said, told, code = rehearsals[0]

    assert code == 0, said + told
    assert said.count("✓") == 14  # five of the verifier, nine of the demo
    assert "✗" not in said


@pytest.mark.slow
def test_two_runs_of_the_same_evening_print_the_same(rehearsals):
    (first, *_), (second, *_) = rehearsals

    assert first == second


@pytest.mark.slow
def test_the_report_names_the_licence_of_every_recording_it_used(rehearsals):
    said = rehearsals[0][0]
    credits = [line for line in said.splitlines() if "; package " in line]

    assert len(credits) == 6
    assert all("; CC BY" in line for line in credits)
