"""Each way a signal can be ill, scripted, and heard through a real PortAudio stream of a card."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edge.capture.signal import RULES
from tests.edge.capture.signals import FAULTS, quiet_hall

pytestmark = [pytest.mark.audio, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
RATE_HZ = 48_000
SECONDS = (15, 70, 15)  # a quiet hall, the fault, and a quiet hall again
SCRIPTS = {"quiet": ("heard", quiet_hall), **FAULTS}


def write_card(folder, name, make):
    """A card that gives a script's samples, as fast as they are taken; its lines of ALSA's file."""
    before, fault, after = SECONDS
    sound = np.concatenate(
        [
            quiet_hall(before, rate_hz=RATE_HZ),
            make(fault, rate_hz=RATE_HZ),
            quiet_hall(after, seed=4, rate_hz=RATE_HZ),
        ]
    )
    script = folder / f"{name}.raw"
    script.write_bytes(np.clip(np.round(sound * 32_768), -32_768, 32_767).astype("<i2").tobytes())
    return (
        f'pcm.{name} {{ type file slave.pcm "null" file "/dev/null" infile "{script}" format "raw" '
        f'hint {{ show on description "{name}" }} }}\n'
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the hearing code says of every script, heard by a process of its own."""
    folder = tmp_path_factory.mktemp("scripts")
    cards = [write_card(folder, name, make) for name, (_, make) in SCRIPTS.items()]
    config = folder / "asound.conf"
    basics = 'pcm.null { type null }\npcm.!default { type plug slave.pcm "null" }\n'
    config.write_text(basics + "".join(cards))
    command = [
        sys.executable,
        "-m",
        "tests.edge.capture.hear_scripted",
        str(sum(SECONDS)),
        *SCRIPTS,
    ]
    run = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ALSA_CONFIG_PATH": str(config)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_a_quiet_hall_is_heard_from_end_to_end(told):
    assert told["quiet"] == [["heard", None, sum(SECONDS)]]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_signal_is_named_as_what_it_is(told, fault):
    (_, before_none, before), (state, named, length), (_, after_none, after) = told[fault]

    assert (state, named, before_none, after_none) == (FAULTS[fault][0], fault, None, None)
    assert before + length + after == sum(SECONDS)
    # a state counts from its first second; a warning beside sound that is heard, once it is sure
    sure = 0 if state != "heard" else max(RULES["hum"].needs, RULES["direct_current"].needs) + 5
    assert SECONDS[0] <= before <= SECONDS[0] + sure
    assert SECONDS[2] - 12 <= after <= SECONDS[2]
