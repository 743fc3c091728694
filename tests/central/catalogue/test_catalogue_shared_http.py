"""Recordings that share sound are found when the catalogue is made, told to boxes, and settled."""

import io

import numpy as np
import pytest
import soundfile

from edge.matcher.siblings import Siblings
from tests.edge.matcher.matcher_sounds import RATE_HZ, hiss, play

SOUND, SECTION = play(31, 30), play(32, 12)
TAKES = {
    "album": SOUND,
    "again": np.concatenate([SOUND[RATE_HZ:] * 0.6, hiss(1, 0.5, 0.0)]) + hiss(2, 29.5, 0.002),
    "medley": np.concatenate([play(33, 20), SECTION]),
    "opening": np.concatenate([SECTION, play(34, 20)]),
    "other": play(35, 25),
}


def flac(sound):
    file = io.BytesIO()
    soundfile.write(file, sound, RATE_HZ, format="FLAC")
    return file.getvalue()


def register(office, work_id, *titles):
    sent = [
        office.send_recording(flac(TAKES[title]), title=title, work_id=work_id) for title in titles
    ]
    return {answer.json()["id"]: title for answer, title in zip(sent, titles, strict=True)}


def found(office, titles):
    """What the office says shares sound: kind by titles."""
    pairs = office.http.get("/v1/catalogue/shared").json()
    return {(pair["kind"], *sorted((titles[pair["one"]], titles[pair["other"]]))) for pair in pairs}


WANTED = {("same", "again", "album"), ("part", "medley", "opening")}


def test_whether_they_came_at_once_or_one_by_one_the_same_is_found(office):
    work_id = office.work()
    titles = {}
    for title in TAKES:
        titles |= register(office, work_id, title)
        office.http.post("/v1/catalogue")

    assert found(office, titles) == WANTED


def test_what_is_shared_is_found_told_to_boxes_and_settled(office, tmp_path):
    titles = register(office, office.work(), *sorted(TAKES))
    ids = {title: recording_id for recording_id, title in titles.items()}
    first = office.http.post("/v1/catalogue").json()
    manifest = office.manifest()
    path = tmp_path / manifest.siblings.name
    path.write_bytes(office.http.get(f"/v1/catalogue/segments/{manifest.siblings.name}").content)
    again = office.http.post("/v1/catalogue").json()

    assert found(office, titles) == WANTED
    assert {"album", "again", "medley", "opening"} == {
        titles[name] for name in Siblings.open(path).recordings
    }
    assert first == again

    pairs = office.http.get("/v1/catalogue/shared").json()
    (same,) = [pair for pair in pairs if pair["kind"] == "same"]
    told = {"leave_out": ids["again"]}
    settled = office.http.post(f"/v1/catalogue/shared/{same['id']}", json=told).json()
    built = office.http.post("/v1/catalogue").json()

    assert settled["left_out"] == ids["again"]
    assert found(office, titles) == {("part", "medley", "opening")}
    assert (built["version"], built["recordings"]) == (2, len(TAKES) - 1)
    assert len(office.http.get("/v1/catalogue/shared", params={"settled": True}).json()) == 2


def test_a_catalogue_in_which_nothing_is_shared_has_no_such_file(office):
    register(office, office.work(), "other", "opening")
    office.http.post("/v1/catalogue")

    assert office.manifest().siblings is None
    assert office.http.get("/v1/catalogue/shared").json() == []


@pytest.mark.parametrize(("leave_out", "status"), [("nobody", 422), (None, 200)])
def test_only_one_of_the_two_can_leave(office, leave_out, status):
    register(office, office.work(), "album", "again")
    office.http.post("/v1/catalogue")
    (pair,) = office.http.get("/v1/catalogue/shared").json()
    told = {"leave_out": leave_out}

    assert office.http.post(f"/v1/catalogue/shared/{pair['id']}", json=told).status_code == status
    assert office.http.post("/v1/catalogue/shared/999", json=told).status_code == 404
    assert office.stranger.get("/v1/catalogue/shared").status_code == 401
