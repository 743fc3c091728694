"""Directions are followed whole or not at all: by the office's word, for this box, never back."""

import typing
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.config import Settings, kind_of
from edge.errors import Unreachable, Unwritable
from edge.gate import Schedule
from edge.guidance import Guide
from edge.sync.directions import LONGEST_BYTES, Standing, judge, tuned
from edge.sync.following import Follower, follow
from edge.sync.identity import load, read_trust
from edge.sync.identity import replace as replace_key
from edge.sync.letters import (
    AnnouncedEvening,
    Directions,
    DirectionsVerdict,
    Hours,
    Tuning,
)
from edge.sync.protocol import Answer
from edge.sync.rounds import settings_now, sync_once
from edge.sync.seal import new_key, seal
from edge.sync.tray import Tray
from tests.fakes.central_simulator import CentralSimulator, on_loopback
from tests.fakes.evenings import SEVEN, make_box

MOZART = "score-00000000000040aa"
HOUR = timedelta(hours=1)
THURSDAY = Hours(days=[4], begins="19:00", ends="22:00")
EVENING = AnnouncedEvening(begins=SEVEN, ends=SEVEN + timedelta(hours=3), works=[MOZART])
KEY = new_key()
SETTINGS = Settings(coverage_seconds=30)
FINER = {"coverage_seconds": 60}  # what is told of loudness is no finer, whoever asks


@pytest.fixture
def central():
    return CentralSimulator(key=KEY)


@pytest.fixture
def paths(tmp_path, central):
    return make_box(tmp_path / "box", central, "http://central.example")


@pytest.fixture
def who(paths, central):
    identity = load(paths.identity)
    standing = Standing(identity.device, read_trust(paths.trust), 1, SETTINGS)
    return Follower(identity, lambda: SEVEN, Tray(paths.directions), standing)


def directions(who, **changes):
    told = {
        "number": 3,
        "device": who.identity.device,
        "serial": 1,
        "issued_at": SEVEN,
        "tuning": Tuning(sync_seconds=5),
        "hours": [THURSDAY],
        "programme": [EVENING],
    }
    return Directions(**(told | changes))


def tell(central, letter, *, key=None):
    central.directions = seal(letter, signer="central", key=key or central.key)


def test_what_the_office_says_is_followed_and_answered_once(who, central, paths):
    tell(central, directions(who))

    receipt = follow(who, central.answer)
    assert follow(who, central.answer) is None

    assert [receipt] == central.receipts
    assert (3, "applied", SEVEN) == (receipt.number, receipt.verdict, receipt.judged_at)
    guidance = Guide(paths, Settings()).look()
    assert 3 == guidance.directions
    assert {MOZART: 0} == guidance.expected(SEVEN)
    assert not guidance.expected(SEVEN - timedelta(seconds=1))
    assert [THURSDAY] == list(guidance.schedule.wanted)
    assert 5 == settings_now(paths, who.standing).sync_seconds == guidance.tuning.sync_seconds


def test_a_box_nobody_told_anything_works_by_its_orders(who, central, paths):
    assert follow(who, central.answer) is None

    assert not paths.directions.exists()
    assert SETTINGS == settings_now(paths, who.standing)
    assert 0 == Guide(paths, Settings()).look().directions


REFUSALS = {
    "unsigned": {},
    "misaddressed": {"device": "qb-0000000000000000"},
    "unfitting": {"serial": 2},
    "impossible": {"tuning": Tuning(checkpoint_seconds=60)},  # longer than its own coverage
    "outdated": {"number": 2},
}


@pytest.mark.parametrize("verdict", REFUSALS)
def test_what_may_not_be_followed_is_refused_by_name_and_the_last_good_stays(
    who, central, paths, verdict
):
    tell(central, directions(who))
    follow(who, central.answer)
    bad = directions(who, **({"number": 4} | REFUSALS[verdict]))
    tell(central, bad, key=new_key() if verdict == "unsigned" else None)

    refusal = follow(who, central.answer)
    assert follow(who, central.answer) is None

    assert (verdict, refusal) == (refusal.verdict, central.receipts[-1])
    assert refusal.reason
    assert 3 == Guide(paths, Settings()).look().directions
    tell(central, directions(who, number=9, tuning=Tuning()))
    assert "applied" == follow(who, central.answer).verdict
    assert 9 == Guide(paths, Settings()).look().directions


def test_directions_for_a_name_the_box_had_before_stand_in_nobodys_way(who, central, paths):
    tell(central, directions(who, number=9))
    follow(who, central.answer)
    replace_key(paths.identity)
    box = load(paths.identity)
    orders = central.enrol(box.public_key, url="http://central.example")
    paths.bundle.write_text(orders.model_dump_json())
    standing = Standing(box.device, read_trust(paths.trust), 1, SETTINGS)
    now = Follower(box, lambda: SEVEN, Tray(paths.directions), standing)
    tell(central, directions(now, number=1))

    assert "applied" == follow(now, central.answer).verdict
    assert 1 == Guide(paths, Settings()).look().directions


def test_what_is_too_long_is_refused_unread(who):
    judgement = judge(b"{" * (LONGEST_BYTES + 1), who.standing)

    assert "unreadable" == judgement.verdict
    assert str(LONGEST_BYTES) in judgement.reason


def test_the_longest_that_may_be_said_can_be_said(who):
    evening = EVENING.model_copy(update={"works": [MOZART] * 200})
    longest = directions(who, programme=[evening] * 64, hours=[THURSDAY] * 32)
    sealed = seal(longest, signer="central", key=KEY)

    assert "applied" == judge(sealed.model_dump_json().encode(), who.standing).verdict


