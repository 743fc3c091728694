"""Sound files looked up in a catalogue, one answer a file."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from edge.errors import BadCatalogue, Deaf
from edge.matcher.decode import open_sound
from edge.matcher.detect import Detection, Detector
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.index import SUFFIX, Index
from edge.matcher.recipe import RECIPE
from edge.matcher.siblings import SUFFIX as SIBLINGS
from edge.matcher.siblings import Siblings


def match_files(catalogue: Path, files: Iterable[Path]) -> Iterator[dict[str, object]]:
    """Say of each file which recordings sound in it, when, and how sure that is.

    Args:
        catalogue: folder of .qseg files, and of .qsib files that say which of them share sound.
        files: sound files of any length, read as streams.

    Yields:
        One answer a file: `query` (its path) and `matches` (the most certain first: `ref`, `score`
        0 to 1, `query_start`, `query_end`, `ref_start` in seconds, `alternatives` that sound the
        same); for a file that is missing or
        no sound that can be read, no matches and an `error`, which stops none of the others.

    Raises:
        BadCatalogue: the folder holds no segment, or one that is torn or foreign.
    """
    segments = sorted(catalogue.glob(f"*{SUFFIX}"))
    if not segments:
        raise BadCatalogue(f"{catalogue} holds no *{SUFFIX} file; fetch a catalogue first")
    index = Index.open(segments)
    siblings = [Siblings.open(path) for path in sorted(catalogue.glob(f"*{SIBLINGS}"))]
    for path in files:
        try:
            found = detect_file(index, path)
        except Deaf as e:
            yield {"query": str(path), "matches": [], "error": str(e)}
            continue
        best_first = sorted(found, key=lambda one: (-one.confidence, one.start))
        yield {"query": str(path), "matches": [_match(one, siblings) for one in best_first]}


def detect_file(index: Index, path: Path) -> list[Detection]:
    """All detections in one file, by when they ended.

    Raises:
        Deaf: the file is missing or is not sound that can be read.
    """
    with open_sound(path) as (blocks, rate_hz):
        ear, detector, found = Fingerprinter(rate_hz), Detector(index), []
        for block in blocks:
            found += detector.feed(ear.feed(block))
    found += detector.feed(ear.close())
    return found + detector.close()


def _match(found: Detection, siblings: Sequence[Siblings]) -> dict[str, object]:
    others = [one.recording_id for known in siblings for one in known.alternatives(found)]
    return {
        "ref": found.recording_id,
        "score": found.confidence,
        "query_start": RECIPE.seconds(found.start),
        "query_end": RECIPE.seconds(found.end),
        "ref_start": found.reference_start_seconds,
        "alternatives": others,
    }
