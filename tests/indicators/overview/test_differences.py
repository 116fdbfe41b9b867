"""What differs is told with its doubt, and never so that a rater can be told."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.indicators.overview.differences import MINIMUM, Group, differences_of
from webapp.indicators.overview.tallies import tally_of


def group(key: str, raters: int, level: float = 0.8, votes: int | None = None, names: str = "") -> Group[str]:
    number = votes or raters
    persons = frozenset(f"{names or key}{n}" for n in range(raters)) if raters < MINIMUM else frozenset()
    return Group(key, tally_of(number, number, number * level, 0.8), raters, persons)


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([group("a", 9), group("b", 5)], ["a", "b"]),
        ([group("a", 9), group("b", 3), group("c", 3)], ["a", None]),  # six in the rest
        ([group("a", 9), group("b", 7), group("c", 2)], ["a", None]),  # the smallest joins, or 2 of 18 would be told
        ([group("a", 9), group("b", 3), group("c", 3, names="b")], [None]),  # the same three people
        ([group("a", 4)], []),
        ([group("a", 3), group("b", 3)], [None]),
        ([], []),
    ],
)
def test_small_groups_are_told_together_or_not_at_all(groups: list[Group[str]], told: list[str | None]) -> None:
    assert [row.key for row in differences_of(groups, 0.4)] == told


@given(st.lists(st.integers(1, 12), max_size=7))
def test_whatever_is_told_has_five_raters_and_nothing_is_left_over(raters: list[int]) -> None:
    groups = [group(f"g{n}-", count) for n, count in enumerate(raters)]
    told = differences_of(groups, 0.4)
    if told:
        assert sum(row.facts for row in told) == sum(raters)
        assert all(row.facts >= MINIMUM for row in told)
    else:
        assert sum(raters) < MINIMUM


def test_an_interval_and_what_is_usual() -> None:
    row = differences_of([group("a", 100, level=0.7)], 0.4)[0]
    assert row.level == pytest.approx(77.5)
    assert row.expected == pytest.approx(85.0)
    assert row.difference == pytest.approx(-7.5)
    # 1.96 x 75 x sqrt(.4 x .16 / 100) = 3.719
    assert row.high - row.level == pytest.approx(3.719, abs=1e-3)
    assert row.difference_low == pytest.approx(-11.219, abs=1e-3)
    assert row.clear


def test_quiet_quarters_seldom_cry_wolf() -> None:
    """Seven groups without any difference: at most some one in twenty quarters calls one of them different."""
    chooser = random.Random(7)
    wolves = 0
    for _quarter in range(600):
        groups = []
        for key in "abcdefg":
            good = sum(chooser.random() < 0.8 for _vote in range(80))
            groups.append(Group(key, tally_of(80, 80, good, 0.8), 80))
        wolves += any(row.clear for row in differences_of(groups, 1.0))
    assert wolves / 600 < 0.08


def test_a_true_difference_is_found() -> None:
    rows = differences_of([group("monday", 120, level=0.65), group("tuesday", 120, level=0.81)], 0.4)
    assert [row.clear for row in rows] == [True, False]
