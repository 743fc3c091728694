"""An empty FAT file system in an image file, as a new stick would carry it."""

import struct
from pathlib import Path

from edge.errors import BadStick

LABEL = "QULAQ"
SIZE_BYTES = 16 << 20

_SECTOR_BYTES = 512
_PER_CLUSTER = 4
_ROOT_SLOTS = 512
_TABLE_SECTORS = 32  # 8,192 entries of 16 bits: 16 MiB in clusters of 2 KiB
_FIXED_DISK = 0xF8
# Jump, maker, then the layout (see geometry.py), drive, mark, volume number, label, kind.
_BOOT = struct.Struct("<3s8sHBHBHHBHHHIIBBBI11s8s")
_SLOT = struct.Struct("<11sB20x")
_VOLUME_LABEL = 0x08


def make_blank(path: Path, *, volume_number: int) -> None:
    """Make a sparse image of 16 MiB with one empty FAT16 file system labelled QULAQ.

    Args:
        path: where; must not exist, so that no stick or image is ever wiped by mistake.
        volume_number: what the file system is told apart by; 32 bits.

    Raises:
        BadStick: there is something at `path`, or it cannot be written.
    """
    try:
        with path.open("xb") as image:
            image.truncate(SIZE_BYTES)
            image.write(_boot_sector(volume_number))
            for copy in range(2):
                image.seek((1 + copy * _TABLE_SECTORS) * _SECTOR_BYTES)
                image.write(struct.pack("<HH", 0xFF00 | _FIXED_DISK, 0xFFFF))
            image.seek((1 + 2 * _TABLE_SECTORS) * _SECTOR_BYTES)
            image.write(_SLOT.pack(LABEL.ljust(11).encode("ascii"), _VOLUME_LABEL))
    except OSError as e:
        raise BadStick(f"no stick image can be made at {path}: {e.strerror}") from e


def _boot_sector(volume_number: int) -> bytes:
    sectors = SIZE_BYTES // _SECTOR_BYTES
    head = _BOOT.pack(
        b"\xeb\x3c\x90", b"QULAQ   ", _SECTOR_BYTES, _PER_CLUSTER, 1, 2, _ROOT_SLOTS, sectors,
        _FIXED_DISK, _TABLE_SECTORS, 32, 8, 0, 0, 0x80, 0, 0x29, volume_number & 0xFFFFFFFF,
        LABEL.ljust(11).encode("ascii"), b"FAT16   ",
    )  # fmt: skip
    return head.ljust(_SECTOR_BYTES - 2, b"\0") + b"\x55\xaa"
