"""How the reference is fitted: against lme4, against its own definition, and where data are few or sorted."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from webapp.indicators.evaluation.linear_core import Ratings, fit_linear
from webapp.indicators.facts import Fact, logistic
from webapp.indicators.fitting import assumptions, fit_reference
from webapp.indicators.kernel import crossed
from webapp.indicators.kernel.crossed import Normal, parts_of
from webapp.indicators.kernel.groups import Compressor, Groups
from webapp.indicators.kernel.learning import learn, weights_of
from webapp.indicators.kernel.variances import ROUNDS, Assumed, Assumptions, _Likelihood, fit_logistic
from webapp.indicators.presets import load_preset
from webapp.indicators.reference import ComponentReference, Reference

PRIOR = load_preset().priors["satisfaction"]


def made_ratings() -> list[tuple[int, int, int, int]]:
    """(rater, rated, group, rating): what lme4_small.json was made from."""
    chance = random.Random(6)
    rater = [chance.gauss(0.0, 0.4) for _ in range(60)]
    rated = [chance.gauss(0.0, 0.6) for _ in range(25)]
    group = [chance.gauss(0.0, 0.3) for _ in range(4)]
    rows = []
    for _ in range(900):
        a, b, c = chance.randrange(60), chance.randrange(25), chance.randrange(4)
        value = 3.2 + rater[a] + rated[b] + group[c] + chance.gauss(0.0, 1.1)
        rows.append((a, b, c, min(max(round(value), 1), 5)))
    return rows


def test_the_linear_core_equals_lme4() -> None:
    rows = np.array(made_ratings())
    rater, rated, group = (rows[:, column].astype(np.int32) for column in range(3))
    rating = rows[:, 3].astype(np.float64)
    fit = fit_linear(Ratings(rater, rated, group, rating, np.arange(60), np.arange(25), ("0", "1", "2", "3")))
    stored = json.loads(Path(__file__).with_name("lme4_small.json").read_text(encoding="utf-8"))
    for name in ("rater_variance", "rated_variance", "group_variance", "residual_variance", "mean", "criterion"):
        assert getattr(fit, name) == pytest.approx(stored[name], abs=1e-5), name
    np.testing.assert_allclose(fit.rated, stored["rated"], atol=1e-5)
    np.testing.assert_allclose(fit.group, stored["group"], atol=1e-5)


def _city(
    seed: int, officers: int = 60, cells: int = 5, facts: int = 6000, slope: float = 0.0
) -> tuple[Groups, np.ndarray, np.ndarray]:
    """Groups of a city with 3 families, the true effects of its cells and officers; `slope`: sorting by cells' ease."""
    rng = np.random.default_rng(seed)
    effect = rng.normal(0.0, 0.5, cells)
    effect -= effect.mean()
    home = np.stack([rng.choice(cells, 2, replace=False) for _ in range(officers)])
    theta = rng.normal(0.0, 0.3, officers) + slope * effect[home].mean(axis=1)
    officer = rng.integers(0, officers, facts, dtype=np.int32)
    cell = home[officer, rng.integers(0, 2, facts)].astype(np.int32)
    quarter, unit = rng.integers(0, 4, facts, dtype=np.int32), (officer % 3).astype(np.int32)
    y = (rng.binomial(3, logistic(1.0 + effect[cell] + theta[officer])) / 3.0).astype(np.float32)
    compressor = Compressor(officers, (cells, 4, 3))
    compressor.add(officer, (cell, quarter, unit), np.ones(facts), y)
    return compressor.groups(), effect, theta


