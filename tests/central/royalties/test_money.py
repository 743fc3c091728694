"""Laws of sharing: no minor unit is lost, and nobody is wronged by more than one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.royalties.money import MixedCurrencies, Money, sums_by, total_of

sums = st.integers(min_value=-(10**15), max_value=10**15).map(lambda minor: Money(minor, "KZT"))
weightings = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any)


@given(sums, weightings)
def test_sharing_loses_no_unit(pool, weights):
    parts = pool.share(weights)

    assert pool == total_of(parts, "KZT")


@given(st.lists(st.tuples(st.sampled_from("abc"), sums)))
def test_sums_by_key_hold_all_there_was(amounts):
    by_key = sums_by(amounts)

    assert total_of(by_key.values(), "KZT") == total_of((one for _, one in amounts), "KZT")
    assert list(by_key) == list(dict.fromkeys(key for key, _ in amounts))


@given(sums, weightings)
def test_every_part_is_within_one_unit_of_its_exact_fraction(pool, weights):
    parts = pool.share(weights)

    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Fraction(pool.minor * weight, sum(weights))) < 1


@given(sums, weightings)
def test_a_greater_weight_never_gets_less(pool, weights):
    parts = [abs(part.minor) for part in pool.share(weights)]

    by_weight = [part for _, part in sorted(zip(weights, parts, strict=True))]
    assert by_weight == sorted(by_weight)


@given(sums, weightings)
def test_a_weight_of_zero_gets_nothing(pool, weights):
    parts = pool.share([*weights, 0])

    assert parts[-1] == Money(0, "KZT")


@given(sums, weightings)
def test_a_reversal_takes_back_exactly_what_was_given(pool, weights):
    taken_back = (-pool).share(weights)

    assert [-part for part in pool.share(weights)] == taken_back


@given(sums, st.integers(1, 40))
def test_among_equals_the_left_over_units_go_to_the_earlier(pool, people):
    parts = [abs(part.minor) for part in pool.share([1] * people)]

    assert parts == sorted(parts, reverse=True)


@given(sums, weightings, st.integers(2, 1000))
def test_only_the_proportion_of_weights_counts(pool, weights, times):
    assert pool.share(weights) == pool.share([weight * times for weight in weights])


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_what_cannot_be_shared_is_refused_by_name(weights):
    with pytest.raises(ValueError, match="cannot share KZT"):
        Money(100, "KZT").share(weights)


def test_currencies_never_mix():
    with pytest.raises(MixedCurrencies, match="EUR cannot be added to KZT"):
        Money(1, "KZT") + Money(1, "EUR")
    with pytest.raises(MixedCurrencies, match="EUR cannot be added to KZT"):
        Money(1, "KZT") - Money(1, "EUR")


@pytest.mark.parametrize(
    ("money", "language", "written"),
    [
        (Money(1_234_567, "KZT"), "en", "KZT\u00a012,345.67"),
        (Money(1_234_567, "KZT"), "ru", "12\u00a0345,67\u00a0₸"),
        (Money(1_234_567, "KZT"), "kk", "12\u00a0345,67\u00a0₸"),
        (Money(5, "EUR"), "en", "EUR\u00a00.05"),
        (Money(-5, "EUR"), "ru", "−0,05\u00a0€"),
        (Money(-123_456, "CHF"), "en", "CHF\u00a0−1,234.56"),
        (Money(1500, "JPY"), "en", "JPY\u00a01,500"),
    ],
)
def test_amounts_are_written_as_people_write_them(money, language, written):
    assert money.text(language) == written


@given(sums)
def test_what_is_written_for_tables_reads_back_as_the_same_amount(money):
    assert Fraction(money.decimal_text()) * 100 == money.minor


def test_the_published_concert_of_suisa_loses_no_rappen():
    """One song of 92.– by three thirds (33.34, 33.33, 33.33): printed as 3 × 30.65 = 91.95."""
    parts = Money(9200, "CHF").share([3334, 3333, 3333])

    assert [part.minor for part in parts] == [3067, 3067, 3066]
