"""The whole line, once: from real recordings to a statement, with a power cut in the middle."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from rich.console import Console

from demo import findings, outcome, report
from demo.box import Box
from demo.evening import Evening, make_evening
from demo.findings import Check
from demo.hall import RATE_HZ
from demo.music import Recording, Shelf
from demo.narration import Narration
from demo.office import Office, Place, Window
from demo.programme import POWER_CUT_SECONDS, Programme, known_names
from demo.programs import Programs

BEGAN = datetime(2026, 3, 20, 14, 0, tzinfo=UTC)  # 19:00 in Almaty
PACK = "kz-venues-2026"  # the rule the evening is paid out by
FEE_MINOR = 125_000_001  # tiyn; a sum that no share divides
SEED = 20260320
ALMATY = timezone(timedelta(hours=5))


@dataclass(frozen=True, slots=True)
class Backstage:
    """What every scene needs: an empty folder, the programs, the recordings, and a narrator."""

    folder: Path
    programs: Programs
    shelf: Shelf
    narration: Narration


@dataclass(frozen=True, slots=True)
class House:
    """An office that is open and a box that hangs in its hall."""

    office: Office
    box: Box
    place: Place
    ids: dict[str, Recording]


def furnish(backstage: Backstage, *, names: tuple[str, ...]) -> House:
    """Open an office that knows these recordings, and hang a box that knows the office.

    Raises:
        WentWrong: one of the programs does not do its work.
    """
    narration, programs = backstage.narration, backstage.programs
    narration.say("opening the office (qulaq-central init, serve)")
    office = Office(backstage.folder / "office", programs)
    ids = office.register(names, shelf=backstage.shelf, narration=narration)
    built = office.post("/v1/catalogue", {})
    narration.say(f"catalogue {built['version']}: {built['recordings']} recordings")
    place = office.open_venue()

    narration.say("making a box, and giving it its orders by USB stick (an image of one)")
    box = Box(backstage.folder / "box", programs)
    box.make(central_key=programs.run(["qulaq-central", "key", "--home", str(office.home)]))
    stick = backstage.folder / "stick.img"
    said = box.take_orders(stick, central=office.address, token=office.enrolment_token(place))
    narration.say(f"the stick's receipt: {said}")
    box.sync()
    narration.say("the box has fetched the catalogue")
    return House(office, box, place, ids)


def play(programme: Programme, backstage: Backstage) -> tuple[House, bool]:
    """The whole demo; prints what it found, and leaves everything running.

    Returns:
        The house, and whether everything that must hold did.

    Raises:
        WentWrong: one of the programs does not do its work.
        NoMusic: the programme asks for recordings that are not there.
    """
    shelf = backstage.shelf
    names = known_names(programme, recordings=tuple(r.name for r in shelf.music))
    house = furnish(backstage, names=names)
    backstage.narration.say("making the evening: music, speech, applause, a hall around them")
    evening = make_evening(programme, shelf=shelf, seed=SEED)
    _perform(house, evening, cut_at=programme.power_cut_at, backstage=backstage)
    window = Window(BEGAN, BEGAN + timedelta(seconds=evening.seconds))
    close_period(house, window, programs=backstage.programs)
    out = report.paper()
    checks = _tell(out, house, evening, window=window, shelf=shelf)
    report.print_credits(out, shelf, names={piece.name for piece in evening.played})
    report.print_checks(out, checks)
    return house, all(check.holds for check in checks)


def close_period(house: House, window: Window, *, programs: Programs) -> None:
    """Announce the evening that was, and pay it out.

    Raises:
        WentWrong: the office refuses.
    """
    house.office.announce(house.place, window, fee_minor=FEE_MINOR)
    days = [f"{moment.astimezone(ALMATY):%Y-%m-%d}" for moment in (window.start, window.end)]
    home, venue = str(house.office.home), str(house.place.venue)
    command = ["qulaq-central", "close-period", "--home", home, "--venue", venue, "--pack", PACK]
    programs.run([*command, "--from", days[0], "--to", days[1]])


def _perform(house: House, evening: Evening, *, cut_at: float, backstage: Backstage) -> None:
    """Let the box hear the evening, and pull its plug in the middle of a piece.

    The box has written down all it was given when its power goes; what sounds in the hall during
    the cut nobody hears.
    """
    narration = backstage.narration
    back_at = cut_at + POWER_CUT_SECONDS
    reporting = house.box.start_reporting()
    words = f"the box hears {evening.seconds / 60:.0f} minutes, faster than they last"
    with narration.stage(words, total=evening.seconds - POWER_CUT_SECONDS) as stage:
        hearing = house.box.start_hearing(began=BEGAN)
        hearing.feed(evening.sound[: round(cut_at * RATE_HZ)], stage=stage)
        house.box.wait_until_heard(BEGAN + timedelta(seconds=cut_at))
        hearing.cut_power()
        narration.say(f"power cut at {report.clock(cut_at)}: kill -9, {POWER_CUT_SECONDS:.0f} s")
        hearing = house.box.start_hearing(began=BEGAN + timedelta(seconds=back_at))
        hearing.feed(evening.sound[round(back_at * RATE_HZ) :], stage=stage)
        hearing.end()
    backstage.programs.stop(reporting, name="sync")
    house.box.sync()
    narration.say("the box has delivered everything")


def _tell(
    out: Console, house: House, evening: Evening, *, window: Window, shelf: Shelf
) -> list[Check]:
    """Print what the office says of the evening; what must hold of it."""
    heard = outcome.plays(house.office, house.place, window=window, ids=house.ids)
    titles = {recording.name: recording.title for recording in shelf.music}
    rows, false = findings.compare(evening.played, heard)
    report.print_hearing(out, rows, false=false, titles=titles)
    spans = outcome.coverage(house.office, house.place, window=window)
    report.print_coverage(out, spans)
    unknown = outcome.unknown_music(house.office, house.place, window=window)
    report.print_unknown(out, unknown)
    paid, opened = outcome.payout(house.office, window=window)
    report.print_payout(out, paid)
    fullest = max(opened, key=lambda one: len(one.lines))
    report.print_statement(out, fullest.due, lines=fullest.lines)
    verdict = house.office.verdict(fullest.number).strip()
    report.print_verdict(out, verdict)
    waiting = house.box.status()["records"]
    return [
        *findings.check_hearing(rows, false=false),
        *findings.check_coverage(spans, seconds=evening.seconds, cut_seconds=POWER_CUT_SECONDS),
        Check(
            f"the box has {waiting['waiting']} records waiting and {waiting['rejected']} rejected",
            waiting["waiting"] == waiting["rejected"] == 0,
        ),
        *findings.check_payout(paid),
        Check(f"the verifier says {verdict.splitlines()[-1]}", "\nTRUE:" in verdict),
    ]
