"""`qulaq-central simulate`: another rule tried on what was played, told at the office's desk."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from central.database import reading
from central.errors import Unacceptable, Unknown
from central.founding import open_office
from central.royalties.accounts import simulation_json
from central.royalties.money import Money
from central.royalties.rules.figures import Figure
from central.royalties.simulation import Change
from central.royalties.trial import Question, Simulation, pack_tried, simulate
from central.settings import Home, Settings

SHOWN = 20  # rightholders at either end; `--json` has them all
_NAME = 38


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed; `changes` as KEY=VALUE."""

    first_day: date
    last_day: date
    venue_id: int | None
    pack: str
    file: Path | None
    changes: tuple[str, ...]


def tried(
    home: Home, asked: Asked, *, settings: Settings, progress: Callable[[int, int], None]
) -> Simulation:
    """Try the pack that was asked for; nothing is written.

    Raises:
        Unready: there is no office in that folder.
        Unknown: the file cannot be read, or there is no such pack, venue or event.
        Unacceptable: a change is not KEY=VALUE, or the pack cannot rule these plays.
        PackError: the pack cannot be used as written; the text names key and value.
    """
    pack = pack_tried(asked.pack, _words(asked.file), _changes(asked.changes))
    question = Question(asked.first_day, asked.last_day, asked.venue_id, pack, settings.pack_family)
    with closing(open_office(home, settings)) as office, reading(office.books) as connection:
        return simulate(connection, question, now=datetime.now(UTC), progress=progress)


def _words(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unknown(f"{file} cannot be read: {error}") from error


def _changes(given: Sequence[str]) -> dict[str, str]:
    changes = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise Unacceptable(f"--set {one}: KEY=VALUE is wanted, such as deductions.x.percent=15")
        changes[key.strip()] = value.strip()
    return changes


def as_json(trial: Simulation) -> str:
    """All of a trial for programs."""
    return json.dumps(simulation_json(trial), ensure_ascii=False, indent=1, default=str)


def told(trial: Simulation) -> str:
    """A trial for a person to read: sums first, then who loses and who gains most."""
    return "\n".join(_told(trial))


def _told(trial: Simulation) -> Iterator[str]:
    asked, pack = trial.question, trial.question.pack
    yield "SIMULATION: nothing was written."
    yield f"{pack.name} on {asked.first_day} to {asked.last_day}: {pack.title}"
    yield (
        f"{trial.events} events of {trial.venues} venues, {trial.plays} plays;"
        f" sums in {trial.currency}"
    )
    yield from notes(trial)
    for heading, changes in (
        ("", trial.sums),
        ("deductions", trial.deductions),
        ("in suspense, by reason", trial.waiting),
        ("to rightholders, by genre of the work", trial.categories),
        ("rightholders, the greatest loss first", trial.parties),
    ):
        if changes:
            yield ""
            yield f"{heading:<{_NAME}} {'before':>16} {'after':>16} {'difference':>16}"
            yield from (_row(one, trial.currency) for one in _ends(changes))


def notes(trial: Simulation) -> list[str]:
    """What a reader of a trial must know besides its sums."""
    pack, said = trial.question.pack, []
    if not trial.by_then:
        until = pack.valid_to or "…"
        said.append(f"As written, {pack.id} holds from {pack.valid_from} to {until}.")
    said += [f"Assumed: {f.key} = {f.text} ({f.assumed})" for f in _changed(trial)]
    if trial.other_currencies:
        said.append(f"{trial.other_currencies} events in other currencies are left out.")
    if trial.booked is not None:
        said.append(
            f"The books say {trial.booked.text()} went to rightholders of the closed events; since"
            " then plays or shares have changed. Before and after are both on today's."
        )
    if trial.carried:
        said.append(f"{trial.carried} events wait for a cue sheet and take no part.")
    if trial.unaccounted.minor:
        said.append(
            f"This rule gives points a value of its own: {trial.unaccounted.text()} of the fees is"
            " left over (what is negative is paid beyond them)."
        )
    return said


def _changed(trial: Simulation) -> list[Figure]:
    return [f for f in trial.question.pack.figures if f.assumed]


def _ends(changes: Sequence[Change]) -> list[Change]:
    if len(changes) <= 2 * SHOWN:
        return list(changes)
    left = changes[SHOWN:-SHOWN]
    rest = Change(
        "", f"… {len(left)} others", sum(o.before for o in left), sum(o.after for o in left)
    )
    return [*changes[:SHOWN], rest, *changes[-SHOWN:]]


def _row(one: Change, currency: str) -> str:
    sums = [_sum(minor, currency) for minor in (one.before, one.after)]
    sign = "+" if one.difference > 0 else ""
    name = one.name if len(one.name) <= _NAME else f"{one.name[: _NAME - 1]}…"
    gap = sign + _sum(one.difference, currency)
    return f"{name:<{_NAME}} {sums[0]:>16} {sums[1]:>16} {gap:>16}"


def _sum(minor: int, currency: str) -> str:
    return Money(minor, currency).decimal_text()
