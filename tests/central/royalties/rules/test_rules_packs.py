"""Packs are data that say where they are from; a wrong one is refused by file, key and value."""

from datetime import date

import pytest
from click.testing import CliRunner

from central.__main__ import main
from central.errors import Unknown
from central.royalties.rules import shelf
from central.royalties.rules.pack import PackError
from central.royalties.rules.reading import read_pack

SHIPPED = {
    "kz-venues-2026",
    "artisjus-radio",
    "prs-live",
    "prs-cinema",
    "apra-cinema",
    "suisa-concert",
    "tono-concert",
    "stim-shares",
    "bmi-live",
    "gema-e",
}


def text_of(pack_id="suisa-concert"):
    return (shelf.folder() / f"{pack_id}.toml").read_text(encoding="utf-8")


def test_the_promised_packs_are_on_the_shelf():
    assert {pack.id for pack in shelf.packs()} >= SHIPPED


@pytest.mark.parametrize("pack", list(shelf.packs()), ids=lambda pack: pack.id)
def test_every_figure_has_a_source_or_a_reason_and_never_both(pack):
    assert [f.key for f in pack.figures if bool(f.source) == bool(f.assumed)] == []


@pytest.mark.parametrize("pack", list(shelf.packs()), ids=lambda pack: pack.id)
def test_no_figure_is_a_binary_fraction(pack):
    assert {type(figure.value).__name__ for figure in pack.figures} == {"Fraction"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("value = 7.5", 'value = "many"', "deductions.social.percent is {'value': 'many'"),
        ("value = 7.5", "value = -7.5", "deductions.social.percent is"),
        ("value = 7.5", "value = 750", "0 to 100 is wanted"),
        ("value = 7.5", "value = inf", "must be a number"),
        ('value = 7.5, source = "S1"', "value = 7.5", "where it was read"),
        ('value = 7.5, source = "S1"', 'value = 7.5, source = "S9"', "'S9' is not in"),
        ('base = "gross"', 'base = "nett"', "'nett' is not one of"),
        ('measure = "receipts"', 'measure = "seat"', "tariffs.concert.measure is 'seat'"),
        ('length = "seconds"', 'length = "bands"', "weights.length is 'bands'"),
        ('length = "seconds"', 'lenght = "seconds"', "weights.lenght is 'seconds'"),
        ("valid_from = 2019-01-01", 'valid_from = "2019"', "pack.valid_from is '2019'"),
        ("valid_from = 2019-01-01", "", "pack.valid_from is missing"),
        ('shape = "event"', 'shape = "credits"', "needs [weights.placing]"),
        ("[pool]", "[pool", "not TOML"),
    ],
)
def test_a_wrong_pack_is_refused_by_file_key_and_value(old, new, told):
    with pytest.raises(PackError) as refusal:
        read_pack(text_of().replace(old, new, 1), file="mine.toml")

    assert str(refusal.value).startswith("mine.toml: ")
    assert told in str(refusal.value)


def test_bands_leave_no_length_without_points():
    with pytest.raises(PackError, match="must begin at 60000 ms"):
        read_pack(
            text_of("artisjus-radio").replace(
                "from_seconds = { value = 60, source", "from_seconds = { value = 61, source"
            ),
            file="mine.toml",
        )


def test_exactly_one_pack_of_a_family_holds_on_a_day():
    assert shelf.pack_on("kz-venues", date(2025, 12, 31)).id == "kz-venues-2025"
    assert shelf.pack_on("kz-venues", date(2026, 1, 1)).id == "kz-venues-2026"
    with pytest.raises(Unknown, match="no rule pack of 'kz-venues' holds on 1990-01-01"):
        shelf.pack_on("kz-venues", date(1990, 1, 1))


def told_by(*words):
    return CliRunner().invoke(main, ["packs", *words])


def test_the_desk_lists_explains_and_validates_packs(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(text_of(), encoding="utf-8")
    explained = told_by("explain", "kz-venues-2026").output

    assert all(name in told_by("list").output for name in SHIPPED)
    assert "ASSUMED: annex 1 of Order 400 could not be read" in explained
    assert "mine.toml is a pack." in told_by("validate", str(mine)).output


def test_the_desk_says_what_is_wrong_in_one_line(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(text_of().replace("value = 10", "value = true"), encoding="utf-8")
    answer = told_by("validate", str(mine))

    assert answer.exit_code == 1
    assert "mine.toml: tariffs.concert.percent is" in answer.output
    assert "there is no rule pack 'x'" in told_by("explain", "x").output
