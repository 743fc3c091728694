"""Codes are taken with their own check digit and with no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.errors import Unacceptable
from central.repertoire.identifiers import eidr, ipi, ipi_base, isan, isni, isrc, iswc


@pytest.mark.parametrize(
    ("kind", "written", "code"),
    [
        (iswc, "T-034.524.680-1", "T0345246801"),
        (iswc, "t9100085652", "T9100085652"),
        (ipi, "00014107338", "00014107338"),
        (ipi, "14107338", "00014107338"),
        (isrc, "USEPW1000164", "USEPW1000164"),
        (isrc, "ISRC us-epw-10-00164", "USEPW1000164"),
        (ipi_base, "I-000000229-7", "I-000000229-7"),
        (ipi_base, "i0000002297", "I-000000229-7"),
        (isni, "0000 0001 2146 438X", "000000012146438X"),
        (eidr, "10.5240/7791-8534-2c23-9030-8610-5", "10.5240/7791-8534-2C23-9030-8610-5"),
        (isan, "0000-0000-D07A-0090-Q", "00000000D07A0090Q"),
    ],
)
def test_a_code_is_read_however_it_is_written(kind, written, code):
    assert code == kind(written)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (iswc, "T-034.524.680-2"),
        (iswc, "034.524.680-1"),
        (iswc, "T-034.524.680-1-7"),
        (ipi, "00014107339"),
        (ipi, "000141073380"),
        (ipi, "J.S.Bach"),
        (isrc, "USEPW100016"),
        (isrc, "12EPW1000164"),
        (ipi_base, "I-000000229-8"),
        (ipi_base, "000000229-7"),
        (isni, "0000000121464381"),
        (eidr, "10.5240/7791-8534-2C23-9030-8610-6"),
        (eidr, "10.9999/7791-8534-2C23-9030-8610-5"),
        (isan, "0000-0000-D07A-0090-R"),
        (isan, "0000-0000-D07A-0090"),
    ],
)
def test_what_is_no_code_is_refused_by_its_value(kind, written):
    with pytest.raises(Unacceptable) as refusal:
        kind(written)

    assert repr(written) in str(refusal.value)


@given(st.integers(0, 10**9 - 1))
def test_of_ten_check_digits_a_work_code_fits_one(number):
    fits = [digit for digit in range(10) if _taken(iswc, f"T{number:09d}{digit}")]

    assert 1 == len(fits)


@given(st.integers(0, 10**9 - 1))
def test_of_a_hundred_check_numbers_a_party_number_fits_one(number):
    fits = [check for check in range(100) if _taken(ipi, f"{number:09d}{check:02d}")]

    assert 1 == len(fits)


@given(st.sampled_from([iswc, ipi, isrc, ipi_base, isni, isan, eidr]), st.text(max_size=20))
def test_any_text_is_either_a_code_or_refused(kind, text):
    if _taken(kind, text):
        assert kind(text) == kind(kind(text))


def _taken(kind, text):
    try:
        kind(text)
    except Unacceptable:
        return False
    return True
