"""The waiting range: what the forecast knows, and that the range holds whatever the forecast does not know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.counter.queue.calibration import ENOUGH, SAYS, Calibration, Outcome
from webapp.counter.queue.hall_clock import HallClock
from webapp.counter.queue.spoken import call_in_words, number_in_words
from webapp.counter.queue.waiting import (
    BEHIND,
    OpenCounter,
    Served,
    Turn,
    cycles_of,
    forecast_calls,
    with_unknown,
)
from webapp.organisation.calendars import WorkingTime, working_time_between

A, B = 1, 2
TEN_MINUTES = {A: np.full(50, 600.0), B: np.full(50, 600.0)}
TUESDAY = date(2026, 11, 24)


def waits(counters: list[OpenCounter], waiting: list[int], line: int, ahead: int) -> float:
    expected = forecast_calls([Turn(one) for one in waiting], counters, TEN_MINUTES).for_place(line, ahead)
    assert expected is not None
    return expected[0]


def test_one_counter_takes_them_one_after_the_other() -> None:
    counter = [OpenCounter(frozenset({A}))]
    assert waits(counter, [A] * 5, A, 0) == 0
    assert waits(counter, [A] * 5, A, 5) == pytest.approx(3000, rel=0.1)
    far = waits(counter, [A] * 5, A, 100)  # further than was played: as fast as before
    assert far == pytest.approx(60_000, rel=0.12) and 5 + BEHIND < 100


def test_only_counters_of_the_line_count_and_how_long_they_are_busy() -> None:
    both = [OpenCounter(frozenset({A})), OpenCounter(frozenset({B}), serving=B, served=500)]
    assert waits(both, [A, A, B], A, 2) == pytest.approx(1200, rel=0.1)  # the other counter is no help
    assert waits(both, [B], B, 0) == pytest.approx(100, rel=0.15)  # what is left of ten minutes
    assert waits([*both, OpenCounter(frozenset({A}))], [A, A, B], A, 2) == pytest.approx(600, rel=0.1)
    later = [OpenCounter(frozenset({A}), free_in=900)]
    assert waits(later, [], A, 0) == 900
    assert forecast_calls([Turn(A)], both, TEN_MINUTES).for_place(3, 0) is None
    assert forecast_calls([Turn(A)], [], TEN_MINUTES).for_place(A, 0) is None


def test_people_with_priority_who_are_yet_to_come_push_the_others_back() -> None:
    forecast = forecast_calls([Turn(A)] * 6, [OpenCounter(frozenset({A}))], TEN_MINUTES, overtaken=0.2)
    first, other = forecast.for_place(A, 4, priority=True), forecast.for_place(A, 4)
    assert first is not None and other is not None and other[0] == pytest.approx(first[0] * 1.25)


@settings(max_examples=25, deadline=None)
@given(people=st.integers(0, 25), counters=st.integers(1, 6), seed=st.integers(0, 99))
def test_whoever_is_further_back_waits_longer_and_one_more_counter_never_hurts(
    people: int, counters: int, seed: int
) -> None:
    cycles = {A: np.random.default_rng(seed).gamma(2.0, 200.0, 40)}
    fewer, more = (
        forecast_calls([Turn(A)] * people, [OpenCounter(frozenset({A}))] * count, cycles, seed=seed).means[A]
        for count in (counters, counters + 1)
    )
    assert len(fewer) == people + BEHIND + 1
    assert (np.diff(fewer) >= 0).all() and (more[counters + 1 :] < fewer[counters + 1 :]).all()


def test_the_range_holds_in_four_of_five_cases_although_the_forecast_is_wrong() -> None:
    """Always a third too early, and sure of itself three times too much: what came true mends both."""
    dice = np.random.default_rng(7)
    past: list[Outcome] = []
    held = []
    for number in range(1200):
        mean = float(dice.uniform(300, 3000))
        truth = mean * 1.5 + float(dice.normal(0, 0.3 * mean))
        if number >= 300:
            low, high = Calibration(past).range_of(mean, 0.1 * mean, day=number // 100)
            held.append(low <= truth <= high)
        past.append(Outcome(number // 100, 10_000.0 * number, 10_000.0 * number + truth, mean, 0.1 * mean))
    assert abs(np.mean(held) - SAYS) < 0.04


def test_the_range_is_wide_before_it_knows_and_follows_the_luck_of_the_day() -> None:
    few = [Outcome(1, 0.0, 600.0, 600.0, 100.0)] * 29
    low, high = Calibration(few).range_of(600, 100, day=1)
    assert low < 500 < 700 < high
    dice = np.random.default_rng(1)
    usual = [Outcome(1, 1000.0 * n, 1000.0 * n + 600 + dice.normal(0, 60), 600.0, 100.0) for n in range(400)]
    slow = [Outcome(2, 1000.0 * n, 1000.0 * n + 900, 600.0, 100.0) for n in range(400, 440)]
    calm, late = (Calibration(past).range_of(600, 100, day=2) for past in (usual, usual + slow))
    assert calm[0] < 600 < calm[1] and late[0] > calm[0] + 100 and late[1] > 850
    other_day = Calibration(usual + slow).range_of(600, 100, day=3)
    assert other_day[0] < late[0]  # the luck of one day is not that of the next
    assert Calibration([Outcome(1, 0.0, 0.0, 5000.0, 100.0)] * 60).range_of(600, 100, day=1) == (
        0,
        0,
    )  # never before now


def test_one_number_pressed_through_or_forgotten_is_no_news_of_the_day() -> None:
    dice = np.random.default_rng(3)
    usual = [Outcome(1, 1000.0 * n, 1000.0 * n + 1800 + dice.normal(0, 100), 1800.0, 100.0) for n in range(400)]
    today = [Outcome(2, 1000.0 * n, 1000.0 * n + 1800 + dice.normal(0, 100), 1800.0, 100.0) for n in range(400, 404)]
    before = Calibration(usual + today).range_of(1800, 100, day=2)
    for truth in (1.0, 30_000.0):
        odd = Outcome(2, 404_000.0, 404_000.0 + truth, 1800.0, 100.0)
        after = Calibration([*usual, *today, odd]).range_of(1800, 100, day=2)
        assert abs(after[0] - before[0]) < 60 and abs(after[1] - before[1]) < 60
    # Many that agree are.
    slow = [Outcome(2, 1000.0 * n, 1000.0 * n + 2400, 1800.0, 100.0) for n in range(404, 440)]
    assert Calibration(usual + today + slow).range_of(1800, 100, day=2)[0] > before[0] + 100


def test_how_often_a_range_holds_is_said_only_after_a_hundred() -> None:
    outcomes = [Outcome(1, 1000.0 * n, 1000.0 * n + 600, 600.0, 100.0) for n in range(ENOUGH)]
    assert not Calibration().checked and not Calibration(outcomes[1:]).checked
    assert Calibration(outcomes).checked


def test_a_few_very_short_visits_do_not_promise_a_short_wait() -> None:
    rushed = {A: np.full(3, 20.0)}
    counter, people = [OpenCounter(frozenset({A}))], [Turn(A)] * 6

    def wait(cycles: dict[int, np.ndarray]) -> float:
        expected = forecast_calls(people, counter, cycles).for_place(A, 6)
        assert expected is not None
        return expected[0]

    nothing_known = wait({})
    assert wait(rushed) == pytest.approx(120, rel=0.2)
    assert 0.7 * nothing_known < wait(with_unknown(rushed, 3)) < nothing_known
    assert wait(with_unknown({A: np.full(12, 20.0)}, 12)) < 0.6 * nothing_known
    settled = {A: np.full(20, 20.0)}
    assert (with_unknown(settled, 20)[A] == settled[A]).all()


def test_only_the_time_in_which_somebody_waited_counts_between_two_calls() -> None:
    calls = [
        Served(1, A, ready=0, called=100, ended=400),
        Served(1, A, ready=50, called=430, ended=700),  # was there when the counter became free: 330 s a cycle
        Served(1, A, ready=2000, called=2000, ended=None),  # nobody was there before: 270 s, and then unknown
        Served(2, A, ready=0, called=100, ended=110),  # not the counter before it
    ]
    assert sorted(cycles_of(calls)[A])[:1] == [20.0]  # the least
    own = set(cycles_of(calls)[A].tolist())
    assert own == {330.0, 270.0, 20.0}
    assert len(cycles_of([*calls * 10], most=12)[A]) == 36  # few of its own: twice these, and everybody's


@settings(max_examples=40, deadline=None)
@given(first=st.integers(0, 4 * 24 * 60), minutes=st.integers(0, 3000))
def test_the_hall_clock_agrees_with_working_time(first: int, minutes: int) -> None:
    working = WorkingTime(exceptions={TUESDAY + timedelta(days=1): False})
    clock = HallClock(working, TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=9))
    start = datetime(2026, 11, 23, 17, tzinfo=UTC) + timedelta(minutes=first)
    end = start + timedelta(minutes=minutes)
    went = clock.second(end) - clock.second(start)
    worked = working_time_between(start, end, working).total_seconds()
    evenings = (working.local_day(end) - working.local_day(start)).days + 1
    assert worked <= went <= worked + evenings * 3 * 3600  # who is left after closing is served
    back = clock.moment(clock.second(start) + 60)
    assert clock.second(back) == pytest.approx(clock.second(start) + 60, abs=1e-3)


def test_a_promise_across_the_break_ends_after_it() -> None:
    clock = HallClock(WorkingTime(), TUESDAY, TUESDAY)
    before = datetime(2026, 11, 24, 4, 50, tzinfo=UTC)  # ten to twelve; the break is from twelve to one
    assert clock.moment(clock.second(before) + 1200) == datetime(2026, 11, 24, 6, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (11, "sebelas"),
        (17, "tujuh belas"),
        (20, "dua puluh"),
        (100, "seratus"),
        (112, "seratus dua belas"),
        (345, "tiga ratus empat puluh lima"),
        (1001, "seribu satu"),
    ],
)
def test_numbers_are_said_in_indonesian(number: int, words: str) -> None:
    assert number_in_words(number) == words


def test_a_call_is_said_so_that_no_browser_has_to_guess() -> None:
    assert call_in_words("A-012", "Loket 3") == "Nomor antrean a, dua belas. Silakan ke loket tiga."
    assert call_in_words("KK-101", "Ruang 12B") == "Nomor antrean ka ka, seratus satu. Silakan ke ruang dua belasB."
