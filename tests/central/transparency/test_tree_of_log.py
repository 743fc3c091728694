"""Laws of the log's tree: tiles say what the definition says, however the leaves arrived."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.errors import Unknown
from central.transparency.tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    TILE,
    Edge,
    Tree,
    grow,
    leaf_hash,
    node_hash,
    open_tails,
    tile_number,
    tile_path,
)


def by_definition(leaves):
    """RFC 6962, section 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = max(2**n for n in range(len(leaves).bit_length()) if 2**n < len(leaves))
    return node_hash(by_definition(leaves[:k]), by_definition(leaves[k:]))


def leaves_of(size):
    return [leaf_hash(n.to_bytes(4, "big")) for n in range(size)]


def grown(size, *, at_once=None):
    """A log's tiles and edge after leaves came in groups."""
    tiles, edge, leaves = {}, Edge(), leaves_of(size)
    for start in range(0, size, at_once or max(size, 1)):
        edge, changed = grow(edge, leaves[start : start + (at_once or size)])
        tiles |= {(tile.level, tile.number): tile.hashes for tile in changed}
    return tiles, edge


def tree_of(size):
    tiles, _ = grown(size)
    return Tree(size, lambda level, number: tiles[level, number])


def root_by_path(index, size, leaf, path):
    """RFC 9162, section 2.1.3.2: what an audit path leads to."""
    number, last, root = index, size - 1, leaf
    for step in path:
        assert last > 0
        if number % 2 or number == last:
            root = node_hash(step, root)
            while number % 2 == 0 and number:
                number, last = number // 2, last // 2
        else:
            root = node_hash(root, step)
        number, last = number // 2, last // 2
    assert last == 0
    return root


def roots_by_consistency(old, new, old_root, proof):
    """RFC 9162, section 2.1.4.2: the two roots a consistency proof leads to."""
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    number, last = old - 1, new - 1
    while number % 2:
        number, last = number // 2, last // 2
    first = second = steps[0]
    for step in steps[1:]:
        assert last > 0
        if number % 2 or number == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while number % 2 == 0 and number:
                number, last = number // 2, last // 2
        else:
            second = node_hash(second, step)
        number, last = number // 2, last // 2
    assert last == 0
    return first, second


SIZES = st.one_of(st.integers(1, 70), st.integers(250, 260), st.integers(500, 700))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_600])
def test_edge_and_tiles_give_the_root_of_the_definition(size):
    expected = by_definition(leaves_of(size))

    assert expected == grown(size)[1].root()
    assert expected == tree_of(size).root()


def test_an_empty_log_has_the_root_of_nothing():
    assert EMPTY_ROOT == Edge().root()


@given(SIZES, st.integers(1, 300))
def test_tiles_do_not_depend_on_how_many_leaves_came_at_once(size, at_once):
    assert grown(size) == grown(size, at_once=at_once)


@given(st.data())
def test_an_audit_path_leads_from_its_leaf_to_the_root(data):
    size = data.draw(SIZES)
    index = data.draw(st.integers(0, size - 1))
    path = tree_of(size).inclusion(index)

    assert tree_of(size).root() == root_by_path(index, size, leaves_of(size)[index], path)


@given(st.data())
def test_a_larger_tree_begins_with_the_smaller_one(data):
    new = data.draw(SIZES)
    old = data.draw(st.integers(1, new))
    roots = tree_of(old).root(), tree_of(new).root()
    proof = tree_of(new).consistency(old)

    assert roots == (roots if old == new else roots_by_consistency(old, new, roots[0], proof))
    assert (old == new) == (proof == [])


def test_a_tree_is_read_as_it_was_when_it_was_smaller():
    tiles, _ = grown(700)
    earlier = Tree(300, lambda level, number: tiles[level, number])

    assert by_definition(leaves_of(300)) == earlier.root()


@given(st.integers(1, 300_000))
def test_every_unfinished_tile_has_its_place_in_the_edge(size):
    widths = [(size >> 8 * level) - number * TILE for level, number in open_tails(size)]

    assert all(0 <= width < TILE for width in widths)
    assert size == sum(
        (number * TILE + width) << 8 * level if level == 0 else 0
        for (level, number), width in zip(open_tails(size), widths, strict=True)
    )


@pytest.mark.parametrize(
    ("number", "path"),
    [(0, "000"), (7, "007"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067")],
)
def test_a_tile_is_addressed_as_other_tools_address_it(number, path):
    assert path == tile_path(number)
    assert (number, TILE) == tile_number(path)
    assert (number, 7) == tile_number(f"{path}.p/7")


@pytest.mark.parametrize(
    "path", ["", "7", "0007", "x000/000", "001.p/0", "001.p/256", "001.p/07", "1/2", "٠٠١", "-01"]
)
def test_an_address_spelt_otherwise_is_no_tile(path):
    with pytest.raises(Unknown, match="no tile"):
        tile_number(path)


def test_a_full_tile_has_8192_bytes():
    assert TILE * HASH_BYTES == len(grown(300)[0][0, 0])
