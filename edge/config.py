"""Where a box keeps its things, and every setting with its unit and its range."""

import tomllib
from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields, replace
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

from edge.errors import Misconfigured

_N = TypeVar("_N", int, float)

HOME = Path("/var/lib/qulaq")  # what the units' StateDirectory= makes
KEY_STORES = ("file", "tpm2", "raspberry-pi")  # what may keep the box's key


@dataclass(frozen=True, slots=True)
class BoxPaths:
    """The rooms of a box's state folder; the one place that knows its layout."""

    home: Path
    signs: Path | None = None  # a folder in memory where a process leaves its signs of life
    hears: Path | None = None  # and the one where the hearing process does, for who reports them

    @property
    def identity(self) -> Path:
        """The box's own key, readable by it alone; where a chip keeps it, what that chip needs."""
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
    def directions(self) -> Path:
        """The folder of what central has told the box since, over the network."""
        return self.home / "directions"

    @property
    def outbox(self) -> Path:
        """What was heard and is not yet forgotten: SQLite."""
        return self.home / "outbox" / "outbox.db"

    @property
    def programme(self) -> Path:
        """What is announced for the evenings to come, TOML; need not be there."""
        return self.home / "orders" / "programme.toml"

    @property
    def mute(self) -> Path:
        """A link to what reads 1 while a switch forbids to listen, such as a GPIO's value."""
        return self.home / "mute"

    @property
    def post(self) -> Path:
        """The folder in which letters wait for a stick, and what a stick brought."""
        return self.home / "post"

    @property
    def shelf(self) -> Path:
        """The folder of the catalogue's segments."""
        return self.home / "shelf"

    @property
    def manifest(self) -> Path:
        """The catalogue version in force: a `Manifest`."""
        return self.shelf / "manifest.json"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a setting means.

    Attributes:
        unit: what is counted, or what kind of text it is.
        least: smallest number allowed.
        most: largest number allowed.
        about: what it decides, in words for a technician.
    """

    unit: str
    about: str
    least: float = 0.0
    most: float = 0.0


def _number(default: _N, unit: str, about: str, *, least: float, most: float) -> _N:
    return field(default=default, metadata={"kind": Kind(unit, about, least, most)})


def _text(default: str, unit: str, about: str) -> str:
    return field(default=default, metadata={"kind": Kind(unit, about)})


@dataclass(frozen=True, slots=True)
class Settings:
    """How this box works; none of these changes a fingerprint (those numbers are the `Recipe`)."""

    checkpoint_seconds: float = _number(
        10.0, "s of sound", "at most this much is lost when power is cut", least=0.1, most=60
    )
    coverage_seconds: float = _number(
        60.0, "s of sound", "longest span in one coverage record", least=1, most=3600
    )
    filing_seconds: float = _number(
        600.0,
        "s of sound",
        "coverage waits beside the checkpoint to be filed at once",
        least=0,
        most=3600,
    )
    block_seconds: float = _number(0.1, "s of sound", "sound handed on at once", least=0.01, most=1)
    queue_seconds: float = _number(
        15.0, "s of sound", "kept in memory while the ear is busy; never on disk", least=1, most=15
    )
    unplugged_seconds: float = _number(
        1.5, "s", "without a frame before a device counts as unplugged", least=0.1, most=30
    )
    open_seconds: float = _number(
        20.0, "s", "until a sound card must have given its first frame", least=1, most=300
    )
    reopen_attempts: int = _number(
        3, "tries", "to open a silent card before its USB socket is switched", least=1, most=1000
    )
    rebind_attempts: int = _number(
        3, "times", "the socket is switched before the box starts anew", least=1, most=1000
    )
    reboot_pause_seconds: float = _number(
        3600.0, "s", "between two such starts, at least", least=600, most=604_800
    )
    shelf_look_seconds: float = _number(
        60.0, "s of sound", "between two looks for a new catalogue", least=1, most=3600
    )
    sync_seconds: float = _number(
        30.0, "s", "between two rounds of reporting", least=0.1, most=3600
    )
    batch_records: int = _number(200, "records", "in one upload", least=1, most=500)
    piece_bytes: int = _number(
        262_144, "bytes", "of a catalogue fetched in one request", least=100, most=16_777_216
    )
    timeout_seconds: float = _number(
        20.0, "s", "without a byte from central before giving up", least=0.1, most=600
    )
    backoff_base_seconds: float = _number(
        2.0, "s", "first wait after a failure; doubled after each", least=0.1, most=600
    )
    backoff_cap_seconds: float = _number(
        900.0, "s", "longest wait between two tries", least=0.1, most=86_400
    )
    stock_seconds: float = _number(
        86_400.0, "s", "between two comparisons of what central has had", least=1, most=31_536_000
    )
    catalogue_seconds: float = _number(
        300.0, "s", "between two questions for a newer catalogue", least=1, most=604_800
    )
    clock_error_seconds: float = _number(
        0.0,
        "s",
        "how wrong the box's own clock with a battery may be, for halls without a network; 0: none",
        least=0,
        most=600,
    )
    keep_sent_days: int = _number(
        30, "d", "a delivered record stays on the box", least=1, most=3650
    )
    view_address: str = _text(
        "127.0.0.1", "IP address", "where the venue's page is shown; 0.0.0.0 for the hall's network"
    )
    view_port: int = _number(8710, "TCP port", "of the venue's page", least=1, most=65_535)
    lamp_name: str = _text(
        "", "LED", "a name in /sys/class/leds that shows how the box is; empty: none"
    )

    key_store: str = _text(
        "file",
        "file, tpm2 or raspberry-pi",
        "what keeps the next key this box makes; a key that is there stays where it is",
    )
    tpm_device: str = _text(
        "/dev/tpmrm0",
        "device or TCTI of tpm2-tss",
        "the TPM 2.0, for keys that one keeps; the device with rm in its name can be shared",
    )

    def __post_init__(self) -> None:
        for fault in self._faults():
            raise Misconfigured(fault)

    def _faults(self) -> Iterator[str]:
        """Every setting that cannot be obeyed: its value, and what it may be."""
        for one in fields(self):
            yield from _fault_of(one, getattr(self, one.name))
        if self.checkpoint_seconds > self.coverage_seconds:
            yield (
                f"checkpoint_seconds = {self.checkpoint_seconds} is longer than "
                f"coverage_seconds = {self.coverage_seconds}; make it at most that"
            )


def kind_of(setting: Field[Any]) -> Kind:
    """The unit, range and meaning of a field of `Settings`."""
    kind: Kind = setting.metadata["kind"]
    return kind


def range_of(setting: Field[Any]) -> str:
    """What a field of `Settings` may be, in words: `0.1 to 60 s of sound`."""
    kind = kind_of(setting)
    return kind.unit if setting.type is str else f"{kind.least:g} to {kind.most:g} {kind.unit}"


def load(path: Path | None) -> Settings:
    """The settings in a TOML file, or the defaults when no file is named.

    Raises:
        Misconfigured: no such file, not TOML, a name we do not know, or a value out of range.
    """
    if path is None:
        return Settings()
    written = _read(path)
    for fault in _faults_in(written):
        raise Misconfigured(f"settings file {path}: {fault}")
    return replace(Settings(), **written)


def check(path: Path) -> list[str]:
    """Everything that is wrong with a settings file, one line for each; none if it can be obeyed.

    Raises:
        Misconfigured: no such file, or not TOML.
    """
    return list(_faults_in(_read(path)))


def as_toml(settings: Settings) -> Iterator[str]:
    """A settings file, line by line: what is as it comes is commented out, all is explained."""
    for one in fields(settings):
        value, kind = getattr(settings, one.name), kind_of(one)
        written = f'"{value}"' if isinstance(value, str) else str(value)
        yield f"# {kind.about} ({range_of(one)})"
        yield f"{'# ' if value == one.default else ''}{one.name} = {written}"
        yield ""


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise Misconfigured(f"settings file {path}: {e}; correct it or remove it") from e


def _faults_in(written: dict[str, Any]) -> Iterator[str]:
    known = {one.name: one for one in fields(Settings)}
    faults = [
        fault
        for name, value in written.items()
        for fault in (_fault_of(known[name], value) if name in known else _unknown(name, known))
    ]
    yield from faults
    if not faults:
        try:
            replace(Settings(), **written)
        except Misconfigured as e:
            yield str(e)


def _unknown(name: str, known: dict[str, Field[Any]]) -> Iterator[str]:
    meant = get_close_matches(name, known, n=1, cutoff=0.5)
    if meant:
        yield f"unknown setting {name!r}; did you mean {meant[0]} ({range_of(known[meant[0]])})?"
    else:
        yield f"unknown setting {name!r}; remove it: known are {', '.join(known)}"


def _fault_of(setting: Field[Any], value: object) -> Iterator[str]:
    """What is wrong with one value, and what to write instead."""
    name, wanted = setting.name, range_of(setting)
    if setting.type is str:
        yield from _fault_of_text(name, value, wanted)
        return
    whole = setting.type is int
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        number = "a whole number" if whole else "a number"
        yield f"{name} = {value!r} is not {number}; write {wanted}, without quotes and unit"
    elif not kind_of(setting).least <= value <= kind_of(setting).most:
        yield f"{name} = {value} is out of range; write {wanted}"


def _fault_of_text(name: str, value: object, wanted: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{name} = {value!r} is not text; write {wanted} in quotes"
    elif name == "view_address" and not _is_address(value):
        yield f"{name} = {value!r} is no IP address; write 127.0.0.1 or 0.0.0.0"
    elif name == "lamp_name" and ("/" in value or value.startswith(".")):
        yield f"{name} = {value!r} is a path; write only the name, as ls /sys/class/leds has it"
    elif name == "key_store" and value not in KEY_STORES:
        yield f"{name} = {value!r} keeps no keys; write {wanted}"
    elif name == "tpm_device" and not (value.startswith("/dev/") or ":" in value):
        yield f"{name} = {value!r} is no device; write /dev/tpmrm0"


def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
