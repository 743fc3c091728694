"""What the page of all boxes says, in Kazakh, Russian and English."""

from collections.abc import Mapping

from central.web.tongues import TONGUES

_FLEET = {
    "heading": ("Қораптар", "Приборы", "Boxes"),
    "why": (
        "Қай қорапқа адам қарауы керек; алдымен ең ауыры.",
        "На какие приборы надо посмотреть; сначала самое тяжёлое.",
        "Which boxes somebody must look at, the worst first.",
    ),
    "well": ("Бәрі дұрыс.", "Всё в порядке.", "All is well."),
    "none": ("Қорап жоқ.", "Приборов нет.", "There are no boxes."),
    "place": ("Орны", "Место", "Place"),
    "alarms": ("Не болды", "Что случилось", "What ails it"),
    "seen": ("Соңғы хабары", "Последний сигнал", "Last sign of life"),
    "never": ("болған жоқ", "ещё не было", "never"),
    "waiting": ("Күткен жазба", "Ждут отправки", "Waiting"),
    "catalogue": ("Каталог", "Каталог", "Catalogue"),
    "clock": ("Уақыт дәлдігі, мс", "Точность часов, мс", "Clock within, ms"),
    "next": ("Келесілері", "Следующие", "The next ones"),
    "forked": (
        "бір жазбаны екі түрлі айтты: карта көшірілген бе?",
        "сказал одно и то же по-разному: карту скопировали?",
        "told one thing in two ways: was its card copied?",
    ),
    "unseen": ("әлі хабарласпаған", "ещё не выходил на связь", "has never called"),
    "late": ("хабарласпай жатыр", "не выходит на связь", "late: no sign of life"),
    "deaf": ("естімейді", "не слышит", "deaf: no sound comes"),
    "silent": ("дыбыста ақау бар", "неладно со звуком", "silent, or its sound is at fault"),
    "unkept": ("картаға жазылмайды", "карта не пишет", "its card takes nothing"),
    "backlog": ("көп жазба жиналған", "накопил много записей", "much waits to be sent"),
    "old_catalogue": ("каталогы ескі", "старый каталог", "an old catalogue"),
    "unsure": ("уақытты дәл білмейді", "не уверен во времени", "unsure of the time"),
    "refuses": ("айтқанды қабылдамады", "не принял указания", "refused its directions"),
}


def fleet_words(tongue: str) -> Mapping[str, str]:
    """The words in one tongue."""
    place = TONGUES.index(tongue)
    return {name: told[place] for name, told in _FLEET.items()}
