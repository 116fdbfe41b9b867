"""What is usual, and which rise is more than chance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.benchmarks.signals import count_false_alarms, days_until_found
from webapp.attribution.signals.baseline import (
    Counts,
    Rise,
    find_rises,
    guard_of,
    tail,
    threshold_of,
    usual_of,
    usual_range,
)
from webapp.attribution.signals.settings import load_rules

RULES = load_rules()
DAYS = 26 * 7 + guard_of(RULES)


def rises_in(table: np.ndarray, **changed: object) -> list[Rise]:
    """The rises in a table of pairs and days; each pair of a unit and topic of its own."""
    rules = replace(RULES, **changed)  # type: ignore[arg-type]
    numbers = np.arange(len(table))
    counts = Counts(date(2026, 1, 5), table.astype(float), numbers, numbers)
    usual = usual_of(counts, rules)
    return [] if usual is None else find_rises(counts, usual, rules)


def calm(pairs: int, days: int = DAYS, mean: float = 0.5, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (pairs, days))


@pytest.mark.parametrize(("count", "mean", "spread"), [(5, 0.4, 0.02), (12, 3.0, 0.3), (60, 28.0, 0.1), (1, 2.0, 1.5)])
def test_the_tail_is_that_of_the_negative_binomial(count: int, mean: float, spread: float) -> None:
    from scipy.stats import nbinom  # takes a second to load, which every process of a run would spend

    size = 1 / spread
    known = nbinom(size, size / (size + mean))
    assert known.var() == pytest.approx(mean + mean**2 * spread)
    assert float(tail(count, mean, spread)) == pytest.approx(known.sf(count - 1), rel=1e-9)
    assert usual_range(mean, spread) == (known.ppf(0.025), known.ppf(0.975))


def test_nothing_is_not_surprising() -> None:
    assert float(tail(0, 3.0, 0.1)) == 1.0
    assert usual_range(0.0, 0.1) == (0, 0)


def test_stated_false_alarms_are_not_exceeded() -> None:
    """The union bound holds, and is no empty promise: with a high stated rate some alarms are seen."""
    stated = replace(RULES, alarms_a_year=60)
    for kind in ("chance", "weeks"):
        alarms = count_false_alarms(kind, 300, 182, stated, seed=11)
        assert 0 < alarms.a_year(stated.per_pairs) <= stated.alarms_a_year


def test_more_windows_make_the_threshold_stricter() -> None:
    assert threshold_of(replace(RULES, windows=(7,))) == pytest.approx(4 * threshold_of(RULES))


def test_a_tripling_is_found_in_days_and_no_change_is_not() -> None:
    found = days_until_found(21, 3, 25, RULES, seed=3)
    assert sorted(day or 99 for day in found)[20] <= 7, "four of five within a week"
    assert [day for day in days_until_found(21, 1, 25, RULES, seed=3) if day is not None] == []


def test_a_rise_is_dated_and_counted() -> None:
    table = calm(30)
    table[4, -4:-1] += 7
    (rise,) = rises_in(table)
    assert rise.pair == 4
    assert (rise.first, rise.last) == (DAYS - 4, DAYS - 2)
    assert rise.count == table[4, -4:-1].sum() > 5 * rise.expected
    assert 0 < rise.chance <= threshold_of(RULES)
    assert rise.a_year == pytest.approx(rise.chance * 365 * 4 * 30)


def test_the_order_of_pairs_does_not_matter() -> None:
    table = calm(40)
    table[[3, 17], -2:] += 8
    order = np.random.default_rng(1).permutation(40)
    plain = {rise.pair: rise for rise in rises_in(table)}
    mixed = {int(order[rise.pair]): rise for rise in rises_in(table[order])}
    assert set(plain) == set(mixed) == {3, 17}
    assert all(mixed[pair].chance == pytest.approx(plain[pair].chance) for pair in plain)


def test_few_cases_are_no_signal_however_rare() -> None:
    table = calm(30, mean=0.05)
    table[2] = 0
    table[2, -1] = 4
    assert rises_in(table) == []
    table[2, -1] = 5
    assert [rise.pair for rise in rises_in(table)] == [2]


def test_weekdays_are_known() -> None:
    """Twelve on a Monday are usual where Mondays are like that; on a Sunday they are not."""
    table = np.zeros((20, DAYS), dtype=int)
    table[:, np.arange(DAYS) % 7 == 0] = 12
    assert rises_in(table) == []
    table[0, -1 - (DAYS - 1 - 6) % 7] = 12
    assert [rise.pair for rise in rises_in(table)] == [0]


def test_a_season_that_earlier_years_had_is_no_signal() -> None:
    days = 2 * 364 + 182 + guard_of(RULES)
    table = calm(6, days, mean=1.0)
    table[0, -10:] = 5
    assert [rise.pair for rise in rises_in(table)] == [0]
    for year in (1, 2):
        last = days - 364 * year
        table[0, last - 20 : last + 11] = 5
    assert rises_in(table) == []


def test_a_pair_that_always_varied_much_alarms_less() -> None:
    table = calm(30, mean=1.0)
    table[7] = np.repeat(np.arange(DAYS // 7 + 1) % 2 * 2, 7)[:DAYS]  # two a day in every other week, else none
    table[[7, 8], -3:] = 5
    assert [rise.pair for rise in rises_in(table)] == [8]


def test_nothing_is_judged_before_enough_is_known() -> None:
    few = RULES.least_days + guard_of(RULES) - 1
    table = calm(10, few)
    table[:, -1] += 50
    assert rises_in(table) == []
    assert len(rises_in(np.hstack([calm(10, 7), table]))) == 10


def test_windows_begin_no_earlier_than_they_may() -> None:
    table = calm(5)
    table[1, -8:-3] += 9
    numbers = np.arange(5)
    counts = Counts(date(2026, 1, 5), table.astype(float), numbers, numbers)
    usual = usual_of(counts, RULES)
    assert usual is not None
    assert [rise.pair for rise in find_rises(counts, usual, RULES, np.full(5, DAYS - 9))] == [1]
    assert find_rises(counts, usual, RULES, np.full(5, DAYS - 3)) == []


@pytest.mark.parametrize(
    "wrong", [{"alarms_a_year": 0}, {"windows": ()}, {"least_days": 20}, {"least_count": 0}, {"prior_level": 0}]
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"signals\.toml"):
        replace(RULES, **wrong)  # type: ignore[arg-type]
