"""How an evening was listened to, said so that every second is in it once; in kk, ru and en."""

from collections.abc import Sequence
from datetime import timedelta

from central.ingest.coverage import BEST_FIRST, CoverageSpan, State

TONGUES = ("kk", "ru", "en")
_IN_WORDS: dict[State, tuple[str, str, str]] = {
    "heard": ("тыңдалды", "прослушано", "heard"),
    "clipped": ("дыбыс тым қатты болды", "слишком громко", "too loud, clipped"),
    "behind": ("қорап үлгермеді", "прибор не успевал", "box too slow"),
    "lost": ("дыбыс жоғалды", "звук потерян", "sound lost"),
    "silent_signal": (
        "микрофон дыбыс бермеді",
        "микрофон не давал звука",
        "microphone gave no sound",
    ),
    "muted": ("дыбысы өшірілген", "звук выключен", "muted"),
    "outside_schedule": (
        "тыңдау уақытынан тыс",
        "вне часов прослушивания",
        "outside listening hours",
    ),
    "unplugged": ("микрофон ажыратылған", "микрофон отключён", "microphone unplugged"),
    "clock_unknown": ("уақыты белгісіз", "время неизвестно", "time not known"),
    "powered_off": ("қорап өшірулі", "прибор выключен", "powered off"),
    "unreported": ("мәлімет жоқ", "нет сведений", "not reported"),
}
_LISTENED = (
    "{whole} ішінен {heard} тыңдалды ({share})",
    "прослушано {heard} из {whole} ({share})",
    "listened to {heard} of {whole} ({share})",
)
_MINUTE, _SECOND = ("мин", "мин", "min"), ("с", "с", "s")
_IN_SECONDS = 600_000  # ms: what is no longer than this is told in seconds
_MILLISECOND = timedelta(milliseconds=1)


def state_in_words(state: State, tongue: str = "en") -> str:
    """What a stretch of coverage is called."""
    return _IN_WORDS[state][TONGUES.index(tongue)]


def lengths_of(coverage: Sequence[CoverageSpan]) -> dict[State, int]:
    """Milliseconds in each state; of spans that touch, they add up to the whole exactly."""
    lengths: dict[State, int] = dict.fromkeys(BEST_FIRST, 0)
    for span in coverage:
        begins, ends = (
            (edge - coverage[0].started_at) // _MILLISECOND
            for edge in (span.started_at, span.ended_at)
        )
        lengths[span.state] += ends - begins
    return lengths


def sentence(coverage: Sequence[CoverageSpan], tongue: str = "en") -> str:
    """`listened to 97 of 104 min (93.2 %); 7 min microphone unplugged`.

    Every millisecond is in it once, and a hundred per cent is never claimed for less.
    """
    lengths = lengths_of(coverage)
    whole = sum(lengths.values())
    heard = lengths.pop("heard")
    permille = heard * 1000 // whole if whole else 0
    place = TONGUES.index(tongue)
    said = _LISTENED[place].format(
        heard=_beside(heard, whole, place),
        whole=_span(whole, whole, place),
        share=f"{permille // 10}.{permille % 10} %",
    )
    missed = (
        f"{_span(length, whole, place)} {_IN_WORDS[state][place]}"
        for state, length in lengths.items()
        if length
    )
    return "; ".join([said, *missed])


def missed_in_words(coverage: Sequence[CoverageSpan], tongue: str = "en") -> str:
    """`7 min microphone unplugged; 12 s sound lost`; nothing when all of it was heard."""
    _, *missed = sentence(coverage, tongue).split("; ")
    return "; ".join(missed)


def _beside(length: int, whole: int, place: int) -> str:
    """Of two lengths in one unit, the first goes without it."""
    said, unit = _span(length, whole, place), _span(whole, whole, place).rsplit(" ", 1)[1]
    parts = said.split(" ")
    return parts[0] if len(parts) == 2 and parts[1] == unit else said


def _span(length: int, whole: int, place: int) -> str:
    """A length in words, exact: in seconds where the whole is short, else in minutes too."""
    minutes, rest = divmod(length, 60_000)
    if whole <= _IN_SECONDS or not minutes:
        if not length and whole > _IN_SECONDS:
            return f"0 {_MINUTE[place]}"
        return f"{_decimal(length)} {_SECOND[place]}"
    seconds = f" {_decimal(rest)} {_SECOND[place]}" if rest else ""
    return f"{minutes} {_MINUTE[place]}{seconds}"


def _decimal(milliseconds: int) -> str:
    units, rest = divmod(milliseconds, 1000)
    return f"{units}.{rest:03}".rstrip("0").rstrip(".")
