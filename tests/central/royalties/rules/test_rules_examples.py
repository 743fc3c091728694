"""Published and derived reckonings of real societies, to the last unit."""

from datetime import date

import pytest

from central.errors import Unacceptable
from central.royalties.money import Money
from central.royalties.rules import claims, shelf
from central.royalties.rules.grand import Production, grand_lines
from central.royalties.rules.lines import (
    MISSING_CUE_SHEET,
    NOBODYS_PART,
    UNKNOWN_WORK,
    WorkWeight,
    divide,
)
from central.royalties.rules.material import Event, Material, Part, Use
from central.royalties.rules.outcome import totals
from central.royalties.rules.payout import pay_out
from central.royalties.rules.reading import read_pack
from central.royalties.rules.settle import settle
from central.royalties.rules.sharing import default_parts

DAY = date(2026, 10, 1)
EARLIER = date(2024, 10, 1)


def alone(*works):
    """Each of the works belongs to the party of its own number."""
    return {work: (Part(work, "CA", 10_000),) for work in works}


def use(work, seconds, *, event=1, **more):
    return Use(f"e{event}w{work}s{seconds}", event, work, seconds * 1000, **more)


def of_works(outcome):
    sums = {}
    for allocation in outcome.allocations:
        line = allocation.line
        sums[line.work_id] = sums.get(line.work_id, 0) + line.amount
    return sums


SUISA = Event(1, DAY, tariff="concert", receipts=3_000_000)
HUNDRED_MINUTES = (use(1, 240), use(2, 96 * 60))


class TestTheConcertOfSuisa:
    """Published: 2,295.00 for 100 minutes. Printed as 23.– a minute, 92.– a song; exactly 91.80."""

    def test_the_fee_and_its_deductions_are_those_published(self):
        outcome = settle(
            shelf.pack("suisa-concert"), Material([SUISA], HUNDRED_MINUTES, alone(1, 2))
        )

        (pool,) = outcome.pools
        assert pool.gross == 300_000
        assert [(one.name, one.amount) for one in pool.taken] == [
            ("administration", 45_000),
            ("social", 19_125),
            ("culture", 6_375),
        ]
        assert pool.distributable == 229_500
        assert of_works(outcome) == {1: 9_180, 2: 220_320}

    def test_three_thirds_of_the_song_are_the_song(self):
        parts = alone(2) | {1: (Part(1, "A", 3333), Part(2, "C", 3334), Part(3, "E", 3333))}
        outcome = settle(shelf.pack("suisa-concert"), Material([SUISA], HUNDRED_MINUTES, parts))

        song = [a.amount for a in outcome.allocations if a.line.work_id == 1]
        assert song == [3_060, 3_060, 3_060]
        assert sum(song) == 9_180

    def test_equal_thirds_are_thirty_sixty_each(self):
        assert [m.minor for m in Money(9_180, "CHF").share([1, 1, 1])] == [3_060] * 3

    def test_the_five_rappen_that_the_printed_figure_loses_are_paid(self):
        """Printed: 92.– as 3 × 30.65 = 91.95."""
        lines = divide(
            9_200,
            [WorkWeight(1, "", 1)],
            {1: (Part(1, "C", 3334), Part(2, "A", 3333), Part(3, "E", 3333))},
        )

        assert [line.amount for line in lines] == [3_067, 3_067, 3_066]
        assert sum(line.amount for line in lines) == 9_200


class TestThePointsOfTono:
    """Published: a fee of 1,750, three minutes of forty, 2.21216 a point: 298.64."""

    def settled(self, fee, *seconds, parts=None, nth=1):
        uses = [use(number, length) for number, length in enumerate(seconds, 1)]
        material = Material(
            [Event(1, DAY, fee=fee * 100, nth=nth)], uses, parts or alone(*range(1, 9))
        )
        return settle(shelf.pack("tono-concert"), material)

    def points(self, outcome):
        return sorted(int(w.weight) for allocation in outcome.allocations for w in allocation.uses)

    def test_the_published_work_earns_the_published_sum(self):
        outcome = self.settled(1_750, 180, 37 * 60)

        assert min(self.points(outcome)) == 135
        assert of_works(outcome)[1] == 29_864

    def test_a_writer_of_one_half_has_the_published_half(self):
        outcome = self.settled(1_750, 180, parts={1: (Part(1, "C", 5000), Part(2, "A", 5000))})

        assert totals(outcome) == {1: 14_932, 2: 14_932}

    @pytest.mark.parametrize(
        ("fee", "seconds", "points"),
        [(670, (180, 22 * 60), 75), (12_400, (2400,), 10_000), (670, (2400,), 1_000)],
        ids=["short concert counts forty minutes", "cap", "floor"],
    )
    def test_floors_and_cap_hold(self, fee, seconds, points):
        assert points in self.points(self.settled(fee, *seconds))

    def test_a_great_fee_is_settled_by_itself(self):
        outcome = self.settled(25_000, 180, 540)

        assert of_works(outcome) == {1: 625_000, 2: 1_875_000}

    def test_the_fourth_concert_of_a_run_earns_less_and_says_what_it_assumes(self):
        outcome = self.settled(1_750, 2400, nth=4)

        assert self.points(outcome) == [900]


