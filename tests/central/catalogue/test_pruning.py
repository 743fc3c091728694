"""What no box can want any more leaves the disk; what one may still be fetching stays."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import update
from structlog.testing import capture_logs

from central.__main__ import main
from central.catalogue import laying
from central.catalogue.pruning import GRACE, prune
from central.catalogue.store import catalogues
from central.database import writing

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=365)


@pytest.fixture
def build(office, tune, monkeypatch):
    """Another version of files that are all its own; the names of these files."""

    def built():
        number = office.http.get("/v1/recordings").json()
        office.send_recording(tune(len(number) + 1), work_id=office.work())
        # of another form nothing is kept: everything is written afresh
        monkeypatch.setattr(laying, "FORM", f"form {len(number)}")
        office.http.post("/v1/catalogue").raise_for_status()
        return {file.name for file in office.manifest().files}

    return built


def on_disk(office):
    return {path.name for path in office.home.segments.iterdir() if path.suffix != ".list"}


def made(office, version, days_ago):
    """As if a version, and all files there are, had been made then."""
    then = NOW - timedelta(days=days_ago)
    with writing(office.books) as connection:
        connection.execute(update(catalogues).filter_by(version=version).values(made_at=then))
    for path in office.home.segments.iterdir():
        os.utime(path, (then.timestamp(), then.timestamp()))


def test_the_last_two_versions_stay_for_ever_and_what_was_before_goes(office, build):
    first, second, third = build(), build(), build()
    before = sum(path.stat().st_size for path in office.home.segments.iterdir())
    freed = prune(office.office, now=LATER)
    after = sum(path.stat().st_size for path in office.home.segments.iterdir())

    assert not first & (second | third)
    assert second | third == on_disk(office)
    assert before - after == freed > 0
    assert 0 == prune(office.office, now=LATER)
    listed = {path.stem for path in office.home.segments.glob("*.list")}
    assert {name.partition(".")[0] for name in second | third} == listed


def test_what_a_box_may_still_be_fetching_stays(office, build):
    names = []
    for version, days_ago in enumerate((90, 50, 20, 10), 1):
        names.append(build())
        made(office, version, days_ago)
    prune(office.office, now=NOW)

    # the second was in force until twenty days ago
    assert names[1] | names[2] | names[3] == on_disk(office)
    for name in names[1]:
        assert office.http.get(f"/v1/catalogue/segments/{name}").is_success
    for name in names[0]:
        assert 404 == office.http.get(f"/v1/catalogue/segments/{name}").status_code


def test_what_was_written_just_now_stays_whoever_names_it(office, build):
    build()
    draft, segment = f"{'a' * 32}.draft", f"{'b' * 64}.qseg"
    for name in (draft, segment):
        (office.home.segments / name).write_bytes(b"somebody is building")
    prune(office.office, now=NOW)
    assert {draft, segment} < on_disk(office)

    prune(office.office, now=NOW + GRACE + timedelta(hours=1))
    assert not {draft, segment} & on_disk(office)


def test_what_is_not_ours_is_not_touched(office, build):
    build()
    (office.home.segments / "making").mkdir()
    (office.home.segments / "README").write_text("whose is this?")
    prune(office.office, now=LATER)

    assert {"making", "README"} < on_disk(office)


def test_what_is_gone_when_it_is_looked_at_hinders_nobody(office, build):
    first, second, third = build(), build(), build()
    (office.home.segments / f"{'a' * 32}.draft").symlink_to("renamed by whoever builds")

    assert 0 < prune(office.office, now=LATER)
    assert not first & on_disk(office)
    assert second | third < on_disk(office)


def test_a_build_removes_what_has_become_old(office, build):
    first = build()
    made(office, 1, 90)
    second = build()
    made(office, 2, 60)
    third = build()

    assert second | third == on_disk(office)
    assert not first & on_disk(office)


@pytest.fixture
def stuck(office, build):
    """Something old that no program can remove as a file, and a file behind it that can go."""
    build()
    stuck, free = (office.home.segments / f"{letter * 32}.draft" for letter in "ab")
    stuck.mkdir()
    free.write_bytes(b"cut off")
    made(office, 1, 90)
    return stuck, free


def test_a_build_that_cannot_remove_what_is_old_is_made_and_says_so(office, tune, stuck):
    office.send_recording(tune(9), work_id=office.work())
    with capture_logs() as logs:
        built = office.http.post("/v1/catalogue")

    assert (201, 2) == (built.status_code, built.json()["version"])
    assert stuck[0].name in built.json()["not_removed"]
    assert 2 == office.manifest().version
    (told,) = [one for one in logs if one["event"] == "old_files_not_removed"]
    assert ("warning", 2) == (told["log_level"], told["version"])
    assert [True, False] == [path.exists() for path in stuck]


def test_the_desk_says_that_the_build_is_good_and_what_could_not_be_removed(office, stuck):
    said = CliRunner().invoke(main, ["build-catalogue", "--home", str(office.home.path)])

    assert 0 == said.exit_code
    assert "version 1: 1 recordings" in said.output
    assert "in force; old files could not be removed: 1 old files" in said.output
    by_hand = CliRunner().invoke(main, ["prune-catalogue", "--home", str(office.home.path)])
    assert (1, True) == (by_hand.exit_code, stuck[0].name in by_hand.output)


def test_after_it_the_same_is_still_the_same_version(office, build):
    build(), build(), build()
    built = office.http.post("/v1/catalogue").json()
    prune(office.office, now=LATER)

    assert built == office.http.post("/v1/catalogue").json()


def test_the_desk_says_how_much_it_freed(office, build):
    names = build()
    (office.home.segments / f"{'a' * 32}.draft").write_bytes(b"cut off")
    made(office, 1, 31)
    said = CliRunner().invoke(main, ["prune-catalogue", "--home", str(office.home.path)])

    assert (0, "7 bytes freed\n") == (said.exit_code, said.output)
    assert names == on_disk(office)
