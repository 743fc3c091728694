"""Whose keys vouch for the catalogue: shown, drafted, signed and adopted from the office's desk."""

from pathlib import Path

import click

from central.settings import Home
from central.terminal import HOME

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def root() -> None:
    """Whose keys vouch for the catalogue; to be held once, before the first box.

    The office makes all keys by itself, and whoever steals it has them. So take the root's away:

    \b
      qulaq-central root key a.pem                    on three machines that are not the office:
      qulaq-central root key b.pem                    a.pub, b.pub and c.pub go to the office,
      qulaq-central root key c.pem                    the .pem stay where they are
      qulaq-central root draft --home office --key a.pub --key b.pub --key c.pub \\
          --threshold 2 --out next-root.json
      qulaq-central root sign next-root.json office/keys/catalogue/root.pem
      qulaq-central root sign next-root.json a.pem    where a.pem is, and so with b.pem
      qulaq-central root adopt --home office next-root.json
      shred -u office/keys/catalogue/root.pem

    Do it once a year without `--key` to renew it, or with other keys where one was lost.
    """


@root.command("show")
@HOME
def root_show(home: Home) -> None:
    """Whose keys count, how many must agree, and until when."""
    from central.catalogue.ceremony import told

    click.echo(told(home))


@root.command("key")
@click.argument("file", type=FILE)
def root_key(file: Path) -> None:
    """Make a root key in FILE, and its public half beside it; needs no office."""
    from central.catalogue.ceremony import make_key

    click.echo(make_key(file))


@root.command("draft")
@HOME
@click.option("--key", "publics", multiple=True, type=FILE, help="A public half. Repeatable.")
@click.option("--threshold", type=click.IntRange(0, 16), default=0, help="Who must agree.")
@click.option("--out", type=FILE, default=Path("next-root.json"), show_default=True)
def root_draft(home: Home, publics: tuple[Path, ...], threshold: int, out: Path) -> None:
    """Write the root that shall follow, to be signed; without --key the same keys again."""
    from central.catalogue.ceremony import draft

    out.write_bytes(draft(home, publics, threshold=threshold))
    click.echo(out)


@root.command("sign")
@click.argument("file", type=FILE)
@click.argument("key", type=FILE)
def root_sign(file: Path, key: Path) -> None:
    """Sign the draft FILE by KEY; needs no office."""
    from central.catalogue.ceremony import sign

    click.echo(sign(file, key))


@root.command("adopt")
@HOME
@click.argument("file", type=FILE)
def root_adopt(home: Home, file: Path) -> None:
    """Put FILE in force, once enough of the old and of the new keys have signed it."""
    from central.catalogue.ceremony import adopt

    click.echo(adopt(home, file))


COMMANDS = (root,)
