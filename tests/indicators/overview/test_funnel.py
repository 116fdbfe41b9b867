"""The funnel's limits are those of chance, and of chance beside what officers usually differ by."""

from __future__ import annotations

import random

import pytest

from webapp.indicators.overview.funnel import funnel_of, limit_at
from webapp.indicators.overview.tallies import Tally, summed, tally_of


@pytest.mark.parametrize(
    ("volume", "phi", "tau", "spread", "chance", "both"),
    [
        # 1.96 x 75 x sqrt(.4 x .18 / 100) = 3.944; sqrt(.00072 + (.4 x .18)^2) = .07684 -> 11.30
        (100.0, 0.4, 0.4, 0.18, 3.944, 11.296),
        (25.0, 0.4, 0.4, 0.18, 7.889, 13.201),
        (100.0, 1.0, 0.2, 0.25, 7.350, 10.394),
    ],
)
def test_limits(volume: float, phi: float, tau: float, spread: float, chance: float, both: float) -> None:
    limit = limit_at(volume, phi, tau, spread)
    assert limit.chance == pytest.approx(chance, abs=2e-3)
    assert limit.spread == pytest.approx(both, abs=2e-3)


def test_a_point_is_outside_exactly_if_its_own_deviation_says_so() -> None:
    """Officers of easy and of hard services share one funnel."""
    chooser = random.Random(4)
    officers = []
    for officer_id in range(200):
        mu = chooser.choice((0.6, 0.8, 0.9))
        weight = chooser.uniform(3, 300)
        officers.append((officer_id, tally_of(weight, weight, weight * chooser.uniform(mu - 0.1, mu + 0.1), mu)))
    funnel = funnel_of(officers, 0.4, 0.3)
    for (_officer, tally), point in zip(officers, funnel.points, strict=True):
        beyond_chance = abs(tally.difference) > 1.96 * tally.deviation(0.4)
        assert (point.outside != "") == beyond_chance
        assert (point.low > 0 or point.high < 0) == beyond_chance
    assert {point.outside for point in funnel.points} == {"", "chance", "spread"}


def test_by_chance_alone_one_in_twenty_lies_outside() -> None:
    chooser = random.Random(11)
    outside = 0
    for _officer in range(1500):
        mu, number = chooser.choice((0.7, 0.85)), chooser.randint(20, 120)
        good = sum(chooser.random() < mu for _vote in range(number))
        funnel = funnel_of([(1, tally_of(number, number, good, mu))], phi=1.0, tau=0.4)
        outside += funnel.points[0].outside != ""
    assert 0.03 < outside / 1500 < 0.075


def test_limits_narrow_with_volume_and_span_all_points() -> None:
    funnel = funnel_of([(1, tally_of(4, 4, 3, 0.8)), (2, tally_of(400, 400, 300, 0.8))], 0.4, 0.4)
    widths = [limit.chance for limit in funnel.limits]
    assert widths == sorted(widths, reverse=True)
    assert funnel.limits[0].volume <= funnel.points[0].volume
    assert funnel.limits[-1].volume >= funnel.points[1].volume
    assert all(limit.spread > limit.chance for limit in funnel.limits)


def test_without_facts_there_is_no_funnel() -> None:
    assert funnel_of([(1, Tally(0, 0, 0, 0, 0))], 0.4, 0.4).points == ()
    assert summed([]).weight == 0