@pytest.mark.parametrize(
    ("tariff", "fee", "amounts"),
    [
        ("popular-without-booking-fees", 105_000, [34_073, 27_536, 43_391]),
        ("popular", 100_000, [32_450, 26_225, 41_325]),
    ],
)
def test_prs_money_follows_performed_seconds(tariff, fee, amounts):
    event = Event(1, DAY, tariff=tariff, receipts=2_500_000)
    uses = [use(1, 245), use(2, 198), use(3, 312)]
    outcome = settle(shelf.pack("prs-live"), Material([event], uses, alone(1, 2, 3)))

    assert outcome.pools[0].gross == fee
    assert list(of_works(outcome).values()) == amounts


class TestOneCinemaTwoRules:
    """160,000.00; X took 12,000,000, cues of 600 and 200 s; Y 4,000,000, 2,400 s."""

    def settled(self, pack, *, complete=True):
        events = [
            Event(1, DAY, receipts=1_200_000_000),
            Event(2, DAY, receipts=400_000_000, complete=complete),
        ]
        uses = [
            use(1, 600, character="background"),
            use(2, 200, character="background"),
            *([use(3, 2400, event=2, character="background")] if complete else []),
        ]
        material = Material(events, uses, alone(1, 2, 3), {"all": 16_000_000})
        return settle(shelf.pack(pack), material)

    def test_by_film_and_then_by_cue(self):
        outcome = self.settled("prs-cinema")

        assert of_works(outcome) == {1: 9_000_000, 2: 3_000_000, 3: 4_000_000}

    def test_by_points_of_all_cues(self):
        outcome = self.settled("apra-cinema")

        assert of_works(outcome) == {1: 6_000_000, 2: 2_000_000, 3: 8_000_000}

    def test_without_a_cue_sheet_the_film_is_carried_forward(self):
        outcome = self.settled("apra-cinema", complete=False)

        assert of_works(outcome) == {1: 12_000_000, 2: 4_000_000}
        assert [(c.event_id, c.receipts) for c in outcome.carried] == [(2, 400_000_000)]

    def test_or_the_money_of_the_film_waits(self):
        outcome = self.settled("prs-cinema", complete=False)

        (waits,) = [a.line for a in outcome.allocations if a.line.reason]
        assert (waits.amount, waits.reason) == (4_000_000, MISSING_CUE_SHEET)


class TestAMixedProgramme:
    """2,000,000.00 at 5 %: Mozart for 1,800 s, protected works of 720 s and 180 s."""

    def settled(self, basis):
        event = Event(1, EARLIER, tariff="philharmonic", basis=basis, receipts=200_000_000)
        uses = [use(1, 1800, state="public-domain"), use(2, 720), use(3, 180)]
        return settle(without_retention(), Material([event], uses, alone(2, 3)))

    @pytest.mark.parametrize(
        ("basis", "fee", "amounts"),
        [
            ("whole_programme", 10_000_000, {2: 8_000_000, 3: 2_000_000}),
            ("pro_rata_protected", 3_333_333, {2: 2_666_666, 3: 666_667}),
        ],
    )
    def test_both_bases_are_known(self, basis, fee, amounts):
        outcome = self.settled(basis)

        assert outcome.pools[0].gross == fee
        assert of_works(outcome) == amounts

    def test_a_licence_that_names_no_basis_is_refused(self):
        with pytest.raises(Unacceptable, match="its licence must name its basis"):
            self.settled("")


