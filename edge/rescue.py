"""The last rungs of recovery: one USB sound card is switched off and on, or the box starts anew.

The hearing process has no rights of its own; it leaves a request, and this is carried out by a
process that can do these two things and nothing else. What is asked for is never believed: of
USB devices only a sound card can be switched, and the box starts anew at most once in a while.
"""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click
import structlog

from edge.capture.enumeration import stable_name
from edge.config import load
from edge.errors import Undoable
from edge.terminal import CONFIG_OPTION, keep_journal, spoken

USB = Path("/sys/bus/usb/drivers/usb")
SOUND = Path("/sys/class/sound")
LONGEST_REQUEST = 512  # bytes
BIND_ATTEMPTS = 5  # a second apart: a card that hangs needs a moment to let go
START_ANEW = ("/usr/bin/systemctl", "--no-block", "reboot")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Request:
    """What the hearing process asks for.

    Attributes:
        step: to switch the socket of a card, or to start the box anew.
        device: the card, as the orders name it.
    """

    step: Literal["rebind", "reboot"]
    device: str


def read_request(path: Path) -> Request | None:
    """The request in a file; None if there is none.

    Raises:
        Undoable: the file holds something else.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as e:
        raise Undoable(f"request {path}: {e.strerror}") from e
    try:
        said = os.read(file, LONGEST_REQUEST + 1).decode("utf-8", errors="replace")
    finally:
        os.close(file)
    step, _, device = said.rstrip("\n").partition(" ")
    if len(said) > LONGEST_REQUEST or not device.isprintable():
        raise Undoable(f"request {path} is no line of at most {LONGEST_REQUEST} letters")
    match step:
        case "rebind" | "reboot" if device:
            return Request(step, device)
    raise Undoable(f"request {path} asks for {said[:40]!r}; known are rebind and reboot")


def socket_of(device: str, *, sound: Path = SOUND) -> str:
    """Where on the USB a sound card is plugged in, such as `1-1.2`.

    Args:
        device: a stable name (`hw:socket1`), or part of what PortAudio calls it.
        sound: where the kernel tells its cards.

    Raises:
        Undoable: no USB sound card has that name, or several have.
    """
    fitting = {socket.name for card, socket in _usb_cards(sound) if _is(device, card, socket)}
    if len(fitting) != 1:
        found = f"{len(fitting)} USB sound cards" if fitting else "no USB sound card"
        raise Undoable(f"{found} named like {device!r}; none is switched")
    return fitting.pop()


def may_start_anew(*, up_seconds: float, asked_at: float | None, pause_seconds: float) -> bool:
    """Whether the box may start anew now.

    Never within the pause after it started: this needs no calendar and no memory that a card
    could lose, and so holds over any number of starts.

    Args:
        up_seconds: since the kernel started, s.
        asked_at: when this was last granted since then, s; None: not since then.
        pause_seconds: between two starts, at least, s.
    """
    return up_seconds - (asked_at or 0.0) >= pause_seconds


def rebind(socket: str, *, drivers: Path = USB, nap_seconds: float = 1.0) -> None:
    """Switch a USB device off and on.

    Raises:
        Undoable: the kernel does not take it back.
    """
    (drivers / "unbind").write_text(socket, encoding="ascii")
    for attempt in range(1, BIND_ATTEMPTS + 1):
        time.sleep(nap_seconds)
        try:
            (drivers / "bind").write_text(socket, encoding="ascii")
        except OSError as e:
            if attempt == BIND_ATTEMPTS:
                raise Undoable(f"USB device {socket} does not come back: {e}") from e
        else:
            return


def carry_out(request: Path, *, asked: Path, pause_seconds: float) -> None:
    """Do what a request asks for, if that may be, and tell the system's journal.

    Args:
        request: the file the hearing process leaves it in.
        asked: a file in memory that remembers when a new start was last granted.
        pause_seconds: between two starts of the box, at least, s.
    """
    try:
        wish = read_request(request)
        if wish is None:
            return
        if wish.step == "reboot":
            _start_anew(wish, asked, pause_seconds)
        else:
            socket = socket_of(wish.device)
            rebind(socket)
            log.warning("socket_switched", device=wish.device, socket=socket)
    except (Undoable, OSError) as e:
        log.warning("recovery_refused", reason=str(e))  # the ladder goes on by itself


@click.command()
@CONFIG_OPTION
@click.option(
    "--request",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("/run/qulaq-hear/recovery"),
    show_default=True,
    help="Where the hearing process leaves what it asks for.",
)
@click.option(
    "--memory",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="RUNTIME_DIRECTORY",
    default=Path("/run/qulaq-recover"),
    show_default=True,
    help="A folder in memory, to remember when the box was last told to start anew.",
)
def recover(config: Path | None, request: Path, memory: Path) -> None:
    """Switch a hung sound card off and on, or start the box anew, as the hearing process asks.

    For systemd, which starts this as root with every other right taken away. Never starts the
    box anew within `reboot_pause_seconds` of its last start.

    \b
    Example:
      qulaq-edge recover --config /etc/qulaq/box.toml
    """
    keep_journal()
    with spoken():
        pause_seconds = load(config).reboot_pause_seconds
        carry_out(request, asked=memory / "asked", pause_seconds=pause_seconds)


def _start_anew(wish: Request, asked: Path, pause_seconds: float) -> None:
    now = time.monotonic()
    granted = float(asked.read_text(encoding="ascii")) if asked.exists() else None
    if not may_start_anew(up_seconds=now, asked_at=granted, pause_seconds=pause_seconds):
        log.warning("start_refused", up_seconds=round(now), pause_seconds=pause_seconds)
        return
    asked.write_text(f"{now}\n", encoding="ascii")
    log.warning("box_starts_anew", device=wish.device, up_seconds=round(now))
    subprocess.run(START_ANEW, check=False)


def _usb_cards(sound: Path) -> list[tuple[Path, Path]]:
    """Every sound card that is a USB device, and that device."""
    cards = [path.resolve() for path in sorted(sound.glob("card[0-9]*"))]
    devices = ((card, _usb_device(card)) for card in cards)
    return [(card, device) for card, device in devices if device is not None]


def _usb_device(card: Path) -> Path | None:
    """The device itself, and not one of its interfaces: the nearest that has a product number."""
    return next((above for above in card.parents if (above / "idProduct").exists()), None)


def _is(device: str, card: Path, socket: Path) -> bool:
    named = stable_name(device)
    if named is not None:
        return _read(card / "id") == named[0]
    number = card.name.removeprefix("card")
    called = f"{_read(socket / 'product')}: USB Audio (hw:{number},0)"  # as PortAudio does
    return device.casefold() in called.casefold()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
