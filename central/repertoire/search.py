"""Finding a title or a name however it was typed: all scripts fold into one plain Latin form.

The folding is for finding only, never for show: it loses what distinguishes қ from к, on purpose.
"""

import unicodedata

# Kazakh letters go where a Latin or a Russian keyboard looks for them.
_CYRILLIC = str.maketrans(
    dict(zip("абвгдзклмнопрстуфхэәғқңөұүһі", "abvgdzklmnoprstufheagknouuhi", strict=True))
    | {"е": "e", "ё": "e", "и": "i", "й": "i", "ы": "i", "ж": "zh", "ц": "ts", "ч": "ch"}
    | {"ш": "sh", "щ": "sh", "ю": "iu", "я": "ia", "ъ": "", "ь": ""}
)
# Latin spellings that people use for one sound, brought to one.
_SPELLINGS = (("kh", "h"), ("gh", "g"), ("ng", "n"), ("y", "i"), ("j", "zh"), ("w", "u"))


def fold(text: str) -> str:
    """Plain form of a title, a name or a query: lower-case Latin words, one blank between.

    'Көзімнің қарасы', 'козимнин карасы' and 'kozimnin karasy' fold alike.
    """
    plain = unicodedata.normalize("NFC", text.casefold()).translate(_CYRILLIC)
    plain = "".join(
        letter if letter.isalnum() else " "
        for letter in unicodedata.normalize("NFKD", plain)
        if not unicodedata.combining(letter)
    )
    for spelling, sound in _SPELLINGS:
        plain = plain.replace(spelling, sound)
    return " ".join(plain.split())
