"""qulaq-edge stick: take orders from a USB stick, once or whenever one is plugged in."""

import time
from collections.abc import Callable
from pathlib import Path

import click
import structlog

from edge import timekeeping
from edge.config import BoxPaths, Settings
from edge.config import load as load_settings
from edge.errors import QulaqError, Unwritable
from edge.notify import tell
from edge.stick.labels import RECEIPT_TEXT
from edge.stick.medium import Medium, open_medium
from edge.stick.orders import Judgement, Verdict
from edge.stick.plugged import Stick
from edge.stick.postbag import exchange
from edge.stick.visit import visit
from edge.stick.words import receipt_text
from edge.stopping import asked_to_stop
from edge.sync.identity import load
from edge.sync.post import Folder
from edge.terminal import CONFIG_OPTION, HOME_OPTION, keep_journal, spoken

PATIENCE_SECONDS = 120.0  # a catalogue is copied meanwhile, to a slow card

log = structlog.get_logger()

Pause = Callable[[float], object]


@click.group()
def stick() -> None:
    """Take orders from a USB stick.

    A stick for boxes has a FAT file system labelled QULAQ. A stick without orders for this box
    gets the box's identity written on it; take that to the bench, where qulaq-provision enrol
    fetches signed orders. The box follows only orders signed by the office whose key it was made
    with, addressed to it, and newer than those in force, and always leaves a receipt.

    A box that has orders also leaves its letters for the office on the stick, closed so that
    only the office reads them, and takes what qulaq-provision carry brought back: receipts, and
    what is new in the catalogue.
    """


@stick.command()
@HOME_OPTION
@CONFIG_OPTION
@click.option(
    "--stick",
    "path",
    type=click.Path(path_type=Path),
    required=True,
    help="A device (/dev/sda1), an image file, or a folder.",
)
@click.option(
    "--patience",
    "patience_seconds",
    type=click.FloatRange(min=0),
    default=0.0,
    help="Also carry the post; wait so many seconds for who speaks (qulaq-edge sync) to pack it.",
)
@click.pass_context
def apply(
    context: click.Context, home: Path, config: Path | None, path: Path, patience_seconds: float
) -> None:
    """Serve one stick now, and say what came of it.

    Exits with 0 when its orders are in force or the box introduced itself, with 2 when they
    were refused; the receipt on the stick says why.
    """
    with spoken():
        settings = load_settings(config)
        judgement = _serve(path, BoxPaths(home), settings, patience_seconds=patience_seconds)
    click.echo(f"{judgement.verdict.value}: {judgement.reason}")
    if not (judgement.verdict.is_obeyed or judgement.verdict is Verdict.INTRODUCED):
        context.exit(2)


@stick.command()
@HOME_OPTION
@CONFIG_OPTION
def watch(home: Path, config: Path | None) -> None:
    """Serve every stick that is plugged in, until stopped.

    Needs read and write access to the sticks' block devices, and no network.
    """
    # udev is needed for this alone; `apply` also runs where there is none.
    from edge.stick.watch import watch as wait_for_sticks  # noqa: PLC0415

    keep_journal()
    with spoken():
        paths, settings = BoxPaths(home), load_settings(config)

    def greet(found: Stick) -> None:
        try:
            judgement = _serve(
                found.node, paths, settings, patience_seconds=PATIENCE_SECONDS, pause=asked.wait
            )
        except QulaqError as e:
            log.warning("stick_unusable", node=str(found.node), reason=str(e))
        else:
            log.info(
                "stick_served",
                node=str(found.node),
                verdict=judgement.verdict.value,
                reason=judgement.reason,
            )

    with asked_to_stop() as asked:
        wait_for_sticks(greet, armed=_say_ready, stop=asked.fileno())
    log.info("stick_agent_stopped")


def _serve(
    path: Path,
    paths: BoxPaths,
    settings: Settings,
    *,
    patience_seconds: float,
    pause: Pause = time.sleep,
) -> Judgement:
    with open_medium(path) as medium:
        judgement = visit(medium, paths, now=timekeeping.now(), settings=settings)
        # Who got its orders just now has heard nothing yet, and nobody speaks for it so soon.
        if patience_seconds and judgement.verdict is not Verdict.APPLIED and paths.bundle.exists():
            _exchange(medium, paths, judgement, patience_seconds, pause)
        return judgement


def _exchange(
    medium: Medium, paths: BoxPaths, judgement: Judgement, patience_seconds: float, pause: Pause
) -> None:
    device, folder = load(paths.identity).device, Folder(paths.post)
    try:
        post = exchange(
            medium, folder, device=device, patience_seconds=patience_seconds, pause=pause
        )
    except OSError as e:
        raise Unwritable(f"{paths.post} cannot be written: {e.strerror}; look at the card") from e
    told = receipt_text(judgement, device=device, now=timekeeping.now(), post=post)
    medium.write_file(RECEIPT_TEXT, told)
    letters = None if post.parcel is None else post.parcel.letters
    log.info("post_exchanged", letters=letters, answer_brought=post.brought)


def _say_ready() -> None:
    tell("READY=1")
    log.info("stick_agent_ready")
