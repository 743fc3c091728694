"""Where the demo's music comes from: real recordings out of Debian packages, kept in a cache.

Packages are downloaded and unpacked without being installed and without root. Every file is
checked against the SHA-256 in `music.toml`; nothing of it becomes part of the project.
"""

import hashlib
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from demo.narration import Narration

TABLE = Path(__file__).parent / "music.toml"


class NoMusic(Exception):
    """The demo's recordings cannot be had; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One real recording: whose it is, where it lies, and what its bytes must be."""

    name: str
    title: str
    artist: str
    licence: str
    package: str
    member: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Its name in the cache."""
        return self.name + Path(self.member).suffix


@dataclass(frozen=True, slots=True)
class Shelf:
    """Recordings that are here: what each is, and where its file lies."""

    music: tuple[Recording, ...]
    speech: tuple[Recording, ...]
    folder: Path

    def path(self, recording: Recording) -> Path:
        """The file of a recording."""
        return self.folder / recording.file_name


def gather(folder: Path, *, narration: Narration) -> Shelf:
    """Every recording of the table, downloaded if it is not in the folder already.

    Raises:
        NoMusic: a package cannot be downloaded, or is not the one the table names.
    """
    folder = folder.resolve()
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    music = tuple(Recording(**row) for row in table["music"])
    speech = tuple(Recording(**row) for row in table["speech"])
    folder.mkdir(parents=True, exist_ok=True)
    missing = [r for r in music + speech if not (folder / r.file_name).exists()]
    for package, wanted in groupby(missing, key=attrgetter("package")):
        narration.say(f"downloading real recordings: Debian package {package} (not installed)")
        _take(package, list(wanted), folder=folder)
    return Shelf(music, speech, folder)


def _take(package: str, wanted: Iterable[Recording], *, folder: Path) -> None:
    """Download one package and keep the members asked for."""
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise NoMusic(f"{tool} is not here, so {package} cannot be fetched; use a Debian")
    with tempfile.TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        _download(package, into=work, lists=folder.parent / "apt")
        _run(["dpkg-deb", "-x", str(next(work.glob("*.deb"))), "tree"], folder=work)
        for recording in wanted:
            file = work / "tree" / recording.member
            _check(file, recording)
            file.replace(folder / recording.file_name)


def _check(file: Path, recording: Recording) -> None:
    if not file.is_file():
        raise NoMusic(f"package {recording.package} has no {recording.member}")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != recording.sha256:
        raise NoMusic(
            f"{recording.member} of {recording.package} has SHA-256 {digest}, "
            f"the table says {recording.sha256}"
        )


def _download(package: str, *, into: Path, lists: Path) -> None:
    """With the machine's own package lists; where it has none, with lists of the demo's own."""
    command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package]
    try:
        _run(command, folder=into)
    except NoMusic:
        private = _private_lists(lists)
        _run(["apt-get", "-qq", *private, "update"], folder=into)
        _run(["apt-get", "-qq", *private, "download", package], folder=into)


def _private_lists(folder: Path) -> list[str]:
    """Options that make apt keep its state in a folder anyone may write to."""
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::State": folder / "state",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _run(command: Sequence[str], *, folder: Path) -> None:
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise NoMusic(f"{' '.join(command)} failed: {answer.stderr.strip()[-500:]}")
