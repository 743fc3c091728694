"""Takes a Linux kernel out of its packing: QEMU starts the bare ELF file seconds sooner.

Usage: unpack_kernel.py BZIMAGE OUT

Source:
    Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, payload_offset and _length at 0x248.
"""

import lzma
import struct
import subprocess
import sys
import zlib
from pathlib import Path

PACKINGS = {
    b"\xfd7zXZ\x00": lambda packed: lzma.LZMADecompressor().decompress(packed),
    b"\x1f\x8b": lambda packed: zlib.decompressobj(31).decompress(packed),
    # the last four bytes are the length, which zstd takes for a second frame
    b"\x28\xb5\x2f\xfd": lambda packed: (
        subprocess.run(
            ["zstd", "-qdc"], input=packed[:-4], stdout=subprocess.PIPE, check=True
        ).stdout
    ),
}


def unpacked(image):
    """The ELF file inside a bzImage."""
    sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = 512 * (sectors + 1) + offset
    payload = image[start : start + length]
    for magic, unpack in PACKINGS.items():
        if payload.startswith(magic):
            return unpack(payload)
    raise SystemExit(f"the kernel is packed in a way not known here: {payload[:6].hex()}")


kernel = unpacked(Path(sys.argv[1]).read_bytes())
if not kernel.startswith(b"\x7fELF"):
    raise SystemExit("what was packed is no ELF file")
Path(sys.argv[2]).write_bytes(kernel)
