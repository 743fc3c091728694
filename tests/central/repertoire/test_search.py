"""A title is found however its letters were typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.repertoire.search import fold


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Көзімнің қарасы", "kozimnin karasy"),
        ("Көзімнің қарасы", "козимнин карасы"),
        ("Көзімнің қарасы", "KOZIMNIN  KARASI"),
        ("Әлем, ғашық үміт ұлы һ", "алем гашик умит улы х"),
        ("Желсіз түнде жарық ай", "jelsiz tunde jaryk ai"),
        ("Ёлка", "елка"),
        ("Dvořák: Rusalka", "dvorak rusalka"),
        ("Хорошо", "khorosho"),
        ("Көзімнің қарасы", "Közımnıñ qarasy"),
        ("Көзімнің қарасы", "ko'zimnin' qarasy"),
        ("Шәмші", "Şämşı"),
        ("Шәмші", "Shamshi"),
    ],
)
def test_a_title_is_found_as_it_was_typed(title, typed):
    assert fold(title) == fold(typed)


@given(st.text(max_size=30), st.text(max_size=30))
def test_words_fold_alone_as_they_do_in_a_title(left, right):
    assert f"{fold(left)} {fold(right)}".strip() == fold(f"{left} {right}")


@given(st.text(max_size=30))
def test_composed_and_decomposed_letters_are_the_same(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі ", max_size=30))
def test_capitals_are_the_same_and_kazakh_and_russian_end_as_plain_latin(text):
    assert fold(text) == fold(text.upper())
    assert fold(text).isascii()
