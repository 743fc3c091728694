"""Who may license follows from the mandates on record, day by day."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.repertoire.mandates.grants import Grant, Holder, Question, answer, conflict

AUTHOR = Holder("party", "1")
PRS, KAZAK = Holder("society", "052"), Holder("society", "240")
QUESTION = Question(7, "performing", "concert", "KZ", date(2026, 6, 1))


def grant(number=1, **changes):
    """The author's mandate to a society for the world, from 2020."""
    plain = Grant(
        id=number,
        kind="mandate",
        grantor=AUTHOR,
        holder=PRS,
        right="performing",
        use="any",
        territory="WORLD",
        except_in=(),
        since=date(2020, 1, 1),
        until=None,
        work_id=None,
        licensee="",
    )
    return replace(plain, **changes)


def test_the_chain_leads_through_a_society_to_the_one_that_represents_it_here():
    hands_on = grant(2, grantor=PRS, holder=KAZAK, territory="KZ", until=date(2026, 12, 31))
    found = answer(QUESTION, AUTHOR, [grant(), hands_on])

    assert KAZAK == found.licensor
    assert [1, 2] == [step.id for step in found.chain]


def test_who_did_until_when_is_told_in_spans():
    hands_on = grant(
        2,
        grantor=PRS,
        holder=KAZAK,
        territory="KZ",
        since=date(2024, 1, 1),
        until=date(2025, 12, 31),
    )
    found = answer(QUESTION, AUTHOR, [grant(), hands_on])

    assert PRS == found.licensor
    assert [
        (PRS, date(2020, 1, 1), date(2023, 12, 31)),
        (KAZAK, date(2024, 1, 1), date(2025, 12, 31)),
        (PRS, date(2026, 1, 1), None),
    ] == [(span.licensor, span.since, span.until) for span in found.spans]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"right": "mechanical"},
        {"use": "online"},
        {"territory": "KG"},
        {"except_in": ("KZ",)},
        {"since": date(2026, 6, 2)},
        {"until": date(2026, 5, 31)},
        {"work_id": 8},
    ],
)
def test_a_mandate_for_something_else_covers_nothing(elsewhere):
    found = answer(QUESTION, AUTHOR, [grant(**elsewhere)])

    assert (None, ()) == (found.licensor, found.chain)


def test_after_an_opt_out_the_rightholder_answers_for_it_again():
    away = grant(2, kind="opt-out", holder=None, use="concert", since=date(2026, 1, 1))
    found = answer(QUESTION, AUTHOR, [grant(), away])

    assert (AUTHOR, (away,)) == (found.licensor, found.opt_outs)
    assert PRS == answer(replace(QUESTION, use="online"), AUTHOR, [grant(), away]).licensor


def test_a_direct_licence_is_told_beside_the_mandate():
    direct = grant(2, kind="direct", holder=None, licensee="Festival", work_id=7)
    found = answer(QUESTION, AUTHOR, [grant(), direct])

    assert (PRS, (direct,)) == (found.licensor, found.direct)


def test_mandates_that_go_in_a_circle_end():
    back = grant(2, grantor=PRS, holder=AUTHOR)

    assert PRS == answer(QUESTION, AUTHOR, [grant(), back]).licensor


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        ({}, True),
        ({"use": "cinema", "territory": "KZ"}, True),
        ({"work_id": 7}, True),
        ({"grantor": PRS}, False),
        ({"right": "mechanical"}, False),
        ({"until": date(2019, 12, 31), "since": date(2019, 1, 1)}, False),
    ],
)
def test_one_rightholder_has_one_collector_for_a_thing(other, overlaps):
    new = grant(2, holder=KAZAK, **other)

    assert overlaps == (conflict(new, [grant()]) is not None)


days = st.dates(date(2020, 1, 1), date(2020, 1, 20))
uses = st.sampled_from(["any", "concert", "cinema"])
places = st.sampled_from(["WORLD", "KZ", "KG"])


@given(st.lists(st.tuples(days, st.integers(0, 9), uses, places), max_size=8), days)
def test_on_no_day_do_two_mandates_that_were_let_in_answer_for_one_thing(wanted, day):
    taken = []
    for number, (since, length, use, territory) in enumerate(wanted, start=1):
        until = date.fromordinal(since.toordinal() + length)
        new = grant(number, since=since, until=until, use=use, territory=territory)
        if conflict(new, taken) is None:
            taken.append(new)
    holding = [
        one
        for one in taken
        if one.use in ("any", "concert")
        and one.territory in ("WORLD", "KZ")
        and one.since <= day <= one.until
    ]

    assert len(holding) <= 1
    assert bool(holding) == (answer(replace(QUESTION, day=day), AUTHOR, taken).licensor is not None)
