"""Attacks on an officer with 112 good ratings: votes unverified, repeated or in a burst move little (law 8)."""

import random
from datetime import date, timedelta

import pytest

from webapp.indicators.formula import Fact, fit_reference, score_component

REFERENCE = fit_reference([], "defaults").components["satisfaction"]
DAY = date(2026, 10, 14)
CELL = ("certificates", "counter")


def _fact(number: int, y: float, day: date = DAY, verified: bool = True, rater: str | None = None) -> Fact:
    return Fact(f"rating:{number}", "satisfaction", y, 1.0, verified, day, rater, CELL)


def _good_officer() -> list[Fact]:
    rng = random.Random(112)
    answers = [1.0] * 6 + [2 / 3] * 3 + [1 / 3]
    return [
        _fact(number, rng.choice(answers), date(2026, 9, 1) + timedelta(days=number % 50), rater=f"citizen{number}")
        for number in range(112)
    ]


def _moved(added: list[Fact]) -> float:
    facts = _good_officer()
    return score_component([*facts, *added], REFERENCE).figure - score_component(facts, REFERENCE).figure


def test_a_hundred_strangers_ones_in_a_day_move_less_than_one_point() -> None:
    moved = _moved([_fact(1000 + n, 0.0, verified=False, rater=f"stranger{n}") for n in range(100)])
    assert -1.0 < moved < 0.0


def test_a_hundred_tickets_ones_in_a_day_move_less_than_three_points() -> None:
    moved = _moved([_fact(1000 + n, 0.0, rater=f"ticket{n}") for n in range(100)])
    assert -3.0 < moved < -1.5, "real visitors must be heard, though a day is bounded"


def test_ten_thousand_strangers_move_hardly_more_than_a_hundred() -> None:
    hundred = _moved([_fact(1000 + n, 0.0, verified=False, rater=f"stranger{n}") for n in range(100)])
    thousands = _moved([_fact(1000 + n, 0.0, verified=False, rater=f"stranger{n}") for n in range(10_000)])
    assert thousands > 1.6 * hundred


@pytest.mark.parametrize("days", [1, 50], ids=["in a day", "over fifty days"])
def test_fifty_fours_from_one_device_move_less_than_a_tenth_of_a_point(days: int) -> None:
    added = [_fact(1000 + n, 1.0, DAY - timedelta(days=n % days), False, "device") for n in range(50)]
    assert 0.0 < _moved(added) < 0.1


def test_patience_brings_strangers_no_further() -> None:
    drip = [_fact(1000 + n, 0.0, DAY - timedelta(days=n % 50), False, f"stranger{n}") for n in range(100)]
    flood = [_fact(1000 + n, 0.0, DAY - timedelta(days=n % 50), False, f"stranger{n}") for n in range(5_000)]
    assert -2.5 < _moved(drip) < 0.0
    assert _moved(flood) > _moved(drip) - 0.5


def test_a_burst_spread_over_a_week_moves_less_than_five_points() -> None:
    added = [_fact(1000 + n, 0.0, date(2026, 10, 12) + timedelta(days=n % 5), rater=f"ticket{n}") for n in range(100)]
    assert -5.0 < _moved(added) < -2.0


def test_colleagues_with_tickets_count_little_more_than_once_each() -> None:
    ring = [_fact(1000 + n, 1.0, DAY - timedelta(days=n % 50), True, f"colleague{n % 5}") for n in range(60)]
    assert 0.0 < _moved(ring) < 1.0


def test_fifty_unverified_fours_without_any_key_count_as_one_rater() -> None:
    assert 0.0 < _moved([_fact(1000 + n, 1.0, verified=False) for n in range(50)]) < 0.1


def test_a_flood_of_strangers_does_not_crowd_out_those_who_were_served() -> None:
    served = [_fact(500 + n, 0.0, rater=f"served{n}") for n in range(4)]
    flood = [_fact(1000 + n, 1.0, verified=False, rater=f"stranger{n}") for n in range(300)]
    facts = [*_good_officer(), *served]
    calm = {line.fact_id: line for line in score_component(facts, REFERENCE).lines}
    flooded = {line.fact_id: line for line in score_component([*facts, *flood], REFERENCE).lines}
    for fact in served:
        assert flooded[fact.id].weight == pytest.approx(calm[fact.id].weight, abs=0.02)


def test_the_lines_say_why_a_vote_counts_less() -> None:
    repeats = [_fact(1000 + n, 1.0, DAY - timedelta(days=3), rater="same") for n in range(30)]
    burst = [_fact(2000 + n, 0.0, rater=f"ticket{n}") for n in range(30)]
    stranger = _fact(3000, 1.0, DAY - timedelta(days=5), False, "stranger")
    lines = {line.fact_id: line for line in score_component([*repeats, *burst, stranger], REFERENCE).lines}
    assert lines["rating:1000"].reasons == ("same_rater",)
    assert lines["rating:2000"].reasons == ("same_day",)
    assert lines["rating:3000"].reasons == ("unverified",)
    assert lines["rating:3000"].weight == 0.25
    assert lines["rating:1000"].weight < 0.3
    assert lines["rating:2000"].weight < 0.7


def test_an_ordinary_officers_votes_all_count_in_full() -> None:
    assert {line.weight for line in score_component(_good_officer(), REFERENCE).lines} == {1.0}


def test_facts_without_a_day_are_damped_by_rater_only() -> None:
    strangers = [Fact(f"rating:{n}", "satisfaction", 0.0, 1.0, True, None, f"r{n}", CELL) for n in range(60)]
    assert {line.weight for line in score_component(strangers, REFERENCE).lines} == {1.0}
    repeats = [Fact(f"rating:{n}", "satisfaction", 0.0, 1.0, True, None, "same", CELL) for n in range(60)]
    assert score_component(repeats, REFERENCE).lines[0].reasons == ("same_rater",)
    assert score_component(repeats, REFERENCE).lines[0].weight < 0.05