def without_retention():
    """The halls' pack as if nothing were retained, so that published figures can be seen bare."""
    text = (shelf.folder() / "kz-venues-2025.toml").read_text(encoding="utf-8")
    return read_pack(text.replace("value = 30", "value = 0"), file="kz-venues-2025.toml")


class TestAnArrangementOfMozart:
    def test_the_composers_part_is_nobodys_and_stays_visible(self):
        parts = default_parts(shelf.pack("stim-shares"), "arranged-public-domain", {"AR": 7})
        lines = divide(9_180, [WorkWeight(1, "", 1)], {1: parts})

        assert {line.party_id: line.amount for line in lines} == {7: 3_060, 0: 6_120}
        assert [line.reason for line in lines] == [NOBODYS_PART, ""]

    def test_a_publisher_has_as_much_as_the_arranger(self):
        parts = default_parts(
            shelf.pack("stim-shares"), "arranged-public-domain-published", {"AR": 7, "E": 8}
        )
        lines = divide(9_180, [WorkWeight(1, "", 1)], {1: parts})

        assert {line.party_id: line.amount for line in lines} == {7: 3_060, 8: 3_060, 0: 3_060}


def test_half_credits_of_bmi():
    """5,000.00: eight works, three of a medley, one at the entrance: 500.00 and 250.00."""
    uses = [use(n, 200) for n in range(1, 9)]
    uses += [use(n, 100, placing="medley") for n in range(9, 12)]
    uses += [use(12, 100, placing="walk-in")]
    material = Material([Event(1, DAY, fee=500_000)], uses, alone(*range(1, 13)))
    outcome = settle(shelf.pack("bmi-live"), material)

    assert list(of_works(outcome).values()) == [50_000] * 8 + [25_000] * 4


class TestEachPayersMoney:
    """Points are seconds × 2 (concrete) or × 1 (background); the factors are the test's own."""

    def settled(self):
        events = [
            Event(1, DAY, payer="A", fee=30_000_000),
            Event(2, DAY, payer="B", fee=6_000_000),
        ]
        background = {"character": "background"}
        uses = [use(1, 240), use(2, 180, **background), use(3, 60, **background)]
        uses += [use(1, 240, event=2), use(4, 300, event=2, **background)]
        return settle(by_payer(), Material(events, uses, alone(1, 2, 3, 4)))

    def test_who_paid_more_pays_more_for_the_same_play(self):
        amounts = {(a.pool, a.line.work_id): a.amount for a in self.settled().allocations}

        assert amounts == {
            ("payer/A", 1): 20_000_000,
            ("payer/A", 2): 7_500_000,
            ("payer/A", 3): 2_500_000,
            ("payer/B", 1): 3_692_308,
            ("payer/B", 4): 2_307_692,
        }

    def test_what_recurs_earns_less_and_the_payers_money_is_paid_all_the_same(self):
        jingles = [Use(f"j{n:03}", 1, 9, 20_000, character="functional") for n in range(150)]
        material = Material(
            [Event(1, DAY, payer="A", fee=30_000_000)], [*jingles, use(1, 240)], alone(1, 9)
        )
        outcome = settle(by_payer(), material)

        assert sum(a.amount for a in outcome.allocations) == 30_000_000
        assert outcome.allocations[1].line.weight * 480 == (
            outcome.allocations[0].line.weight * (100 * 20)
        )


def by_payer():
    """Artisjus' structure with no deduction, and recurring music worth nothing after 100 times."""
    text = (shelf.folder() / "artisjus-radio.toml").read_text(encoding="utf-8")
    start, end = text.index("[[deductions]]"), text.index("[weights]")
    return read_pack(
        (text[:start] + text[end:]).replace('value = "1/4"', "value = 0"), file="test.toml"
    )


class TestRetentionInKazakhstan:
    """1,000,000.00 collected: 700,000.00 paid before the law, 800,000.00 after."""

    @pytest.mark.parametrize(("day", "paid"), [(EARLIER, 70_000_000), (DAY, 80_000_000)])
    def test_the_day_decides_which_rule_it_is(self, day, paid):
        event = Event(1, day, fee=100_000_000)
        pack = shelf.pack_on("kz-venues", day)
        outcome = settle(pack, Material([event], [use(1, 60)], alone(1)))

        assert totals(outcome) == {1: paid}

    def test_the_reported_part_is_fifty_four_percent_and_not_the_printed_fifty_three(self):
        assert [m.minor for m in Money(1_000, "KZT").share([920, 780])] == [541, 459]


