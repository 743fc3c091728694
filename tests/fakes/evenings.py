"""Boxes, records and sounds for tests, made to order."""

import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from edge.config import BoxPaths
from edge.sync.entry import Checkpoint
from edge.sync.identity import lay_trust, load_or_make
from edge.sync.wire import CoverageRecord, DetectionRecord

MEMORY = Path("/dev/shm")  # where a sync costs nothing
SEVEN = datetime(2026, 3, 5, 19, 0, tzinfo=UTC)
BOOT = UUID(int=1)


def heard(seq, *, boot=BOOT, recording="rec-1", state=None):
    """A record of ten seconds, the `seq`-th in a row; coverage when a state is given."""
    began = SEVEN + timedelta(seconds=10 * (seq - 1))
    key = {
        "boot": boot,
        "seq": seq,
        "started_at": began,
        "ended_at": began + timedelta(seconds=10),
        "clock_synced": True,
    }
    if state is not None:
        return CoverageRecord(**key, state=state)
    return DetectionRecord(
        **key,
        recording_id=recording,
        reference_start_seconds=0.5,
        speed=1.0,
        confidence=0.9,
        catalogue_version=1,
        recipe="q1-test",
    )


def checkpoint(*, until=SEVEN, unfinished=(), boot=BOOT, input_name="main"):
    return Checkpoint(input_name, boot, "a test", until, tuple(unfinished))


def make_box(home, simulator, url, **orders):
    """A state folder of a box that trusts this central and has its orders."""
    paths = BoxPaths(home)
    identity = load_or_make(paths.identity)
    lay_trust(paths.trust, simulator.public_key)
    paths.bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle = simulator.enrol(identity.public_key, url=url, **orders)
    paths.bundle.write_text(bundle.model_dump_json())
    return paths


@contextmanager
def folder_in_memory():
    """A folder for tests that write and sync thousands of times."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)
