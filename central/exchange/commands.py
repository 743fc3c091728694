"""`qulaq-central export` and `push-platform`: what leaves, sent from the office's own desk."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from central.database import reading
from central.errors import Unready
from central.exchange.offer import drawn_up
from central.exchange.platform_push import Delivery, NotDelivered, deliver, platform_of, untold
from central.exchange.sisters import File, Sender, crd_file, sisters, up_file
from central.exchange.writing import MAKERS
from central.founding import open_office
from central.settings import Home, Settings


def export(
    home: Home, what: str, number: int, *, form: str, tongue: str, path: Path | None
) -> Path:
    """Write a report into a file, which is there whole or not at all; answers where.

    Raises:
        Unready: no office in that folder, or the file cannot be written.
        Unknown: nothing of that number.
        Unacceptable: it cannot have that form.
    """
    with closing(open_office(home, Settings())) as office, reading(office.books) as connection:
        report = drawn_up(connection, what, number, tongue=tongue)
        path = path or Path(f"{report.name}.{form}")
        draft = path.with_name(f".{path.name}.part")
        try:
            with draft.open("w+b") as out:
                MAKERS[form].write(report, out)
            draft.replace(path)
        except OSError as e:
            raise Unready(f"the report cannot be kept in {path}: {e}") from e
        finally:
            draft.unlink(missing_ok=True)
    return path


def push(
    home: Home, numbers: Sequence[int], *, settings: Settings
) -> tuple[list[Delivery], list[str]]:
    """Tell the platform of closings, each once; of all it has not taken yet if none is named.

    Returns:
        What it took, and what it did not take with its answer.

    Raises:
        Unready: no office in that folder, or no platform is named.
        Unknown: there is no such closing.
    """
    taken, refused = [], []
    with closing(open_office(home, settings)) as office:
        platform = platform_of(office)
        if not numbers:
            with reading(office.books) as connection:
                numbers = list(untold(connection, platform.address))
        for number in numbers:
            try:
                taken.append(deliver(office, number, platform, clock=office.now))
            except NotDelivered as reason:
                refused.append(str(reason))
    return taken, refused


def for_sisters(home: Home, number: int, *, settings: Settings, folder: Path) -> list[File]:
    """Write what of a closing goes to sister societies: a CRD for each, and the UP for all.

    Raises:
        Unready: no office in that folder, or a file cannot be written.
        Unknown: there is no such closing.
        Unacceptable: a sum does not fit the format.
    """
    sender = Sender(settings.society_code, settings.society_name)
    with closing(open_office(home, settings)) as office, reading(office.books) as connection:
        made = [
            crd_file(connection, number, one.code, sender=sender)
            for one in sisters(connection, number, own=sender.code)
        ]
        made.append(up_file(connection, number, sender=sender))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in made:
            (folder / one.name).write_bytes(one.content)
    except OSError as e:
        raise Unready(f"the files cannot be kept in {folder}: {e}") from e
    return made