def test_the_deviance_falls_as_its_gradient_says() -> None:
    groups, _effect, _theta = _city(1)
    assumed = Assumptions(
        (Assumed(0.2, 3.0), Assumed(0.1, 1.0), Assumed(0.1, 2.0)), Assumed(0.1, 4.0), Assumed(0.4, 9.0), sorting=0.5
    )
    ease = np.linspace(-0.4, 0.4, groups.officers)
    normal = Normal(parts_of(groups), [groups.weight], [groups.mean], float(groups.within.sum()), ease)
    likelihood = _Likelihood(normal, groups.sizes, 6000.0, assumed, level=0.7)
    at = np.array([0.5, 2.0, 1.0, 1.5])
    gradient = likelihood.at(at)[3]
    for number in range(4):
        step = np.eye(4)[number] * 1e-4
        slope = (likelihood.at(at + step)[2] - likelihood.at(at - step)[2]) / 2e-4
        assert gradient[number] == pytest.approx(slope, abs=1e-4 * max(abs(slope), 1.0))


def test_the_eliminated_officers_are_those_of_the_whole_equations() -> None:
    groups, _effect, _theta = _city(2, officers=12, facts=300)
    ease = np.linspace(-0.3, 0.3, groups.officers)
    normal = Normal(parts_of(groups), [groups.weight], [groups.mean], 0.0, ease)
    penalty = np.concatenate([[0.5], np.full(5, 2.0), np.full(4, 3.0), np.full(3, 4.0), [1.0]])
    found = normal.solve(7.0, penalty, 0.3)
    owner = np.repeat(np.arange(groups.officers), np.diff(groups.first))
    design = np.zeros((len(groups.weight), 14 + groups.officers))
    design[:, 0] = 1.0
    for family in range(3):
        design[np.arange(len(design)), groups.places[:, family]] = 1.0
    design[:, 13] = ease[owner]
    design[np.arange(len(design)), 14 + owner] = 1.0
    whole = design.T @ (groups.weight[:, None] * design) + np.diag([*penalty, *np.full(groups.officers, 7.0)])
    right = design.T @ (groups.weight * groups.mean)
    right[0] += 0.5 * 0.3
    solved, inverse = np.linalg.solve(whole, right), np.linalg.inv(whole)
    np.testing.assert_allclose(np.concatenate([found.beta, found.theta]), solved, atol=1e-10)
    np.testing.assert_allclose(np.tril(found.inverse), np.tril(inverse[:14, :14]), atol=1e-10)
    np.testing.assert_allclose(found.doubt, np.diag(inverse)[14:], atol=1e-10)
    assert found.log_determinants == pytest.approx(np.linalg.slogdet(whole)[1], abs=1e-9)


def test_the_order_of_facts_does_not_change_a_digit() -> None:
    rng = np.random.default_rng(3)
    count = 500
    officer, cell = rng.integers(-1, 6, count, dtype=np.int32), rng.integers(0, 4, count, dtype=np.int32)
    weight, y = rng.uniform(0.0, 1.0, count), rng.uniform(0.0, 1.0, count).astype(np.float32)
    found = []
    for order in (np.arange(count), rng.permutation(count)):
        compressor = Compressor(6, (4,))
        for part in np.array_split(order, 3):
            compressor.add(officer[part], (cell[part],), weight[part], y[part])
        found.append(compressor.groups())
    for name in ("first", "places", "weight", "mean", "within"):
        assert getattr(found[0], name).tobytes() == getattr(found[1], name).tobytes()
    assert found[0].weight.sum() == pytest.approx(weight.sum(), abs=1e-6)


def test_weights_hold_back_crowds_and_repeats() -> None:
    officer = np.zeros(24, dtype=np.int32)
    rater = np.array([*range(20), 99, 99, -(2**63), -(2**63)])
    day = np.array([1] * 20 + [2, 3, 4, 4], dtype=np.int32)
    verified = np.array([True] * 22 + [False] * 2)
    weight = weights_of(officer, rater, day, verified, np.ones(24))
    assert weight[:20] == pytest.approx(1.0 / 1.95)  # 20 on one day: 1 / (1 + 19 x .05)
    assert weight[20:22] == pytest.approx(0.5)  # one rater twice
    assert weight[22:] == pytest.approx(0.25 / 2 / 1.05)  # without key: one rater a day, unverified


