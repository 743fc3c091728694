"""The tree over the log's leaves: hashed in pairs up to one root, kept in tiles of 256 hashes.

Source:
    RFC 6962, section 2.1 (Merkle tree, audit paths, consistency); C2SP tlog-tiles (tiles).
"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from central.errors import Unknown

TILE = 256  # hashes of a full tile
HASH_BYTES = 32
_TILE_BYTES = TILE * HASH_BYTES
_HEIGHT = 8  # a tile spans so many levels of the tree: 2**8 = 256

ReadTile = Callable[[int, int], bytes]
"""(level, number) to the hashes of that tile, one after another, as many as there are by now."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry where it hangs in the tree."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours together."""
    return hashlib.sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = hashlib.sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Tile:
    """A row of the tree: up to 256 hashes, of leaves at level 0, of full tiles above."""

    level: int
    number: int
    hashes: bytes


@dataclass(frozen=True, slots=True)
class Edge:
    """The growing right edge of a tree: all that is needed to append to it and to know its root.

    Attributes:
        size: leaves so far.
        tails: of each level, the hashes of its last tile if that is not full, else nothing.
    """

    size: int = 0
    tails: tuple[bytes, ...] = ()

    def tail(self, level: int) -> bytes:
        """The unfinished tile of a level; empty where there is none."""
        return self.tails[level] if level < len(self.tails) else b""

    def root(self) -> bytes:
        """The root hash of the tree."""
        peaks = [peak for tail in reversed(self.tails) for peak in _peaks(_cut(tail))]
        if not peaks:
            return EMPTY_ROOT
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root


def open_tails(size: int) -> list[tuple[int, int]]:
    """Level and number of every unfinished tile of a tree of that size, one for each level.

    A level whose last tile is full is in the list too: its next tile is still empty.
    """
    tails, level = [], 0
    while size >> (_HEIGHT * level):
        tails.append((level, size >> (_HEIGHT * (level + 1))))
        level += 1
    return tails


def grow(edge: Edge, hashes: Sequence[bytes]) -> tuple[Edge, list[Tile]]:
    """Append leaves; answers the new edge and every tile that is new or longer now.

    Args:
        edge: of the tree so far.
        hashes: of the leaves to append, in order.
    """
    changed: list[Tile] = []
    tails: list[bytes] = []
    rising, level = list(hashes), 0
    while rising or level < len(edge.tails):
        row = edge.tail(level) + b"".join(rising)
        first = edge.size >> (_HEIGHT * (level + 1))
        tiles = [row[at : at + _TILE_BYTES] for at in range(0, len(row), _TILE_BYTES)]
        if rising:
            changed += [Tile(level, first + n, tile) for n, tile in enumerate(tiles)]
        rising = [_layers(tile)[-1][0] for tile in tiles if len(tile) == _TILE_BYTES]
        tails.append(row[len(row) - len(row) % _TILE_BYTES :])
        level += 1
    return Edge(edge.size + len(hashes), tuple(tails)), changed


class Tree:
    """A tree of a given size, read tile by tile; proves what is in it.

    Args:
        size: leaves; tiles may already hold more.
        read: gives a tile; asked once for each.
    """

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = read
        self._known: dict[tuple[int, int], list[list[bytes]]] = {}

    def root(self) -> bytes:
        """The root hash."""
        return self._span(0, self.size) if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """The audit path of a leaf, from its sibling up.

        Raises:
            ValueError: the tree has no such leaf.
        """
        if not 0 <= index < self.size:
            raise ValueError(f"leaf {index} is not in a tree of {self.size}")
        path, low, high = [], 0, self.size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._span(middle, high))
                high = middle
            else:
                path.append(self._span(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, old: int) -> list[bytes]:
        """The proof that this tree begins with the one of `old` leaves; empty for 0.

        Raises:
            ValueError: the tree is smaller than that.
        """
        if not 0 <= old <= self.size:
            raise ValueError(f"a tree of {self.size} cannot begin with one of {old}")
        return self._begins(old, 0, self.size, whole=True) if old else []

    def _begins(self, old: int, low: int, high: int, *, whole: bool) -> list[bytes]:
        if old == high:
            return [] if whole else [self._span(low, high)]
        middle = low + _split(high - low)
        if old <= middle:
            return [*self._begins(old, low, middle, whole=whole), self._span(middle, high)]
        return [*self._begins(old, middle, high, whole=False), self._span(low, middle)]

    def cover(self, leaves: Sequence[int]) -> list[bytes]:
        """What somebody who knows these leaves lacks to know the root: hashes, left to right.

        Args:
            leaves: indices, rising, each once.
        """
        lacking: list[bytes] = []
        self._cover(leaves, 0, self.size, lacking)
        return lacking

    def _cover(self, leaves: Sequence[int], low: int, high: int, lacking: list[bytes]) -> None:
        if not leaves:
            lacking.append(self._span(low, high))
        elif high - low > 1:
            middle = low + _split(high - low)
            part = bisect_left(leaves, middle)
            self._cover(leaves[:part], low, middle, lacking)
            self._cover(leaves[part:], middle, high, lacking)

    def _span(self, low: int, high: int) -> bytes:
        """The hash over the leaves from `low` until before `high`, a span the tree itself makes."""
        width = high - low
        if width & (width - 1) == 0:
            return self._node(width.bit_length() - 1, low // width)
        middle = low + _split(width)
        return node_hash(self._span(low, middle), self._span(middle, high))

    def _node(self, height: int, index: int) -> bytes:
        level, above = divmod(height, _HEIGHT)
        number, place = divmod(index << above, TILE)
        key = (level, number)
        if key not in self._known:
            self._known[key] = _layers(self._read(level, number))
        return self._known[key][above][place >> above]


def tile_path(number: int) -> str:
    """A tile's number as it stands in an address: 1234067 is `x001/x234/067`."""
    digits = f"{number:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def tile_number(path: str) -> tuple[int, int]:
    """The number and width of a tile by its place in an address, in the one spelling it has.

    Raises:
        Unknown: no tile is called so.
    """
    full, _, width = path.partition(".p/")
    digits = full.replace("/", "").replace("x", "")
    number = int(digits) if digits.isascii() and digits.isdigit() else -1
    hashes = int(width) if width.isascii() and width.isdigit() else TILE
    called = tile_path(max(number, 0)) + (f".p/{hashes}" if hashes < TILE else "")
    if called != path or hashes == 0:
        raise Unknown(f"no tile is called {path!r}")
    return number, hashes


def _split(width: int) -> int:
    """The largest power of two that is smaller than the width, which is at least 2."""
    return 1 << (width - 1).bit_length() - 1


def _cut(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def _layers(tile: bytes) -> list[list[bytes]]:
    """A tile's hashes, then those of their pairs, and so on; what has no neighbour is left out."""
    layers = [_cut(tile)]
    while len(layers[-1]) > 1:
        row = layers[-1]
        layers.append([node_hash(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)])
    return layers


def _peaks(row: list[bytes]) -> list[bytes]:
    """The roots of the full subtrees that a row of hashes consists of, largest first."""
    layers = _layers(b"".join(row))
    peaks, at = [], 0
    for height in range(len(row).bit_length() - 1, -1, -1):
        if len(row) >> height & 1:
            peaks.append(layers[height][at >> height])
            at += 1 << height
    return peaks
