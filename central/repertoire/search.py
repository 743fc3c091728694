"""Finding a title or a name however it was typed: all scripts fold into one plain Latin form.

The folding is for finding only, never for show: it loses what distinguishes қ from к, on purpose.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

# Kazakh letters go where a Latin or a Russian keyboard looks for them.
_CYRILLIC = str.maketrans(
    dict(zip("абвгдзклмнопрстуфхэәғқңөұүһі", "abvgdzklmnoprstufheagknouuhi", strict=True))
    | {"е": "e", "ё": "e", "и": "i", "й": "i", "ы": "i", "ж": "zh", "ц": "ts", "ч": "ch"}
    | {"ш": "sh", "щ": "sh", "ю": "iu", "я": "ia", "ъ": "", "ь": ""}
    | dict.fromkeys("'’‘ʼʻ`´", "")  # kozimnin is also written ko'zimnin
    | {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"}
)
# Latin spellings that people use for one sound, brought to one.
_SPELLINGS = (
    ("kh", "h"),
    ("gh", "g"),
    ("ng", "n"),
    ("sh", "s"),
    ("ch", "c"),
    ("y", "i"),
    ("j", "zh"),
    ("q", "k"),
    ("w", "u"),
)
GRAM = 3  # letters
LIKENESS = 70  # of 100; what is less like the query is not shown


@dataclass(frozen=True, slots=True)
class Found:
    """Something whose name is like what was asked; `likeness` is 0 to 100."""

    owner: str
    folded: str
    likeness: int


def fold(text: str) -> str:
    """Plain form of a title, a name or a query: lower-case Latin words, one blank between.

    'Көзімнің қарасы', 'козимнин карасы', 'Közımnıñ qarasy' and 'kozimnin karasy' fold alike.
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


def grams(folded: str) -> set[str]:
    """The runs of three letters of each word, a blank marking where it begins."""
    runs: set[str] = set()
    for word in folded.split():
        marked = f" {word} "
        runs.update(marked[place : place + GRAM] for place in range(len(marked) - GRAM + 1))
    return runs


def rank(query: str, candidates: Iterable[tuple[str, str]], *, at_most: int) -> list[Found]:
    """Candidates by how like the query they are, the likest first; ties by name, then owner.

    Args:
        query: folded.
        candidates: (owner, folded name); an owner may have several names, its likest counts.
        at_most: how many are wanted.
    """
    likest: dict[str, Found] = {}
    for owner, folded in candidates:
        found = Found(owner, folded, _likeness(query, folded))
        if found.likeness >= LIKENESS and (
            owner not in likest or found.likeness > likest[owner].likeness
        ):
            likest[owner] = found
    ordered = sorted(likest.values(), key=lambda one: (-one.likeness, one.folded, one.owner))
    return ordered[:at_most]


def _likeness(query: str, folded: str) -> int:
    # Every word of the query as it was typed: a part of the title is what people remember.
    parts = folded.split()
    whole = fuzz.ratio(query, folded)
    if all(any(part.startswith(word) for part in parts) for word in query.split()):
        return max(95, round(whole))
    return round(max(whole, 0.95 * fuzz.token_sort_ratio(query, folded), _by_words(query, parts)))


def _by_words(query: str, parts: list[str]) -> float:
    words = query.split()
    best = [max((fuzz.ratio(word, part) for part in parts), default=0.0) for word in words]
    return 0.92 * sum(best) / len(best) if best and min(best) >= LIKENESS else 0.0
