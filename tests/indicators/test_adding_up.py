"""What is written of a sum adds up: to the written total, and to the written figures it leads from and to."""

from __future__ import annotations

import math
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.indicators.movements import Movement
from webapp.indicators.queries import GroupView, ScoreSheet
from webapp.indicators.wording.adding_up import difference, shown_movements, shown_sections, spread, tenths

points = st.floats(-60, 60, allow_nan=False).map(lambda value: value if abs(value) > 1e-9 else 0.0)
lines = st.lists(st.one_of(points, st.floats(-0.12, 0.12), st.sampled_from([0.04, -0.05, 0.1, 1.25])), max_size=40)


def _exactly(values: list[float]) -> Fraction:
    return sum((Fraction(repr(value)) for value in values), Fraction())


@given(lines, st.booleans())
@example([0.04] * 10, False)
@example([0.7, -0.8, 0.1], True)
@example([-0.05, -0.05], True)
def test_written_lines_sum_to_the_total_and_stay_within_a_tenth(values: list[float], up: bool) -> None:
    whole = _exactly(values) * 10
    total = math.ceil(whole) if up else math.floor(whole)
    written = spread(values, total)
    assert sum(written) == total
    for value, shown in zip(values, written, strict=True):
        assert abs(Fraction(shown, 10) - Fraction(repr(value))) < Fraction(1, 10)
        assert shown * value >= 0, "no line changes its side"
        assert shown or abs(value) < 0.1, "what is a tenth or more shows"


@given(lines, st.integers())
def test_the_order_of_the_lines_does_not_matter(values: list[float], seed: int) -> None:
    turned = values.copy()
    random.Random(seed).shuffle(turned)
    assert Counter(zip(values, spread(values), strict=True)) == Counter(zip(turned, spread(turned), strict=True))


@given(st.floats(25, 100), lines)
def test_written_steps_lead_from_one_written_figure_to_the_other(begin: float, values: list[float]) -> None:
    end = math.fsum([begin, *values])
    sheet = ScoreSheet(
        1, "Sari", (), "2026-Q4", (), figure=end, moved_from=begin,
        movements=tuple(Movement("new_facts", "satisfaction", value, 1) for value in values),
    )  # fmt: skip
    written = [round(10 * one.points) for one in shown_movements(sheet)]
    if values:
        assert tenths(begin) + sum(written) == tenths(end)
    for value, shown in zip(values, written, strict=True):
        assert abs(shown / 10 - value) <= 0.1 + 1e-9


@given(
    st.floats(25, 100), st.lists(st.tuples(st.sampled_from(["speed", "satisfaction", "conduct"]), points), max_size=30)
)
def test_parts_lead_from_what_is_usual_to_the_figure(usual: float, told: list[tuple[str, float]]) -> None:
    groups = tuple(GroupView(part, "days", None, None, 1, {}, value) for part, value in told)
    figure = math.fsum([usual, *(value for _part, value in told)])
    sheet = ScoreSheet(1, "Sari", (), "2026-Q4", (), figure=figure, expected=usual, groups=groups)
    sections = shown_sections(sheet)
    assert set(sections) == {part for part, _value in told}
    if told:
        assert tenths(usual) + sum(value or 0 for value in sections.values()) == tenths(figure)
    for part, shown in sections.items():
        own = [value for name, value in told if name == part]
        assert shown is not None and sum(spread(own, shown)) == shown


def test_a_part_with_a_line_that_may_not_be_told_has_no_total() -> None:
    def group(part: str, value: float | None) -> GroupView:
        return GroupView(part, "ratings", None, None, 1, {}, value)

    groups = (group("satisfaction", None), group("satisfaction", 0.4), group("speed", 0.44), group("speed", 0.44))
    assert shown_sections(ScoreSheet(1, "Sari", (), "2026-Q4", (), groups=groups)) == {"satisfaction": None, "speed": 9}


def test_a_total_of_something_else_is_not_forced_upon_the_lines() -> None:
    assert spread([0.52, 0.31], 90) == (5, 3)
    assert spread([], 0) == spread([], 7) == ()
    assert spread([0.1, 0.2], 4) == (1, 3), "between two tenths, the greatest takes what is left"


@pytest.mark.parametrize(("of", "to", "written"), [(82.06, 82.04, 0.1), (82.04, 82.06, -0.1), (84.0, 81.26, 2.7)])
def test_a_written_difference_is_that_of_the_written_numbers(of: float, to: float, written: float) -> None:
    assert difference(of, to) == written
