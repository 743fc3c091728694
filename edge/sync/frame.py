"""How an entry lies on a card: packed so small that a sign of life takes a sector or two."""

import json
import struct
import zlib
from datetime import datetime
from typing import Any
from uuid import UUID

from edge.sync.calendar import Fix
from edge.sync.entry import RECORDS, Checkpoint, Entry

MAGIC = b"QJL2"  # version 2 of docs/formats/journal.md
_FIRST = b"QJL1"  # version 1: by zlib, with no words known beforehand
_FRAME = struct.Struct(">4sII")  # magic, length of what follows in bytes, CRC-32 of all three
_RAW = -15  # deflate without zlib's head and sum: the frame has its own

# What is said again and again, the rarest first: nearer words cost fewer bits. It is part of the
# format and never changes: a word that is not among these is packed all the same, less well.
WORDS = (
    rb'"{\"kind\":\"hole\",\"lost_boot\":\"\",\"last\":null}"'
    rb",\"kind\":\"work\",\"score_id\":\"score-\",\"from_seconds\":0.0,\"to_seconds\":"
    rb",\"alternatives\":[{\"recording_id\":\"\",\"reference_start_seconds\":0.0,\"speed\":1.0}]"
    rb",\"state\":\"outside_schedule\",\"state\":\"clock_unknown\",\"state\":\"behind\""
    rb",\"state\":\"muted\",\"state\":\"powered_off\",\"since_kernel\":\""
    rb",\"state\":\"silent_signal\",\"fault\":\"digital_zero\",\"fault\":\"muted_mixer\""
    rb",\"fault\":\"stuck\",\"fault\":\"below_floor\",\"fault\":\"dead_channel\""
    rb",\"fault\":\"direct_current\",\"fault\":\"hum\",\"state\":\"clipped\",\"fault\":\"clipping\""
    rb",\"state\":\"unplugged\",\"cause\":\"unplugged\",\"cause\":\"stalled\",\"cause\":\"busy\""
    rb",\"cause\":\"overflow\",\"cause\":\"dropped\",\"cause\":\"refused\",\"step\":\"rebind\""
    rb",\"step\":\"reboot\",\"attempt\":1,\"clock_synced\":false,\"box\":{}"
    rb",\"kind\":\"unknown_music\",\"foreground\":1.0,\"catalogue_version\":1}"
    rb",\"kind\":\"detection\",\"recording_id\":\"\",\"reference_start_seconds\":0.0"
    rb",\"speed\":1.0,\"confidence\":1.0,\"catalogue_version\":1,\"recipe\":\"q\""
    rb',\"foreground\":1.0}{"turn":1,"before":"0123456789abcdef","seq":1,"records":["{\"boot\":\"'
    rb'","{\"boot\":\""],"input":"main","boot":"","source":"hw:venue0 USB Audio'
    rb'","listened_until":"2027-01-01T00:00:00.000000+00:00","unfinished":"[]'
    rb'","kernel":"","monotonic_ns":1000,"fixes":[["",0,0,0,"guess"],["",1,1800000000,1000000,"network"]]}'
    rb',\"state\":\"lost\"}]"[{\"boot\":\"\",\"seq\":1,\"input\":\"main\"'
    rb",\"started_at\":\"2026-01-01T00:00:00.000000Z\",\"ended_at\":\"2026-01-01T00:01:00.000000Z\""
    rb",\"clock_synced\":true,\"uncertainty_ms\":1,\"box\":{\"kernel\":\""
    rb"\",\"first\":1000,\"end\":1000,\"started_ns\":10000,\"ended_ns\":100000}"
    rb",\"kind\":\"coverage\",\"state\":\"heard\",\"level\":{\"peak_dbfs\":-1.0"
    rb",\"rms_dbfs\":-20.0,\"floor_dbfs\":-40.0,\"loudness_lufs\":-20.0}},{\"boot\":\""
)


def encode(entry: Entry) -> bytes:
    """An entry as a frame: magic, length, CRC, then JSON packed by deflate.

    Source:
        RFC 1951, "DEFLATE Compressed Data Format Specification"; of the words known beforehand,
        RFC 1950, section 2.3 (FDICT).
    """
    at = entry.checkpoint
    said: dict[str, Any] = {
        "turn": entry.turn,
        "before": entry.before.hex(),
        "seq": entry.seq,
        "records": entry.records,
        "input": at.input,
        "boot": str(at.boot),
        "source": at.source,
        "listened_until": at.listened_until.isoformat(),
        "unfinished": RECORDS.dump_json(at.unfinished).decode(),
    }
    if at.kernel is not None:
        said |= {"kernel": str(at.kernel), "monotonic_ns": at.monotonic_ns}
    if at.fixes:
        said["fixes"] = [_fix_said(fix) for fix in at.fixes]
    packed = _pack(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())
    return _FRAME.pack(MAGIC, len(packed), _crc(MAGIC, packed)) + packed


def decode(content: bytes | memoryview) -> tuple[Entry, int] | None:
    """The entry whose frame begins here, and the bytes of that frame; None where there is none."""
    if len(content) < _FRAME.size:
        return None
    magic, length, crc = _FRAME.unpack_from(content)
    packed = content[_FRAME.size : _FRAME.size + length]
    if magic not in (MAGIC, _FIRST) or len(packed) < length or _crc(magic, packed) != crc:
        return None
    said = json.loads(_unpack(packed) if magic == MAGIC else zlib.decompress(packed))
    return _entry(said), _FRAME.size + length


def _entry(said: dict[str, Any]) -> Entry:
    checkpoint = Checkpoint(
        input=said["input"],
        boot=UUID(said["boot"]),
        source=said["source"],
        listened_until=datetime.fromisoformat(said["listened_until"]),
        unfinished=RECORDS.validate_json(said["unfinished"]),
        kernel=UUID(said["kernel"]) if "kernel" in said else None,
        monotonic_ns=said.get("monotonic_ns", 0),
        fixes=tuple(Fix(UUID(kernel), *rest) for kernel, *rest in said.get("fixes", ())),
    )
    before, records = bytes.fromhex(said["before"]), tuple(said["records"])
    return Entry(said["turn"], before, said["seq"], records, checkpoint)


def _pack(content: bytes) -> bytes:
    packer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, wbits=_RAW, zdict=WORDS)
    return packer.compress(content) + packer.flush()


def _unpack(packed: bytes | memoryview) -> bytes:
    return zlib.decompressobj(_RAW, zdict=WORDS).decompress(packed)


def _fix_said(fix: Fix) -> list[str | int]:
    return [str(fix.kernel), fix.monotonic_ns, fix.utc_ns, fix.uncertainty_ns, fix.source]


def _crc(magic: bytes, packed: bytes | memoryview) -> int:
    """Over the magic and the length too: of nothing at all it would be the zeros of a torn end."""
    return zlib.crc32(packed, zlib.crc32(_FRAME.pack(magic, len(packed), 0)))
