import hashlib
import subprocess

import pytest

from demo import music
from demo.music import NoMusic, gather
from demo.narration import Narration
from demo.programme import EVENING, REHEARSAL, Programme, known_names

PACKAGE = "qulaq-test-sounds"
MEMBER = "usr/share/sounds/one.ogg"
SOUND = b"not really a sound"


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """A table of one recording, and a package archive on this machine that carries it."""
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = f"Package: {PACKAGE}\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n"
    (tree / "DEBIAN" / "control").write_text(control)
    (tree / MEMBER).parent.mkdir(parents=True)
    (tree / MEMBER).write_bytes(SOUND)
    pool = tmp_path / "pool"
    pool.mkdir()
    built = ["dpkg-deb", "--build", "--root-owner-group", tree, pool / f"{PACKAGE}.deb"]
    subprocess.run(built, check=True, capture_output=True)
    deb = (pool / f"{PACKAGE}.deb").read_bytes()
    listed = (
        f"Filename: {PACKAGE}.deb\nSize: {len(deb)}\nSHA256: {hashlib.sha256(deb).hexdigest()}\n"
    )
    (pool / "Packages").write_text(control + listed)
    sources = tmp_path / "sources.list"
    sources.write_text(f"deb [trusted=yes] file:{pool} ./\n")
    settings = tmp_path / "apt.conf"
    settings.write_text(f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "-";\n')
    monkeypatch.setenv("APT_CONFIG", str(settings))
    return tmp_path


def table(folder, monkeypatch, *, sha256):
    row = {
        "name": "one",
        "title": "One",
        "artist": "Nobody",
        "licence": "CC0",
        "package": PACKAGE,
        "member": MEMBER,
        "sha256": sha256,
    }
    lines = "\n".join(f'{key} = "{value}"' for key, value in row.items())
    path = folder / "music.toml"
    path.write_text(f"speech = []\n[[music]]\n{lines}\n")
    monkeypatch.setattr(music, "TABLE", path)


def test_a_package_the_machine_has_no_lists_of_is_found_with_lists_of_our_own(archive, monkeypatch):
    table(archive, monkeypatch, sha256=hashlib.sha256(SOUND).hexdigest())
    shelf = gather(archive / "cache" / "music", narration=Narration())

    assert [shelf.path(r).read_bytes() for r in shelf.music] == [SOUND]


def test_bytes_other_than_the_table_says_are_refused_and_not_kept(archive, monkeypatch):
    table(archive, monkeypatch, sha256="0" * 64)

    with pytest.raises(NoMusic, match=f"{MEMBER} of {PACKAGE} has SHA-256 "):
        gather(archive / "cache" / "music", narration=Narration())
    assert not (archive / "cache" / "music" / "one.ogg").exists()


@pytest.mark.parametrize("programme", [EVENING, REHEARSAL])
def test_the_programme_plays_what_the_table_has_and_hides_one_piece_from_the_catalogue(programme):
    import tomllib

    names = tuple(row["name"] for row in tomllib.loads(music.TABLE.read_text())["music"])
    known = known_names(programme, recordings=names)

    assert programme.unknown not in known
    assert set(known) <= set(names)


def test_a_programme_with_a_piece_nobody_has_is_refused():
    with pytest.raises(NoMusic, match="names \\['sonata'\\]"):
        known_names(Programme((), "caves", 0.0, ("sonata",)), recordings=("caves",))
