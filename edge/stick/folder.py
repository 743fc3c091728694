"""One folder of a FAT file system as bytes: its entries, their long and short names."""

import re
import struct
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime

from edge.stick.geometry import SLOT_BYTES

FOLDER = 0x10
ARCHIVE = 0x20  # an ordinary file
_VOLUME_LABEL = 0x08
_LONG_NAME = 0x0F
_END = 0x00
_DELETED = 0xE5
_LAST_PIECE = 0x40
_PIECE_UNITS = 13  # UTF-16 units of a long name in one slot

# The name, its attributes; when it was made (three fields) and read; the high half of the first
# cluster; when it was changed (two fields); the low half; the size.
_SHORT = struct.Struct("<11sBBBHHHHHHHI")
_CHANGED = struct.Struct("<HHHHI")  # the last five of these
_CHANGED_OFFSET = 20
_SHORT_NAME = re.compile(r"[A-Z0-9]{1,8}(\.[A-Z0-9]{1,3})?")  # needs no long name beside it


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder, as its folder tells."""

    name: str
    alias: bytes  # the eleven bytes of its short name
    is_folder: bool
    cluster: int  # first; 0 when empty
    size_bytes: int
    slot: int  # which slot of the folder holds the short entry


def entries(raw: bytes) -> Iterator[Entry]:
    """What a folder holds; labels, deleted entries and broken long names are passed over.

    Args:
        raw: the folder's bytes, a whole number of slots.
    """
    pieces: list[bytes] = []
    for slot in range(len(raw) // SLOT_BYTES):
        one = raw[slot * SLOT_BYTES : (slot + 1) * SLOT_BYTES]
        if one[0] == _END:
            return
        if one[0] == _DELETED:
            pieces = []
        elif one[11] & 0x3F == _LONG_NAME:
            pieces = [one] if one[0] & _LAST_PIECE else [*pieces, one]
        else:
            if not one[11] & _VOLUME_LABEL and not one.startswith(b"."):
                yield _entry(one, slot, pieces)
            pieces = []


def free_slots(raw: bytes, count: int) -> int:
    """The first of `count` slots in a row that nobody uses; past the end when there are none."""
    run = 0
    used_up = len(raw) // SLOT_BYTES
    for slot in range(used_up):
        first = raw[slot * SLOT_BYTES]
        if first == _END:
            return slot - run
        run = run + 1 if first == _DELETED else 0
        if run == count:
            return slot - count + 1
    return used_up - run


def new_entry(
    name: str, *, taken: Set[bytes], attributes: int, cluster: int, size_bytes: int, now: datetime
) -> bytes:
    """The slots that put a file or folder into its folder.

    Args:
        name: ASCII letters, digits, point, hyphen, underscore.
        taken: short names (eleven bytes) already in the folder.
        attributes: `ARCHIVE` or `FOLDER`.
        cluster: the first; 0 when empty.
        size_bytes: of the content; 0 for a folder.
        now: when it is written.
    """
    is_short = bool(_SHORT_NAME.fullmatch(name))
    alias = _padded(name) if is_short else _alias(name, taken)
    date, time = _stamp(now)
    short = _SHORT.pack(
        alias, attributes, 0, 0, time, date, date, cluster >> 16, time, date,
        cluster & 0xFFFF, size_bytes,
    )  # fmt: skip
    return short if is_short else _long_pieces(name, _checksum(alias)) + short


def dots(cluster: int, parent: int, now: datetime) -> bytes:
    """The two entries every folder but the root begins with: itself and its parent."""
    date, time = _stamp(now)
    return b"".join(
        _SHORT.pack(
            name, FOLDER, 0, 0, time, date, date, at >> 16, time, date, at & 0xFFFF, 0
        )
        for name, at in ((b".          ", cluster), (b"..         ", parent))
    )  # fmt: skip


def changed_entry(short: bytes, *, cluster: int, size_bytes: int, now: datetime) -> bytes:
    """The slot of an entry whose content has been replaced."""
    date, time = _stamp(now)
    change = _CHANGED.pack(cluster >> 16, time, date, cluster & 0xFFFF, size_bytes)
    return short[:_CHANGED_OFFSET] + change


def _entry(short: bytes, slot: int, pieces: list[bytes]) -> Entry:
    alias, attributes, *_, high, _time, _date, low, size = _SHORT.unpack(short)
    plain = Entry(
        name=_plain_name(alias),
        alias=alias,
        is_folder=bool(attributes & FOLDER),
        cluster=high << 16 | low,
        size_bytes=size,
        slot=slot,
    )
    long_name = _long_name(pieces, _checksum(alias))
    return replace(plain, name=long_name) if long_name else plain


def _plain_name(alias: bytes) -> str:
    stem, ending = alias[:8].rstrip(b" "), alias[8:].rstrip(b" ")
    # Short names are in the code page of whoever wrote them; ours are ASCII, others only need
    # to differ from ours.
    return (stem + b"." + ending if ending else stem).decode("ascii", "replace")


def _long_name(pieces: list[bytes], checksum: int) -> str:
    """The name spelt by the pieces, or nothing when they do not belong together."""
    order = [piece[0] & ~_LAST_PIECE for piece in pieces]
    if order != list(range(len(pieces), 0, -1)) or any(p[13] != checksum for p in pieces):
        return ""
    units = b"".join(p[1:11] + p[14:26] + p[28:32] for p in reversed(pieces))
    return units.decode("utf-16-le", "replace").split("\0")[0]


def _long_pieces(name: str, checksum: int) -> bytes:
    count = -(-len(name) // _PIECE_UNITS)
    ended = name if len(name) == count * _PIECE_UNITS else name + "\0"
    units = ended.encode("utf-16-le").ljust(count * _PIECE_UNITS * 2, b"\xff")
    slots = []
    for index in range(count, 0, -1):
        piece = units[(index - 1) * _PIECE_UNITS * 2 : index * _PIECE_UNITS * 2]
        order = index | (_LAST_PIECE if index == count else 0)
        head = bytes([order]) + piece[:10] + bytes([_LONG_NAME, 0, checksum])
        slots.append(head + piece[10:22] + b"\0\0" + piece[22:])
    return b"".join(slots)


def _alias(name: str, taken: Set[bytes]) -> bytes:
    """A short name that nobody in the folder has: six letters, a tilde and a number."""
    stem, _, ending = name.upper().rpartition(".") if "." in name else (name.upper(), "", "")
    letters = re.sub(r"[^A-Z0-9]", "", stem) or "Q"
    tail = re.sub(r"[^A-Z0-9]", "", ending)[:3].ljust(3).encode("ascii")
    number = 1
    while True:
        mark = f"~{number}"
        alias = (letters[: 8 - len(mark)] + mark).ljust(8).encode("ascii") + tail
        if alias not in taken:
            return alias
        number += 1


def _padded(name: str) -> bytes:
    stem, _, ending = name.partition(".")
    return (stem.ljust(8) + ending.ljust(3)).encode("ascii")


def _checksum(alias: bytes) -> int:
    total = 0
    for byte in alias:
        total = ((total & 1) << 7) + (total >> 1) + byte & 0xFF
    return total


def _stamp(now: datetime) -> tuple[int, int]:
    """Date and time as FAT keeps them: years from 1980, seconds by twos."""
    year = min(max(now.year - 1980, 0), 127)
    return (
        year << 9 | now.month << 5 | now.day,
        now.hour << 11 | now.minute << 5 | now.second // 2,
    )
