"""What each component makes of a case: tables of the policy that its docstring states."""

from __future__ import annotations

from datetime import date

import pytest

from webapp.indicators.components.complaint_handling import UNANSWERED_VALUE, handling_value
from webapp.indicators.components.matters import matter_of
from webapp.indicators.components.registry import (
    ACCURACY,
    COMPONENTS,
    CONDUCT,
    PRIORS,
    SATISFACTION,
    SPEED,
    counted_in,
)
from webapp.indicators.components.satisfaction import blended, element_value, rating_value
from webapp.indicators.components.speed import (
    Served,
    day_values,
    people_left,
    serving_value,
    turnaround_value,
    waiting_value,
)
from webapp.indicators.components.target import target_value
from webapp.indicators.components.time_discipline import begin_value, day_value, end_value
from webapp.indicators.work_plans.proportion import (
    MonthDone,
    attainment,
    grace_is_over,
    has_ended,
    month_after,
    months_of,
    never_told,
    own_count,
)


@pytest.mark.parametrize(("value", "scale", "y"), [(1, 4, 0.0), (2, 4, 1 / 3), (4, 4, 1.0), (3, 5, 0.5), (10, 10, 1.0)])
def test_a_rating_is_spread_over_its_scale(value: int, scale: int, y: float) -> None:
    assert rating_value(value, scale) == pytest.approx(y)


@pytest.mark.parametrize(
    ("elements", "weights", "y"),
    [
        ({}, {"competence": 1.0}, 2 / 3),  # not asked is not zero
        ({"competence": 0.0}, {}, 2 / 3),  # not chosen by the preset
        ({"competence": 0.0}, {"competence": 1.0}, 1 / 3),
        ({"competence": 1.0, "time": 0.0}, {"competence": 1.0, "time": 0.5}, (2 / 3 + 1) / 2.5),
    ],
)
def test_elements_are_taken_in_as_the_preset_says(
    elements: dict[str, float], weights: dict[str, float], y: float
) -> None:
    assert blended(rating_value(3, 4), elements, weights) == pytest.approx(y)


def test_all_fours_are_one_and_all_ones_are_zero() -> None:
    weights = {"competence": 1.0, "conduct": 1.0, "time": 0.5}
    for value, y in ((4, 1.0), (1, 0.0)):
        assert blended(rating_value(value, 4), dict.fromkeys(weights, element_value(value)), weights) == y


@pytest.mark.parametrize(
    ("times_usual", "y"), [(0.1, 1.0), (0.5, 1.0), (1.0, 0.5), (2**0.5, 0.25), (2.0, 0.0), (9.0, 0.0)]
)
def test_serving_falls_with_the_time_it_took(times_usual: float, y: float) -> None:
    assert serving_value(600 * times_usual, 600) == pytest.approx(y)


@pytest.mark.parametrize(("idle", "y"), [(-60, 1.0), (0, 1.0), (120, 1.0), (360, 0.5), (600, 0.0), (3600, 0.0)])
def test_only_the_time_in_which_he_was_free_is_his_waiting(idle: float, y: float) -> None:
    assert waiting_value(idle) == pytest.approx(y)


def test_waiting_counts_from_when_he_was_free_and_somebody_waited() -> None:
    usual = 600.0
    first = Served(0, 600, 1800, usual)
    soon = Served(660, 1260, 1800, usual)  # called a minute later
    late = Served(1860, 2460, 1800, usual)  # ten minutes free while somebody waited
    nobody_waited = Served(9000, 9600, 0, usual)
    unknown = Served(20000, 20600, None, usual)
    assert day_values([first, soon, late, nobody_waited, unknown]) == pytest.approx([0.5, 0.6, 0.4, 0.6, 0.5])
    assert day_values([first], opened=-600.0) == pytest.approx([0.4])  # open and free while the first one waited


@pytest.mark.parametrize(
    ("times_target", "y"), [(0.0, 1.0), (0.25, 1.0), (1.0, 0.5), (2.0, 0.25), (4.0, 0.0), (9.0, 0.0)]
)
def test_turnaround_falls_with_the_time_over_its_target(times_target: float, y: float) -> None:
    assert turnaround_value(7200 * times_target, 7200) == pytest.approx(y)


@pytest.mark.parametrize(
    ("waiting", "counters", "rest", "people"),
    [(6, 0, 3600, 6.0), (6, 2, 3600, 2.0), (12, 0, 1200, 2.0), (5, 0, -60, 0.0), (0, 0, 3600, 0.0)],
)
def test_whom_he_left_is_shared_and_no_more_than_he_could_serve(
    waiting: int, counters: int, rest: float, people: float
) -> None:
    assert people_left(waiting, counters, rest, usual_seconds=600) == pytest.approx(people)


@pytest.mark.parametrize(
    ("on_time", "verdict", "y"),
    [
        (True, None, 1.0),
        (False, None, 0.0),
        (True, "accepted", 1.0),
        (False, "accepted", 0.6),
        (True, "disputed", 0.4),
        (False, "disputed", 0.0),
        (True, "silent", 1.0),
        (False, "silent", 1 / 3),
    ],
)
def test_an_answer_is_read_over_what_is_known_of_it(on_time: bool, verdict: str | None, y: float) -> None:
    assert handling_value(on_time, verdict) == pytest.approx(y)
    assert handling_value(on_time, verdict) >= UNANSWERED_VALUE  # letting it lie is never better


@pytest.mark.parametrize(("minutes", "y"), [(-20, 1.0), (5, 1.0), (32.5, 0.5), (60, 0.0), (300, 0.0)])
def test_beginning_falls_to_zero_within_an_hour(minutes: float, y: float) -> None:
    assert begin_value(minutes) == pytest.approx(y)


