"""What reports say, in Kazakh, Russian and English."""

from typing import Literal

Tongue = Literal["kk", "ru", "en"]
TONGUES = ("kk", "ru", "en")

_WORDS = {
    "about": ("Мәлімет", "Сведения", "About"),
    # what leaves
    "statement": ("Есеп", "Отчёт правообладателю", "Statement"),
    "annex": ("Шотқа қосымша", "Приложение к счёту", "Annex to the invoice"),
    "usage": ("Пайдалану туралы есеп", "Отчёт об использовании", "Usage report"),
    "unidentified": (
        "Анықталмаған орындаулар",
        "Неустановленные исполнения",
        "Unidentified performances",
    ),
    "payments": ("Төлем тізімі", "Платёжная ведомость", "Payments"),
    "platform": (
        "Ұлттық платформаға деректер",
        "Данные для национальной платформы",
        "Data for the national platform",
    ),
    "transparency": (
        "Жылдық ашықтық кестесі",
        "Годовая таблица прозрачности",
        "Yearly transparency table",
    ),
    # facts and headings
    "statement_id": ("Есеп нөмірі", "Номер отчёта", "Statement"),
    "distribution_id": ("Бөлу нөмірі", "Номер распределения", "Distribution"),
    "rule": ("Ереже", "Правило", "Rule"),
    "rightholder_id": ("Құқық иесінің нөмірі", "Номер правообладателя", "Rightholder’s number"),
    "rightholder": ("Құқық иесі", "Правообладатель", "Rightholder"),
    "venue": ("Орын", "Площадка", "Venue"),
    "hall": ("Зал", "Зал", "Hall"),
    "period": ("Кезең", "Период", "Period"),
    "clock": ("Уақыт белдеуі", "Часовой пояс", "Clock of"),
    "event_id": ("Іс-шара нөмірі", "Номер мероприятия", "Event’s number"),
    "event": ("Іс-шара", "Мероприятие", "Event"),
    "play_id": ("Орындау нөмірі", "Номер исполнения", "Play"),
    "started_at": ("Басталуы", "Начало", "From"),
    "ended_at": ("Аяқталуы", "Конец", "To"),
    "day": ("Күні", "День", "Day"),
    "performed_milliseconds": ("Ұзақтығы", "Длительность", "Performed"),
    "identified_milliseconds": ("Танылғаны", "Распознано", "Identified"),
    "plays": ("Орындаулар", "Исполнений", "Plays"),
    "work_id": ("Шығарма нөмірі", "Номер произведения", "Work’s number"),
    "work": ("Шығарма", "Произведение", "Work"),
    "recording_id": ("Жазба нөмірі", "Номер записи", "Recording’s number"),
    "recording": ("Жазба", "Запись", "Recording"),
    "performer": ("Орындаушы", "Исполнитель", "Performer"),
    "role": ("Рөлі", "Роль", "Role"),
    "share_basis_points": ("Үлесі", "Доля", "Share"),
    "amount": ("Сомасы", "Сумма", "Amount"),
    "waiting": ("Күтуде", "Ожидает", "Waiting"),
    "listened": ("Тыңдалуы", "Прослушивание", "Listened"),
    "fee": ("Лицензиялық төлем", "Лицензионный сбор", "Licence fee"),
    "currency": ("Валюта", "Валюта", "Currency"),
    "detections": ("Дәлелдер", "Подтверждения", "Detections"),
    "reference": ("Сілтеме", "Ссылка", "Reference"),
    "reason": ("Себебі", "Причина", "Reason"),
    "purpose": ("Төлем мақсаты", "Назначение платежа", "Purpose"),
    "measure": ("Көрсеткіш", "Показатель", "What"),
    "count": ("Саны", "Количество", "Count"),
    "year": ("Жыл", "Год", "Year"),
    "total": ("Барлығы", "Итого", "Total"),
    "after_closing": ("Жабылғаннан кейін", "После закрытия", "After closing"),
    "claim": ("талап бойынша төлем", "выплата по заявке", "paid by a claim"),
    "release": ("анықталғаны төленді", "выплата установленного", "release of what is known"),
    "redistribution": (
        "талап етілмегенді қайта бөлу",
        "распределение невостребованного",
        "redistribution of what nobody claimed",
    ),
    "adjustment": ("түзету", "исправление", "adjustment"),
    "brought": ("Өткеннен көшірілгені", "Перенесено с прошлого", "Brought forward"),
    "recovered": (
        "Артық төленгені үшін ұсталғаны",
        "Удержано за излишне выплаченное",
        "Recovered, of what was paid wrongly",
    ),
    "paid_out": ("Төленетіні", "К выплате", "Paid out"),
    "carried": ("Келесіге көшетіні", "Переносится", "Carried over"),
    "not_paid": ("Төленбейтіні", "Не выплачивается", "Not paid out"),
    # measures of a year
    "fees": ("Жиналған төлемдер", "Собрано", "Licence fees"),
    "deducted": ("Ұсталғаны", "Удержано", "Deducted"),
    "paid": ("Құқық иелеріне", "Правообладателям", "To rightholders"),
    "suspense": ("Анықталғанша күтуде", "Ожидает установления", "Waiting in suspense"),
    # roles
    "C": ("композитор", "композитор", "composer"),
    "A": ("сөз авторы", "автор слов", "author of the words"),
    "CA": ("композитор және сөз авторы", "композитор и автор слов", "composer and author"),
    "AR": ("өңдеуші", "аранжировщик", "arranger"),
    "E": ("баспагер", "издатель", "publisher"),
    "author": ("автор", "автор", "author"),
    "composer": ("композитор", "композитор", "composer"),
    "librettist": ("либретто авторы", "либреттист", "librettist"),
    "scenographer": ("сахна суретшісі", "сценограф", "scenographer"),
    "costume": ("костюм суретшісі", "художник по костюмам", "costume designer"),
    # reasons
    "nothing-heard": ("музыка танылмады", "музыка не распознана", "no music was recognised"),
    "unknown-recording": (
        "жазба тіркелмеген",
        "запись не зарегистрирована",
        "the recording is not registered",
    ),
    "work-without-shares": (
        "құқық иелері тіркелмеген",
        "правообладатели не зарегистрированы",
        "no rightholders are registered",
    ),
    "shares-not-whole": (
        "үлестер қосындысы 100 % емес",
        "сумма долей не равна 100 %",
        "the shares do not sum to 100 %",
    ),
    "undecided": (
        "жарияланғаны, естілгені не уақыты сәйкес емес, әлі шешілмеген",
        "заявленное, услышанное или время расходятся, ещё не решено",
        "declared, heard or its time disagree, not settled yet",
    ),
    "unknown-work": (
        "не орындалғаны әлі белгісіз",
        "пока неизвестно, что звучало",
        "nobody knows yet what was played",
    ),
    "nobodys-part": (
        "бұл үлестің иесі жоқ (қоғамдық игілік)",
        "эта доля ничья (общественное достояние)",
        "this part is nobody’s, such as one in the public domain",
    ),
    "nothing-to-pay": (
        "қорғалатын музыка естілмеді",
        "охраняемая музыка не звучала",
        "no protected music was heard",
    ),
    "missing-cue-sheet": (
        "фильмнің музыкалық анықтамасы келмеді",
        "музыкальная справка фильма не поступила",
        "the film’s cue sheet has not arrived",
    ),
    # rules, for who is paid by them
    "rule:follow-the-money-v1": (
        "Әр іс-шараның төлемі орындалу уақыты бойынша бөлінеді, ештеңе ұсталмайды.",
        "Сбор каждого мероприятия делится по времени звучания, ничего не удерживается.",
        "The fee of each event is divided by performed time; nothing is deducted.",
    ),
    "rule:kz-venues": (
        "Әр іс-шараның төлемінен алдымен ұсталым алынады, қалғаны орындалу уақыты бойынша,"
        " одан әрі шығарма үлестері бойынша бөлінеді.",
        "Из сбора каждого мероприятия сначала берётся удержание, остальное делится по времени"
        " звучания, а затем по долям в произведении.",
        "From the fee of each event the retention is taken first; what is left is divided by"
        " performed time, and then by the shares of each work.",
    ),
    # what is taken
    "retention": ("ұсталым", "удержание", "retention"),
    "administration": ("әкімшілік шығын", "административные расходы", "administration"),
    "social": ("әлеуметтік қор", "социальный фонд", "social fund"),
    "culture": ("мәдени қор", "культурный фонд", "cultural fund"),
    # notes
    "how_the_money_came": (
        "Ақша қайдан келді",
        "Откуда взялись деньги",
        "Where the money came from",
    ),
    "prove_it": (
        "Бұл есепті өзіңіз тексере аласыз: бірге берілетін .qulaq файлын qulaq-verify бағдарламасы"
        " интернетсіз тексереді. Қате көрсеңіз, есеп нөмірі мен жолын атап, бізге жазыңыз.",
        "Этот отчёт можно проверить самому: прилагаемый файл .qulaq проверяет программа"
        " qulaq-verify без интернета. Заметив ошибку, напишите нам, назвав номер отчёта и строку.",
        "You can check this statement yourself: qulaq-verify checks the .qulaq file that goes with"
        " it, offline. If you see a mistake, write to us, naming the statement and the line.",
    ),
    "assumed": (
        "Болжам алынды, дереккөзден оқылмады",
        "Принято предположительно, не прочитано в источнике",
        "Assumed, not read at its source",
    ),
    "whole_units": (
        "Барлық сомалар дәл: бөлу қалдығы ең үлкен бөліктерге беріледі, ештеңе жоғалмайды.",
        "Все суммы точны: остаток деления идёт наибольшим дробным частям, ничего не теряется.",
        "Every sum is exact: what division leaves goes to the largest remainders, none is lost.",
    ),
}


def rule_said(rule: str, written: str, tongue: str) -> str:
    """A rule in a reader's tongue: as told here, else as the pack's author wrote it.

    Args:
        rule: id and version, as `kz-venues-2026 2026.1`.
        written: the title of the pack, in the tongue of its author.
        tongue: kk, ru or en.
    """
    name = rule.split(" ", maxsplit=1)[0]
    for key in (f"rule:{name}", f"rule:{name.rpartition('-')[0]}"):
        if key in _WORDS:
            return word(key, tongue)
    return written


def word(key: str, tongue: str) -> str:
    """What that is called in a tongue; a key of the trade that has no word is told as it is."""
    said = _WORDS.get(key)
    return key if said is None else said[TONGUES.index(tongue)]
