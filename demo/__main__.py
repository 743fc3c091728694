"""`make demo`: an evening of real music through the whole product, and what came of it."""

import shutil
import signal
import sys
from contextlib import closing
from pathlib import Path

import click
from rich.console import Console

from demo.music import NoMusic, gather
from demo.narration import Narration
from demo.play import Backstage, House, play
from demo.programme import EVENING, REHEARSAL
from demo.programs import Programs, WentWrong
from demo.room import listen_to_the_room

MUSIC = Path(".cache/music")
LAST = Path(".cache/demo")


@click.command()
@click.option("--microphone", default="", help="Listen to the room, by part of a device's name.")
@click.option("--rehearsal", is_flag=True, help="Three minutes with the same ingredients.")
@click.option("--only-music", is_flag=True, help="Fetch the recordings, and leave.")
@click.option(
    "--music",
    type=click.Path(path_type=Path, file_okay=False),
    default=MUSIC,
    show_default=True,
    help="Where the recordings are kept.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Where the office and the box shall live; new or empty.  [default: {LAST}, emptied]",
)
def main(
    *, microphone: str, rehearsal: bool, only_music: bool, music: Path, folder: Path | None
) -> None:
    """An evening of real music, or the room you sit in, through the whole product.

    Standard output says what was found, the same for the same evening; standard error says what
    is being done. Exits with 0 when everything that must hold did.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
    narration = Narration()
    try:
        shelf = gather(music, narration=narration)
        if only_music:
            return
        place = _empty(folder)
        with closing(Programs(place / "logs")) as programs:
            backstage = Backstage(place, programs, shelf, narration)
            if microphone:
                house, is_good = listen_to_the_room(microphone, backstage)
            else:
                house, is_good = play(REHEARSAL if rehearsal else EVENING, backstage)
            _show(house)
    except (NoMusic, WentWrong) as e:
        raise click.ClickException(str(e)) from e
    sys.exit(0 if is_good else 1)


def _empty(folder: Path | None) -> Path:
    """An empty folder to live in."""
    if folder is None:
        shutil.rmtree(LAST, ignore_errors=True)
        return LAST.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty; the demo would mix with what is there")
    return folder.resolve()


def _show(house: House) -> None:
    """Leave the console open for a browser, if a person sits here."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    out = Console(stderr=True, highlight=False)
    out.print(f"\nThe console is open: [bold]{house.office.address}/login[/bold]", soft_wrap=True)
    out.print(f"Staff token: [bold]{house.office.token}[/bold]", soft_wrap=True)
    out.print("Ctrl-C stops it; 'make serve' opens the last evening again.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        out.print("\nClosed.")


if __name__ == "__main__":
    main()