@pytest.mark.parametrize(
    ("minutes", "waited", "y"), [(0, True, 1.0), (10, True, 1.0), (65, True, 0.5), (240, True, 0.0), (240, False, 1.0)]
)
def test_closing_early_counts_where_people_waited(minutes: float, waited: bool, y: float) -> None:
    assert end_value(minutes, waited) == pytest.approx(y)


@pytest.mark.parametrize(
    ("begin", "end", "y"), [(None, None, None), (0.5, None, 0.5), (None, 1.0, 1.0), (0.5, 1.0, 0.75)]
)
def test_a_day_on_duty_is_the_mean_of_what_is_known(begin: float | None, end: float | None, y: float | None) -> None:
    assert day_value(begin, end) == y


@pytest.mark.parametrize(("ratio", "y"), [(-1, 0.0), (0, 0.0), (0.5, 0.4), (1.0, 0.8), (1.25, 1.0), (4.0, 1.0)])
def test_a_target_just_reached_is_less_than_one_exceeded(ratio: float, y: float) -> None:
    assert target_value(ratio) == pytest.approx(y)


def test_a_target_falls_due_by_thirds_and_unknown_months_are_left_out() -> None:
    october, november = MonthDone("2026-10", 10.0), MonthDone("2026-11", 30.0)
    unknown = MonthDone("2026-12", None)
    one = attainment(60, [october])
    two = attainment(60, [october, november, unknown])
    assert one is not None and two is not None
    assert (one.months, one.due, one.ratio) == (1, 20.0, 0.5)
    assert (two.months, two.due, two.ratio) == (2, 40.0, 1.0)  # the weak first month is made good
    assert attainment(60, [unknown]) is None
    assert attainment(0, [october]) is None


@pytest.mark.parametrize(
    ("averages", "y"),
    [
        ([0.0], 1.0),
        ([3.0], 1.0),  # a quarter below the limit
        ([4.0], 0.8),  # just kept
        ([6.0], 0.4),
        ([8.0], 0.0),
        ([80.0], 0.0),
        ([2.0, 6.0], 0.8),  # a weak month can be made good
        ([80.0, 0.0], 0.8),  # and counts as twice the limit at most
        ([None, 6.0], 0.4),
    ],
)
def test_where_less_is_better_the_limit_is_of_the_months_average(averages: list[float | None], y: float) -> None:
    months = [MonthDone(f"2026-1{place}", done) for place, done in enumerate(averages)]
    kept = attainment(4.0, months, less_is_better=True)
    assert kept is not None
    assert kept.months == sum(done is not None for done in averages)
    assert target_value(kept.ratio) == pytest.approx(y)
    assert attainment(0.0, months, less_is_better=True) is None


def test_own_counts_wait_for_the_superior_and_silence_is_no_way_out() -> None:
    early, late = date(2026, 12, 5), date(2026, 12, 11)
    assert own_count("2026-11", 12.0, waiting=False, today=early) == 12.0
    assert own_count("2026-11", None, waiting=True, today=late) is None
    assert own_count("2026-11", None, waiting=False, today=early) is None
    assert own_count("2026-11", None, waiting=False, today=late) == 0.0
    # Of a limit, to have done nothing would be the best there is.
    untold = never_told(4.0, less_is_better=True)
    assert own_count("2026-11", None, waiting=False, today=late, untold=untold) == 8.0
    assert never_told(4.0, less_is_better=False) == 0.0


def test_months_of_a_quarter() -> None:
    assert months_of("2026-Q4") == ("2026-10", "2026-11", "2026-12")
    assert month_after("2026-12") == "2027-01"
    assert has_ended("2026-10", date(2026, 11, 1)) and not has_ended("2026-11", date(2026, 11, 30))
    assert grace_is_over("2026-12", date(2027, 1, 11)) and not grace_is_over("2026-12", date(2027, 1, 10))


@pytest.mark.parametrize(
    ("text", "component"),
    [
        ("Petugas ketus dan membentak saya.", CONDUCT),
        ("Ada yang minta uang rokok di loket.", CONDUCT),
        ("Nama anak saya salah ketik di akta.", ACCURACY),
        ("Kata petugas cukup KTP, ternyata masih kurang dua surat.", ACCURACY),
        ("Dibentak karena nama saya salah ketik.", CONDUCT),
        ("Menunggu dua jam di ruang yang panas.", None),
        ("Bukan kasarnya kertas yang saya keluhkan.", None),
    ],
)
def test_the_words_say_what_a_founded_complaint_is_about(text: str, component: str | None) -> None:
    assert matter_of(text) == component


@pytest.mark.parametrize(
    ("component", "key", "weighed", "counts"),
    [
        (CONDUCT, "complaint:4", {CONDUCT, SATISFACTION}, CONDUCT),
        (CONDUCT, "complaint:4", {SATISFACTION}, SATISFACTION),
        (ACCURACY, "complaint:4", {SATISFACTION, SPEED}, SATISFACTION),
        (CONDUCT, "served:4", {SATISFACTION}, None),
        (CONDUCT, "complaint:4", {SPEED}, None),
        (SPEED, "speed:4", {SATISFACTION}, None),
        ("unknown", "complaint:4", {SATISFACTION}, None),
    ],
)
def test_a_founded_complaint_counts_once_under_every_preset(
    component: str, key: str, weighed: set[str], counts: str | None
) -> None:
    assert counted_in(component, key, weighed) == counts


def test_every_component_is_registered_with_its_prior() -> None:
    assert list(COMPONENTS) == list(PRIORS)
    assert [name for name, one in COMPONENTS.items() if one.rated] == [SATISFACTION]
    for one in COMPONENTS.values():
        assert one.reads
        assert one.stands_in is None or one.stands_in in COMPONENTS
