"""A loop that several recordings share, heard in music nobody registered, is told as just that."""

import numpy as np

from edge.matcher.detect import Detector
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.index import Index
from edge.matcher.siblings import Siblings
from tests.central.catalogue.test_catalogue_shared_http import (
    SECTION,
    TAKES,
    register,
)
from tests.edge.matcher.matcher_sounds import RATE_HZ, play


def heard_in(index, sound):
    ear, detector = Fingerprinter(RATE_HZ), Detector(index)
    ended = detector.feed(ear.feed(sound)) + detector.feed(ear.close())
    return ended + detector.close()


def test_who_shares_the_loop_is_named_with_it(office, tmp_path):
    titles = register(office, office.work(), "medley", "opening", "other")
    office.http.post("/v1/catalogue")
    manifest = office.manifest()
    for file in manifest.files:
        answer = office.http.get(f"/v1/catalogue/segments/{file.name}")
        (tmp_path / file.name).write_bytes(answer.content)
    index = Index.open([tmp_path / segment.name for segment in manifest.segments])
    siblings = Siblings.open(tmp_path / manifest.siblings.name)

    unknown = np.concatenate([play(90, 15), SECTION, play(91, 15)])
    loops = heard_in(index, unknown)
    (known,) = heard_in(index, TAKES["other"])

    assert loops
    for found in loops:
        names = [found.recording_id, *(o.recording_id for o in siblings.alternatives(found))]
        assert {"medley", "opening"} == {titles[name] for name in names}
    assert siblings.alternatives(known) == ()
