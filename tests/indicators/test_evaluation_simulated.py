"""The yardstick itself: is the simulated city honest, do attacks add what they say, do figures mean what they say?"""

import numpy as np
import pytest

from webapp.indicators.evaluation.baselines import baselines
from webapp.indicators.evaluation.city import Facts, make_city, true_points
from webapp.indicators.evaluation.city_attacks import ATTACKS, attacked
from webapp.indicators.evaluation.simulated import simulate
from webapp.indicators.facts import logistic
from webapp.indicators.kernel.columns import offsets_of_others


def test_shares_are_honest_for_busy_and_for_idle_officers() -> None:
    city = make_city(5, facts=30_000, officers=100)
    facts = city.facts
    assert len(np.unique(facts.fact)) == 30_000
    np.testing.assert_allclose(np.bincount(facts.fact, weights=facts.share), 1.0, atol=1e-6)
    doubtful = facts.share < 1.0
    assert len(np.unique(facts.fact[doubtful])) == pytest.approx(9_000, rel=0.05)
    served = city.certain.officer[facts.fact] == facts.officer
    volume = np.bincount(city.certain.officer, minlength=100)[facts.officer]
    for group in (doubtful & (volume < 150), doubtful & (volume >= 150)):
        assert served[group].mean() == pytest.approx(facts.share[group].mean(), abs=0.03)
    likely = doubtful & (facts.share > 0.8)
    assert served[likely].mean() == pytest.approx(facts.share[likely].mean(), abs=0.02)


def test_a_city_is_made_again_from_its_seed_and_rates_as_its_truth_says() -> None:
    one, other = make_city(6, facts=20_000, officers=60, doubtful=0.0), make_city(6, 20_000, 60, 0.0)
    assert all(getattr(one.facts, name).tobytes() == getattr(other.facts, name).tobytes() for name in Facts.__slots__)
    assert set(np.round(3 * one.facts.y)) == {0.0, 1.0, 2.0, 3.0}
    # who is better in truth is rated better, all else alike
    mean = np.bincount(one.facts.officer, one.facts.y, 60) / np.maximum(np.bincount(one.facts.officer, minlength=60), 1)
    assert np.corrcoef(mean, one.theta)[0, 1] > 0.3
    assert true_points(np.array([0.7]), np.array([0.3]))[0] == pytest.approx(25 + 75 * logistic(np.array([1.0]))[0])


def test_weak_officers_have_the_hard_services_where_sorted() -> None:
    together = []
    for sorted_ in (False, True):
        city = make_city(7, facts=20_000, officers=200, sorted_=sorted_)
        ease = np.bincount(city.certain.service, city.certain.y) / np.bincount(city.certain.service)
        together.append(np.corrcoef([ease[own].mean() for own in city.work], city.theta)[0, 1])
    assert abs(together[0]) < 0.2 < 0.35 < together[1]


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_only_adds_facts_with_numbers_of_their_own(name: str) -> None:
    city = make_city(8, facts=2_000, officers=60)
    facts = attacked(city, name, 8)
    pairs = facts.fact * 1000 + facts.officer
    assert len(np.unique(pairs)) == len(pairs)
    assert facts.y[: len(city.facts.y)].tobytes() == city.facts.y.tobytes()
    added = len(facts.y) - len(city.facts.y)
    assert (added == 0) == (name in ("clean", "sorted"))
    assert set(facts.y[len(city.facts.y) :]) <= {0.0, 1.0}


def _facts(officer: list[int], y: list[float], share: list[float], fact: list[int]) -> Facts:
    zero = np.zeros(len(y), dtype=np.int32)
    return Facts(
        np.array(fact),
        np.array(officer, dtype=np.int32),
        np.array(share, dtype=np.float32),
        np.array(y, dtype=np.float32),
        *(zero,) * 5,
        np.arange(len(y)),
        np.ones(len(y), dtype=np.bool_),
    )


def test_baselines_charge_the_likeliest_and_take_votes_as_they_come() -> None:
    facts = _facts([0, 1, 0, 1, 1], [1.0, 1.0, 0.0, 1.0, 0.0], [0.6, 0.4, 1.0, 1.0, 1.0], [1, 1, 2, 3, 4])
    found = baselines(facts, 3)
    np.testing.assert_allclose(found["raw_mean"].points, [62.5, 62.5, np.nan])
    assert found["bayesian_average"].points[2] == pytest.approx(62.5)
    half = 1.959964**2 / 2
    low = (0.5 + half / 2 - 1.959964 * np.sqrt(0.25 / 2 + half / 8)) / (1 + half)
    assert found["wilson"].points[0] == pytest.approx(25 + 75 * low, abs=1e-4)
    others = offsets_of_others(facts.fact, facts.share, facts.officer, np.array([1.0, -1.0, 0.0]))
    assert others is not None
    np.testing.assert_allclose(others, [-0.4, 0.6, 0, 0, 0], atol=1e-6)


def test_the_indicator_beats_what_others_use() -> None:
    found = simulate(21, facts=12_000, officers=80, attack="mixed")
    assert found["indicator"]["rmse"] < 0.6 * found["raw_mean"]["rmse"]
    assert found["indicator"]["rmse"] < 0.8 * found["bayesian_average"]["rmse"]
    assert found["clean_kernel"]["rmse"] <= found["indicator"]["rmse"] < 1.3 * found["clean_kernel"]["rmse"]
    assert 0.88 <= found["indicator"]["coverage"] <= 1.0
