"""Where a box keeps its things, and every setting with its unit."""

import math
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from edge.errors import Misconfigured

HOME = Path("/var/lib/qulaq")  # what the units' StateDirectory= makes


@dataclass(frozen=True, slots=True)
class BoxPaths:
    """The rooms of a box's state folder; the one place that knows its layout."""

    home: Path

    @property
    def identity(self) -> Path:
        """The box's own private key, PEM, readable by it alone."""
        return self.home / "keys" / "identity.pem"

    @property
    def trust(self) -> Path:
        """Central's public key, PEM, laid down when the box is made."""
        return self.home / "keys" / "trust.pem"

    @property
    def bundle(self) -> Path:
        """The orders in force: a sealed `Bundle`."""
        return self.home / "orders" / "bundle.json"

    @property
    def outbox(self) -> Path:
        """What was heard and is not yet forgotten: SQLite."""
        return self.home / "outbox" / "outbox.db"

    @property
    def shelf(self) -> Path:
        """The folder of the catalogue's segments."""
        return self.home / "shelf"

    @property
    def manifest(self) -> Path:
        """The catalogue version in force: a sealed `Manifest`."""
        return self.shelf / "manifest.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this box works; none of these changes a fingerprint (those numbers are the `Recipe`)."""

    checkpoint_seconds: float = 10.0  # s of sound: at most this much is lost when power is cut
    coverage_seconds: float = 60.0  # s of sound: longest span in one coverage record
    block_seconds: float = 0.1  # s of sound handed on at once
    queue_seconds: float = 15.0  # s of sound kept in memory while the ear is busy; never on disk
    unplugged_seconds: float = 2.0  # s without a frame before a device counts as unplugged
    reopen_attempts: int = 20  # tries to hear an unplugged device again before giving up
    shelf_look_seconds: float = 60.0  # s of sound between two looks for a new catalogue
    sync_seconds: float = 30.0  # s between two rounds of reporting
    batch_records: int = 200  # records in one upload, at most 500
    piece_bytes: int = 262_144  # bytes of a catalogue segment fetched in one request
    timeout_seconds: float = 20.0  # s without a byte from central before giving up
    backoff_base_seconds: float = 2.0  # s, doubled after each failure
    backoff_cap_seconds: float = 900.0  # s, longest wait between two tries
    keep_sent_days: int = 30  # d a delivered record stays on the box

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 < value < math.inf:
                raise Misconfigured(
                    f"setting {field.name} = {value} must be greater than 0, and finite"
                )
        if self.batch_records > 500:
            raise Misconfigured(f"setting batch_records = {self.batch_records} is above 500")
        if self.checkpoint_seconds > self.coverage_seconds:
            raise Misconfigured(
                f"checkpoint_seconds = {self.checkpoint_seconds} is longer than "
                f"coverage_seconds = {self.coverage_seconds}; make it at most that"
            )


def load(path: Path | None) -> Settings:
    """The settings in a TOML file, or the defaults when no file is named.

    Raises:
        Misconfigured: no such file, not TOML, a name we do not know, or a value out of range.
    """
    if path is None:
        return Settings()
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise Misconfigured(f"settings file {path}: {e}") from e
    known = {field.name: field.type for field in fields(Settings)}
    chosen: dict[str, Any] = {}
    for name, value in written.items():
        if name not in known:
            raise Misconfigured(
                f"settings file {path}: unknown setting {name!r}; known are {', '.join(known)}"
            )
        wanted = (int,) if known[name] is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise Misconfigured(f"settings file {path}: {name} = {value!r} is not a number")
        chosen[name] = value
    return replace(Settings(), **chosen)
