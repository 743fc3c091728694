"""Why no sound came from a card, what the box tried, and what a technician does about it."""

from dataclasses import dataclass
from typing import Literal, get_args

Cause = Literal[
    "unplugged", "busy", "wrong_rate", "stalled", "ended", "refused", "stuck", "overflow", "dropped"
]
CAUSES: tuple[Cause, ...] = get_args(Cause)
Measure = Literal["rebind", "reboot"]  # what only somebody with more rights than ours can do
Tongue = Literal["en", "ru", "kk"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why no sound comes, and what was last tried against it.

    Attributes:
        cause: in one word.
        step: beyond opening the card again; None while nothing more has been tried.
        attempt: the how many eth such step it was since sound last came; 0: none.
    """

    cause: Cause
    step: Measure | None = None
    attempt: int = 0


ADVICE: dict[Cause, dict[Tongue, str]] = {
    "unplugged": {
        "en": "The sound card is not there. Look at its cable and plug it in again.",
        "ru": "Звуковой карты нет. Проверьте кабель и подключите её снова.",
        "kk": "Дыбыс картасы жоқ. Кабелін тексеріп, қайта қосыңыз.",
    },
    "busy": {
        "en": "Another program uses the sound card. Stop it; the box needs the card for itself.",
        "ru": "Звуковую карту занимает другая программа. Остановите её: карта нужна коробке.",
        "kk": "Дыбыс картасын басқа бағдарлама алып тұр. Оны тоқтатыңыз: карта қорапқа керек.",
    },
    "wrong_rate": {
        "en": "The sound card does not run at the rate asked for. Use another card.",
        "ru": "Звуковая карта работает не с той частотой. Замените карту.",
        "kk": "Дыбыс картасы қажетті жиілікте жұмыс істемейді. Басқа карта қойыңыз.",
    },
    "stalled": {
        "en": "The sound card is there and silent: not one sample came. If this stays, replace it.",
        "ru": "Звуковая карта на месте, но звука от неё нет. Если это не пройдёт, замените её.",
        "kk": "Дыбыс картасы орнында, бірақ одан дыбыс келмейді. Түзелмесе, ауыстырыңыз.",
    },
    "ended": {
        "en": "The sound card's driver ended the sound. The box opens it again by itself.",
        "ru": "Драйвер звуковой карты прервал звук. Коробка откроет её сама.",
        "kk": "Дыбыс картасының драйвері дыбысты үзді. Қорап оны өзі қайта ашады.",
    },
    "refused": {
        "en": "The sound card cannot be opened. Plug it in again; if this stays, replace it.",
        "ru": "Звуковая карта не открывается. Переподключите её; если не поможет, замените.",
        "kk": "Дыбыс картасы ашылмайды. Қайта қосып көріңіз; көмектеспесе, ауыстырыңыз.",
    },
    "stuck": {
        "en": "The sound card's driver does not answer. The box switches it off and on by itself.",
        "ru": "Драйвер звуковой карты не отвечает. Коробка сама выключит и включит её.",
        "kk": "Дыбыс картасының драйвері жауап бермейді. Қорап оны өзі өшіріп қосады.",
    },
    "overflow": {
        "en": "The driver threw sound away: the box was too busy to fetch it.",
        "ru": "Драйвер отбросил звук: коробка не успела его забрать.",
        "kk": "Драйвер дыбысты тастап жіберді: қорап оны алып үлгермеді.",
    },
    "dropped": {
        "en": "Sound got lost on its way from the card. Try a shorter cable or another USB socket.",
        "ru": "Звук потерялся по пути от карты. Попробуйте кабель короче или другой разъём USB.",
        "kk": "Дыбыс картадан келе жатып жоғалды. Қысқа кабельді немесе басқа USB ұяны байқаңыз.",
    },
}
