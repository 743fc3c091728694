"""The FAT file system: what we write others read, what others break we survive."""

import shutil
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.errors import BadStick
from edge.stick.blank import make_blank
from edge.stick.disk import Disk, open_disk
from edge.stick.medium import MOST_BYTES
from edge.stick.volume import Volume

NOW = datetime(2026, 3, 5, 19, 0, tzinfo=UTC)
SIZES_MIB = {12: 2, 16: 20, 32: 40}
NAMES = [f"bundle-qb-{n:016x}.json" for n in range(40)] + ["RECEIPT.txt", "A.TXT", "a-b.c"]

files = st.lists(st.tuples(st.sampled_from(NAMES), st.binary(max_size=6000)), max_size=12)
# The file system is opened anew in each example; the fixture only tells where to put it.
in_one_folder = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def run(*command, **how):
    return subprocess.run(command, capture_output=True, timeout=60, check=False, **how)


def formatted(path, bits):
    """An empty file system as Debian's dosfstools makes it."""
    path.unlink(missing_ok=True)
    with path.open("wb") as image:
        image.truncate(SIZES_MIB[bits] << 20)
    small = ["-s", "1"] if bits == 32 else []
    made = run("mkfs.vfat", "-F", str(bits), *small, "-n", "QULAQ", str(path))

    assert made.returncode == 0, made.stderr
    return path


@pytest.fixture(params=[12, 16, 32])
def volume_path(request, tmp_path):
    return formatted(tmp_path / f"fat{request.param}", request.param)


@given(written=files)
@in_one_folder
def test_what_we_write_is_sound_and_others_read_it(volume_path, tmp_path, written):
    image = shutil.copyfile(volume_path, tmp_path / "copy")
    with open_disk(image) as disk:
        for name, content in written:
            Volume(disk, now=NOW).write(name, content)
        read = {name: Volume(disk, now=NOW).read(name, limit=MOST_BYTES) for name in dict(written)}
    verdict = run("fsck.vfat", "-n", str(image))
    others = {
        name: run("mcopy", "-i", str(image), f"::QULAQ/{name}", "-").stdout
        for name in dict(written)
    }

    assert dict(written) == read
    assert dict(written) == others
    assert verdict.returncode == 0, verdict.stdout


def test_what_others_write_we_read_beside_names_in_any_script(volume_path, tmp_path):
    letter = tmp_path / "хат.txt"
    letter.write_bytes(b"salem")
    image = str(volume_path)
    utf8 = {"env": {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}}
    for command in (
        ["mmd", "-i", image, "::Сәлемдеме"],
        ["mmd", "-i", image, "::qulaq"],
        ["mcopy", "-i", image, str(letter), "::qulaq/Қазақша хат, өте ұзын аты бар.txt"],
        ["mcopy", "-i", image, str(letter), "::qulaq/bundle-qb-0123456789abcdef.json"],
    ):
        assert run(*command, **utf8).returncode == 0
    with open_disk(volume_path) as disk:
        volume = Volume(disk, now=NOW)

        assert volume.names(most=9) == [
            "Қазақша хат, өте ұзын аты бар.txt",
            "bundle-qb-0123456789abcdef.json",
        ]
        assert volume.read("BUNDLE-qb-0123456789abcdef.json", limit=9) == b"salem"


def test_a_blank_is_an_empty_stick_with_our_label(tmp_path):
    path = tmp_path / "stick.img"
    make_blank(path, volume_number=7)
    label = run("mlabel", "-s", "-i", str(path), "::").stdout

    assert b"QULAQ" in label
    assert run("fsck.vfat", "-n", str(path)).returncode == 0


def test_a_blank_never_replaces_what_is_there(tmp_path):
    path = tmp_path / "precious"
    path.write_bytes(b"precious")
    with pytest.raises(BadStick, match="precious"):
        make_blank(path, volume_number=7)

    assert path.read_bytes() == b"precious"


