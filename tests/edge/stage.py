"""An evening for a box to hear: sound a test writes down, who hears it, and what is written."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np

from edge.capture.block import AudioBlock, Sample
from edge.config import Settings
from edge.evening import Evening
from edge.listen import listen
from edge.matcher.fingerprint import fingerprint
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.outbox import Outbox
from edge.sync.shelf import Shelf
from tests.fakes.central_simulator import CentralSimulator

SEVEN = datetime(2026, 3, 5, 19, tzinfo=UTC)
RATE_HZ = 16_000
SETTINGS = Settings(coverage_seconds=20, shelf_look_seconds=10, filing_seconds=0)
PIECE = made_up_music(1, 40, rate_hz=RATE_HZ)
EVENING = np.concatenate([made_up_music(2, 15, rate_hz=RATE_HZ), PIECE])


class Stage:
    """A source whose sound a test writes down beforehand, and something to happen on the way."""

    name = "stage"
    rate_hz = RATE_HZ
    length = None

    def __init__(self, samples, *, happens=None):
        self._samples = samples
        self._happens = happens or {}
        self._stopped = False
        self.played_seconds = 0

    def stop(self):
        self._stopped = True

    def pieces(self):
        for start in range(0, self._samples.size, RATE_HZ):
            if self._stopped:
                return
            yield AudioBlock(self._samples[start : start + RATE_HZ].copy(), Sample(start), RATE_HZ)
            self.played_seconds += 1
            self._happens.get(self.played_seconds, lambda: None)()


def known_segment():
    """A catalogue in which there is the piece, and nothing else."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "known.qseg"
        write_segment(path, [("rec-1", fingerprint(PIECE, RATE_HZ))])
        return path.read_bytes()


def stock(paths, content, *, version, recipe=RECIPE.id):
    central, shelf = CentralSimulator(recipe=recipe), Shelf(paths.shelf)
    manifest = central.publish([content], version=version)
    for one in shelf.missing(manifest):
        shelf.append(one, content)
        shelf.accept(one)
    shelf.activate(central.manifest)


def an_evening(source, *, began=SEVEN, boot=1):
    return Evening(source, "main", began, synced=True, boot=UUID(int=boot))


def hear(evening, paths):
    told = []
    listen(evening, paths=paths, settings=SETTINGS, progress=told.append)
    return told


def written(paths):
    outbox = Outbox.open(paths.outbox)
    records, checkpoints = list(outbox.records()), outbox.checkpoints()
    outbox.close()
    return records, checkpoints
