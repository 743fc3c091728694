"""Names and titles in the capitals that files between societies travel in."""

import unicodedata

_LETTERS = str.maketrans(
    dict(zip("АБВГДЕЗИЙКЛМНОПРСТУФЫЭ", "ABVGDEZIIKLMNOPRSTUFYE", strict=True))
    | dict(zip("ӘҚӨҰҮҺІ", "AQOUUHI", strict=True))
    | {"Ғ": "GH", "Ң": "NG", "Ж": "ZH", "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH"}
    | {"Щ": "SHCH", "Ю": "YU", "Я": "YA", "Ё": "E", "Ъ": "", "Ь": "", "І": "I"}
    | {"İ": "I", "ẞ": "SS", "Æ": "AE", "Œ": "OE", "Ø": "O", "Ł": "L", "Đ": "D"}
)


def capitals(text: str) -> str:
    """The text in Latin capitals, digits and signs of ASCII; what has no such form becomes `?`.

    'Көзімнің қарасы' is KOZIMNING QARASY.
    """
    plain = unicodedata.normalize("NFKC", text).upper().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join("".join(c if " " <= c <= "~" else "?" for c in plain).split())


def needs_own_letters(text: str) -> bool:
    """Whether the capitals lose something that a record in national letters must keep."""
    return any(ord(letter) > 126 for letter in text)
