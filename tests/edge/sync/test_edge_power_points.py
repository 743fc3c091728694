"""Power fails at every single call with which files are exchanged for others: none is half."""

import json
import random
import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from edge.errors import BadCatalogue
from edge.sync import journal
from edge.sync.outbox import Outbox
from edge.sync.shelf import Shelf
from tests.fakes.central_simulator import CentralSimulator
from tests.fakes.crashes import cuts, lay, watch
from tests.fakes.evenings import SEVEN, checkpoint, folder_in_memory, heard

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]

ROTATES = """
import sys
from datetime import timedelta
from pathlib import Path
from edge.sync import journal
from edge.sync.outbox import Outbox
from tests.fakes.evenings import SEVEN, checkpoint, heard
journal.FILE_BYTES = 2048
outbox = Outbox.open(Path(sys.argv[1]) / "outbox.db")
for seq in range(2, 16):
    outbox.put([heard(seq)], checkpoint(until=SEVEN + timedelta(seconds=10 * seq)))
    sys.stdout.write(f"{seq}\\n")
    sys.stdout.flush()
"""

REBUILDS = """
import sys
from pathlib import Path
from edge.sync.outbox import Outbox
outbox = Outbox.open(Path(sys.argv[1]) / "outbox.db")
assert len(list(outbox.records())) == 40
outbox.close()
"""

SWITCHES = """
import json, sys
from pathlib import Path
from edge.sync.shelf import Shelf
from edge.sync.wire import Manifest
shelf, letter = Shelf(Path(sys.argv[1])), json.loads(Path(sys.argv[2]).read_text())
manifest = Manifest.model_validate_json(letter["manifest"])
for segment in shelf.missing(manifest):
    content = bytes.fromhex(letter["contents"][segment.name])
    for first in range(0, len(content), 1000):
        shelf.append(segment, content[first : first + 1000])
    shelf.accept(segment)
shelf.activate(manifest)
sys.stdout.write("2\\n")
sys.stdout.flush()
"""


def traced(script, folder, *arguments):
    """The folder before a script, and what the script asked of the kernel."""
    command = [sys.executable, "-c", script, folder, *arguments]
    return watch(command, folder, cwd=ROOT, capture_output=True)


def after_every_cut(disk, calls, folder):
    """What was promised, and a folder as it is after the cut; at every point there is."""
    points = 0
    for promised, contents in cuts(disk, calls, random.Random(1)):
        with folder_in_memory() as after:
            lay(contents, folder, after)
            yield promised, after
        points += 1
    assert points > 50  # or nothing was tried


def goes_on(outbox, *, records):
    """The next run finds no hole, all that was promised, and can write on."""
    left = outbox.left("main")
    found = {record.seq: record for record in outbox.records()}
    assert left is None or left.losses == ()
    assert records.items() <= found.items()
    boot = UUID(int=9)
    outbox.put([heard(1, boot=boot)], replace(checkpoint(), boot=boot))
    assert outbox.left("main").losses == ()


def test_a_journal_that_gets_a_successor_loses_nothing_at_any_point(tmp_path):
    folder = tmp_path / "outbox"
    outbox = Outbox.open(folder / "outbox.db")
    outbox.put([heard(1)], checkpoint(until=SEVEN + timedelta(seconds=10)))
    outbox.close()

    disk, calls = traced(ROTATES, folder)

    assert len(journal.files(folder, "main")) > 2
    for promised, after in after_every_cut(disk, calls, folder):
        outbox = Outbox.open(after / "outbox.db")
        goes_on(outbox, records={n: heard(n) for n in (1, *map(int, promised))})
        outbox.close()


def test_a_torn_database_is_built_anew_whole_from_any_point(tmp_path):
    folder = tmp_path / "outbox"
    records = {seq: heard(seq) for seq in range(1, 41)}
    outbox = Outbox.open(folder / "outbox.db")
    for record in records.values():
        outbox.put([record], checkpoint(until=record.ended_at))
    outbox.close()
    content = bytearray((folder / "outbox.db").read_bytes())
    content[1024:5120] = bytes(4096)
    (folder / "outbox.db").write_bytes(content)

    disk, calls = traced(REBUILDS, folder)

    assert len(list(folder.glob("*.torn-*"))) == 1
    for _, after in after_every_cut(disk, calls, folder):
        outbox = Outbox.open(after / "outbox.db")
        goes_on(outbox, records=records)
        assert outbox.tally().waiting == len(records) + 1
        outbox.close()


def a_catalogue(central, version, dice):
    """Three segments, one of which every version has."""
    contents = [b"the same in both" * 100, *(dice.randbytes(2500) for _ in range(2))]
    central.publish(contents, version=version)
    return central.manifest


def test_a_shelf_has_the_old_version_or_the_new_one_whole_at_any_point(tmp_path):
    folder, dice, central = tmp_path / "shelf", random.Random(2), CentralSimulator()
    old = a_catalogue(central, 1, dice)
    stock(folder, old, central)
    new = a_catalogue(central, 2, dice)
    letter = tmp_path / "letter.json"
    contents = {name: content.hex() for name, content in central.segments.items()}
    words = {"manifest": new.model_dump_json(), "contents": contents}
    letter.write_text(json.dumps(words))

    disk, calls = traced(SWITCHES, folder, letter)

    assert Shelf(folder).version() == 2
    for promised, after in after_every_cut(disk, calls, folder):
        shelf = Shelf(after)
        manifest = shelf.manifest()
        assert manifest.version in ((2,) if promised else (1, 2))
        assert shelf.drop_spoiled() == []
        kept = [manifest] if manifest == old else [manifest, shelf.previous()]
        assert [old] == kept[-1:]
        for path in (path for one in kept for path in shelf.segments(one)):
            assert central.segments[path.name] == path.read_bytes()
        stock(after, new, central)  # the next round ends what was begun
        assert shelf.version() == 2
        assert shelf.missing(shelf.manifest()) == []
        shutil.rmtree(after / "incoming", ignore_errors=True)


def stock(folder, manifest, central):
    """What the speaking process does with a catalogue that central offers."""
    shelf = Shelf(folder)
    while missing := shelf.missing(manifest):
        with suppress(BadCatalogue):  # of what had begun to come, sectors were lost: once more
            for segment in missing:
                shelf.append(segment, central.segments[segment.name][shelf.arrived(segment) :])
                shelf.accept(segment)
    shelf.activate(manifest)
