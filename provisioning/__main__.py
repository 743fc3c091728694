"""qulaq-provision: the technician's bench, where a box gets its place and its orders."""

import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from edge.errors import BadStick, QulaqError
from edge.stick.blank import make_blank
from edge.stick.medium import open_medium
from edge.sync.letters import BoxIdentity
from edge.sync.post import Closed
from provisioning.asking import ask as ask_central
from provisioning.carry import Carried, posts
from provisioning.carry import carry as carry_post
from provisioning.enrol import enrol as enrol_at
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

\b
Where a hall has no network, a stick also carries what its box heard:
   box → stick → qulaq-provision carry --central URL → stick → box
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
        sealed, bundle = enrol_at(central, enrolment(token, box))
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


@bench.command()
@click.option(
    "--central", required=True, help="Central's address, such as https://central.example."
)
@_stick
def carry(central: str, path: Path | None) -> None:
    """Hand in what boxes without a network left on the stick, and take central's answers along.

    The letters are closed: nobody but central reads them, here neither. The answers are receipts,
    and what is new in the catalogue; plug the stick into the boxes again to give them that.
    Exits with 0 only when central took every letter.
    """

    def ask(place: str, content: bytes, longest: int) -> bytes:
        return ask_central(central, place, content, longest=longest)

    with open_medium(path or stick_at_hand()) as medium:
        names = posts(medium)
        if not names:
            raise BadStick(
                "no box has left letters on this stick; plug it into the box and leave it in "
                "until QULAQ/RECEIPT.txt speaks of them"
            )
        carried = [carry_post(medium, name, ask, show=_shown) for name in names]
    for one in carried:
        click.echo(_line_of_post(one))
    if any(one.refused for one in carried):
        sys.exit(2)


def _shown(letters: list[Closed]) -> Iterator[Closed]:
    with click.progressbar(letters, label="letters") as bar:
        yield from bar


def _line_of_post(one: Carried) -> str:
    lines = [
        f"{one.device}  {one.letters} letters: {one.accepted} records new, {one.duplicates} known, "
        f"{one.rejected} rejected; {one.enclosed_bytes / 1e6:.1f} MB of the catalogue go back"
    ]
    if not one.is_whole:
        lines.append("  the stick had no room for the catalogue; the receipts alone are on it")
    return "\n".join([*lines, *(f"  a letter was refused: {why}" for why in one.refused)])


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
