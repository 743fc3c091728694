import re
from dataclasses import fields

import pytest

from edge.config import BoxPaths, Settings, as_toml, check, kind_of, load
from edge.errors import Misconfigured


def written(tmp_path, text):
    path = tmp_path / "box.toml"
    path.write_text(text)
    return path


def test_without_a_file_every_setting_has_its_default():
    assert Settings() == load(None)


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path):
    path = written(tmp_path, "sync_seconds = 5\nbatch_records = 50\n")

    assert Settings(sync_seconds=5, batch_records=50) == load(path)


MISTAKES = [
    ("sync_secs = 5", r"unknown setting 'sync_secs'; did you mean sync_seconds \(0\.1 to 3600 s\)"),
    ("queue_minutes = 1", r"did you mean queue_seconds \(1 to 15 s of sound\)"),
    ("colour = 1", "unknown setting 'colour'; remove it: known are checkpoint_seconds"),
    ("sync_seconds = '5 s'", "sync_seconds = '5 s' is not a number; write 0.1 to 3600 s, without"),
    ("sync_seconds = true", "sync_seconds = True is not a number"),
    ("batch_records = 2.5", r"batch_records = 2\.5 is not a whole number; write 1 to 500 records"),
    ("batch_records = 501", "batch_records = 501 is out of range; write 1 to 500 records"),
    ("sync_seconds = 0", "sync_seconds = 0 is out of range"),
    ("sync_seconds = nan", "sync_seconds = nan is out of range"),
    ("sync_seconds = inf", "sync_seconds = inf is out of range"),
    ("queue_seconds = 16", "queue_seconds = 16 is out of range; write 1 to 15 s of sound"),
    ("checkpoint_seconds = 60\ncoverage_seconds = 30", "longer than coverage_seconds"),
    ("view_address = 'the hall'", "'the hall' is no IP address; write 127.0.0.1 or 0.0.0.0"),
    ("view_address = 127", "view_address = 127 is not text; write IP address in quotes"),
    ("lamp_name = '../../etc'", "lamp_name = '../../etc' is a path"),
]


@pytest.mark.parametrize(("text", "complaint"), [*MISTAKES, ("sync_seconds", r"box\.toml")])
def test_every_mistake_is_named(tmp_path, text, complaint):
    with pytest.raises(Misconfigured, match=complaint):
        load(written(tmp_path, text))


@pytest.mark.parametrize(("text", "complaint"), MISTAKES)
def test_a_check_finds_every_mistake_that_loading_meets(tmp_path, text, complaint):
    (found,) = check(written(tmp_path, text))

    assert re.search(complaint, found)


def test_a_check_names_all_mistakes_at_once(tmp_path):
    path = written(tmp_path, "sync_secs = 5\nbatch_records = 0\nview_port = 'x'\n")

    assert ["sync_secs", "batch_records", "view_port"] == [
        re.search("sync_secs|batch_records|view_port", fault)[0] for fault in check(path)
    ]


def test_the_file_that_explains_everything_is_itself_in_order(tmp_path):
    chosen = Settings(sync_seconds=5, lamp_name="led0")
    path = written(tmp_path, "\n".join(as_toml(chosen)))

    assert (check(path), load(path)) == ([], chosen)
    assert path.read_text().count("\n# ") >= 2 * (len(fields(Settings)) - 2) - 1


def test_defaults_lie_within_their_ranges():
    for one in fields(Settings):
        if one.type is not str:
            assert kind_of(one).least <= one.default <= kind_of(one).most


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Misconfigured, match=r"absent\.toml"):
        load(tmp_path / "absent.toml")


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_setting_carries_its_unit_in_its_name(field):
    units = (
        "_seconds",
        "_records",
        "_bytes",
        "_days",
        "_attempts",
        "_address",
        "_device",
        "_store",
        "_port",
        "_name",
    )

    assert field.name.endswith(units)
    assert kind_of(field).unit
    assert kind_of(field).about


def test_everything_a_box_keeps_lies_in_its_home(tmp_path):
    paths = BoxPaths(tmp_path)

    kept = {paths.identity, paths.trust, paths.bundle, paths.outbox, paths.shelf, paths.manifest}
    assert len(kept) == 6
    assert all(tmp_path in path.parents for path in kept)
