"""Sound files looked up in a catalogue, one answer a file."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from edge.errors import BadCatalogue
from edge.matcher.decode import open_sound
from edge.matcher.detect import Detection, Detector
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.index import SUFFIX, Index
from edge.matcher.recipe import RECIPE


def match_files(catalogue: Path, files: Iterable[Path]) -> Iterator[dict[str, object]]:
    """Say of each file which recordings sound in it, when, and how sure that is.

    Args:
        catalogue: folder of .qseg files.
        files: sound files of any length, read as streams.

    Yields:
        One answer a file: `query` (its path), `matches` (the most certain first: `ref`, `score` 0
        to 1, `query_start`, `query_end`, `ref_start` in seconds) and `seconds` (its length).

    Raises:
        BadCatalogue: the folder holds no segment, or one that is torn or foreign.
        Deaf: a file is missing or is not sound that can be read.
    """
    segments = sorted(catalogue.glob(f"*{SUFFIX}"))
    if not segments:
        raise BadCatalogue(f"{catalogue} holds no *{SUFFIX} file; fetch a catalogue first")
    index = Index.open(segments)
    for path in files:
        found, seconds = detect_file(index, path)
        best_first = sorted(found, key=lambda one: (-one.confidence, one.start))
        yield {"query": str(path), "matches": [_match(d) for d in best_first], "seconds": seconds}


def detect_file(index: Index, path: Path) -> tuple[list[Detection], float]:
    """All detections in one file, by when they ended, and the file's length in seconds.

    Raises:
        Deaf: the file is missing or is not sound that can be read.
    """
    with open_sound(path) as (blocks, rate_hz):
        ear, detector, found, samples = Fingerprinter(rate_hz), Detector(index), [], 0
        for block in blocks:
            samples += len(block)
            found += detector.feed(ear.feed(block))
    found += detector.feed(ear.close())
    return found + detector.close(), samples / rate_hz


def _match(found: Detection) -> dict[str, object]:
    return {
        "ref": found.recording_id,
        "score": found.confidence,
        "query_start": RECIPE.seconds(found.start),
        "query_end": RECIPE.seconds(found.end),
        "ref_start": found.reference_start_seconds,
    }
