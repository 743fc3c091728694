"""What the page of a box says of its directions, in Kazakh, Russian and English."""

from collections.abc import Mapping

from central.web.tongues import TONGUES

_DIRECTIONS = {
    "directions": ("Нұсқаулар", "Указания", "Directions"),
    "why": (
        "Қорапқа желімен жетеді, кеңсенің қолымен расталады; қорап не істегенін өз қолымен жауап "
        "береді. Оның кілтін, желісін, дыбыс пен жазбалардың сақталу мерзімін өзгертпейді.",
        "Доходят до прибора по сети, подписаны конторой; прибор отвечает под своей подписью, что "
        "он с ними сделал. Ключ, сеть и сроки хранения ими не меняются.",
        "They reach the box over the network, signed by the office; the box answers under its own "
        "signature what it did. They change no key, no network, and nothing of what is kept how "
        "long.",
    ),
    "none": (
        "Нұсқау берілмеген: қорап тапсырмасы бойынша жұмыс істейді.",
        "Указаний не было: прибор работает по своему заданию.",
        "There are none: the box works by its orders.",
    ),
    "number": ("Нөмірі", "Номер", "Number"),
    "letter": ("Хаттың SHA-256 белгісі", "SHA-256 письма", "SHA-256 of the letter"),
    "evenings": ("Жарияланған кештер", "Объявленные вечера", "Evenings announced"),
    "scores": ("нота", "партитур", "scores"),
    "receipt": ("Қораптың жауабы", "Ответ прибора", "The box’s receipt"),
    "applied": ("қабылдады, күшінде", "принял, действуют", "accepted, in force"),
    "refused": ("бас тартты", "отказался", "refused"),
    "unanswered": (
        "әлі жауап берген жоқ",
        "ещё не ответил",
        "has not answered yet",
    ),
    "works_by": ("нұсқаулармен тыңдайды:", "слушает по указаниям", "listens by directions"),
    "works_by_orders": ("тапсырмасы бойынша", "по заданию", "by its orders"),
    "changed_serial": ("жаңа тапсырма", "новое задание", "new orders"),
    "changed_tuning": ("баптаулар", "настройки", "settings"),
    "changed_hours": ("тыңдау уақыты", "часы", "hours"),
    "changed_programme": ("бағдарлама", "программа", "programme"),
    "unreadable": ("оқылмайды", "не читается", "cannot be read"),
    "unsigned": ("кеңсенің қолы емес", "подпись не конторы", "not signed by this office"),
    "misaddressed": ("басқа қорапқа арналған", "для другого прибора", "for another box"),
    "outdated": ("бұрынғысынан ескі", "старее прежних", "older than those in force"),
    "unfitting": ("басқа тапсырмаға арналған", "для другого задания", "for other orders"),
    "impossible": ("орындау мүмкін емес", "выполнить нельзя", "cannot be obeyed"),
    "settings": ("Баптаулар", "Настройки", "Settings"),
    "in_force": ("Соңғысы:", "Последнее:", "The latest:"),
    "own": (
        "қораптың өз баптаулары",
        "собственные настройки прибора",
        "the box’s own settings",
    ),
    "setting": ("Баптау", "Настройка", "Setting"),
    "value": ("Мәні", "Значение", "Value"),
    "set": ("Беру", "Задать", "Set"),
    "empty_value": (
        "Бос мән: қораптың өз баптауы.",
        "Пустое значение: собственная настройка прибора.",
        "Without a value: the box’s own.",
    ),
    "checkpoint_seconds": (
        "тоқ өшсе жоғалатын дыбыс, с",
        "звука пропадёт при отключении тока, с",
        "lost when power is cut, s",
    ),
    "coverage_seconds": (
        "бір жазбадағы ең ұзақ аралық, с",
        "самый длинный отрезок в записи, с",
        "longest span in a record, s",
    ),
    "filing_seconds": (
        "бірге жазылуын күту, с",
        "ждут записи на карту, с",
        "records wait to be filed, s",
    ),
    "shelf_look_seconds": (
        "жаңалықты қарау аралығы, с",
        "между взглядами на новое, с",
        "between two looks for what is new, s",
    ),
    "sync_seconds": ("хабарлау аралығы, с", "между отчётами, с", "between two reports, s"),
    "batch_records": ("бір хаттағы жазба", "записей в письме", "records in a letter"),
    "piece_bytes": (
        "каталог бір сұрағанда, байт",
        "каталога за один запрос, байт",
        "of a catalogue at once, bytes",
    ),
    "backoff_base_seconds": (
        "сәтсіздіктен кейінгі алғашқы күту, с",
        "первое ожидание после неудачи, с",
        "first wait after a failure, s",
    ),
    "backoff_cap_seconds": (
        "ең ұзақ күту, с",
        "самое долгое ожидание, с",
        "longest wait, s",
    ),
    "stock_seconds": (
        "жіберілгенді салыстыру аралығы, с",
        "между сверками отправленного, с",
        "between two comparisons of what was sent, s",
    ),
    "catalogue_seconds": (
        "каталог сұрау аралығы, с",
        "между вопросами о каталоге, с",
        "between two questions for a catalogue, s",
    ),
}


def direction_words(tongue: str) -> Mapping[str, str]:
    """What the page says in a tongue."""
    place = TONGUES.index(tongue)
    return {name: said[place] for name, said in _DIRECTIONS.items()}
