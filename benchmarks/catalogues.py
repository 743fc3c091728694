"""The catalogues the ear is measured in: the laboratory's own, and it among a nation's."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.cores import CORES, Reporter
from benchmarks.prints import learnt
from benchmarks.replicas import EDITION, Replicas, names_of
from central.catalogue.bulk import Reference, build
from edge.matcher.index import SUFFIX
from edge.matcher.write import write_segment


def development(references: Sequence[Path], cache: Path) -> Path:
    """Folder of a catalogue of these recordings, made if it is not there."""
    folder = cache / f"catalogue-{len(references)}"
    folder.mkdir(parents=True, exist_ok=True)
    names = [path.stem for path in references]
    write_segment(
        folder / f"references{SUFFIX}", list(zip(names, learnt(references, cache), strict=True))
    )
    return folder


def national(references: Sequence[Path], size: int, cache: Path) -> Path:
    """Folder of a catalogue of these recordings and so many strange ones that they are `size`."""
    folder, prints = cache / f"catalogue-{size}-{EDITION}", cache / "prints"
    prints.mkdir(parents=True, exist_ok=True)
    for path, print_ in zip(references, learnt(references, cache), strict=True):
        (prints / f"{path.stem}.qfp").write_bytes(print_.to_bytes())
    names = names_of([path.stem for path in references], size)
    build(
        folder, [Reference(name, EDITION) for name in names], Replicas(prints),
        progress=Reporter(f"catalogue of {size}"), workers=CORES,
    )  # fmt: skip
    return folder
