"""`qulaq-central packs`: which rules there are, what each says, and whether one can be used."""

from collections.abc import Iterator
from pathlib import Path

from central.errors import Unknown
from central.royalties.rules import shelf
from central.royalties.rules.pack import SHAPES, Pack
from central.royalties.rules.reading import read_pack


def listed() -> str:
    """Every pack that came with the office, one a line."""
    return "\n".join(_row(pack) for pack in shelf.packs())


def _row(pack: Pack) -> str:
    assumed = sum(bool(figure.assumed) for figure in pack.figures)
    doubt = f", {assumed} assumed" if assumed else ""
    return (
        f"{pack.id:<20} {pack.version:<7} {_days(pack):<25} {pack.currency}"
        f"  {len(pack.figures):>3} figures{doubt}\n{'':<21}{pack.society}: {pack.title}"
    )


def _days(pack: Pack) -> str:
    return f"{pack.valid_from} to {pack.valid_to or '…'}"


def explained(pack: Pack) -> str:
    """What a pack says: its shape, and each figure with its source or why it is assumed."""
    return "\n".join(_explanation(pack))


def _explanation(pack: Pack) -> Iterator[str]:
    yield f"{pack.name}: {pack.title} ({pack.society}, {pack.currency})"
    yield f"holds {_days(pack)}; sha256 {pack.digest}"
    yield f"shape {SHAPES[pack.shape]}"
    yield f"divided together: {pack.pool_by}; what nobody claims: {pack.redistribution}"
    yield ""
    for figure in pack.figures:
        told = f"ASSUMED: {figure.assumed}" if figure.assumed else figure.source
        yield f"{figure.key:<52} {figure.text:>9}  {told}"


def validated(file: Path) -> str:
    """Read a pack of one's own and say what it is.

    Raises:
        Unknown: the file cannot be read.
        PackError: it is no pack; the text names key and value.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unknown(f"{file} cannot be read: {error}") from error
    return f"{file.name} is a pack.\n{_row(read_pack(text, file=file.name))}"