def test_a_city_in_parts_is_fitted_as_one_whole_by_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large city's officers are worked on in parts, with one step of the variances a round: to the same end."""
    for seed, officers, slope in ((21, 60, 0.0), (22, 200, 0.8), (23, 3, 0.0)):
        groups, _effect, _theta = _city(seed, officers=officers, facts=60 * officers, slope=slope)
        whole, ease = fit_logistic(groups, assumptions(PRIOR, officers, bounded=seed == 22), 60.0 * officers)
        with monkeypatch.context() as patched:
            patched.setattr(crossed, "MANY", 1)
            assert len(parts_of(groups)) == min(crossed.PARTS, officers)
            assumed = assumptions(PRIOR, officers, bounded=seed == 22)
            found, found_ease = fit_logistic(groups, assumed, 60.0 * officers)
            again, _ease = fit_logistic(groups, assumed, 60.0 * officers, threads=3)
        assert found.rounds == found.evaluations < 2 * ROUNDS
        np.testing.assert_allclose(found.solution.beta, whole.solution.beta, atol=1e-5)
        np.testing.assert_allclose(found.solution.theta, whole.solution.theta, atol=1e-5)
        np.testing.assert_allclose(found.solution.doubt, whole.solution.doubt, rtol=1e-4)
        assert np.log(found.shrinkages) == pytest.approx(np.log(whole.shrinkages), abs=1e-4)
        assert found.sigma2 == pytest.approx(whole.sigma2, rel=1e-5)
        assert (found_ease is None) == (ease is None)
        assert again.solution.theta.tobytes() == found.solution.theta.tobytes()
        assert again.solution.inverse.tobytes() == found.solution.inverse.tobytes()


def test_facts_without_officer_stand_in_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    compressor = Compressor(2, (3, 2, 2))
    officer = np.where(rng.random(600) < 0.8, -1, rng.integers(0, 2, 600)).astype(np.int32)
    numbers = [rng.integers(0, size, 600, dtype=np.int32) for size in (3, 2, 2)]
    compressor.add(officer, numbers, np.ones(600), (rng.integers(0, 4, 600) / 3.0).astype(np.float32))
    groups = compressor.groups()
    whole, _ease = fit_logistic(groups, assumptions(PRIOR, 0), 600.0)
    monkeypatch.setattr(crossed, "MANY", 1)
    assert sum(len(part.groups.weight) for part in parts_of(groups)) == len(groups.weight)
    found, _ease = fit_logistic(groups, assumptions(PRIOR, 0), 600.0)
    np.testing.assert_allclose(found.solution.beta, whole.solution.beta, atol=1e-5)


def test_levels_are_learned_within_officers_where_work_is_sorted() -> None:
    """Weak officers at hard services: without kappa the services seem to differ more than they do."""
    spread: dict[bool, list[float]] = {True: [], False: []}
    for seed in (11, 12):
        groups, effect, _theta = _city(seed, officers=100, facts=10000, slope=0.8)
        for with_kappa in (True, False):
            assumed = assumptions(PRIOR, 100 if with_kappa else 0)
            learned = learn(groups, assumed, 10000.0)
            own = learned.effects[:5] - learned.effects[:5].mean()
            spread[with_kappa].append(float(own @ effect / (effect @ effect)))
    assert np.mean(spread[True]) == pytest.approx(1.0, abs=0.06)
    assert np.mean(spread[False]) > np.mean(spread[True]) + 0.02


def _facts(component: str, y: list[float], officer: str | None = "1", **more: Any) -> list[Fact]:
    day = date(2026, 10, 1)
    return [
        replace(
            Fact(
                f"{component}:{officer}:{n}", component, value, 1.0, True, day + timedelta(n % 80), None, (3, "counter")
            ),
            officer=officer,
            **more,
        )
        for n, value in enumerate(y)
    ]


