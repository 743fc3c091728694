"""The box's commands; each enters only its own rooms, so that who hears cannot speak."""

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge.config import BoxPaths, load
from edge.terminal import CONFIG_OPTION, HOME_OPTION, SIGNS_OPTION, keep_journal, paths_of, spoken

if TYPE_CHECKING:
    from edge.capture.block import Source

ELSEWHERE = {
    "chip-rights": "edge.naming",
    "identity": "edge.naming",
    "recover": "edge.rescue",
    "stick": "edge.stick.commands",
    "serve-status": "edge.view.commands",
}  # commands that live in a room of their own


class Commands(click.Group):
    """Commands of which some are fetched from their room only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, by name."""
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        room = importlib.import_module(ELSEWHERE[cmd_name])
        command = getattr(room, cmd_name.replace("-", "_"))
        return command if isinstance(command, click.Command) else None


class Instant(click.ParamType[datetime]):
    """An instant with its offset, e.g. 2026-03-05T19:00:00+05:00."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read it, or say what is missing."""
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an instant like 2026-03-05T19:00:00+05:00", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} lacks its offset; add Z or +05:00", param, ctx)
        return instant


class InputName(click.ParamType[str]):
    """What an input of the box is called; records and a lock file carry it."""

    name = "name"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Let it pass, or say what it must be."""
        if not (0 < len(str(value)) <= 32 and "/" not in str(value)):
            self.fail(f"{value!r} is no name of 1 to 32 characters without '/'", param, ctx)
        return str(value)


@click.group(cls=Commands, context_settings={"max_content_width": 100})
@click.version_option(package_name="qulaq")
def main() -> None:
    """A box in a hall: hears what music is played, recognises it, and reports it.

    Two processes run on a box. `listen` hears and cannot speak; `sync` speaks and cannot hear.
    They share a folder: the outbox with what was heard, the shelf with what can be recognised.
    `serve-status` shows the venue how the box is; it can do neither.
    """


@main.command()
@HOME_OPTION
@CONFIG_OPTION
@click.option("--device", help="A sound card, by part of its name.")
@click.option("--file", help="A recording instead of a card; `-` is raw s16le mono 48 kHz.")
@click.option(
    "--input",
    "input_name",
    type=InputName(),
    help="Which input.  [default: all that the orders name; main for --device and --file]",
)
@click.option(
    "--pace",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="How fast to play a file: 1 is real time, 60 a minute per second, 0 as fast as it goes.",
)
@click.option("--skip", type=click.FloatRange(min=0), default=0.0, help="Seconds to leave out.")
@click.option("--began", type=Instant(), help="When the first sample was heard. [default: now]")
@click.option(
    "--compiled",
    type=click.Path(file_okay=False, path_type=Path),
    expose_value=False,
    callback=lambda _context, _option, folder: _use_compiled(folder),
    help="What `qulaq-edge compile` made; without it the ear is compiled where Numba likes.",
)
@SIGNS_OPTION
def listen(
    home: Path,
    config: Path | None,
    device: str | None,
    file: str | None,
    input_name: str | None,
    pace: float,
    skip: float,
    began: datetime | None,
) -> None:
    """Hear, recognise, and keep what was heard in the outbox.

    Without --device and --file the box listens to all inputs its orders name, each by itself, and
    waits for cards that are not there. Sound is never kept.
    SIGTERM ends the evening cleanly; after a power cut the next start settles what went on.

    \b
    Examples:
      qulaq-edge listen --home box --device "USB Audio"
      qulaq-edge listen --home box --file evening.flac --began 2026-03-05T19:00:00+05:00
      arecord -f S16_LE -r 48000 -c 1 -t raw | qulaq-edge listen --home box --file -
    """
    from edge.capture.sources import await_device, open_device, open_file
    from edge.evening import begin_evening, begin_watch
    from edge.gate import switch_at
    from edge.guidance import Guide
    from edge.listen import listen_together

    if device is not None and file is not None:
        raise click.UsageError("--device and --file exclude each other")
    keep_journal()
    with spoken():
        paths, settings = paths_of(home), load(config)
        if file is not None:
            source = open_file(file, settings, pace=pace, skip_seconds=skip)
            evenings = [begin_evening(source, input_name=input_name or "main", began=began)]
        else:
            cards = (
                {input_name or "main": open_device(device, settings)}
                if device is not None
                else {
                    name: await_device(card, settings)
                    for name, card in _ordered_devices(paths, input_name).items()
                }
            )
            evenings = [
                begin_watch(source, input_name=name, began=began) for name, source in cards.items()
            ]
        guide, is_muted = Guide(paths, settings), switch_at(paths.mute)
        guidance = guide.look if file is None else guide.look_at_any_hour
        evenings = [replace(one, is_muted=is_muted, guidance=guidance) for one in evenings]
        with _progress(evenings[0].source) as progress:
            listen_together(evenings, paths=paths, settings=settings, progress=progress)


@main.command()
@HOME_OPTION
@CONFIG_OPTION
@click.option("--once", is_flag=True, help="One round, then leave: 0 when all went well, else 1.")
@click.option(
    "--hears",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the hearing process leaves its signs of life: central is told how it is.",
)
@SIGNS_OPTION
def sync(home: Path, config: Path | None, once: bool, hears: Path | None) -> None:
    """Bring central what was heard, and the box the catalogue.

    What central acknowledged is never sent again; what it did not is never dropped.

    \b
    Examples:
      qulaq-edge sync --home box --once
      qulaq-edge sync --home box            (every 30 s until SIGTERM)
    """
    from edge.sync.rounds import sync_once, sync_until_stopped

    keep_journal()
    with spoken():
        run = sync_once if once else sync_until_stopped
        run(replace(paths_of(home), hears=hears), load(config))


@main.command()
@HOME_OPTION
@click.option("--json", "as_json", is_flag=True, help="For programs instead of people.")
def status(home: Path, as_json: bool) -> None:
    """How the box is: place, catalogue, records, coverage, what is sounding.

    \b
    Example:
      qulaq-edge status --home box --json
    """
    from edge.status import in_words
    from edge.status import status as look

    with spoken():
        box = look(BoxPaths(home))
    if as_json:
        click.echo(json.dumps(asdict(box), default=str, indent=2))
    else:
        click.echo("\n".join(in_words(box)))


@main.command()
@click.option(
    "--catalogue",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of .qseg files.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def match(catalogue: Path, files: tuple[Path, ...]) -> None:
    """Recognise recordings in files; one line of JSON for each file.

    A file that cannot be read has an `error` in its line; the others are still answered, and the
    command leaves with 1. `seconds` is the time an answer took.

    \b
    Example:
      qulaq-edge match --catalogue box/shelf evening.flac | jq .matches
    """
    from edge.lookup import look_up

    unread = False
    with spoken():
        for answer in look_up(catalogue, files):
            click.echo(json.dumps(answer))
            unread |= "error" in answer
    if unread:
        raise SystemExit(1)


@main.command(name="compile")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("/opt/qulaq/ear"),
    show_default=True,
    help="A folder for compiled ears, one folder for each release; only root should write it.",
)
def compile_ear(into: Path) -> None:
    """Compile the ear of this release once, when it is installed, so that no box ever does.

    Takes about a minute. `listen --compiled` then refuses to start with anything else.

    \b
    Example:
      sudo qulaq-edge compile --into /opt/qulaq/ear
    """
    from edge.compiled import compile_into

    with spoken():
        click.echo(f"the ear of this release is in {compile_into(into)}")


@main.command()
def selftest() -> None:
    """Hear a made-up piece and check the answer; also warms the compiler's cache.

    \b
    Example:
      qulaq-edge selftest && echo this machine can hear
    """
    from edge.selftest import known_answer

    began = time.monotonic()
    with spoken():
        answer = known_answer()
    click.echo(
        f"heard the known piece from {answer.start_seconds:.2f} s to {answer.end_seconds:.2f} s, "
        f"confidence {answer.confidence:.2f}, in {time.monotonic() - began:.1f} s"
    )


@main.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def check_config(file: Path | None) -> None:
    """Say everything that is wrong with a settings FILE; without one, print what may be set.

    \b
    Examples:
      qulaq-edge check-config > box.toml    # every setting, its unit, range and default
      qulaq-edge check-config /etc/qulaq/box.toml
    """
    from edge.config import Settings, as_toml, check

    if file is None:
        click.echo("\n".join(as_toml(Settings())))
        return
    with spoken():
        faults = check(file)
    for fault in faults:
        click.echo(f"{file}: {fault}", err=True)
    if faults:
        raise SystemExit(1)
    click.echo(f"{file} is in order")


def _use_compiled(folder: Path | None) -> None:
    """Hear with what was compiled at installation, from before anything of the ear is imported."""
    if folder is None:
        return
    from edge.compiled import use

    with spoken():
        use(folder)


def _ordered_devices(paths: BoxPaths, input_name: str | None) -> dict[str, str]:
    """The devices that the box's orders name, by input: for all inputs, or for one."""
    from edge.sync.identity import read_bundle, read_trust

    bundle = read_bundle(paths.bundle, trust=read_trust(paths.trust))
    ordered = {one.name: one.device for one in bundle.inputs}
    if input_name is None:
        return ordered
    if input_name not in ordered:
        names = ", ".join(ordered)
        raise click.UsageError(f"the orders know no input {input_name!r}; they name {names}")
    return {input_name: ordered[input_name]}


@contextmanager
def _progress(source: "Source") -> Iterator[Callable[[float], None]]:
    """A bar on a terminal while a file is heard; silence anywhere else."""
    if source.length is None or not sys.stderr.isatty():
        yield lambda _seconds: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(source.name, total=source.length / source.rate_hz)
        yield lambda seconds: bar.update(task, completed=seconds)


if __name__ == "__main__":
    main()