@pytest.mark.parametrize(
    ("tariff", "fee"), [("cafe-free", 2_070_000), ("restaurant-free", 3_105_000)]
)
def test_neighbouring_rights_of_sixty_seats(tariff, fee):
    event = Event(1, date(2023, 6, 1), tariff=tariff, seats=60)
    parts = default_parts(
        shelf.pack_on("kz-venues", event.day), "recording", {"producers": 1, "performers": 2}
    )
    outcome = settle(without_retention(), Material([event], [use(5, 60)], {5: parts}))

    assert outcome.pools[0].gross == fee
    assert totals(outcome) == {1: fee // 2, 2: fee // 2}


class TestTenMinutesNobodyKnows:
    """Of SUISA's hundred: 2,065.50 are paid, 229.50 wait."""

    def settled(self):
        uses = [use(1, 90 * 60), use(0, 600, state="unidentified")]
        return settle(shelf.pack("suisa-concert"), Material([SUISA], uses, alone(1)))

    def waited(self, outcome):
        (allocation,) = [a for a in outcome.allocations if a.line.reason]
        return allocation.pool, allocation.line

    def test_they_wait_at_their_own_worth(self):
        outcome = self.settled()

        assert totals(outcome) == {0: 22_950, 1: 206_550}
        assert self.waited(outcome)[1].reason == UNKNOWN_WORK

    @pytest.mark.parametrize(
        ("pack", "day", "reason"),
        [
            ("suisa-concert", date(2028, 4, 1), ""),
            ("suisa-concert", date(2028, 4, 2), claims.CLAIM_TOO_LATE),
            ("prs-live", date(2029, 10, 1), ""),
            ("prs-live", date(2029, 10, 2), claims.CLAIM_TOO_LATE),
        ],
    )
    def test_a_later_claim_is_refused_with_its_reason(self, pack, day, reason):
        obstacle = claims.obstacle_to_claim(shelf.pack(pack), used_on=DAY, claimed_on=day)

        assert obstacle == reason


def test_the_theatre_contract_of_1997():
    credits = {"author": 1, "scenographer": 2, "costume": 3}
    lines = grand_lines(
        shelf.pack("kazak-theatre-1997"), Production("prose-play", 150_000_000, credits)
    )

    assert [line.amount for line in lines] == [13_500_000, 1_500_000, 1_500_000]


def test_three_quarters_of_a_small_licence():
    text = (shelf.folder() / "bmi-live.toml").read_text(encoding="utf-8")
    kept = (
        '[[deductions]]\nname = "kept"\nbase = "gross"\npercent = { value = 25, source = "B1" }\n'
    )
    pack = read_pack(text.replace("[weights]", f"{kept}\n[weights]"), file="test.toml")
    outcome = settle(pack, Material([Event(1, DAY, fee=2_900)], [use(1, 60)], alone(1)))

    assert totals(outcome) == {1: 2_175}


def test_ninety_six_points_of_serious_music():
    """96 × 0.4319 = 41.4624; the number of points is the test's own."""
    uses = [use(1, 60, instrumentation="orchestra")]
    outcome = settle(shelf.pack("gema-e"), Material([Event(1, DAY)], uses, alone(1)))

    assert totals(outcome) == {1: 4_146}


class TestMoneyWithoutData:
    """By the published keys: 28 % live, 25 % radio, 6 % television, 41 % records."""

    def test_it_follows_the_data_of_other_uses(self):
        events = [Event(1, DAY, category="live"), Event(2, DAY, category="radio")]
        uses = [use(1, 100), use(2, 300), use(1, 100, event=2)]
        material = Material(events, uses, alone(1, 2), {"all": 100_000})
        outcome = settle(shelf.pack("artisjus-background"), material)

        assert totals(outcome) == {0: 47_000, 1: 7_000 + 25_000, 2: 21_000}


@pytest.mark.parametrize(
    ("brought", "earned", "paid", "carried"),
    [(0, 99_999, 0, 99_999), (1, 99_999, 100_000, 0), (-50_000, 30_000, 0, -20_000)],
)
def test_small_sums_are_carried_and_debts_recovered_but_nobody_pays_back(
    brought, earned, paid, carried
):
    payout = pay_out(shelf.pack("kz-venues-2026"), brought=brought, earned=earned)

    assert (payout.paid, payout.carried) == (paid, carried)
