"""qulaq-provision: the technician's bench, where a box gets its place and its orders."""

import secrets
import sys
from pathlib import Path

import click

from edge.errors import BadStick, QulaqError
from edge.stick.blank import make_blank
from edge.stick.medium import open_medium
from edge.sync.letters import BoxIdentity
from provisioning.enrol import enrol as ask_central
from provisioning.enrol import enrolment
from provisioning.receipt import Answer, answers
from provisioning.stick import choose, identities, read_identity, write_orders
from provisioning.usb import line_of, stick_at_hand
from provisioning.usb import sticks as plugged_sticks

# "\b" tells click to keep the lines as they are.
_TOUR = """Make a box known to central, by USB stick.

\b
1. Plug a stick with a FAT file system labelled QULAQ into the box for ten seconds:
   the box writes its identity on it.
2. Plug it in here:      qulaq-provision enrol --central URL
   (the token comes from the office and says which hall the box is for)
3. Plug it into the box: the box takes its orders and writes a receipt.
4. Plug it in here:      qulaq-provision receipt
"""

_stick = click.option(
    "--stick",
    "path",
    type=click.Path(path_type=Path),
    help="A device (/dev/sda1), an image file or a folder; without it the one stick plugged in.",
)


@click.group(help=_TOUR)
def bench() -> None:
    """Make a box known to central, by USB stick."""


@bench.command()
def sticks() -> None:
    """List the USB sticks plugged in, and whether a box would look at them."""
    found = plugged_sticks()
    for one in found:
        click.echo(line_of(one))
    if not found:
        click.echo("No USB stick with a FAT file system is plugged in.")


@bench.command()
@click.option(
    "--central", required=True, help="Central's address, such as https://central.example."
)
@click.option(
    "--token",
    envvar="QULAQ_TOKEN",
    prompt="Token from the office",
    hide_input=True,
    help="One-time token; better asked for or in QULAQ_TOKEN than on the command line.",
)
@_stick
@click.option("--device", help="Which box, when several have left their identity on the stick.")
@click.option(
    "--identity",
    "identity_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The box's identity from a file instead of the stick.",
)
def enrol(
    central: str, token: str, path: Path | None, device: str | None, identity_file: Path | None
) -> None:
    """Enrol a box at central and put its signed orders on the stick."""
    with open_medium(path or stick_at_hand()) as medium:
        found = _identities_in(identity_file) if identity_file else identities(medium)
        box = choose(found, device=device)
        click.echo(f"Box {box.device}: asking {central} …")
        sealed, bundle = ask_central(central, enrolment(token, box))
        name = write_orders(medium, sealed, device=box.device)
    click.echo(f"Orders {bundle.serial} for {bundle.venue}, {bundle.hall} are on the stick: {name}")
    click.echo(f"Now: eject the stick, plug it into box {box.device}, wait for its receipt")
    click.echo("     (QULAQ/RECEIPT.txt), and bring it back: qulaq-provision receipt")


@bench.command()
@_stick
def receipt(path: Path | None) -> None:
    """Show what each box on the stick did with its orders.

    Exits with 0 only when every box signed that its orders are in force.
    """
    with open_medium(path or stick_at_hand()) as medium:
        found = answers(medium, identities(medium))
    if not found:
        raise BadStick("no box has left its identity on this stick; plug it into the box first")
    for answer in found:
        click.echo(_line_of(answer))
    if not all(answer.receipt and answer.receipt.applied for answer in found):
        sys.exit(2)


@bench.command("stick-image")
@click.argument("path", type=click.Path(path_type=Path))
def stick_image(path: Path) -> None:
    """Make an image file of an empty stick, without root: for trials and for demonstrations."""
    make_blank(path, volume_number=secrets.randbits(32))
    click.echo(f"{path}: an empty stick labelled QULAQ; use it wherever --stick is asked for")


def _identities_in(path: Path) -> list[BoxIdentity]:
    return [read_identity(path.read_bytes(), source=str(path))]


def _line_of(answer: Answer) -> str:
    if answer.receipt is None:
        return f"{answer.device}  {answer.fault}"
    said = answer.receipt
    state = "in force" if said.applied else "REFUSED"
    return (
        f"{said.device}  orders {said.serial} {state}  {said.written_at:%Y-%m-%d %H:%M}  "
        f"({said.reason}; signature good)"
    )


def main() -> None:
    """Run the bench; what went wrong is said in one line."""
    try:
        bench()
    except QulaqError as e:
        click.echo(f"qulaq-provision: {e}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
