"""What the boxes of a hall can recognise, and why just that, in the books and in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from central.catalogue.choosing import GROUNDS, UNKNOWN, Ground
from central.catalogue.store import newest_or_none, parts_of
from central.errors import Unknown
from central.venues.store import kind_of

_WORDS: Mapping[str, tuple[str, str, str]] = {
    "everything": (
        "Жинақтың бәрі қорапқа сыяды, сондықтан барлық залға бәрі беріледі: {recordings} жазба, "
        "{megabytes} МБ.",
        "Весь каталог помещается в прибор, поэтому каждый зал получает всё: записей {recordings}, "
        "{megabytes} МБ.",
        "All that is registered fits into a box, so every hall gets all of it: {recordings} "
        "recordings, {megabytes} MB.",
    ),
    "part": (
        "Барлығы қорапқа сыймайды. Бұл зал — {kind}; мұндай залдарға {recordings} жазба беріледі, "
        "{megabytes} МБ. Алдымен ең қажеттісі:",
        "Всё в прибор не помещается. Этот зал — {kind}; такие залы получают записей: {recordings}, "
        "{megabytes} МБ. Сначала самое нужное:",
        "Not all fits into a box. This hall: {kind}. Such halls get {recordings} recordings, "
        "{megabytes} MB; what is needed most comes first:",
    ),
    "film": (
        "осындай залдарда көрсетілетін фильмдердің музыкасы: {taken}",
        "музыка фильмов, которые идут в таких залах: {taken}",
        "music of films that such halls show: {taken}",
    ),
    "production": (
        "осындай залдардағы қойылымдардың музыкасы: {taken}",
        "музыка спектаклей, которые идут в таких залах: {taken}",
        "music of productions that such halls give: {taken}",
    ),
    "declared": (
        "осындай залдардағы кештердің бағдарламасында: {taken}",
        "в программах вечеров таких залов: {taken}",
        "in the programmes of evenings in such halls: {taken}",
    ),
    "heard-here": (
        "соңғы жылы осындай залдарда естілген: {taken}",
        "звучали в таких залах за последний год: {taken}",
        "heard in such halls in the last year: {taken}",
    ),
    "heard": (
        "соңғы жылы басқа залдарда естілген: {taken}",
        "звучали за последний год в других залах: {taken}",
        "heard in other halls in the last year: {taken}",
    ),
    "ours": (
        "осы қоғам мүшелерінің шығармалары: {taken}",
        "произведения членов этого общества: {taken}",
        "works of this society’s own members: {taken}",
    ),
    "room": (
        "орын қалғандықтан: {taken}",
        "потому что осталось место: {taken}",
        "because there was room left: {taken}",
    ),
    "left": (" (сыймағаны: {left})", " (не поместилось: {left})", " (no room for: {left})"),
    "none": (
        "Каталог әлі жасалған жоқ.",
        "Каталог ещё не составлен.",
        "There is no catalogue yet.",
    ),
    "concert-hall": ("концерт залы", "концертный зал", "concert hall"),
    "philharmonic": ("филармония", "филармония", "philharmonic"),
    "opera": ("опера театры", "оперный театр", "opera house"),
    "theatre": ("театр", "театр", "theatre"),
    "cinema": ("кинотеатр", "кинотеатр", "cinema"),
    "circus": ("цирк", "цирк", "circus"),
    "club": ("клуб", "клуб", "club"),
    "restaurant": ("мейрамхана", "ресторан", "restaurant"),
    "other": ("басқа немесе белгісіз", "другой или неизвестный", "another kind, or not known"),
}
TONGUES = ("kk", "ru", "en")


@dataclass(frozen=True, slots=True)
class Explained:
    """What the boxes of a hall get of the newest catalogue.

    Attributes:
        profile: the kind of house the hall is in.
        version: of the catalogue; 0 where there is none yet.
        is_everything: whether a box can have all of it, so that nothing was chosen.
        recordings: how many boxes there can recognise.
        size_bytes: what a new box fetches to have them.
        taken: how many by the ground that speaks for them most.
        left: how many found no room, likewise.
    """

    profile: str
    version: int
    is_everything: bool
    recordings: int
    size_bytes: int
    taken: Mapping[Ground, int]
    left: Mapping[Ground, int]


def explain(connection: Connection, hall_id: int) -> Explained:
    """What the boxes of a hall get, and by which grounds it was chosen.

    Raises:
        Unknown: no such hall.
    """
    profile, newest = kind_of(connection, hall_id) or UNKNOWN, newest_or_none(connection)
    if newest is None:
        return Explained(profile, 0, True, 0, 0, {}, {})
    part = parts_of(connection, newest.version).get(profile)
    if part is None:
        size = newest.size_bytes
        return Explained(profile, newest.version, True, newest.recordings, size, {}, {})
    size = sum(one.size_bytes for one in part.manifest.ways[0])
    held = sum(part.taken.values())
    return Explained(profile, newest.version, False, held, size, part.taken, part.left)


def in_words(said: Explained, tongue: str) -> list[str]:
    """The same for people: what, and then why, ground by ground.

    Raises:
        Unknown: a tongue nobody here speaks.
    """
    if tongue not in TONGUES:
        raise Unknown(f"tongue {tongue!r} is none of {', '.join(TONGUES)}")
    place = TONGUES.index(tongue)
    words = {name: each[place] for name, each in _WORDS.items()}
    if said.version == 0:
        return [words["none"]]
    first = words["everything" if said.is_everything else "part"].format(
        kind=words[said.profile],
        recordings=said.recordings,
        megabytes=round(said.size_bytes / 1_000_000),
    )
    return [first, *(_line(words, said, ground) for ground in GROUNDS if _is_told(said, ground))]


def _is_told(said: Explained, ground: Ground) -> bool:
    return bool(said.taken.get(ground) or said.left.get(ground))


def _line(words: Mapping[str, str], said: Explained, ground: Ground) -> str:
    left = said.left.get(ground, 0)
    line = words[ground].format(taken=said.taken.get(ground, 0))
    return line + words["left"].format(left=left) if left else line
