"""What pages say in Kazakh, Russian and English."""

from collections.abc import Mapping

TONGUES = ("kk", "ru", "en")

_LICENCE = {
    "heading": (
        "Бұл шығармаға кім лицензия бере алады?",
        "Кто может дать лицензию на это произведение?",
        "Who may license this work?",
    ),
    "search": ("Шығарма атауы", "Название произведения", "Title of the work"),
    "use": ("Пайдалану түрі", "Вид использования", "Kind of use"),
    "right": ("Құқық", "Право", "Right"),
    "territory": ("Ел", "Страна", "Country"),
    "day": ("Күні", "День", "Day"),
    "ask": ("Іздеу", "Найти", "Look up"),
    "nothing": (
        "Мұндай атаумен шығарма табылмады.",
        "Произведений с таким названием не найдено.",
        "No work of such a title was found.",
    ),
    "covered": ("Лицензияланады", "Покрыто", "Can be licensed"),
    "uncovered": (
        "Ешкімге берілмеген",
        "Никому не поручено",
        "Nobody on record may license",
    ),
    "unregistered": ("Тіркелмеген", "Не зарегистрировано", "Not registered"),
    "free": ("Қоғамдық игілікте", "В общественном достоянии", "In the public domain"),
    "held": (
        "Үлестер бойынша күмән бар",
        "Доли под вопросом",
        "The shares are in doubt",
    ),
    "share": ("Үлес", "Доля", "Share"),
    "rightholder": ("Құқық иесі", "Правообладатель", "Rightholder"),
    "licensor": ("Лицензияны кім береді", "Кто даёт лицензию", "Who may license"),
    "nobody": (
        "Ешкім тіркелмеген; құқық иесінен сұраңыз",
        "Никого; спросите правообладателя",
        "Nobody on record; ask the rightholder",
    ),
    "chain": ("Негізі", "Основание", "By which mandates"),
    "opt_out": (
        "Құқық иесі шығарып алды",
        "Изъято правообладателем",
        "Withdrawn by the rightholder",
    ),
    "direct": ("Тікелей лицензия", "Прямая лицензия", "Direct licence"),
    "before": (
        "Кім, қай күннен қай күнге дейін",
        "Кто и с какого по какой день",
        "Who, from when to when",
    ),
    "now": ("қазірге дейін", "по настоящее время", "still"),
    "performing": ("Көпшілікке орындау", "Публичное исполнение", "Public performance"),
    "mechanical": ("Көшірмелеу", "Воспроизведение", "Reproduction"),
    "concert": ("Концерт", "Концерт", "Concert"),
    "theatre": ("Театр", "Театр", "Theatre"),
    "cinema": ("Кинотеатр", "Кинотеатр", "Cinema"),
    "broadcast": ("Эфир", "Эфир", "Broadcast"),
    "online": ("Интернет", "Интернет", "Online"),
    "background": ("Фондық музыка", "Фоновая музыка", "Background music"),
    "karaoke": ("Караоке", "Караоке", "Karaoke"),
    "reproduction": ("Көшірме жасау", "Изготовление копий", "Making copies"),
}
_WAITING = {
    "heading": ("Күтіп тұрған орындаулар", "Ждут своего владельца", "Waiting for their owner"),
    "why": (
        "Бұл музыка естілді, бірақ ақысын кімге төлеу белгісіз. Сіздікі болса, кеңсеге айтыңыз.",
        "Эта музыка прозвучала, но платить пока некому. Если она ваша, скажите конторе.",
        "This was heard, and nobody could be paid for it. If it is yours, tell the office.",
    ),
    "day": ("Күні", "День", "Day"),
    "venue": ("Орын", "Площадка", "Venue"),
    "what": ("Не естілді", "Что прозвучало", "What was heard"),
    "length": ("Ұзақтығы", "Длительность", "Length"),
    "reason": ("Себебі", "Причина", "Why it waits"),
    "until": ("Талап ету мерзімі", "Заявить до", "Claim until"),
    "claim": ("Бұл менікі", "Это моё", "This is mine"),
    "reference": ("Сілтеме", "Ссылка", "Reference"),
    "no_end": ("мерзімсіз", "без срока", "no last day"),
    "nothing": ("Ештеңе күтіп тұрған жоқ.", "Ничего не ждёт.", "Nothing waits."),
    "unknown-recording": ("жазба тіркелмеген", "запись не учтена", "recording not registered"),
    "unknown-work": ("шығарма белгісіз", "произведение неизвестно", "work not known"),
    "work-without-shares": (
        "құқық иелері тіркелмеген",
        "правообладатели не учтены",
        "no registered rightholders",
    ),
    "shares-not-whole": (
        "үлестердің қосындысы 100 % емес",
        "доли не дают 100 %",
        "shares do not sum to 100 %",
    ),
}
_CLAIM = {
    "heading": ("Бұл менікі", "Это моё", "This is mine"),
    "list": ("Күтіп тұрғандар тізімі", "Список ожидающих", "The list of what waits"),
    "why": (
        "Не ойналғанын және неге сіздікі екенін айтыңыз. Кеңсе қарап, жауап береді; қабылданса, "
        "күтіп тұрған сома толық төленеді.",
        "Скажите, что прозвучало и почему это ваше. Контора рассмотрит и ответит; если заявка "
        "принята, ожидающая сумма выплачивается целиком.",
        "Say what was played and why it is yours. The office will look at it and answer; what "
        "waits is paid in full when the claim is accepted.",
    ),
    "reference": ("Тізімдегі сілтеме", "Ссылка из списка", "Reference in the list"),
    "claimant": ("Аты-жөніңіз", "Ваше имя", "Your name"),
    "contact": ("Байланыс: пошта не телефон", "Почта или телефон", "Mail or telephone"),
    "evidence": (
        "Шығарма, авторлар, дәлел (мысалы, альбом, нота)",
        "Произведение, авторы, доказательство (альбом, ноты)",
        "Work, authors, evidence (an album, a score)",
    ),
    "send": ("Жіберу", "Отправить", "Send"),
    "thanks": (
        "Рақмет. Өтінішіңіздің нөмірі:",
        "Спасибо. Номер вашей заявки:",
        "Thank you. The number of your claim:",
    ),
    "late": (
        "Талап ету мерзімі өтіп кеткен (claim-too-late). Өтініш нөмірі:",
        "Срок подачи истёк (claim-too-late). Номер заявки:",
        "The last day to claim this is over (claim-too-late). The number of your claim:",
    ),
}
_OBJECTION = {
    "heading": ("Қате бар ма? Айтыңыз", "Здесь ошибка? Скажите", "Is something wrong? Say so"),
    "why": (
        "Есепте немесе шотта тұрған орындау дұрыс болмаса, осында жазыңыз. Кеңсе қарайды; "
        "жабылған есеп өзгертілмейді, қате келесі есепте түзетіледі.",
        "Если исполнение в отчёте или счёте указано неверно, напишите здесь. Контора рассмотрит; "
        "закрытое не правят, ошибка исправляется в следующем отчёте.",
        "If a play on a statement or an invoice is not right, write it here. The office looks into "
        "it; what is closed is not edited, a mistake is put right with the next statement.",
    ),
    "event": ("Іс-шара нөмірі", "Номер мероприятия", "Number of the event"),
    "play": (
        "Орындау нөмірі (саналмағаны болса, бос қалдырыңыз)",
        "Номер исполнения (пусто, если его не учли)",
        "Number of the play (empty if it was not counted)",
    ),
    "side": ("Сіз кімсіз", "Вы", "You are"),
    "author": ("автор", "автор", "an author"),
    "venue": ("орын иесі", "площадка", "a venue"),
    "objector": ("Аты-жөніңіз", "Ваше имя", "Your name"),
    "contact": ("Байланыс: пошта не телефон", "Почта или телефон", "Mail or telephone"),
    "words": ("Не дұрыс емес", "Что неверно", "What is wrong"),
    "send": ("Жіберу", "Отправить", "Send"),
    "thanks": (
        "Рақмет. Қарсылығыңыздың нөмірі:",
        "Спасибо. Номер вашего возражения:",
        "Thank you. The number of your objection:",
    ),
}
_SEND = {
    "heading": ("Жазбаны жіберіңіз", "Отправьте запись", "Send a recording"),
    "why": (
        "Залдар бұл шығарманы тани алуы үшін. Дыбыс саусақ ізіне айналады да, сақталмайды.",
        "Чтобы залы узнавали это произведение. Звук станет отпечатком и не сохранится.",
        "So that halls recognise this work. The sound becomes a fingerprint and is not kept.",
    ),
    "title": ("Жазба атауы", "Название записи", "Title of the recording"),
    "performer": ("Орындаушы", "Исполнитель", "Performer"),
    "isrc": ("ISRC, бар болса", "ISRC, если есть", "ISRC, if it has one"),
    "file": ("Дыбыс файлы", "Звуковой файл", "Sound file"),
    "send": ("Жіберу", "Отправить", "Send"),
    "thanks": (
        "Рақмет, жазба қабылданды.",
        "Спасибо, запись принята.",
        "Thank you, it was received.",
    ),
    "seconds": ("секунд", "секунд", "seconds"),
}
_SETTLING = {
    "queue": ("Шешілмегендер", "Нерешённое", "To settle"),
    "why": (
        "Құрылғылар мен бағдарламалар келіспеген жерлер, осы күндердің жабылмаған кештері; алдымен "
        "ақшасы көбі.",
        "В чём приборы и программы не согласны, по всем открытым вечерам этих дней; сначала то, от "
        "чего зависит больше денег.",
        "What boxes and programmes do not agree on, on all open evenings of these days, the most "
        "money first.",
    ),
    "from": ("Басы", "С", "From"),
    "to": ("Соңы", "По", "To"),
    "show": ("Көрсету", "Показать", "Show"),
    "stake": ("Ұстап тұрған сома", "Ждёт денег", "Holds up"),
    "evening": ("Кеш", "Вечер", "Evening"),
    "what": ("Не", "Что", "What"),
    "nothing": (
        "Адам шешетін ештеңе жоқ.",
        "Решать нечего.",
        "Nothing waits for a person.",
    ),
    "heading": ("Жарияланғаны мен естілгені", "Заявлено и услышано", "Declared and heard"),
    "declared": ("Жарияланған", "Заявлено", "Declared"),
    "heard": ("Естілген", "Услышано", "Heard"),
    "alone": ("тек бағдарлама бойынша", "только по программе", "by the programme alone"),
    "by sheet": (
        "естілмеген: фильмнің музыкалық анықтамасы бойынша",
        "не услышано: по музыкальной справке фильма",
        "not heard: from the film’s cue sheet",
    ),
    "about": ("шамамен", "около", "about"),
    "films": ("Танылған фильмдер", "Узнанные фильмы", "Films recognised"),
    "screening": ("Сеанс", "Сеанс", "Screening"),
    "cues heard": ("Естілген үзінді", "Услышано фрагментов", "Cues heard"),
    "rivals": ("мынадан ажыратылмады:", "не отличить от:", "not told apart from:"),
    "shown": ("Көрсетілді", "Показан", "Shown"),
    "denied": ("Көрсетілмеді", "Не показан", "Not shown"),
    "film shown": (
        "көрсетілген: музыкалық анықтамасы есепке алынады",
        "показан: его справка идёт в расчёт",
        "shown: its cue sheet counts",
    ),
    "film in part": (
        "бір бөлігі көрсетілген: естілмегені күтеді",
        "показан частично: неуслышанное ждёт",
        "shown in part: what was not heard waits",
    ),
    "film waits": ("адам айтуы керек", "должен сказать человек", "a person has to say"),
    "film not shown": ("көрсетілмеген", "не показан", "not shown"),
    "state": ("Күйі", "Состояние", "State"),
    "length": ("Ұзақтығы", "Длительность", "Length"),
    "settle": ("Шешу", "Решить", "Settle"),
    "change": ("Өзгерту", "Изменить", "Change"),
    "work": ("Шығарма", "Произведение", "Work"),
    "piece": ("Бағдарлама жолы", "Номер программы", "Piece"),
    "same": ("Дәл сол", "Это он и есть", "It is that piece"),
    "note": ("Ескертпе", "Примечание", "Note"),
    "played": ("Орындалды", "Исполнено", "Played"),
    "not played": ("Орындалмады", "Не исполнено", "Not played"),
    "open": ("Қайта ашу", "Снова открыть", "Open again"),
    "programme": ("Бағдарлама", "Программа", "Programme"),
    "rows": (
        "Тақырып жолынан кейін әр шығарма бір жолда; соңғы бағдарлама есепке алынады.",
        "Одно произведение на строку, после заголовка; действует последняя программа.",
        "One piece to a line, after the heading; the latest programme counts.",
    ),
    "declare": ("Жариялау", "Заявить", "Declare"),
    "taken": ("Қабылданған жол", "Принято строк", "Rows taken"),
    "refused": ("қабылданбаған", "отказано", "refused"),
    "row": ("Жол", "Строка", "Row"),
    "untimed": (
        "құрылғының сағаты дәл болмаған: осы кештікі болмауы мүмкін",
        "часы прибора шли неточно: возможно, это не этот вечер",
        "the box's clock was not sure: it may not be of this evening",
    ),
    # how declared and heard agree
    "matched": ("сәйкес", "совпало", "matched"),
    "order swapped": ("реті ауысқан", "в другом порядке", "order swapped"),
    "encore": ("бис", "на бис", "encore"),
    "heard only": ("тек естілген", "только услышано", "heard only"),
    "declared only": ("тек жарияланған", "только заявлено", "declared only"),
    "not recognised": ("танылмаған", "не распознано", "not recognised"),
    # what becomes of it
    "paid": ("ақысы төленеді", "будет оплачено", "will be paid"),
    "waits": ("үлесі күтеді", "его доля подождёт", "its part will wait"),
    "fate not played": (
        "есепке кірмейді: орындалмаған",
        "не участвует: не исполнялось",
        "takes no part: not played",
    ),
    "grand right": (
        "есепке кірмейді: қойылымның үлкен құқығы",
        "не участвует: большое право постановки",
        "takes no part: a grand right of its production",
    ),
    # what the music was to its evening
    "concert": ("концерт", "концерт", "concert"),
    "stage": ("сахналық шығарма", "сценическое произведение", "stage"),
    "incidental": ("спектакль музыкасы", "музыка к спектаклю", "incidental"),
    "interpolated": ("кейіпкер еститін музыка", "звучит для героев", "interpolated"),
    "interval": ("антракт", "антракт", "interval"),
    "foyer": ("фойе", "фойе", "foyer"),
    "film": ("фильм", "фильм", "film"),
    "trailer": ("трейлер", "трейлер", "trailer"),
    "advert": ("жарнама", "реклама", "advert"),
    "circus": ("цирк", "цирк", "circus"),
    "dance": ("би", "танцы", "dance"),
    "background": ("фон", "фон", "background"),
}


def settling_words(tongue: str) -> Mapping[str, str]:
    """What the pages say where a person settles what was declared and what was heard."""
    return _said(_SETTLING, tongue)


def licence_words(tongue: str) -> Mapping[str, str]:
    """What the look-up says in a tongue."""
    return _said(_LICENCE, tongue)


def send_words(tongue: str) -> Mapping[str, str]:
    """What the author's door says in a tongue."""
    return _said(_SEND, tongue)


def claim_words(tongue: str) -> Mapping[str, str]:
    """What the form for claims says in a tongue."""
    return _said(_CLAIM, tongue)


def objection_words(tongue: str) -> Mapping[str, str]:
    """What the form for objections says in a tongue."""
    return _said(_OBJECTION, tongue)


def waiting_words(tongue: str) -> Mapping[str, str]:
    """What the list of what waits says in a tongue."""
    return _said(_WAITING, tongue)


def _said(words: Mapping[str, tuple[str, str, str]], tongue: str) -> dict[str, str]:
    place = TONGUES.index(tongue)
    return {name: said[place] for name, said in words.items()}
