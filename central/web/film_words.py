"""What the pages of films say, in Kazakh, Russian and English."""

from collections.abc import Mapping

from central.web.tongues import TONGUES

_FILMS = {
    "heading": ("Фильмдер", "Фильмы", "Films"),
    "why": (
        "Екі үзіндісі естілген фильм танылады: музыкалық анықтамасы мен сеанс уақыты өзі келеді. "
        "Ол үшін анықтамада әр үзіндінің басталуы мен ұзақтығы болуы керек.",
        "Фильм узнаётся по двум услышанным фрагментам: его музыкальная справка и время сеанса "
        "приходят сами. Для этого в справке нужны начало и длительность каждого фрагмента.",
        "A film is recognised by two of its cues that were heard: its cue sheet and the time of "
        "the screening come by themselves. For that the sheet must say where each cue begins and "
        "how long it lasts.",
    ),
    "none": ("Фильм әлі тіркелмеген.", "Фильмов пока нет.", "There are no films yet."),
    "next": ("Келесілері", "Дальше", "Next"),
    "title": ("Атауы", "Название", "Title"),
    "kind": ("Түрі", "Вид", "Kind"),
    "film": ("фильм", "фильм", "film"),
    "trailer": ("трейлер", "трейлер", "trailer"),
    "code": ("EIDR не ISAN", "EIDR или ISAN", "EIDR or ISAN"),
    "placed": ("Орны белгілі үзінді", "Фрагментов с местом", "Cues with their place"),
    "recognisable": ("Таныла ала ма", "Можно ли узнать", "Can be recognised"),
    "yes": ("иә", "да", "yes"),
    "no sheet": ("жоқ: анықтамасы жоқ", "нет: справки нет", "no: no cue sheet"),
    "no times": (
        "жоқ: екі үзіндінің орны айтылмаған",
        "нет: места двух фрагментов не указаны",
        "no: the sheet does not say the places of two cues",
    ),
    "unheard": (
        "жоқ: қораптар кемінде екі шығармасын білмейді",
        "нет: приборы не знают двух его произведений",
        "no: boxes do not know two of its works",
    ),
    "register": ("Фильм қосу", "Добавить фильм", "Add a film"),
    "add": ("Қосу", "Добавить", "Add"),
    "sheet": ("Музыкалық анықтама", "Музыкальная справка", "Cue sheet"),
    "sheet why": (
        "CSV, XLSX немесе JSON; соңғысы есепке алынады, бұрынғылары өзгеріссіз сақталады. "
        "Бағандары, міндеттісі тек title:",
        "CSV, XLSX или JSON; действует последняя, прежние хранятся без изменений. Столбцы, "
        "обязателен только title:",
        "CSV, XLSX or JSON; the latest counts, those before are kept unchanged. Its columns, of "
        "which only title must be there:",
    ),
    "file": ("Файл", "Файл", "File"),
    "send": ("Жіберу", "Отправить", "Send"),
    "taken": ("Қабылданған жол", "Принято строк", "Rows taken"),
    "refused": ("қабылданбаған", "отказано", "refused"),
    "row": ("Жол", "Строка", "Row"),
    "place": ("Фильмдегі орны", "Место в фильме", "Place in the film"),
    "what": ("Шығарма", "Произведение", "Work"),
    "length": ("Ұзақтығы", "Длительность", "Length"),
    "role": ("Рөлі", "Роль", "Role"),
    "background": ("фон", "фон", "background"),
    "featured": ("көріністе", "в кадре", "featured"),
    "theme": ("басты тақырып", "тема", "theme"),
    "logo": ("логотип", "логотип", "logo"),
    "known": ("Қораптар біле ме", "Знают ли приборы", "Do boxes know it"),
    "heard": ("иә", "да", "yes"),
    "silent": (
        "жазбасы да, нотасы да жоқ",
        "нет ни записи, ни нот",
        "no recording and no score",
    ),
    "several": ("бірнеше шығармаға ұқсайды", "подходит к нескольким", "fits several works"),
    "unknown": ("тіркелмеген", "не зарегистрировано", "not registered"),
}


def film_words(tongue: str) -> Mapping[str, str]:
    """What the pages of films say in a tongue."""
    place = TONGUES.index(tongue)
    return {name: said[place] for name, said in _FILMS.items()}
