"""`make demo MIC=1`: the evening is the room you sit in, for as long as you like."""

import subprocess
import time
from datetime import UTC, datetime, timedelta

from demo import outcome, report
from demo.findings import check_payout
from demo.office import Window
from demo.play import Backstage, House, close_period, furnish

LOOK_SECONDS = 2.0


def listen_to_the_room(device: str, backstage: Backstage) -> tuple[House, bool]:
    """Hear the room until Ctrl-C, then pay out whatever was played of the demo's music.

    Args:
        device: a sound device, by part of its name.
        backstage: what every scene needs.

    Returns:
        The house, and whether the money is all there.

    Raises:
        WentWrong: one of the programs does not do its work, or the device cannot be heard.
    """
    narration, programs, shelf = backstage.narration, backstage.programs, backstage.shelf
    house = furnish(backstage, names=tuple(recording.name for recording in shelf.music))
    began = datetime.now(UTC).replace(microsecond=0)
    reporting = house.box.start_reporting()
    hearing = house.box.start_microphone(device)
    narration.say(f"listening to {device}; play any of these, then press Ctrl-C:")
    for recording in shelf.music:
        narration.say(f"  {shelf.path(recording)}  ({recording.title}, {recording.artist})")
    try:
        _follow(house, hearing, backstage=backstage)
    except KeyboardInterrupt:
        narration.say("the evening is over")
    if hearing.poll() is None:
        hearing.terminate()
    programs.wait(hearing, name="listen")
    programs.stop(reporting, name="sync")
    house.box.sync()
    ended = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    time.sleep(1)  # an event can be closed when it is over, and it ends on a whole second
    return house, _pay_out(house, Window(began, ended), backstage=backstage)


def _follow(house: House, hearing: subprocess.Popen[bytes], *, backstage: Backstage) -> None:
    """Say what sounds, whenever that changes."""
    said: set[str] = set()
    while hearing.poll() is None:
        sounding = {
            house.ids[one["recording_id"]].title
            for place in house.box.status()["inputs"]
            for one in place["sounding"]
        }
        for title in sorted(sounding - said):
            backstage.narration.say(f"♪ {title}")
        said = sounding
        time.sleep(LOOK_SECONDS)


def _pay_out(house: House, window: Window, *, backstage: Backstage) -> bool:
    close_period(house, window, programs=backstage.programs)
    out = report.paper()
    heard = outcome.plays(house.office, house.place, window=window, ids=house.ids)
    titles = {recording.name: recording.title for recording in backstage.shelf.music}
    report.print_plays(out, heard, titles=titles)
    report.print_coverage(out, outcome.coverage(house.office, house.place, window=window))
    paid, _ = outcome.payout(house.office, window=window)
    report.print_payout(out, paid)
    checks = check_payout(paid)
    report.print_checks(out, checks)
    return all(check.holds for check in checks)
