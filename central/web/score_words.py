"""What the page of scores says, in Kazakh, Russian and English."""

from collections.abc import Mapping

from central.web.tongues import TONGUES

_SCORES = {
    "heading": ("Ноталар", "Ноты", "Scores"),
    "why": (
        "Тірі орындалған шығарманы қораптар нотасы арқылы таниды, кім ойнаса да. Ноталардың өзі "
        "сақталмайды: тек олардың қалай естілетіні.",
        "Живое исполнение приборы узнают по нотам, кто бы ни играл. Сами ноты не хранятся: только "
        "то, как они прозвучали бы.",
        "Boxes know a work that is played live by its score, whoever plays it. The notes are not "
        "kept, only what they would sound like.",
    ),
    "search": ("Шығарма атауы", "Название произведения", "Title of a work"),
    "find": ("Іздеу", "Найти", "Look up"),
    "nothing": (
        "Мұндай атаумен шығарма табылмады.",
        "Произведений с таким названием не найдено.",
        "No work of such a title was found.",
    ),
    "none": ("Нота әлі тіркелмеген.", "Нот пока нет.", "There are no scores yet."),
    "next": ("Келесілері", "Дальше", "Next"),
    "work": ("Шығарма", "Произведение", "Work"),
    "movement": ("Бөлімі", "Часть", "Movement"),
    "length": ("Ұзақтығы", "Длительность", "Length"),
    "without": (
        "нотасы жоқ: тірі орындалса танылмайды",
        "нот нет: живое исполнение не узнать",
        "no score: it is not known when played live",
    ),
    "outdated": (
        "ескірген: қайта жіберіңіз",
        "устарели: пришлите заново",
        "outdated: send it again",
    ),
    "bring": ("Нота жіберу", "Прислать ноты", "Bring a score"),
    "number": ("Шығарма нөмірі", "Номер произведения", "Number of the work"),
    "of movement": (
        "Бөлімі (тұтас шығарма болса, бос)",
        "Часть (пусто, если всё произведение)",
        "Movement (empty if it is the whole work)",
    ),
    "file": ("Файл: MIDI не MusicXML", "Файл: MIDI или MusicXML", "File: MIDI or MusicXML"),
    "send": ("Жіберу", "Отправить", "Send"),
    "taken": ("Қабылданды:", "Принято:", "Taken:"),
    "refused": ("Қабылданбады:", "Отказано:", "Refused:"),
}


def score_words(tongue: str) -> Mapping[str, str]:
    """What the page of scores says in a tongue."""
    place = TONGUES.index(tongue)
    return {name: said[place] for name, said in _SCORES.items()}
