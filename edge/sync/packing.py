"""Letters travel compressed; whoever opens one says beforehand how large it may be."""

from backports.zstd import (
    CompressionParameter,
    DecompressionParameter,
    ZstdCompressor,
    ZstdDecompressor,
    ZstdError,
)

from edge.errors import BadPacking

CODING = "zstd"  # as HTTP calls it
_LEVEL = 6
_WINDOW_LOG = 22  # 4 MiB: all that opening one letter takes beside the letter itself
_PACKED: dict[int, int] = {
    CompressionParameter.compression_level: _LEVEL,
    CompressionParameter.window_log: _WINDOW_LOG,
    CompressionParameter.checksum_flag: 1,
}


def pack(content: bytes) -> bytes:
    """One Zstandard frame with its checksum.

    Source:
        RFC 8878, "Zstandard Compression and the 'application/zstd' Media Type".
    """
    packer = ZstdCompressor(options=_PACKED)
    return packer.compress(content, mode=ZstdCompressor.FLUSH_FRAME)


def unpack(packed: bytes, *, longest: int) -> bytes:
    """What is in one frame; a bomb is put down before it has opened.

    Args:
        packed: the frame, whole.
        longest: bytes that may be in it.

    Raises:
        BadPacking: no whole frame, more than one, altered, or more in it than `longest`.
    """
    opener = ZstdDecompressor(options={DecompressionParameter.window_log_max: _WINDOW_LOG})
    try:
        content = opener.decompress(packed, max_length=longest + 1)
    except ZstdError as e:
        raise BadPacking(f"not a letter packed by {CODING}: {e}") from e
    if len(content) > longest:
        raise BadPacking(f"more than {longest} bytes were packed into {len(packed)}")
    if not opener.eof or opener.unused_data:
        raise BadPacking(f"{len(packed)} bytes are not one whole {CODING} frame")
    return content
