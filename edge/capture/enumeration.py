"""Which sound cards there are right now, by the names that udev gave them."""

import re
from pathlib import Path

ALSA = Path("/proc/asound")
_STABLE = re.compile(r"^(?:plug)?hw:(?:CARD=)?(?P<card>[A-Za-z]\w*)(?:,(?:DEV=)?(?P<device>\d+))?$")


def snapshot(alsa: Path = ALSA) -> str:
    """What ALSA says about its cards: another text after every plug and unplug."""
    try:
        return (alsa / "cards").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # a kernel without sound


def stable_name(device: str) -> tuple[str, int] | None:
    """The card's own name and its device, if orders name it like `hw:socket1`; else None."""
    match = _STABLE.match(device)
    return (match["card"], int(match["device"] or 0)) if match else None


def is_there(device: str, alsa: Path = ALSA) -> bool:
    """Whether the card is plugged in; a name that is not a stable one may always be there."""
    named = stable_name(device)
    return named is None or (alsa / named[0]).exists()


def portaudio_name(device: str, alsa: Path = ALSA) -> str:
    """The part of PortAudio's name that means this card today: numbers change with every plug."""
    named = stable_name(device)
    if named is None:
        return device
    card = (alsa / named[0]).resolve().name.removeprefix("card")
    return f"(hw:{card},{named[1]})"


def holder(device: str, alsa: Path = ALSA) -> str:
    """Who uses the card's capture side: a process id, or nothing when nobody does."""
    named = stable_name(device)
    if named is None:
        return ""
    for status in sorted((alsa / named[0]).glob(f"pcm{named[1]}c/sub*/status")):
        found = re.search(r"owner_pid\s*:\s*(\d+)", status.read_text(encoding="utf-8"))
        if found:
            return found[1]
    return ""


def usb_identity(device: str, alsa: Path = ALSA) -> str:
    """Maker and model of the card, as USB tells them (`0d8c:0014`); nothing for other cards."""
    named = stable_name(device)
    if named is None:
        return ""
    try:
        return (alsa / named[0] / "usbid").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
