"""A bundle has one spelling, and its leaves and hashes lead to one root."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.verify import FORMAT, Leaf, Statement, Tree, Untrue, node, read_bundle

SALT = "0" * 32


def leaf_of(place):
    return Leaf(place, f"statement/{place}", SALT, b"{}")


def bundle_of(words="{}"):
    """A file with one leaf, whose words are these."""
    head = f"{FORMAT}\nlog+1+A\n\nlog\n1\nroot\n\n— log A\n\n\n\n"
    return f"{head}0 statement/1 {SALT} {words}\n".encode()


def root_of(entries):
    """RFC 6962, section 2.1: the root over all leaves."""
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    middle = 1 << (len(entries) - 1).bit_length() - 1
    return node(root_of(entries[:middle]), root_of(entries[middle:]))


def hashes_of(entries, shown, first=0):
    """The roots of the largest subtrees without a leaf shown, from left to right."""
    if not any(first <= place < first + len(entries) for place in shown):
        return [base64.b64encode(root_of(entries)).decode()]
    if len(entries) == 1:
        return []
    middle = 1 << (len(entries) - 1).bit_length() - 1
    left = hashes_of(entries[:middle], shown, first)
    return left + hashes_of(entries[middle:], shown, first + middle)


def believed(root, path, place, size):
    """RFC 9162, section 2.1.3.2: whether an audit path leads from a leaf to the root."""
    number, last = place, size - 1
    found = sha256(b"\x00" + sha256(leaf_of(place).opened).digest()).digest()
    for one in path:
        if number & 1 or number == last:
            found = node(one, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = node(found, one)
        number, last = number >> 1, last >> 1
    return last == 0 and found == root


@given(st.integers(1, 70).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_leaves_and_hashes_lead_to_the_root_and_each_leaf_has_its_path(drawn):
    size, shown = drawn[0], drawn[1] or {0}
    entries = [sha256(leaf_of(place).opened).digest() for place in range(size)]
    tree = Tree([leaf_of(place) for place in sorted(shown)], hashes_of(entries, shown), size)

    assert root_of(entries) == tree.root
    assert all(believed(tree.root, tree.path(place), place, size) for place in shown)


@pytest.mark.parametrize(
    ("places", "size"), [([1, 0], 2), ([0, 0], 2), ([2], 2), ([], 2), ([0], 0)]
)
def test_leaves_that_are_out_of_order_or_beyond_the_log_are_refused(places, size):
    with pytest.raises(Untrue):
        Tree([leaf_of(place) for place in places], [base64.b64encode(bytes(32)).decode()] * 2, size)


@given(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])))
def test_the_words_of_a_leaf_are_what_stands_there_to_the_end_of_its_line(words):
    (leaf,) = read_bundle(bundle_of(words)).leaves

    assert (0, "statement/1", SALT, words.encode()) == leaf


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ('{"total":1,"total":2}', "twice"),
        ('{"a":{"b":1,"b":1}}', "twice"),
        ("1", "missing"),
        ("null", "missing"),
        ("[]", "missing"),
        ('{"a":1.5}', "number"),
        ('{"a":NaN}', "number"),
        ('{"a":1e3}', "number"),
    ],
)
def test_a_document_that_is_none_or_says_a_name_twice_is_refused(words, why):
    with pytest.raises(Untrue, match=why):
        Statement(read_bundle(bundle_of(words)).leaves)


@pytest.mark.parametrize(
    ("spelt", "other"),
    [
        (b"\n0 ", b"\n00 "),
        (b"\n0 ", b"\n+0 "),
        (b"\n0 ", b"\n 0 "),
        (b"\n0 ", b"\n\n0 "),
        (b"{}\n", b"{}"),
        (b"{}\n", b"{}\n\n"),
        (b"{}\n", b"{}\r"),
        (b" statement/1", b""),
        (b" statement/1", b" "),
        (b" statement/1", b" statement\t1"),
        (b" statement/1", b" statement/\xc2\xb9"),
        (b" 0000", b" 000"),
        (b" 0000", b" A000"),
        (b"bundle/v2", b"bundle/v1"),
        (b"qulaq", b"\xef\xbb\xbfqulaq"),
        (b"\n\n\n\n", b"\n\n"),
        (b"log A", b"log \xff"),
    ],
)
def test_what_could_be_spelt_otherwise_is_refused(spelt, other):
    raw = bundle_of()

    assert spelt in raw
    assert read_bundle(raw)
    with pytest.raises((Untrue, UnicodeDecodeError)):
        read_bundle(raw.replace(spelt, other))
