"""Which box this is: its key is made, proved, exchanged, and given to a chip to keep."""

from pathlib import Path

import click

from edge.config import BoxPaths, load
from edge.errors import BadSeal, Misconfigured
from edge.sync import identity as keys
from edge.sync import keeper
from edge.terminal import CONFIG_OPTION, HOME_OPTION, spoken


@click.command()
@HOME_OPTION
@CONFIG_OPTION
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Central's public key, PEM (`qulaq-central key`): whose orders this box takes.",
)
@click.option(
    "--renew",
    is_flag=True,
    help="Make another key; `sync` tells central, and from then on uses it.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="The key is lost, as with a dead chip: make another. The box has another name then, and "
    "must be enrolled anew.",
)
def identity(
    home: Path, config: Path | None, trust: Path | None, *, renew: bool, replace: bool
) -> None:
    """Print the box's id; make its key first if it has none, and see that it can sign.

    The setting key_store says what keeps a new key: a file, a TPM 2.0 or a Raspberry Pi. To move a
    box's key into a chip, change the setting and --renew: the box keeps its name.

    \b
    Example:
      qulaq-central key --home office > central.pem
      qulaq-edge identity --home box --trust central.pem
    """
    if renew and replace:
        raise click.UsageError("--renew and --replace exclude each other")
    with spoken():
        paths, settings = BoxPaths(home), load(config)
        if trust is not None:
            _lay_trust(paths, trust)
        if replace:
            keys.replace(paths.identity, settings)
        own = keys.load_or_make(paths.identity, settings)
        if renew:
            keys.renew(paths.identity, settings)
        keys.prove(own)
        click.echo(own.device)


@click.command("chip-rights")
@HOME_OPTION
@CONFIG_OPTION
def chip_rights(home: Path, config: Path | None) -> None:
    """Print what the units of who signs must be given for the chip that keeps the box's key.

    That is the chip of the key it has, and of the next by the setting key_store; nothing where
    files keep both. `install-box.sh` puts it beside these units.

    \b
    Example:
      qulaq-edge chip-rights --home /var/lib/qulaq --config /etc/qulaq/box.toml
    """
    with spoken():
        settings, path = load(config), BoxPaths(home).identity
        own = keys.load(path, settings).key if path.exists() else None
        rights = keeper.rights(settings, own)
    if rights:
        click.echo(rights, nl=False)


def _lay_trust(paths: BoxPaths, given: Path) -> None:
    """Trust the key in a file, or say which file held none."""
    try:
        keys.lay_trust(paths.trust, given.read_text(encoding="utf-8"))
    except (BadSeal, UnicodeDecodeError) as e:
        raise Misconfigured(
            f"{given} is not central's public key; `qulaq-central key` prints it"
        ) from e
