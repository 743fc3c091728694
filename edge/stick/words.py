"""What a box says to people about a stick: what was done, what to do next; in three languages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from edge.stick.orders import Judgement, Verdict
from edge.sync.post import Parcel

_Words = tuple[str, str, str]  # Kazakh, Russian, English
_LANGUAGES: Final = ("Қазақша", "Русский", "English")


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What came of a box's post, for people.

    Attributes:
        parcel: what the box says of its post; None: who speaks did not answer in time.
        brought: whether there was an answer for the box.
    """

    parcel: Parcel | None
    brought: bool


@dataclass(frozen=True, slots=True)
class _Saying:
    """What happened and what to do next, in Kazakh, Russian and English."""

    happened: _Words
    following: _Words


_TAKE_OUT: Final = (
    "Флешканы шығарып алыңыз. Құрылғы жұмысты өзі бастайды; басқа ештеңе істеудің қажеті жоқ.",
    "Выньте флешку. Устройство само начнёт работу; больше ничего делать не нужно.",
    "Take the stick out. The box starts work by itself; there is nothing else to do.",
)
_ASK_OFFICE: Final = (
    "Құрылғы бұрынғыша жұмыс істей береді. Орталықтан жаңа тапсырма сұраңыз.",
    "Устройство работает по-прежнему. Запросите в центре новое задание.",
    "The box goes on as before. Ask the office for new orders.",
)
_SAYINGS: Final = {
    Verdict.APPLIED: _Saying(
        (
            "Тапсырма қабылданды.",
            "Задание принято.",
            "The orders were taken.",
        ),
        _TAKE_OUT,
    ),
    Verdict.IN_FORCE: _Saying(
        (
            "Бұл тапсырма бұрыннан күшінде; ештеңе өзгерген жоқ.",
            "Это задание уже действует; ничего не изменилось.",
            "These orders were already in force; nothing has changed.",
        ),
        _TAKE_OUT,
    ),
    Verdict.INTRODUCED: _Saying(
        (
            "Флешкада бұл құрылғыға тапсырма жоқ. Құрылғы флешкаға өз куәлігін жазды.",
            "На флешке нет задания для этого устройства. Оно записало на неё своё удостоверение.",
            "There are no orders for this box on the stick. The box has left its identity on it.",
        ),
        (
            "Флешканы техниктің жұмыс орнына апарып, мынаны орындаңыз: qulaq-provision enrol.",
            "Отнесите флешку на рабочее место техника и выполните: qulaq-provision enrol.",
            "Take the stick to the technician's bench and run: qulaq-provision enrol.",
        ),
    ),
    Verdict.UNTRUSTING: _Saying(
        (
            "Қабылданбады: құрылғыға орталықтың кілті салынбаған.",
            "Отклонено: в устройство не заложен ключ центра.",
            "Refused: this box was made without the key of the office.",
        ),
        (
            "Құрылғыны шеберханаға қайтарыңыз: qulaq-edge identity --trust.",
            "Верните устройство в мастерскую: qulaq-edge identity --trust.",
            "Take the box back to the workshop: qulaq-edge identity --trust.",
        ),
    ),
    Verdict.CROWDED: _Saying(
        (
            "Қабылданбады: QULAQ қалтасында файл тым көп.",
            "Отклонено: в папке QULAQ слишком много файлов.",
            "Refused: there are too many files in the folder QULAQ.",
        ),
        (
            "Артық файлдарды өшіріп, флешканы қайта салыңыз.",
            "Удалите лишние файлы и вставьте флешку снова.",
            "Delete what is not needed and plug the stick in again.",
        ),
    ),
    Verdict.UNREADABLE: _Saying(
        (
            "Қабылданбады: тапсырма файлы оқылмайды.",
            "Отклонено: файл задания не читается.",
            "Refused: the file with the orders cannot be read.",
        ),
        _ASK_OFFICE,
    ),
    Verdict.UNSIGNED: _Saying(
        (
            "Қабылданбады: тапсырмаға біз сенетін орталық қол қоймаған.",
            "Отклонено: задание подписал не тот центр, которому мы доверяем.",
            "Refused: the orders were not signed by the office this box trusts.",
        ),
        (
            "Бұл флешканы қолданбаңыз. Орталыққа хабарлаңыз.",
            "Не пользуйтесь этой флешкой. Сообщите в центр.",
            "Do not use this stick. Tell the office.",
        ),
    ),
    Verdict.MISADDRESSED: _Saying(
        (
            "Қабылданбады: бұл тапсырма басқа құрылғыға арналған.",
            "Отклонено: это задание для другого устройства.",
            "Refused: these orders are for another box.",
        ),
        (
            "Флешканы өз құрылғысына салыңыз.",
            "Вставьте флешку в то устройство, для которого она записана.",
            "Plug the stick into the box it was written for.",
        ),
    ),
    Verdict.OUTDATED: _Saying(
        (
            "Қабылданбады: құрылғыда бұдан жаңа тапсырма бар.",
            "Отклонено: у устройства есть более новое задание.",
            "Refused: the box already has newer orders.",
        ),
        _ASK_OFFICE,
    ),
    Verdict.UNKEPT: _Saying(
        (
            "Тапсырма жарамды, бірақ құрылғы оны сақтай алмады.",
            "Задание верное, но устройство не смогло его сохранить.",
            "The orders are good, but the box could not store them.",
        ),
        (
            "Құрылғыны өшіріп-қосып, флешканы қайта салыңыз. Көмектеспесе, шеберханаға қайтарыңыз.",
            "Перезапустите устройство и вставьте флешку снова. Не поможет — верните в мастерскую.",
            "Switch the box off and on and plug the stick in again. If that fails, return the box.",
        ),
    ),
}


