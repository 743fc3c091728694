"""What the venue's page says, in Kazakh, Russian and English: how the box is, and what to do."""

from typing import Final

from edge.view.health import Verdict

TONGUES: Final = {"kk": "Қазақша", "ru": "Русский", "en": "English"}

_HAPPENED: Final = {
    Verdict.HEARD: ("Тыңдап тұр", "Слушает", "Hearing"),
    Verdict.STOPPED: ("Тыңдап тұрған жоқ", "Не слушает", "Not hearing"),
    Verdict.NO_ORDERS: ("Тапсырма жоқ", "Нет задания", "No orders yet"),
    Verdict.UNPLUGGED: ("Микрофон қосылмаған", "Микрофон не подключён", "Microphone unplugged"),
    Verdict.SILENT_SIGNAL: ("Дыбыс келмей тұр", "Звук не поступает", "No sound arrives"),
    Verdict.DIGITAL_ZERO: (
        "Картадан тек нөл келеді",
        "Карта даёт одни нули",
        "Card gives only zeros",
    ),
    Verdict.MUTED_MIXER: (
        "Микшерде дыбыс өшірулі",
        "Звук на микшере выключен",
        "Muted at the mixer",
    ),
    Verdict.STUCK: (
        "Дыбыс картасы тұрып қалды",
        "Звуковая карта зависла",
        "The sound card is stuck",
    ),
    Verdict.BELOW_FLOOR: (
        "Микрофон залды естімейді",
        "Микрофон не слышит зал",
        "Microphone hears no hall",
    ),
    Verdict.DEAD_CHANNEL: ("Бір арнада дыбыс жоқ", "Один канал молчит", "One channel is silent"),
    Verdict.HUM: ("Электр желісі гуілдейді", "Слышен гул электросети", "Mains hum is heard"),
    Verdict.DIRECT_CURRENT: (
        "Дыбыс картасы ақаулы",
        "Звуковая карта неисправна",
        "The sound card is faulty",
    ),
    Verdict.UNREADABLE: (
        "Жад картасы оқылмайды",
        "Карта памяти не читается",
        "The card cannot be read",
    ),
    Verdict.UNKEPT: ("Жад картасы жазбайды", "Карта памяти не пишет", "The card cannot be written"),
    Verdict.LOST: ("Дыбыстың бір бөлігі жоғалуда", "Часть звука теряется", "Some sound is lost"),
    Verdict.BEHIND: ("Құрылғы үлгермей тұр", "Устройство не успевает", "The box cannot keep up"),
    Verdict.CLIPPED: ("Дыбыс тым қатты", "Слишком громко", "The sound is too loud"),
    Verdict.NO_CATALOGUE: ("Каталог әлі жоқ", "Каталога пока нет", "No catalogue yet"),
    Verdict.CLOCK_UNKNOWN: ("Уақыт белгісіз", "Время неизвестно", "The time is not known"),
    Verdict.AWAY: ("Орталықпен байланыс жоқ", "Нет связи с центром", "No contact with the office"),
    Verdict.MUTED: ("Микрофон өшірулі", "Микрофон выключен", "Microphone switched off"),
    Verdict.OUTSIDE_SCHEDULE: ("Қазір тыңдалмайды", "Сейчас не слушает", "Not listening now"),
}
_LOOK_ALONG_THE_CABLE: Final = (
    "Микшер қосулы ма, кабель орнында ма, фантомдық қорек бар ма — тексеріңіз.",
    "Проверьте: включён ли микшер, на месте ли кабель, есть ли фантомное питание.",
    "Check that the mixer is on, the cable is in place, and there is phantom power.",
)
_REPLUG: Final = (
    "USB кабелін суырып, қайта қосыңыз. Көмектеспесе, орталыққа хабарлаңыз.",
    "Отключите USB-кабель и подключите его снова. Если не поможет, сообщите в центр.",
    "Pull the USB cable out and plug it in again. If that does not help, tell the office.",
)
_TO_DO: Final = {
    Verdict.HEARD: (
        "Бәрі дұрыс. Ештеңе істеудің қажеті жоқ.",
        "Всё в порядке. Ничего делать не нужно.",
        "All is well. There is nothing to do.",
    ),
    Verdict.STOPPED: (
        "Құрылғыны өшіріп, он секундтан кейін қайта қосыңыз. "
        "Бес минутта жасыл болмаса, орталыққа хабарлаңыз.",
        "Выключите устройство и через десять секунд включите. "
        "Если через пять минут не станет зелёным, сообщите в центр.",
        "Switch the box off and, after ten seconds, on again. "
        "If it is not green in five minutes, tell the office.",
    ),
    Verdict.NO_ORDERS: (
        "Техник берген QULAQ флешкасын құрылғыға салыңыз.",
        "Вставьте в устройство флешку QULAQ, которую дал техник.",
        "Plug the technician's QULAQ stick into the box.",
    ),
    Verdict.UNPLUGGED: (
        "Микрофонның USB кабелін тексеріп, құрылғыға қайта қосыңыз.",
        "Проверьте USB-кабель микрофона и подключите его к устройству снова.",
        "Look at the microphone's USB cable and plug it into the box again.",
    ),
    Verdict.SILENT_SIGNAL: _LOOK_ALONG_THE_CABLE,
    Verdict.DIGITAL_ZERO: _REPLUG,
    Verdict.STUCK: _REPLUG,
    Verdict.MUTED_MIXER: (
        "Микшердің құрылғыға баратын шығысын қосып, деңгейін көтеріңіз.",
        "Включите на микшере выход к устройству и поднимите его уровень.",
        "Switch the mixer's output to the box on, and raise its level.",
    ),
    Verdict.BELOW_FLOOR: _LOOK_ALONG_THE_CABLE,
    Verdict.DEAD_CHANNEL: (
        "Екінші арнаның кабелін тексеріңіз. Бір арнадан музыка тыңдалып тұр.",
        "Проверьте кабель второго канала. По одному каналу музыка слышна.",
        "Check the cable of the other channel. By one channel music is heard.",
    ),
    Verdict.HUM: (
        "Музыка тыңдалып тұр. Микшер мен құрылғыны бір розеткаға қосыңыз не кабельді ауыстырыңыз.",
        "Музыка слышна. Включите микшер и устройство в одну розетку или замените кабель.",
        "Music is heard. Plug mixer and box into one socket, or change the cable.",
    ),
    Verdict.DIRECT_CURRENT: (
        "Музыка тыңдалып тұр, бірақ дыбыс картасын ауыстыру керек. Орталыққа хабарлаңыз.",
        "Музыка слышна, но звуковую карту нужно заменить. Сообщите в центр.",
        "Music is heard, but the sound card should be replaced. Tell the office.",
    ),
    Verdict.UNREADABLE: (
        "Құрылғыны өшірмеңіз. Орталыққа хабарлаңыз: жад картасын ауыстыру керек.",
        "Не выключайте устройство. Сообщите в центр: карту памяти нужно заменить.",
        "Do not switch the box off. Tell the office: the memory card must be replaced.",
    ),
    Verdict.UNKEPT: (
        "Құрылғыны өшірмеңіз: естілгені әзірше жадында ғана. Орталыққа хабарлаңыз.",
        "Не выключайте устройство: услышанное пока только в памяти. Сообщите в центр.",
        "Do not switch the box off: what it heard is only in memory. Tell the office.",
    ),
    Verdict.LOST: (
        "Микрофонды хабсыз, құрылғының өзіне қосыңыз. Қайталанса, орталыққа хабарлаңыз.",
        "Подключите микрофон прямо к устройству, без разветвителя. "
        "Если повторится, сообщите в центр.",
        "Plug the microphone straight into the box, without a hub. "
        "If it happens again, tell the office.",
    ),
    Verdict.BEHIND: (
        "Құрылғы қызып кетпегенін, желдеткіш саңылаулары бітелмегенін тексеріңіз.",
        "Проверьте, не перегрелось ли устройство и не закрыты ли отверстия.",
        "Check that the box is not hot and its vents are free.",
    ),
    Verdict.CLIPPED: (
        "Микшердің құрылғыға баратын шығысын бәсеңдетіңіз.",
        "Убавьте на микшере выход, который идёт к устройству.",
        "Turn down the mixer's output to the box.",
    ),
    Verdict.NO_CATALOGUE: (
        "Желі кабелін тексеріңіз: каталог орталықтан өзі келеді. Бұған дейін музыка танылмайды.",
        "Проверьте сетевой кабель: каталог придёт из центра сам. До тех пор музыка не узнаётся.",
        "Check the network cable: the catalogue comes from the office by itself. "
        "Until then no music is recognised.",
    ),
    Verdict.CLOCK_UNKNOWN: (
        "Желі кабелін тексеріңіз: уақыт желіден келеді. Естілген жоғалмайды.",
        "Проверьте сетевой кабель: время приходит по сети. Услышанное не пропадёт.",
        "Check the network cable: the time comes over the network. What was heard is not lost.",
    ),
    Verdict.AWAY: (
        "Желі кабелін тексеріңіз. Құрылғы бәрін сақтап тұр, ештеңе жоғалмайды.",
        "Проверьте сетевой кабель. Устройство всё хранит, ничего не пропадёт.",
        "Check the network cable. The box keeps everything; nothing is lost.",
    ),
    Verdict.MUTED: (
        "Іс-шара басталғанда ажыратқышты қосыңыз. Осы уақыт есепте «өшірулі» деп көрінеді.",
        "Включите переключатель перед началом. Это время в отчёте значится как «выключено».",
        "Switch it on before the event begins. This time is reported as switched off.",
    ),
    Verdict.OUTSIDE_SCHEDULE: (
        "Бұл — келісілген уақыттан тыс. Ештеңе істеудің қажеті жоқ.",
        "Сейчас не оговорённое время. Ничего делать не нужно.",
        "These are not the agreed hours. There is nothing to do.",
    ),
}
_LABELS: Final = {
    "level": ("Дыбыс деңгейі", "Уровень звука", "Level"),
    "recognised": ("Соңғы танылған музыка", "Последняя узнанная музыка", "Last recognised"),
    "sounding": ("қазір ойнап тұр", "звучит сейчас", "playing now"),
    "none_yet": ("әлі жоқ", "пока нет", "none yet"),
    "today": ("Бүгін тыңдалды", "Прослушано сегодня", "Listened today"),
    "of": ("{} мин ішінен {} мин", "{1} мин из {0}", "{1} of {0} min"),
    "central": (
        "Орталықпен соңғы байланыс",
        "Последняя связь с центром",
        "Last contact with the office",
    ),
    "not_since_on": (
        "қосылғалы болған жоқ",
        "после включения не было",
        "not since it was switched on",
    ),
    "just_now": ("жаңа ғана", "только что", "just now"),
    "minutes_ago": ("{} мин бұрын", "{} мин назад", "{} min ago"),
    "hours_ago": ("{} сағ бұрын", "{} ч назад", "{} h ago"),
    "days_ago": ("{} күн бұрын", "{} дн. назад", "{} d ago"),
    "waiting": ("Жіберілуін күтуде", "Ждёт отправки", "Waiting to be sent"),
    "records": ("{} жазба", "записей: {}", "{} records"),
    "what_to_do": ("Не істеу керек", "Что делать", "What to do"),
    "privacy": (
        "Дыбыс ешқайда жазылмайды және залдан шықпайды: "
        "құрылғы тек қандай музыка ойнағанын есте сақтайды.",
        "Звук нигде не записывается и не покидает зал: "
        "устройство запоминает лишь, какая музыка звучала.",
        "No sound is recorded or leaves the hall: the box remembers only which music was played.",
    ),
    "box": ("Құрылғы", "Устройство", "Box"),
    "catalogue": ("каталог {}", "каталог {}", "catalogue {}"),
}
_STATES: Final = {
    "heard": ("тыңдалды", "прослушано", "heard"),
    "lost": ("жоғалды", "потеряно", "lost"),
    "unplugged": ("микрофон ажыратулы", "микрофон отключён", "unplugged"),
    "silent_signal": ("дыбыс келмеді", "не было сигнала", "no signal"),
    "clipped": ("тым қатты", "слишком громко", "too loud"),
    "digital_zero": ("тек нөлдер", "одни нули", "only zeros"),
    "muted_mixer": ("микшерде өшірулі", "выключено на микшере", "muted at the mixer"),
    "stuck": ("карта тұрып қалды", "карта зависла", "card is stuck"),
    "below_floor": ("зал естілмейді", "зала не слышно", "hall not heard"),
    "dead_channel": ("бір арна ғана тыңдалды", "слышен один канал", "one channel heard"),
    "hum": ("тыңдалды, гуіл бар", "слышно, с гулом", "heard, with hum"),
    "direct_current": (
        "тыңдалды, карта ақаулы",
        "слышно, карта неисправна",
        "heard, card is faulty",
    ),
    "muted": ("өшірулі", "выключено", "switched off"),
    "outside_schedule": ("кестеден тыс", "вне расписания", "outside hours"),
    "clock_unknown": ("уақыт белгісіз", "время неизвестно", "time unknown"),
    "behind": ("үлгермеді", "не успело", "could not keep up"),
    "powered_off": ("қуат болмады", "без питания", "powered off"),
}


