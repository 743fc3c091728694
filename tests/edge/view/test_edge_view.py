"""What the venue sees of its box: the verdict, the words, the page, the lamp."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import Misconfigured
from edge.sync.wire import CoverageRecord, SignalFault
from edge.view.health import LIGHTS, Light, Look, Seen, Verdict, verdict
from edge.view.lamp import Lamp
from edge.view.page import page
from edge.view.words import TONGUES, Words, preferred

SEVEN = datetime(2026, 3, 5, 19, 0, tzinfo=UTC)
FAULTS = SignalFault.__args__
STATES = CoverageRecord.model_fields["state"].annotation.__args__
WELL = Look(
    now=SEVEN,
    device="qb-1",
    venue="Philharmonic",
    hall="Small hall",
    inputs=(Seen("main", "heard", 0.4, -12.0, -20.0),),
    coverage_seconds={"heard": 97 * 60.0, "unplugged": 7 * 60.0, "outside_schedule": 3600.0},
    recognised_at=SEVEN - timedelta(minutes=3),
    central_seconds=20.0,
    waiting=4,
    catalogue_version=7,
)


def but(**changes):
    return Look(**{name: getattr(WELL, name) for name in Look.__dataclass_fields__} | changes)


def one_input(state, *, age=0.4, fault=None):
    return but(inputs=(Seen("main", state, age, -12.0, -20.0, fault),))


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (WELL, Verdict.HEARD),
        (Look(now=SEVEN), Verdict.NO_ORDERS),
        (but(inputs=()), Verdict.STOPPED),
        (one_input("heard", age=31), Verdict.STOPPED),
        (but(catalogue_version=0), Verdict.NO_CATALOGUE),
        (but(inputs=(replace(WELL.inputs[0], is_kept=False),)), Verdict.UNKEPT),
        (but(is_readable=False), Verdict.UNREADABLE),
        (but(central_seconds=86_401.0), Verdict.AWAY),
        (but(central_seconds=None), Verdict.HEARD),
        (
            but(inputs=(WELL.inputs[0], Seen("foyer", "unplugged", 0.1, -100.0, -100.0))),
            Verdict.UNPLUGGED,
        ),
    ],
)
def test_the_worst_that_is_true_is_said(look, expected):
    assert expected == verdict(look)


@pytest.mark.parametrize("state", [state for state in STATES if state != "powered_off"])
def test_every_state_of_coverage_has_a_verdict_a_light_and_words(state):
    found = verdict(one_input(state))

    assert state == found
    assert len({Words(tongue).state(state) for tongue in TONGUES}) == len(TONGUES)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_a_signal_has_a_light_and_words_of_its_own(fault):
    ill = one_input("clipped" if fault == "clipping" else "heard", fault=fault)

    found = verdict(ill)

    assert LIGHTS[found] in (Light.RED, Light.AMBER)
    assert Words("kk").state(ill.inputs[0].ails) in page(ill, Words("kk"))
    assert len({Words(tongue).state(ill.inputs[0].ails) for tongue in TONGUES}) == len(TONGUES)


def test_only_a_box_that_hears_is_green():
    assert [Verdict.HEARD] == [one for one in Verdict if LIGHTS[one] is Light.GREEN]
    assert set(Verdict) == set(LIGHTS)


@pytest.mark.parametrize("found", Verdict)
def test_each_verdict_is_said_in_each_language_in_its_own_words(found):
    said = {(Words(t).happened(found), Words(t).to_do(found)) for t in TONGUES}

    assert len(said) == len(TONGUES)
    for happened, to_do in said:
        assert 0 < len(happened) <= 30  # a headline on a phone
        assert to_do.endswith(".")


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("ru", "en", "ru"),
        ("", "de, en-GB;q=0.9", "en"),
        ("xx", "ru-RU,ru", "ru"),
        ("", "", "kk"),
        ("", "de", "kk"),
    ],
)
def test_the_language_is_the_readers(asked, accepted, expected):
    assert expected == preferred(asked, accepted)


class Reader(HTMLParser):
    """What a page holds: its elements, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.references = set(), "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.references += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.text += data


def test_the_page_tells_what_was_seen():
    told = Reader(page(WELL, Words("en"))).text

    for words in (
        *("Philharmonic, Small hall", "Hearing", "97 of 104 min", "18:57 (3 min ago)", "just now"),
        *("4 records", "-12 dBFS", "heard 93.3 %", "unplugged 6.7 %"),
    ):
        assert words in told


def test_a_box_that_is_just_made_can_be_shown():
    told = Reader(page(Look(now=SEVEN), Words("kk"))).text

    assert "Тапсырма жоқ" in told
    assert told.count("әлі жоқ") == 2


@given(st.text(), st.text())
def test_no_name_of_a_hall_can_change_the_page(venue, hall):
    """Names come from signed orders, but a page must not depend on that."""
    plain = Reader(page(but(venue="V", hall="H"), Words("en")))
    other = Reader(page(but(venue=f"<b>{venue}", hall=f'"><script>{hall}'), Words("en")))

    assert plain.tags == other.tags
    assert plain.references == other.references


@pytest.mark.parametrize("tongue", TONGUES)
def test_there_is_nothing_on_the_page_to_press_and_nothing_from_elsewhere(tongue):
    shown = Reader(page(WELL, Words(tongue)))

    assert not shown.tags & {"form", "input", "button", "select", "textarea", "iframe", "img"}
    assert all(re.match(r"/(\?lang=|view\.)|data:,$", one) for one in shown.references)


# ── The lamp ──


@pytest.fixture
def lights(tmp_path):
    """A folder like /sys/class/leds, with two lights in it."""
    for name in ("led0", "input0::capslock"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "brightness").write_text("0")
        (tmp_path / name / "max_brightness").write_text("255\n")
        (tmp_path / name / "trigger").write_text("mmc0")
    return tmp_path


def rhythm(lights, light, beats=32):
    """What a lamp does, beat by beat."""
    lamp, seen = Lamp("led0", folder=lights), []
    for _ in range(beats):
        lamp.beat(light)
        seen.append((lights / "led0" / "brightness").read_text())
    return seen


def test_a_lamp_is_taken_from_the_kernel_and_lit_when_all_is_well(lights):
    assert rhythm(lights, Light.GREEN).count("255") == 30
    assert (lights / "led0" / "trigger").read_text() == "none"
    assert (lights / "input0::capslock" / "trigger").read_text() == "mmc0"


def test_a_lamp_blinks_faster_the_sooner_somebody_must_come(lights):
    def turns(light):
        seen = rhythm(lights, light)
        return sum(a != b for a, b in pairwise(seen))

    assert turns(Light.RED) > turns(Light.AMBER) > turns(Light.GREEN)
    assert rhythm(lights, Light.GREY).count("255") == 2


@pytest.mark.parametrize("light", Light)
def test_no_lamp_of_a_box_that_lives_stands_still(lights, light):
    assert {"0", "255"} == set(rhythm(lights, light))


def test_a_lamp_that_is_not_there_is_named_with_those_that_are(lights):
    with pytest.raises(Misconfigured, match=r"'led9'.*there is: input0::capslock, led0"):
        Lamp("led9", folder=lights)


def test_a_lamp_that_cannot_be_set_is_told(lights):
    lamp = Lamp("led0", folder=lights)
    (lights / "led0" / "brightness").unlink()
    (lights / "led0" / "brightness").mkdir()

    with pytest.raises(Misconfigured, match=r"led0 cannot be set"):
        lamp.beat(Light.RED)
