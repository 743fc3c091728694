"""Whatever the OpenAPI says may be asked is answered as it says: to staff, and to strangers."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from central.settings import Home, Settings
from tests.central.conftest import Front, a_copy
from tests.fakes.spring_evening import Filler

CONFIG = Path(__file__).with_name("schemathesis.toml")
PROGRAM = Path(sys.executable).with_name("schemathesis")


class Asker:
    """Asks an office everything, as staff or as a stranger.

    Args:
        front: the office's server.
        token: of its staff.
        folder: where reports may lie.
    """

    def __init__(self, front, token, folder):
        self.url = front.url
        self.token = token
        self.folder = folder

    def ask(self, who, *how):
        """Whether anything was wrong, what was said of it, and the report."""
        report = self.folder / f"{who}.json"
        ticket = ("--header", f"Authorization: Bearer {self.token}") if who == "staff" else ()
        command = [PROGRAM, "--config-file", CONFIG, "run", f"{self.url}/openapi.json", *ticket]
        told = ("--report", "json", "--report-json-path", report)
        run = subprocess.run(
            [*map(str, (*command, *told)), *how],
            cwd=self.folder,
            capture_output=True,
            check=False,
            text=True,
        )
        return run.returncode, run.stdout + run.stderr, json.loads(report.read_text())


@pytest.fixture(scope="module")
def asker(founded, server, tmp_path_factory):
    """Asks an office in whose books there is an evening, closed and paid."""
    folder, database = a_copy(founded, server, tmp_path_factory.mktemp("asked") / "office")
    front = Front(Home(folder), Settings(port=0, questions_per_minute=1_000_000))
    headers = {"Authorization": f"Bearer {founded[1]}"}
    with (
        httpx.Client(base_url=front.url, headers=headers, timeout=300) as http,
        httpx.Client(base_url=front.url, timeout=300) as stranger,
    ):
        filler = Filler(http, stranger)
        filler.close(filler.fill())
        assert http.post("/v1/catalogue").is_success
        # Put together once: on a busy machine that takes longer than schemathesis waits.
        assert http.get("/openapi.json").is_success
    yield Asker(front, founded[1], folder.parent)
    front.close()
    if database:
        server.drop(database)


def answered_as_described(asked):
    wrong, said, report = asked

    assert not wrong, said
    assert report["operations"]["total"] == report["operations"]["tested"] > 100
    return report["test_cases"]["generated"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "how"),
    [
        ("staff", ("--phases=coverage,fuzzing", "--max-examples=2")),
        ("stranger", ("--phases=fuzzing", "--max-examples=1")),
    ],
    ids=["staff", "strangers"],
)
def test_every_call_is_answered_as_described(asker, who, how):
    assert answered_as_described(asker.ask(who, *how)) > 100


@pytest.mark.soak
@pytest.mark.parametrize("who", ["staff", "stranger"])
def test_every_call_is_answered_as_described_at_length(asker, who):
    """Some ten thousand questions and as many evenings of several calls in a row."""
    asked = asker.ask(who, "--phases=coverage,fuzzing,stateful", "--mode=all", "--max-examples=100")

    assert answered_as_described(asked) > 10_000
