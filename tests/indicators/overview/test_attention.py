"""A flag is raised only where somebody is surely and noticeably below what is usual."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.indicators.overview.attention import Standing, attention_for, deviation_of, probability_below
from webapp.indicators.presets import Mark

MARK = Mark(margin=3.0, sure=0.95)


def standing(figure: float, half: float, expected: float = 80.0, status: str = "sufficient") -> Standing:
    return Standing(figure, max(figure - half, 25.0), min(figure + half, 100.0), expected, status)


@pytest.mark.parametrize(
    ("distance", "half", "probability"),
    [
        (-3.0, 1.96, 0.5),  # just at the margin: as likely beyond it as not
        (-4.0, 1.96, 0.8413),  # a deviation beyond
        (-4.645, 1.96, 0.95),  # 1.645 deviations
        (-5.0, 3.92, 0.8413),
        (-1.0, 1.96, 0.02275),
        (5.0, 1.96, 0.0),
        (-3.5, 0.0, 1.0),  # nothing in doubt
        (-2.5, 0.0, 0.0),
    ],
)
def test_the_probability_is_that_of_a_normal_distance(distance: float, half: float, probability: float) -> None:
    assert probability_below(standing(80.0 + distance, half), MARK.margin) == pytest.approx(probability, abs=1e-4)


@pytest.mark.parametrize(
    ("whole", "need"),
    [
        (standing(75.2, 1.96), "look"),
        (standing(75.4, 1.96), "none"),  # 94.5 of 100 are not enough
        (standing(70.0, 10.0), "none"),  # ten points below, but that may be chance
        (standing(60.0, 1.96, status="not_enough_data"), "too_little"),  # too little data never raises a flag
        (standing(60.0, 1.96, status="provisional"), "look"),
        (standing(85.0, 1.96), "none"),
        (None, "too_little"),
    ],
)
def test_who_needs_a_look(whole: Standing | None, need: str) -> None:
    found = attention_for(whole, [], MARK)
    assert found.need == need
    assert bool(found.flags) == (need == "look")


def test_a_part_may_need_a_look_though_the_whole_does_not() -> None:
    parts = [("speed", standing(70.0, 2.0)), ("accuracy", standing(60.0, 2.0, status="not_enough_data"))]
    found = attention_for(standing(79.0, 2.0), parts, MARK)
    assert found.need == "look"
    assert [flag.part for flag in found.flags] == ["speed"]
    assert found.flags[0].below == pytest.approx(10.0)


def test_an_interval_that_ends_with_the_scale_hides_no_doubt() -> None:
    assert deviation_of(standing(99.0, 9.8)) == pytest.approx(5.0)
    assert deviation_of(standing(26.0, 9.8)) == pytest.approx(5.0)


@given(st.floats(30.0, 95.0), st.floats(0.5, 20.0), st.floats(50.0, 95.0), st.floats(0.0, 10.0))
def test_a_better_figure_or_more_doubt_never_raises_a_flag(
    figure: float, half: float, expected: float, more: float
) -> None:
    one = standing(figure, half, expected)
    better = replace(one, figure=figure + more, low=one.low + more, high=one.high + more)
    assert probability_below(better, MARK.margin) <= probability_below(one, MARK.margin) + 1e-12
    if probability_below(one, MARK.margin) <= MARK.sure:  # what was no flag is none with a wider interval
        assert probability_below(standing(figure, half + more, expected), MARK.margin) <= MARK.sure + 1e-12


@given(st.floats(-30.0, 10.0), st.floats(0.5, 15.0))
def test_who_is_flagged_lies_below_by_more_than_the_margin(distance: float, half: float) -> None:
    if attention_for(standing(80.0 + distance, half), [], MARK).need == "look":
        assert distance < -MARK.margin


def test_the_mark_is_the_presets() -> None:
    below = standing(75.2, 1.96)
    assert attention_for(below, [], Mark(margin=3.0, sure=0.95)).need == "look"
    assert attention_for(below, [], Mark(margin=5.0, sure=0.95)).need == "none"
    assert attention_for(below, [], Mark(margin=3.0, sure=0.99)).need == "none"