class Words:
    """The page's words in one language."""

    def __init__(self, tongue: str) -> None:
        """Speak `kk`, `ru` or `en`."""
        self._place = list(TONGUES).index(tongue)
        self.tongue = tongue

    def happened(self, verdict: Verdict) -> str:
        """How the box is."""
        return _HAPPENED[verdict][self._place]

    def to_do(self, verdict: Verdict) -> str:
        """What to do about it."""
        return _TO_DO[verdict][self._place]

    def say(self, name: str, *values: object) -> str:
        """A label, with its values put in."""
        return _LABELS[name][self._place].format(*values)

    def state(self, name: str) -> str:
        """A state of coverage."""
        return _STATES[name][self._place] if name in _STATES else name

    def ago(self, seconds: float) -> str:
        """How long ago, in the largest unit that says something."""
        for name, size in (("days_ago", 86_400), ("hours_ago", 3_600), ("minutes_ago", 60)):
            if seconds >= size:
                return self.say(name, int(seconds // size))
        return self.say("just_now")


def preferred(asked: str, accepted: str) -> str:
    """The language to answer in: the one asked for, else the reader's first that we speak, else kk.

    Args:
        asked: from the address, e.g. `ru`.
        accepted: the browser's Accept-Language header, e.g. `de, ru;q=0.8`.
    """
    if asked in TONGUES:
        return asked
    spoken = (part.split(";")[0].strip().lower()[:2] for part in accepted.split(","))
    return next((tongue for tongue in spoken if tongue in TONGUES), "kk")