@given(st.binary(max_size=300))
def test_whatever_comes_is_judged(junk):
    standing = Standing("qb-0000000000000000", CentralSimulator(key=KEY).public_key, 1, Settings())

    assert judge(junk, standing).verdict in ("unreadable", "unsigned")


def test_any_altered_byte_is_refused(who):
    sealed = seal(directions(who), signer="central", key=KEY)
    for place in range(0, len(sealed.payload), 7):
        flipped = chr(ord(sealed.payload[place]) ^ 1)
        payload = sealed.payload[:place] + flipped + sealed.payload[place + 1 :]
        letter = sealed.model_copy(update={"payload": payload}).model_dump_json().encode()

        assert "unsigned" == judge(letter, who.standing).verdict


def test_a_receipt_that_was_lost_is_told_again(who, central):
    tell(central, directions(who))

    def cut(request):
        if request.method == "POST":
            raise Unreachable("the line is cut")
        return central.answer(request)

    with pytest.raises(Unreachable):
        follow(who, cut)

    assert 3 == follow(who, central.answer).number
    assert 1 == len(central.receipts)


def test_of_an_office_that_knows_no_directions_a_person_hears(who):
    with pytest.raises(Exception, match="404"):
        follow(who, lambda _: Answer(404, b"nothing answers there"))


def test_on_a_full_card_nothing_changes_and_nothing_is_said_to_have(who, central, monkeypatch):
    tell(central, directions(who))
    monkeypatch.setattr("edge.sync.tray.write_whole", _full)

    with pytest.raises(Unwritable, match="look at the card"):
        follow(who, central.answer)

    assert not central.receipts


def _full(path, _content):
    raise OSError(28, "No space left on device", str(path))


def test_torn_directions_are_told_by_who_hears_and_fetched_anew_by_who_speaks(who, central, paths):
    tell(central, directions(who))
    follow(who, central.answer)
    guide = Guide(paths, Settings())
    assert 3 == guide.look().directions
    letter = paths.directions / "letter.json"
    letter.write_bytes(letter.read_bytes()[:100])

    assert 3 == guide.look().directions
    assert 0 == Guide(paths, Settings()).look().directions
    follow(who, central.answer)
    assert 3 == Guide(paths, Settings()).look().directions


def test_who_hears_believes_only_the_office_whoever_lays_it_down(who, central, paths):
    tell(central, directions(who), key=new_key())
    forged = central.directions
    tell(central, directions(who))
    follow(who, central.answer)
    letter = paths.directions / "letter.json"
    letter.write_text(f'{{"letter":{forged.model_dump_json()},"since":"{SEVEN.isoformat()}"}}')

    assert 0 == Guide(paths, Settings()).look().directions


def test_directions_hold_beside_the_orders_they_were_made_for(who, central, paths):
    """A box that is moved does not go on by the hours of the hall it hung in before."""
    tell(central, directions(who))
    follow(who, central.answer)
    moved = replace(who.standing, serial=2)

    assert SETTINGS == settings_now(paths, moved)
    tell(central, directions(who, number=4, serial=2))
    assert "applied" == follow(replace(who, standing=moved), central.answer).verdict


def test_hours_that_are_pushed_shorten_what_the_orders_allow_and_lengthen_nothing(who):
    friday = Hours(days=[5], begins="19:00", ends="22:00")
    late = Hours(days=[4], begins="20:00", ends="23:59")
    both = Schedule((THURSDAY,), "UTC", (late, friday))

    heard = [hour for hour in range(48) if both.allows(SEVEN.replace(hour=0) + hour * HOUR)]
    assert [20, 21] == heard  # of Thursday; Friday was never agreed on
    only = Schedule((), "UTC", (late,))
    assert [20, 21, 22, 23] == [
        hour for hour in range(48) if only.allows(SEVEN.replace(hour=0) + hour * HOUR)
    ]


def test_what_may_be_pushed_has_the_bounds_of_the_boxs_own_settings():
    own = {one.name: one for one in fields(Settings)}
    for name, pushed in Tuning.model_fields.items():
        kind = kind_of(own[name])
        least = FINER.get(name, kind.least)
        for value in (least, kind.most):
            number = int(value) if own[name].type is int else value
            assert tuned(replace(Settings(), checkpoint_seconds=0.1), Tuning(**{name: number}))
        for value in (least - 0.05 - (own[name].type is int), kind.most + 1):
            with pytest.raises(ValidationError):
                Tuning(**{name: int(value) if own[name].type is int else value})
        assert pushed.default is None


@pytest.mark.parametrize(
    "name",
    [
        "queue_seconds",
        "keep_sent_days",
        "view_address",
        "view_port",
        "lamp_name",
        "timeout_seconds",
    ],
)
def test_what_bounds_privacy_or_could_cut_a_box_off_cannot_be_pushed(name):
    assert name in {one.name for one in fields(Settings)}
    with pytest.raises(ValidationError):
        Tuning(**{name: 1})


@pytest.mark.parametrize("value", ["5", True, float("nan"), float("inf"), [5]])
def test_a_setting_is_a_number_and_nothing_like_one(value):
    with pytest.raises(ValidationError):
        Tuning(sync_seconds=value)


def test_every_verdict_can_be_told():
    assert {*REFUSALS, "applied", "unreadable"} == set(typing.get_args(DirectionsVerdict))


def test_a_round_of_a_real_box_follows(paths, central, tmp_path):
    with on_loopback(central.answer) as url:
        paths = make_box(tmp_path / "other", central, url)
        device = load(paths.identity).device
        letter = Directions(number=7, device=device, serial=1, issued_at=SEVEN)
        tell(central, letter)

        sync_once(paths, Settings())
        sync_once(paths, Settings())

    (receipt,) = central.receipts
    assert (device, 7, "applied") == (receipt.device, receipt.number, receipt.verdict)
