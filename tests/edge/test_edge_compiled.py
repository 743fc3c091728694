"""The ear is compiled once; the process that hears reads it, and neither compiles nor writes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import edge.compiled
from edge.compiled import release

ROOT = Path(__file__).parents[2]


def run(script, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def ear(tmp_path_factory):
    """A folder as installing leaves it, with another release's beside it beforehand."""
    folder = tmp_path_factory.mktemp("ear")
    (folder / "another-release").mkdir()
    made = run("from edge.__main__ import main; main()", "compile", "--into", folder)
    assert made.returncode == 0, made.stderr
    assert made.stdout == f"the ear of this release is in {folder / release()}\n"
    return folder


HEAR = """
import sys, json
from pathlib import Path
from edge import compiled
written = []
sys.addaudithook(
    lambda event, seen: event == "open" and seen[2] & 3 and written.append(str(seen[0]))
)
compiled.use(Path(sys.argv[1]))
exercised = {name: len(kernel.signatures) for name, kernel in compiled.kernels()}
from edge.selftest import made_up_music
from edge.matcher.fingerprint import fingerprint
fingerprint(made_up_music(9, 5.0, rate_hz=44_100), 44_100)
print(json.dumps([exercised, list(compiled.compiled_anew()), written]))
"""


@pytest.mark.slow
def test_hearing_compiles_nothing_and_writes_nothing(ear):
    heard = run(HEAR, ear, PYTHONDONTWRITEBYTECODE="1")  # what Python writes is not the ear's

    exercised, anew, written = json.loads(heard.stdout)
    assert (anew, written) == ([], [])
    assert sum(exercised.values()) > 10


@pytest.mark.slow
def test_only_this_release_is_kept_and_only_its_owner_may_write_it(ear):
    (made,) = ear.iterdir()

    assert made.name == release()
    assert list(made.rglob("*.nbc"))
    assert not [path for path in (made, *made.rglob("*")) if path.stat().st_mode & 0o022]
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in made.rglob("*"))


@pytest.mark.slow
def test_what_was_compiled_for_another_release_is_refused(ear, tmp_path):
    (tmp_path / "0123456789abcdef").mkdir()

    said = run("from edge.__main__ import main; main()", "listen", "--compiled", tmp_path)

    assert said.returncode == 1
    assert f"no ear in {tmp_path} was compiled for this release ({release()})" in said.stderr
    assert "qulaq-edge compile" in said.stderr


@pytest.mark.slow
def test_a_kernel_that_is_missing_is_named_and_refused(ear, tmp_path):
    thinned = tmp_path / release()
    subprocess.run(["cp", "-r", ear / release(), thinned], check=True)
    for path in thinned.rglob("landmarks._pair*"):
        path.unlink()

    said = run("from edge.__main__ import main; main()", "listen", "--compiled", tmp_path)

    assert said.returncode == 1
    assert "edge.matcher.landmarks._pair had to be compiled" in said.stderr


def test_a_release_is_named_by_every_line_of_the_ear(tmp_path, monkeypatch):
    here = release()
    copy = tmp_path / "matcher"
    subprocess.run(["cp", "-r", edge.compiled.EAR, copy], check=True)
    monkeypatch.setattr(edge.compiled, "EAR", copy)
    assert release() == here

    with (copy / "bits.py").open("a") as file:
        file.write("# one more line\n")

    assert release() != here
