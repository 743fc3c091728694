"""What the page of a box says, in Kazakh, Russian and English."""

from collections.abc import Mapping

from central.ingest.listening import state_in_words
from central.web.tongues import TONGUES
from edge.sync.wire import InputNow

_BOX = {
    "boxes": ("Орындар", "Площадки", "Venues"),
    "box": ("Қорап", "Прибор", "Box"),
    "seen": ("Соңғы хабары", "Последний сигнал", "Last sign of life"),
    "never": ("хабар болған жоқ", "ещё не было", "never"),
    "heard_until": ("Соңғы тыңдаған сәті", "Слушал до", "Listened until"),
    "waiting": ("Жіберуді күткен жазбалар", "Записей ждут отправки", "Records not yet delivered"),
    "catalogue": ("Каталог нұсқасы", "Версия каталога", "Catalogue version"),
    "software": ("Бағдарлама", "Программа", "Software"),
    "revoked": ("Қайтарып алынған", "Отозван", "Revoked"),
    "inputs": ("Кірістер қазір", "Входы сейчас", "Inputs now"),
    "untold": ("Қорап бұл туралы айтпайды.", "Прибор об этом не говорит.", "The box does not say."),
    "unkept": (
        "жад картасы жазбайды: естілгені тек жадында",
        "карта памяти не пишет: услышанное только в памяти",
        "the card takes nothing: what is heard is only in memory",
    ),
    "stopped": ("тыңдап тұрған жоқ", "не слушает", "not hearing"),
    "digital_zero": ("картадан тек нөл келеді", "карта даёт одни нули", "only zeros from the card"),
    "muted_mixer": (
        "микшерде дыбыс өшірулі",
        "звук на микшере выключен",
        "muted at the mixer",
    ),
    "stuck": ("дыбыс картасы тұрып қалды", "звуковая карта зависла", "the sound card is stuck"),
    "below_floor": (
        "залдың өз тыныштығынан да төмен",
        "тише, чем бывает этот зал",
        "below this hall’s own floor",
    ),
    "clipping": ("дыбыс тым қатты", "слишком громко", "clipping"),
    "direct_current": ("тұрақты ток бар", "постоянная составляющая", "direct current"),
    "hum": ("электр желісі гуілдейді", "гул электросети", "mains hum"),
    "dead_channel": ("бір арнада дыбыс жоқ", "один канал молчит", "one channel is silent"),
    "memory": ("Жады", "Память", "Memory"),
    "no_chain": (
        "Қорап әлі ештеңе жіберген жоқ.",
        "Прибор ещё ничего не прислал.",
        "The box has told nothing yet.",
    ),
    "whole": (
        "Бәрі бір-біріне жалғасады: ештеңе жоғалмаған, ештеңе өзгертілмеген.",
        "Всё сцеплено: ничего не пропало и не изменено.",
        "All of it hangs together: nothing is lost, nothing was changed.",
    ),
    "links": ("Тізбек бөліктері", "Звеньев цепи", "Pieces of the chain"),
    "altered": (
        "Жазбаларына сай келмейтін бөліктер",
        "Звеньев, не подходящих к записям",
        "Pieces that do not fit their records",
    ),
    "forks": (
        "Айтылғанды басқаша айтқан бөліктер",
        "Звеньев, говорящих иначе, чем прежде",
        "Pieces that tell what was told in another way",
    ),
    "missing": (
        "Келмеген жазбадан кейінгі бөліктер",
        "Звеньев после непришедших записей",
        "Pieces that follow what never came",
    ),
    "lost": (
        "Қорап өзі мойындаған жоғалтулар",
        "Потерь, о которых прибор сказал сам",
        "Losses the box itself told of",
    ),
    "head": ("Тізбектің ұшы", "Конец цепи", "Head of the chain"),
    "hours": ("Тыңдау уақыты", "Часы прослушивания", "Listening hours"),
    "always": (
        "Әрқашан тыңдауға болады.",
        "Слушать можно всегда.",
        "The hall may be listened to at any time.",
    ),
    "hours_why": (
        "Залдың қабырға сағаты бойынша. Қысқартылған уақыт қорапқа желімен бірнеше минутта жетеді, "
        "ұзартылғаны тек келесі тапсырмамен, флешкамен; одан тыс уақыт «тыңдау уақытынан тыс» деп "
        "есептеледі.",
        "По часам зала. Сокращение часов прибор узнает по сети за несколько минут, продление — "
        "только со следующим заданием, с флешкой; остальное время значится «вне часов "
        "прослушивания».",
        "By the clock on the hall’s wall. Fewer hours reach a box over the network in some "
        "minutes, more hours only with its next orders, by stick; all other time is told as "
        "outside listening hours.",
    ),
    "days": ("Күндер", "Дни", "Days"),
    "from": ("бастап", "с", "from"),
    "until": ("дейін", "до", "until"),
    "add": ("Қосу", "Добавить", "Add"),
    "clear": ("Әрқашан тыңдау", "Слушать всегда", "Listen always"),
    "day_1": ("дс", "пн", "Mon"),
    "day_2": ("сс", "вт", "Tue"),
    "day_3": ("ср", "ср", "Wed"),
    "day_4": ("бс", "чт", "Thu"),
    "day_5": ("жм", "пт", "Fri"),
    "day_6": ("сб", "сб", "Sat"),
    "day_7": ("жс", "вс", "Sun"),
}


def box_words(tongue: str) -> Mapping[str, str]:
    """What the page says in a tongue."""
    place = TONGUES.index(tongue)
    return {name: said[place] for name, said in _BOX.items()}


def is_well(one: InputNow) -> bool:
    """Whether nobody need look at an input."""
    rests = one.state in ("heard", "outside_schedule", "muted")
    return rests and one.fault is None and one.is_kept


def input_text(one: InputNow, tongue: str = "en") -> str:
    """`heard: mains hum; the card takes nothing: what is heard is only in memory`."""
    said = box_words(tongue)
    state = said["stopped"] if one.state == "stopped" else state_in_words(one.state, tongue)
    ailing = state if one.fault is None else f"{state}: {said[one.fault]}"
    return ailing if one.is_kept else f"{ailing}; {said['unkept']}"
