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
    # notes
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


def word(key: str, tongue: str) -> str:
    """What that is called in a tongue; a key of the trade that has no word is told as it is."""
    said = _WORDS.get(key)
    return key if said is None else said[TONGUES.index(tongue)]