def test_one_officer_at_one_service_is_no_surprise() -> None:
    reference = fit_reference(_facts("satisfaction", [1.0] * 30), "v").components["satisfaction"]
    assert PRIOR.tau / 3 <= reference.tau <= PRIOR.tau * 3 and PRIOR.phi / 2 <= reference.phi <= PRIOR.phi * 2
    level = float(logistic(np.array([reference.b0 + reference.cells[0][1]]))[0])
    assert PRIOR.expectation < level < 0.999  # moved up, never certain
    covariance = reference.levels().covariance
    assert np.linalg.eigvalsh(covariance).min() > -1e-6 and np.all(np.diag(covariance) > 0.0)
    assert reference.theta_of("1") > 0.0 == reference.theta_of("nobody")


def test_facts_without_officer_teach_levels_alone() -> None:
    reference = fit_reference(_facts("satisfaction", [0.0] * 200, officer=None), "v").components["satisfaction"]
    assert reference.thetas == () and reference.officers == 0
    assert reference.tau == pytest.approx(PRIOR.tau, rel=1e-3)
    assert reference.b0 + reference.cells[0][1] < -1.0


def test_a_fact_of_many_cases_weighs_as_many() -> None:
    one = fit_reference(_facts("satisfaction", [0.2] * 6, events=50.0), "v").components["satisfaction"]
    few = fit_reference(_facts("satisfaction", [0.2] * 6), "v").components["satisfaction"]
    assert one.b0 + one.cells[0][1] < few.b0 + few.cells[0][1] - 0.1
    assert one.phi < 2.0 * PRIOR.phi


def test_a_reference_with_its_doubt_is_stored_without_loss_and_an_older_one_is_read() -> None:
    facts = [fact for n in range(6) for fact in _facts("satisfaction", [n / 6, 1.0, 2 / 3], officer=str(n), unit=n % 2)]
    reference = fit_reference(facts, "v")
    stored = json.loads(json.dumps(reference.to_json()))
    back = Reference.from_json(stored, reference.doubt_bytes())
    assert back == reference and back.doubt_bytes() == reference.doubt_bytes()
    own, again = reference.components["satisfaction"].levels(), back.components["satisfaction"].levels()
    assert own.covariance.tobytes() == again.covariance.tobytes() and own.mix.tobytes() == again.mix.tobytes()
    assert not Reference.from_json(stored).components["satisfaction"].levels().covariance.any()
    keys = ("component", "b0", "phi", "tau", "cells", "facts", "officers")
    older = {"version": "1", "components": [{key: item[key] for key in keys} for item in stored["components"]]}
    assert Reference.from_json(older).components["satisfaction"].b0 == reference.components["satisfaction"].b0
    with pytest.raises(ValueError, match="does not fit"):
        Reference.from_json(stored, reference.doubt_bytes()[:-4])


def test_the_case_mix_averages_quarters_of_the_service_and_units() -> None:
    reference = ComponentReference(
        "satisfaction",
        1.0,
        0.4,
        0.3,
        cells=(((1, "a"), 0.2, 0.5), ((2, "a"), -0.2, 0.5)),
        quarters=(((1, "2026-Q3"), 0.1, 30.0), ((1, "2026-Q4"), -0.1, 10.0)),
        units=((7, 0.4, 1.0), (8, 0.0, 3.0)),
    )
    assert reference.levels().mix_eta == pytest.approx([1.0 + 0.2 + 0.05 + 0.1, 1.0 - 0.2 + 0.1])


def test_components_that_move_together_are_seen_to() -> None:
    rng = np.random.default_rng(4)
    facts = []
    for officer in range(60):
        mean = 0.55 + 0.35 * (officer % 2)
        for component in ("satisfaction", "complaint_handling"):
            y = (rng.binomial(3, mean, 40) / 3).tolist()
            facts += _facts(component, y, officer=str(officer))
    reference = fit_reference(facts, "v")
    shared = reference.covariance_between("satisfaction", "complaint_handling")
    taus = [reference.components[name].tau for name in ("satisfaction", "complaint_handling")]
    assert shared == reference.covariance_between("complaint_handling", "satisfaction")
    assert 0.5 * taus[0] * taus[1] < shared <= 0.95 * taus[0] * taus[1]
