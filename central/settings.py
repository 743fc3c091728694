"""Every number the office runs by, with its unit, and where its things lie."""

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from central.errors import Unready

MEGABYTE = 1_000_000
_BOUNDS = {
    "port": (0, 65_535),
    "workers": (1, 64),
    "enrolment_days": (1, 3_650),
    "log_seconds": (1, 86_400),
}
_OTHER_BOUNDS = (1, 1_000 * 1_000 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that is the office: copy it while nothing runs, and you have a backup."""

    path: Path

    @property
    def books(self) -> Path:
        """The database."""
        return self.path / "central.db"

    @property
    def elsewhere(self) -> Path:
        """The address of the PostgreSQL database that is the books, if they are not here."""
        return self.path / "keys" / "books.url"

    @property
    def key(self) -> Path:
        """The private key that seals bundles and manifests; whoever has it is the office."""
        return self.path / "keys" / "central.pem"

    @property
    def catalogue_keys(self) -> Path:
        """The keys that vouch for the catalogue, `ROLE.pem`; `root.pem` may be taken elsewhere."""
        return self.path / "keys" / "catalogue"

    @property
    def log_key(self) -> Path:
        """The private key that signs the public log; a backup must have it."""
        return self.path / "keys" / "log.key"

    @property
    def platform_token(self) -> Path:
        """What the national platform knows the office by, if it asks for a token."""
        return self.path / "keys" / "platform.token"

    @property
    def witnesses(self) -> Path:
        """Who is asked to witness the log: a trust policy, if there are any."""
        return self.path / "witnesses.policy"

    @property
    def segments(self) -> Path:
        """The files of the catalogue, each named by its content."""
        return self.path / "segments"


@dataclass(frozen=True, slots=True)
class Settings:
    """How the office runs; read once from TOML, unknown names are errors."""

    host: str = "127.0.0.1"
    port: int = 8700
    workers: int = 1  # processes that answer; what follows bounds all of them together
    public_url: str = ""  # what boxes are told to call; empty: http://HOST:PORT
    largest_body_bytes: int = 2 * MEGABYTE  # of any request but a recording's
    largest_audio_bytes: int = 200 * MEGABYTE  # of a recording sent to be fingerprinted
    longest_recording_seconds: int = 4 * 3600  # s
    largest_import_bytes: int = 50 * MEGABYTE  # of a file of works: CWR, XLSX or CSV
    letters_at_once: int = 16  # of boxes; more are told when to come again
    letters_per_second: int = 100  # that may come then, /s; what the office takes in
    questions_per_minute: int = 60  # that one visitor without a token may ask
    box_recordings: int = 100_000  # that one box may have; of more, each kind of house gets a part
    box_megabytes: int = 4_000  # of catalogue on the card of one box, MB
    society_code: str = "000"  # CISAC's number of the society this office works for
    society_name: str = "QULAQ"  # as its acknowledgements call it
    pack_family: str = "kz-venues"  # of rule packs, for venues never yet closed by another
    platform_url: str = ""  # where the national platform takes closings; empty: it is not told
    enrolment_days: int = 14  # d, until an unused enrolment token expires
    log_name: str = ""  # of the public log, when it begins; empty: named by the office's key
    log_seconds: int = 60  # s, after which what is new is in the public log

    @property
    def address(self) -> str:
        """What boxes are told to call."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def for_one_worker(self) -> "Settings":
        """These, with its part of all that is given out: no process knows what others admit."""
        given = ("letters_at_once", "letters_per_second", "questions_per_minute")
        part = {name: max(1, getattr(self, name) // self.workers) for name in given}
        return dataclasses.replace(self, **part)

    def but(self, changes: Mapping[str, Any]) -> "Settings":
        """These settings with some values changed, each checked as if it stood in the file.

        Raises:
            Unready: an unknown name, a value of another type, or one nothing can run by.
        """
        fields = {field.name: field for field in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in fields:
                raise Unready(f"unknown setting {name!r}; known are {', '.join(fields)}")
            if type(value) is not fields[name].type:
                raise Unready(f"setting {name} = {value!r} is not {fields[name].type}")
            _require_sensible(name, value)
        return dataclasses.replace(self, **changes)


def _require_sensible(name: str, value: str | int) -> None:
    if isinstance(value, int):
        least, most = _BOUNDS.get(name, _OTHER_BOUNDS)
        if not least <= value <= most:
            raise Unready(f"setting {name} = {value} must be {least} to {most}")
    elif (
        name in ("public_url", "platform_url")
        and value
        and not value.startswith(("https://", "http://"))
    ):
        raise Unready(f"setting {name} = {value!r} must begin with https:// or http://")


def load(path: Path) -> Settings:
    """Settings from a TOML file; what it leaves out keeps its default.

    Raises:
        Unready: unreadable, not TOML, an unknown name, or a value that cannot be used.
    """
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise Unready(f"settings {path}: {e}") from e
    return Settings().but(given)
