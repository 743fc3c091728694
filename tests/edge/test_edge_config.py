from dataclasses import fields

import pytest

from edge.config import BoxPaths, Settings, load
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


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sync_secs = 5", "unknown setting 'sync_secs'; known are checkpoint_seconds"),
        ("sync_seconds = '5'", "sync_seconds = '5' is not a number"),
        ("sync_seconds = true", "sync_seconds = True is not a number"),
        ("batch_records = 2.5", r"batch_records = 2\.5 is not a number"),
        ("batch_records = 501", "batch_records = 501 is above 500"),
        ("sync_seconds = 0", "sync_seconds = 0 must be greater than 0"),
        ("sync_seconds = nan", "sync_seconds = nan must be greater than 0"),
        ("sync_seconds = inf", "sync_seconds = inf must be greater than 0, and finite"),
        ("checkpoint_seconds = 90", "longer than coverage_seconds"),
        ("sync_seconds", r"box\.toml"),
    ],
)
def test_every_mistake_is_named(tmp_path, text, complaint):
    with pytest.raises(Misconfigured, match=complaint):
        load(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Misconfigured, match=r"absent\.toml"):
        load(tmp_path / "absent.toml")


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_setting_carries_its_unit_in_its_name(field):
    units = ("_seconds", "_records", "_bytes", "_days", "_attempts")

    assert field.name.endswith(units)


def test_everything_a_box_keeps_lies_in_its_home(tmp_path):
    paths = BoxPaths(tmp_path)

    kept = {paths.identity, paths.trust, paths.bundle, paths.outbox, paths.shelf, paths.manifest}
    assert len(kept) == 6
    assert all(tmp_path in path.parents for path in kept)
