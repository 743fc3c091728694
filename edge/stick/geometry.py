"""Where things lie in a FAT file system, as its first sector tells; nothing is taken on trust."""

import struct
from dataclasses import dataclass
from typing import Literal

from edge.errors import BadStick

BOOT_SECTOR_BYTES = 512
SLOT_BYTES = 32  # one place in a folder

# Offset 11: bytes per sector, sectors per cluster, reserved sectors, tables, root slots,
# sectors (16 bit), medium, sectors per table (16 bit), two sizes of old disks, hidden, sectors.
_COMMON = struct.Struct("<HBHBHHBHHHII")
_COMMON_START = 11
# Offset 36, FAT32 only: sectors per table, flags, version, root's first cluster, summary sector.
_WIDE = struct.Struct("<IHHIH")
_WIDE_START = 36

# The kind of table follows from the number of clusters alone (Microsoft's fatgen103, p. 14).
_FEWEST_OF_FAT16 = 4085
_FEWEST_OF_FAT32 = 65525
_MOST_CLUSTERS = 0x0FFFFFF5


@dataclass(frozen=True, slots=True)
class Geometry:
    """The layout of one file system; all places and sizes in bytes unless the name says else."""

    bits: Literal[12, 16, 32]  # of one entry of the table
    cluster_bytes: int
    clusters: int  # numbered from 2
    table_start: int
    table_bytes: int  # of one copy
    tables: int  # copies, one after another
    root_start: int  # of the fixed root folder; 0 when it is a chain of clusters
    root_bytes: int
    root_cluster: int  # 0 when the root folder is fixed
    data_start: int
    summary_start: int  # of FAT32's count of free clusters; 0 when there is none

    def cluster_start(self, cluster: int) -> int:
        """Byte at which a cluster begins.

        Raises:
            BadStick: there is no such cluster.
        """
        if not 2 <= cluster < self.clusters + 2:
            raise BadStick(f"the file system names cluster {cluster} of {self.clusters}")
        return self.data_start + (cluster - 2) * self.cluster_bytes


def read_geometry(sector: bytes, *, size_bytes: int) -> Geometry:
    """The layout told by a boot sector, checked against itself and the size of the medium.

    Args:
        sector: the first 512 bytes.
        size_bytes: of the whole medium.

    Raises:
        BadStick: this is not a FAT file system, or one that cannot be.

    Source:
        Microsoft, "FAT: General Overview of On-Disk Format" (fatgen103), 2000.
    """
    if sector[510:512] != b"\x55\xaa" or sector[0] not in (0xEB, 0xE9):
        raise BadStick(
            "there is no FAT file system here; format the stick as FAT32 with the label QULAQ"
        )
    (
        sector_bytes, per_cluster, reserved, tables, root_slots,
        short_total, _medium, short_table, _per_track, _heads, _hidden, long_total,
    ) = _COMMON.unpack_from(sector, _COMMON_START)  # fmt: skip
    wide_table, _flags, _version, root_cluster, summary = _WIDE.unpack_from(sector, _WIDE_START)
    total, table_sectors = short_total or long_total, short_table or wide_table
    _check(
        sector_bytes=sector_bytes, per_cluster=per_cluster, reserved=reserved, tables=tables,
        table_sectors=table_sectors, fits=0 < total * sector_bytes <= size_bytes,
    )  # fmt: skip

    root_sectors = -(-root_slots * SLOT_BYTES // sector_bytes)
    root_start = reserved + tables * table_sectors
    clusters = (total - root_start - root_sectors) // per_cluster
    bits = _bits(clusters)
    if table_sectors * sector_bytes * 8 // bits < clusters + 2:
        raise BadStick(f"the file system's table is too short for its {clusters} clusters")
    if (bits == 32) != (root_slots == 0) or (bits == 32) != (short_table == 0):
        raise BadStick(f"the file system has {clusters} clusters but is laid out for another size")
    is_wide = bits == 32
    return Geometry(
        bits=bits,
        cluster_bytes=per_cluster * sector_bytes,
        clusters=clusters,
        table_start=reserved * sector_bytes,
        table_bytes=table_sectors * sector_bytes,
        tables=tables,
        root_start=0 if is_wide else root_start * sector_bytes,
        root_bytes=root_slots * SLOT_BYTES,
        root_cluster=root_cluster if is_wide else 0,
        data_start=(root_start + root_sectors) * sector_bytes,
        summary_start=summary * sector_bytes if is_wide and 0 < summary < reserved else 0,
    )


def _check(
    *,
    sector_bytes: int,
    per_cluster: int,
    reserved: int,
    tables: int,
    table_sectors: int,
    fits: bool,
) -> None:
    sane = {
        f"{sector_bytes} bytes in a sector": sector_bytes in (512, 1024, 2048, 4096),
        f"{per_cluster} sectors in a cluster": per_cluster in (1, 2, 4, 8, 16, 32, 64, 128),
        f"{reserved} reserved sectors": reserved > 0,
        f"{tables} tables": tables in (1, 2),
        f"{table_sectors} sectors in a table": table_sectors > 0,
        "more sectors than the medium has": fits,
    }
    for claim, holds in sane.items():
        if not holds:
            raise BadStick(f"the file system claims {claim}; format the stick again")


def _bits(clusters: int) -> Literal[12, 16, 32]:
    if not 0 < clusters <= _MOST_CLUSTERS:
        raise BadStick(f"the file system claims {clusters} clusters; format the stick again")
    if clusters < _FEWEST_OF_FAT16:
        return 12
    return 16 if clusters < _FEWEST_OF_FAT32 else 32