_CARRY: Final = (
    "Осы флешкада орталыққа хаттар бар: {letters}. Сыймай қалған жазбалар: {waiting}. Флешканы "
    "техниктің жұмыс орнына апарып, мынаны орындаңыз: qulaq-provision carry.",
    "На этой флешке письма в центр: {letters}. Не вошло записей: {waiting}. Отнесите флешку на "
    "рабочее место техника и выполните: qulaq-provision carry.",
    "On this stick there are letters for the office: {letters}. Records that did not go in: "
    "{waiting}. Take it to the technician's bench and run: qulaq-provision carry.",
)
_TAKEN: Final = (
    "Орталықтың жауабы алынды. Расталған жазбалар: {taken}. Каталог нұсқасы: {catalogue_version}.",
    "Ответ центра принят. Подтверждено записей: {taken}. Версия каталога: {catalogue_version}.",
    "The office's answer was taken. Records it has: {taken}. Version of the catalogue: "
    "{catalogue_version}.",
)
_UNANSWERED: Final = (
    "Құрылғы хаттарын уақытында дайындай алмады. Флешканы шығарып, екі минуттан кейін қайта "
    "салыңыз.",
    "Устройство не успело подготовить письма. Выньте флешку и вставьте снова через две минуты.",
    "The box did not get its letters ready in time. Take the stick out, and plug it in again "
    "after two minutes.",
)


def receipt_text(
    judgement: Judgement, *, device: str, now: datetime, post: Exchanged | None = None
) -> bytes:
    """The note a person reads on any computer.

    Args:
        judgement: what was decided.
        device: the box that decided.
        now: its clock.
        post: what came of the post, if the box sends any by stick.

    Returns:
        UTF-8 with a byte order mark and CRLF, so that the oldest office computer shows it right.
    """
    place = judgement.bundle
    lines = [f"QULAQ  {device}  {now:%Y-%m-%d %H:%M} UTC", ""]
    if place is not None and judgement.verdict.is_obeyed:
        lines += [f"{place.venue} · {place.hall} · № {place.serial}", ""]
    for language, said in zip(_LANGUAGES, zip(*_told(judgement, post), strict=True), strict=True):
        lines += [f"[{language}]", *said, ""]
    lines += [f"({judgement.verdict.value}: {judgement.reason})", ""]
    return "\r\n".join(lines).encode("utf-8-sig")


def _told(judgement: Judgement, post: Exchanged | None) -> list[_Words]:
    """What is said in each language, line by line."""
    saying = _SAYINGS[judgement.verdict]
    # A stick that only carries post has no orders on it, and needs none.
    told = [saying.happened, saying.following]
    if post is None:
        return told
    if judgement.verdict is Verdict.INTRODUCED:
        told = []
    if post.parcel is None:
        return [*told, _UNANSWERED]
    facts = post.parcel.model_dump(include={"letters", "waiting", "taken", "catalogue_version"})
    lines = [_TAKEN, _CARRY] if post.brought else [_CARRY]
    return [
        *told,
        *((kk.format(**facts), ru.format(**facts), en.format(**facts)) for kk, ru, en in lines),
    ]
