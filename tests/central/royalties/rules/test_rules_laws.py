"""Laws of every shipped rule: nothing is lost, order changes nothing, all of it has a trail."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.royalties.rules import shelf
from central.royalties.rules.compare import compare, simulate
from central.royalties.rules.lines import NOTHING_TO_PAY
from central.royalties.rules.material import Event, Material, Part, Use
from central.royalties.rules.outcome import assumed_in, explain, totals
from central.royalties.rules.pack import Unlawful
from central.royalties.rules.reading import read_pack
from central.royalties.rules.settle import settle

DAY = date(2026, 10, 1)
PACKS = [pack for pack in shelf.packs() if pack.shape != "shares"]
WITH_MONEY = [pack for pack in PACKS if pack.point_value is None]

PARTS = {
    1: (Part(1, "CA", 10_000, "PRS"),),
    2: (Part(1, "C", 3333, "PRS"), Part(2, "A", 3333), Part(3, "E", 3334)),
    3: (Part(2, "AR", 3333), Part(0, "PD", 6667)),
    4: (Part(2, "CA", 9_000),),
}
events = st.lists(
    st.builds(
        Event,
        id=st.just(0),
        day=st.dates(date(2026, 1, 1), date(2026, 3, 1)),
        payer=st.sampled_from(["A", "B"]),
        category=st.sampled_from(["live", "radio"]),
        fee=st.integers(-(10**9), 10**11),
        receipts=st.integers(0, 10**11),
        complete=st.booleans(),
        nth=st.integers(1, 6),
    ),
    min_size=1,
    max_size=5,
).map(lambda drawn: [replace(event, id=number) for number, event in enumerate(drawn, 1)])


@st.composite
def materials(draw):
    licensed = draw(events)
    uses = draw(
        st.lists(
            st.builds(
                Use,
                id=st.just(""),
                event_id=st.integers(1, len(licensed)),
                work_id=st.integers(0, 5),
                milliseconds=st.integers(0, 900_000),
                state=st.sampled_from(["protected", "public-domain", "unidentified"]),
                character=st.sampled_from(["concrete", "background"]),
                placing=st.sampled_from(["full", "medley", "walk-in"]),
                instrumentation=st.sampled_from(["solo", "orchestra"]),
            ),
            max_size=12,
        )
    )
    return Material(licensed, [replace(u, id=f"u{n:02}") for n, u in enumerate(uses)], PARTS)


def gross(outcome):
    return sum(pool.gross for pool in outcome.pools if not pool.within)


def everywhere(outcome):
    taken = sum(one.amount for pool in outcome.pools for one in pool.taken)
    withheld = sum(one.amount for a in outcome.allocations for one in a.withheld)
    return taken + withheld + sum(a.amount for a in outcome.allocations)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
@settings(max_examples=25, deadline=None)
@given(material=materials())
def test_what_came_in_is_taken_owed_or_waits(pack, material):
    outcome = settle(pack, material)

    assert everywhere(outcome) == gross(outcome)
    assert all(bool(a.line.party_id) != bool(a.line.reason) for a in outcome.allocations)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
@settings(max_examples=15, deadline=None)
@given(material=materials(), dice=st.randoms())
def test_the_order_of_what_comes_in_changes_nothing(pack, material, dice):
    licensed, uses, works = list(material.events), list(material.uses), list(PARTS)
    for rows in (licensed, uses, works):
        dice.shuffle(rows)
    mixed = Material(licensed, uses, {work: PARTS[work][::-1] for work in works})

    assert settle(pack, mixed) == settle(pack, material)


@pytest.mark.parametrize("pack", WITH_MONEY, ids=lambda pack: pack.id)
@pytest.mark.parametrize(
    "uses",
    [
        [],
        [Use("a", 1, 1, 0, instrumentation="solo")],
        [Use("a", 1, 1, 60_000, "public-domain")],
    ],
    ids=["nothing reported", "zero durations", "all in the public domain"],
)
def test_money_for_which_nothing_protected_sounded_waits(pack, uses):
    if pack.weights.length == "none":
        uses = [use for use in uses if use.state == "public-domain"]
    event = Event(1, DAY, category="live", fee=100_000, receipts=1)
    outcome = settle(pack, Material([event], uses, PARTS))

    assert {a.line.reason for a in outcome.allocations} == {NOTHING_TO_PAY}
    assert everywhere(outcome) == 100_000


@pytest.mark.parametrize("pack", WITH_MONEY, ids=lambda pack: pack.id)
def test_what_nobody_knows_waits_use_by_use(pack):
    event = Event(1, DAY, category="live", fee=100_000, receipts=1)
    uses = [Use(name, 1, 0, 60_000, "unidentified") for name in "abc"]
    outcome = settle(pack, Material([event], uses, PARTS))

    assert {a.line.use_id for a in outcome.allocations} >= set("abc")
    assert set(totals(outcome)) == {0}


@pytest.mark.parametrize("pack", [p for p in WITH_MONEY if not p.analogy], ids=lambda p: p.id)
@given(fee=st.integers(1, 10**12))
@settings(max_examples=20, deadline=None)
def test_a_counter_entry_takes_back_exactly_what_was_given(pack, fee):
    uses = [Use("a", 1, 2, 61_000), Use("b", 1, 1, 170_000), Use("c", 1, 0, 9_000, "unidentified")]

    def paid(amount):
        event = Event(1, DAY, fee=amount, receipts=1)
        return totals(settle(pack, Material([event], uses, PARTS)))

    assert paid(-fee) == {party: -amount for party, amount in paid(fee).items()}


def test_every_amount_opens_to_its_fee_its_rule_and_its_plays():
    event = Event(1, DAY, tariff="concert", receipts=3_000_000)
    uses = [Use("song", 1, 1, 240_000), Use("rest", 1, 2, 96 * 60_000)]
    outcome = settle(shelf.pack("suisa-concert"), Material([event], uses, PARTS))
    told = "\n".join(explain(outcome, outcome.allocations[0]))

    assert "rule suisa-concert 2019.1" in told
    assert "receipts 30,000.00 × 10 % = 3,000.00" in told
    assert "7.5 % of 2,550.00 (after:administration) = 191.25" in told
    assert "use song: 240000 ms" in told
    assert "2,295.00 × 240000 ÷ 6000000 × 10000 ÷ 10000 = 91.80" in told


def test_a_settlement_says_which_of_its_figures_were_assumed():
    material = Material([Event(1, DAY, tariff="cinema", receipts=10**6)], [], PARTS)

    assumed = assumed_in(settle(shelf.pack("kz-venues-2026"), material))
    read = assumed_in(settle(shelf.pack("suisa-concert"), replace_tariff(material)))

    assert [figure.key for figure in assumed] == ["tariffs.cinema.percent"]
    assert read == ()


def replace_tariff(material):
    return replace(material, events=[replace(material.events[0], tariff="concert")])


def test_a_foreign_rightholder_pays_the_rate_of_his_society():
    """10 % in general, 5 % by the contract with one sister society."""
    uses = [Use("a", 1, 1, 120_000), Use("b", 1, 5, 120_000)]
    parts = PARTS | {5: (Part(9, "CA", 10_000, "SUISA"),)}
    outcome = settle(
        shelf.pack("artisjus-radio"), Material([Event(1, DAY, fee=200_000)], uses, parts)
    )

    assert totals(outcome) == {1: 95_000, 9: 90_000}


def test_deductions_above_the_legal_cap_stop_the_settlement():
    text = (shelf.folder() / "kz-venues-2026.toml").read_text(encoding="utf-8")
    start = text.index("[[deductions]]")
    greedy = read_pack(
        text[:start] + text[start:].replace("value = 20,", "value = 21,", 1), file="x"
    )

    with pytest.raises(Unlawful, match="the law allows 20 %"):
        settle(greedy, Material([Event(1, DAY, fee=100_000)], [], PARTS))


def test_a_changed_pack_can_be_tried_on_past_plays():
    material = Material([Event(1, DAY, fee=100_000)], [Use("a", 1, 1, 1)], PARTS)
    now, instead = shelf.pack("kz-venues-2025"), shelf.pack("kz-venues-2026")
    changed = simulate(material, now=now, instead=instead)

    assert [(c.key, c.before, c.after, c.difference) for c in changed.parties] == [
        (1, 70_000, 80_000, 10_000)
    ]
    assert "deductions.retention.percent" in [key for key, _, _ in changed.figures]
    assert (changed.gross, changed.taken) == ((100_000, 100_000), (30_000, 20_000))


def test_a_run_does_not_differ_from_itself():
    material = Material([Event(1, DAY, fee=100_000)], [Use("a", 1, 1, 1)], PARTS)
    run = settle(shelf.pack("kz-venues-2026"), material)

    assert (compare(run, run).figures, compare(run, run).parties) == ((), ())
