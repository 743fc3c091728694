"""A small catalogue of made-up songs, shared by the ear's tests."""

from pathlib import Path

import pytest
from matcher_sounds import RATE_HZ, Sound, play

from edge.matcher.fingerprint import fingerprint
from edge.matcher.index import Index
from edge.matcher.write import write_segment


@pytest.fixture(scope="session")
def songs() -> dict[str, Sound]:
    """Six recordings of 40 s."""
    return {f"song-{seed}": play(seed, 40) for seed in range(6)}


@pytest.fixture(scope="session")
def catalogue(songs: dict[str, Sound], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two segments that hold the songs between them."""
    folder = tmp_path_factory.mktemp("catalogue")
    tracks = [(name, fingerprint(sound, RATE_HZ)) for name, sound in songs.items()]
    write_segment(folder / "a.qseg", tracks[:4])
    write_segment(folder / "b.qseg", tracks[4:])
    return folder


@pytest.fixture(scope="session")
def index(catalogue: Path) -> Index:
    """The songs' catalogue, open."""
    return Index.open(sorted(catalogue.glob("*.qseg")))
