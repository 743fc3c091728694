"""The command that shows the venue how its box is."""

import time
from pathlib import Path

import click

from edge import timekeeping
from edge.config import BoxPaths, load
from edge.terminal import CONFIG_OPTION, HOME_OPTION, keep_journal, spoken
from edge.view.glance import look_at
from edge.view.lamp import LIGHTS_FOLDER, Lamp
from edge.view.serve import serve


@click.command("serve-status")
@HOME_OPTION
@CONFIG_OPTION
@click.option(
    "--signs",
    "folders",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder where a process of the box leaves signs of life; may be given again.",
)
@click.option("--address", help="Instead of the setting view_address.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), help="Instead of view_port; 0: any that is free."
)
@click.option(
    "--lights",
    type=click.Path(file_okay=False, path_type=Path),
    default=LIGHTS_FOLDER,
    show_default=True,
    help="Where the kernel keeps its lights; lamp_name is one of them.",
)
def serve_status(
    home: Path,
    config: Path | None,
    folders: tuple[Path, ...],
    address: str | None,
    port: int | None,
    lights: Path,
) -> None:
    """Show how the box is on a page for phones, and by a lamp: whether it hears, and what to do.

    The page only tells: there is nothing on it to press, and nothing personal. It is shown to this
    machine alone unless view_address says otherwise. Without --signs there is no level meter, and
    the box counts as not hearing.

    \b
    Example:
      qulaq-edge serve-status --home box --signs /run/qulaq-hear --signs /run/qulaq-speak
    """
    keep_journal()
    with spoken():
        settings, paths = load(config), BoxPaths(home)
        serve(
            lambda: look_at(paths, folders, now=timekeeping.now(), seconds=time.monotonic()),
            address=settings.view_address if address is None else address,
            port=settings.view_port if port is None else port,
            lamp=Lamp(settings.lamp_name, folder=lights) if settings.lamp_name else None,
            say=lambda url: click.echo(f"how the box is: {url}"),
        )