def test_a_full_stick_refuses_and_keeps_what_it_had(tmp_path):
    path = formatted(tmp_path / "small", 12)
    with open_disk(path) as disk:
        Volume(disk, now=NOW).write("kept.json", b"kept")
        with pytest.raises(BadStick, match="full"):
            Volume(disk, now=NOW).write("large.json", bytes(3 << 20))

        assert Volume(disk, now=NOW).read("kept.json", limit=9) == b"kept"
    assert run("fsck.vfat", "-n", str(path)).returncode == 0


class PulledDisk(Disk):
    """A disk that is pulled out after so many writes."""

    def __init__(self, disk, writes):
        super().__init__(disk._descriptor, name="stick", size_bytes=disk.size_bytes)
        self._left = writes

    def write(self, start, content):
        if self._left == 0:
            raise BadStick("pulled")
        self._left -= 1
        super().write(start, content)


@pytest.mark.parametrize("bits", [12, 16, 32])
def test_a_stick_pulled_at_any_write_has_the_old_file_or_the_new_one(tmp_path, bits):
    clean = formatted(tmp_path / "clean", bits)
    old, new = b"o" * 5000, b"n" * 7000
    with open_disk(clean) as disk:
        Volume(disk, now=NOW).write("bundle.json", old)
    seen = []
    for writes in range(1000):
        with open_disk(shutil.copyfile(clean, tmp_path / "pulled")) as disk:
            try:
                Volume(PulledDisk(disk, writes), now=NOW).write("bundle.json", new)
            except BadStick:
                seen.append(Volume(disk, now=NOW).read("bundle.json", limit=MOST_BYTES))
            else:
                seen.append(Volume(disk, now=NOW).read("bundle.json", limit=MOST_BYTES))
                break

    assert len(seen) > 10
    assert seen == sorted(seen, reverse=True)  # "o" before "n": it changes once, for good
    assert {old, new} == set(seen)


@given(seed=st.integers(0, 2**32), wounds=st.sampled_from([1, 2, 8, 64]))
@settings(parent=in_one_folder, max_examples=60)
def test_no_wound_crashes_us_or_makes_us_write_outside(volume_path, tmp_path, seed, wounds):
    whole = tmp_path / "whole"
    if not whole.exists():
        shutil.copyfile(volume_path, whole)
        with open_disk(whole) as disk:
            for number in range(3):
                Volume(disk, now=NOW).write(NAMES[number], bytes(5000))
    wounded = shutil.copyfile(whole, tmp_path / "wounded")
    wound(wounded, Random(seed), wounds)
    with open_disk(wounded) as disk:
        for attempt in (read_all, write_one):
            with suppress(BadStick):
                attempt(Volume(disk, now=NOW))

    assert wounded.stat().st_size == whole.stat().st_size


def wound(path, dice, count):
    """Change bytes where the layout, the table and the folders are."""
    with path.open("r+b") as image:
        head = image.read(1 << 16)
        vital = [place for place, byte in enumerate(head) if byte]
        for _ in range(count):
            place = dice.choice(vital) if dice.random() < 0.7 else dice.randrange(len(head))
            image.seek(place)
            image.write(bytes([dice.choice([0, 0xFF, dice.randrange(256)])]))


def read_all(volume):
    for name in volume.names(most=17):
        assert len(volume.read(name, limit=MOST_BYTES)) <= MOST_BYTES


def write_one(volume):
    volume.write("receipt.json", bytes(3000))


def test_a_ring_of_clusters_has_an_end(tmp_path):
    path = formatted(tmp_path / "ring", 16)
    with open_disk(path) as disk:
        volume = Volume(disk, now=NOW)
        volume.write("bundle.json", bytes(20_000))
        table, folder = volume._table, volume._inbox()
        table.link(folder.clusters[0], folder.clusters[0])
        with pytest.raises(BadStick, match="longer than"):
            volume.names(most=17)


def test_other_file_systems_are_named_for_what_they_are_not(tmp_path):
    path = tmp_path / "noise"
    path.write_bytes(Random(1).randbytes(1 << 20))
    with open_disk(path) as disk, pytest.raises(BadStick, match="no FAT file system"):
        Volume(disk, now=NOW)
