"""The catalogue: versions grow by changes only, and boxes can fetch it in any pieces."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from central.catalogue import laying
from edge.matcher.index import Index
from edge.matcher.recipe import RECIPE


def test_what_boxes_fetch_holds_every_recording(office, tune, tmp_path):
    work_id = office.work()
    ids = {office.send_recording(tune(n), work_id=work_id).json()["id"] for n in (1, 2)}
    built = office.http.post("/v1/catalogue").json()
    manifest = office.manifest()
    (segment,) = manifest.segments
    fetched = office.http.get(f"/v1/catalogue/segments/{segment.name}").content
    path = tmp_path / segment.name
    path.write_bytes(fetched)

    assert (1, 2, len(fetched)) == (built["version"], built["recordings"], built["size_bytes"])
    assert (1, RECIPE.id) == (manifest.version, manifest.recipe)
    assert (segment.sha256, segment.size_bytes) == (
        hashlib.sha256(fetched).hexdigest(),
        len(fetched),
    )
    assert ids == set(Index.open([path]).recordings)


def test_nothing_new_is_no_new_version(office, tune):
    office.send_recording(tune(1), work_id=office.work())
    first = office.http.post("/v1/catalogue").json()
    manifest = office.manifest()
    second = office.http.post("/v1/catalogue").json()

    assert first == second
    assert manifest == office.manifest()


def test_a_new_recording_is_a_new_version_and_old_files_stay(office, tune):
    work_id = office.work()
    office.send_recording(tune(1), work_id=work_id)
    office.http.post("/v1/catalogue")
    (old,) = office.manifest().segments
    office.send_recording(tune(2), work_id=work_id)
    built = office.http.post("/v1/catalogue").json()
    answer = office.http.get(f"/v1/catalogue/segments/{old.name}")
    same, added = office.manifest().segments

    assert (2, 2) == (built["version"], built["recordings"])
    assert 200 == answer.status_code
    assert (old, 1) == (same, added.recordings)


def test_where_there_are_many_segments_new_boxes_get_the_same_in_fewer(office, tune, monkeypatch):
    monkeypatch.setattr(laying, "PACKED_FROM", 3)
    work_id, ids = office.work(), set()
    for n in (1, 2, 3):
        ids.add(office.send_recording(tune(n), work_id=work_id).json()["id"])
        office.http.post("/v1/catalogue")
    manifest = office.manifest()
    packed, every = (
        Index.open([office.home.segments / one.name for one in way]) for way in manifest.ways
    )

    assert (2, 3) == (len(packed.segments), len(every.segments))
    assert ids == set(packed.recordings) == set(every.recordings)


def test_more_than_memory_holds_is_written_in_parts(office, tune, monkeypatch):
    monkeypatch.setattr(laying, "AT_ONCE", 0)
    work_id = office.work()
    ids = {office.send_recording(tune(n), work_id=work_id).json()["id"] for n in (1, 2)}
    office.http.post("/v1/catalogue")
    in_parts = office.manifest().segments
    ids.add(office.send_recording(tune(3), work_id=work_id).json()["id"])
    office.http.post("/v1/catalogue")
    segments = office.manifest().segments

    assert in_parts == segments[:1]
    index = Index.open([office.home.segments / one.name for one in segments])
    assert ids == set(index.recordings)


def test_a_first_catalogue_of_many_parts_is_offered_as_it_was_written(office, tune, monkeypatch):
    monkeypatch.setattr(laying, "AT_ONCE", 0)
    monkeypatch.setattr(laying, "PER_SEGMENT", 1)
    monkeypatch.setattr(laying, "PACKED_FROM", 2)
    work_id = office.work()
    ids = {office.send_recording(tune(n), work_id=work_id).json()["id"] for n in (1, 2)}
    answer = office.http.post("/v1/catalogue")
    manifest = office.manifest()

    assert answer.is_success, answer.text
    assert (2, []) == (len(manifest.segments), list(manifest.packed))
    index = Index.open([office.home.segments / one.name for one in manifest.segments])
    assert ids == set(index.recordings)


def test_many_who_register_and_build_at_once_leave_nothing_out(office, tune):
    work_id = office.work()
    tunes = [tune(n, seconds=n % 3 * 4 + 8) for n in range(6)]

    def register_and_build(sound):
        sent = office.send_recording(sound, work_id=work_id)
        assert 201 == sent.status_code, sent.text
        return office.http.post("/v1/catalogue").json()["version"]

    with ThreadPoolExecutor(len(tunes)) as pool:
        versions = list(pool.map(register_and_build, tunes))
    manifest = office.manifest()

    assert max(versions) == manifest.version
    assert len(tunes) == sum(segment.recordings for segment in manifest.segments)


def test_a_lost_file_is_made_again(office, tune):
    office.send_recording(tune(1), work_id=office.work())
    office.http.post("/v1/catalogue")
    (segment,) = office.manifest().segments
    (office.home.segments / segment.name).unlink()
    office.http.post("/v1/catalogue")
    answer = office.http.get(f"/v1/catalogue/segments/{segment.name}")

    assert segment.sha256 == hashlib.sha256(answer.content).hexdigest()


def test_a_file_fetched_in_pieces_is_the_file(office, tune):
    office.send_recording(tune(1), work_id=office.work())
    office.http.post("/v1/catalogue")
    (segment,) = office.manifest().segments
    path = f"/v1/catalogue/segments/{segment.name}"
    pieces = b""
    while len(pieces) < segment.size_bytes:
        span = f"bytes={len(pieces)}-{len(pieces) + 2_499}"
        answer = office.http.get(path, headers={"Range": span})
        assert 206 == answer.status_code
        pieces += answer.content

    assert segment.sha256 == hashlib.sha256(pieces).hexdigest()
    assert f'"{segment.sha256}"' == answer.headers["etag"]


def test_without_recordings_there_is_no_catalogue(office):
    built = office.http.post("/v1/catalogue")

    assert 422 == built.status_code
    assert office.manifest() is None


@pytest.mark.parametrize("name", ["../central.db", "..%2fcentral.db", "a.qseg", "0" * 64])
def test_only_segments_can_be_fetched(office, name):
    answer = office.http.get(f"/v1/catalogue/segments/{name}")

    assert answer.status_code in (404, 422)


def test_a_segment_that_never_was_is_not_there(office):
    answer = office.http.get(f"/v1/catalogue/segments/{'0' * 64}.qseg")

    assert 404 == answer.status_code


def test_the_desk_makes_the_same_version_as_the_counter(office, tune):
    from click.testing import CliRunner

    from central.__main__ import main

    office.send_recording(tune(1), work_id=office.work())
    said = CliRunner().invoke(main, ["build-catalogue", "--home", str(office.home.path)])
    built = office.http.post("/v1/catalogue").json()

    assert f"version 1: 1 recordings, {built['size_bytes']} bytes\n" == said.output
