"""What the venue's page is told of an input: not that sound comes, but whether it is a hall's."""

import numpy as np
import pytest

from edge import signs
from edge.config import BoxPaths, Settings
from edge.listen import listen
from edge.view.glance import look_at
from edge.view.health import Seen
from tests.edge.capture.signals import FAULTS, quiet_hall
from tests.edge.stage import SEVEN, Stage, an_evening

BAD_SECONDS = 60  # every fault is named within a minute


def last_sign(sound, folder):
    """What the hearing process said of its input last."""
    paths = BoxPaths(folder / "box", signs=folder)
    listen(an_evening(Stage(sound)), paths=paths, settings=Settings(), progress=lambda _: None)
    (sign,) = signs.inputs([folder])
    return sign


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "below_floor"])
def test_a_signal_that_is_ill_is_told_as_what_it_is(fault, tmp_path):
    """A hall below its own floor needs ten hours of it beforehand: see test_edge_signal."""
    state, make = FAULTS[fault]

    sign = last_sign(np.concatenate([quiet_hall(20), make(BAD_SECONDS)]), tmp_path)

    assert (state, fault, True) == (sign.state, sign.fault, sign.is_kept)


def test_a_signal_that_is_well_again_is_told_as_well(tmp_path):
    _, make = FAULTS["muted_mixer"]

    sign = last_sign(np.concatenate([make(BAD_SECONDS), quiet_hall(20)]), tmp_path)

    assert ("heard", None) == (sign.state, sign.fault)


def test_the_page_sees_what_the_sign_says(tmp_path):
    signs.heard(tmp_path, signs.Heard("main", 7.0, "silent_signal", -90.0, -96.0, "stuck", False))

    look = look_at(BoxPaths(tmp_path / "box"), [tmp_path], now=SEVEN, seconds=8.0)

    assert (Seen("main", "silent_signal", 1.0, -90.0, -96.0, "stuck", False),) == look.inputs
