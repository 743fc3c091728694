"""Letters are packed small, and opened only as far as agreed."""

import pytest
from backports.zstd import ZstdCompressor
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BadPacking
from edge.sync.packing import pack, unpack


@given(st.binary(max_size=2000))
def test_what_was_packed_comes_out_again_and_fits_exactly(content):
    assert content == unpack(pack(content), longest=len(content))


@given(st.binary(min_size=1, max_size=500))
def test_a_byte_more_than_agreed_is_refused(content):
    with pytest.raises(BadPacking, match=f"more than {len(content) - 1} bytes"):
        unpack(pack(content), longest=len(content) - 1)


def test_a_bomb_is_put_down_before_it_opens():
    bomb = ZstdCompressor().compress(bytes(1_000_000_000), mode=ZstdCompressor.FLUSH_FRAME)

    assert len(bomb) < 50_000
    with pytest.raises(BadPacking):
        unpack(bomb, longest=2_000_000)


def test_what_was_cut_off_at_any_byte_is_refused():
    packed = pack(bytes(range(256)) * 3)

    for cut in range(len(packed)):
        with pytest.raises(BadPacking):
            unpack(packed[:cut], longest=1000)


def test_what_has_something_behind_it_is_refused():
    for more in (b"x", pack(b"another")):
        with pytest.raises(BadPacking, match="not one whole"):
            unpack(pack(b"one") + more, longest=1000)


def test_no_altered_byte_gives_other_content():
    content = b"\x00" * 40 + b"a letter, and a letter like it, and one more letter" * 3
    packed = pack(content)
    for place in range(len(packed)):
        for bit in range(8):
            altered = bytearray(packed)
            altered[place] ^= 1 << bit
            try:
                came = unpack(bytes(altered), longest=10_000)
            except BadPacking:
                continue
            assert content == came
