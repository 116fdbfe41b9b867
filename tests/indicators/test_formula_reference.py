"""Reference, arithmetic, refusals, statuses; and known truth: does the figure find what was simulated?"""

import json
import math
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from webapp.indicators.facts import exponential, logistic, logistic_secant
from webapp.indicators.formula import (
    ComponentReference,
    Fact,
    Prior,
    Reference,
    fit_reference,
    load_preset,
    score_component,
    score_officer,
)

DAY = date(2026, 10, 14)
CELL = ("certificates", "counter")
FACT = Fact("rating:1", "satisfaction", 1.0, 1.0, True, DAY, "a", CELL)


def test_exponential_is_within_two_units_of_the_last_digit() -> None:
    x = np.concatenate([np.linspace(-700, 700, 20001), np.linspace(-1, 1, 20001), [0.0]])
    exact = np.array([math.exp(value) for value in x])
    assert float(np.max(np.abs(exponential(x) / exact - 1.0))) < 4.5e-16
    assert exponential(np.array([0.0]))[0] == 1.0


def test_secant_is_the_slope_between_two_points_and_the_derivative_at_none() -> None:
    for start in (-4.0, 0.3, 5.0):
        for step in (-6.0, -0.5, -0.011, 0.009, 2.0):
            exact = (1 / (1 + math.exp(-start - step)) - 1 / (1 + math.exp(-start))) / step
            assert logistic_secant(np.array([start]), np.array([step]))[0] == pytest.approx(exact, rel=1e-9)
        mu = float(logistic(np.array([start]))[0])
        assert logistic_secant(np.array([start]), np.array([0.0]))[0] == pytest.approx(mu * (1 - mu), rel=1e-14)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"y": 1.01}, "y must be a number from 0 to 1"),
        ({"y": -0.1}, "y must be a number from 0 to 1"),
        ({"y": math.nan}, "y must be a number from 0 to 1"),
        ({"y": "1"}, "y must be a number from 0 to 1"),
        ({"share": 0.0}, "share must be a number above 0"),
        ({"share": 1.5}, "share must be a number above 0"),
        ({"share": math.nan}, "share must be a number above 0"),
        ({"verified": 1}, "verified must be True or False"),
        ({"day": datetime(2026, 10, 14, tzinfo=UTC)}, "must be a plain date"),
        ({"rater": ""}, "rater must be None or a non-empty text"),
        ({"cell": (1.5, "counter")}, "texts and whole numbers"),
        ({"id": ""}, "non-empty text as its id"),
        ({"component": ""}, "names no component"),
    ],
)
def test_an_impossible_fact_is_refused_with_a_sentence(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(FACT, **change)


def test_scoring_refuses_what_it_must_not_mix() -> None:
    reference = fit_reference([], "v")
    satisfaction = reference.components["satisfaction"]
    with pytest.raises(ValueError, match="comes twice"):
        score_component([FACT, replace(FACT, y=0.0)], satisfaction)
    with pytest.raises(ValueError, match="belongs to complaint_handling"):
        score_component([replace(FACT, component="complaint_handling")], satisfaction)
    with pytest.raises(ValueError, match="several officers"):
        score_officer([replace(FACT, officer="p"), replace(FACT, id="rating:2", officer="q")], reference)
    with pytest.raises(ValueError, match="has no component punctuality"):
        score_officer([replace(FACT, component="punctuality")], reference)
    with pytest.raises(ValueError, match="no prior"):
        fit_reference([replace(FACT, component="punctuality")], "v")
    with pytest.raises(ValueError, match="lacks complaint_handling"):
        score_officer([], Reference("half", {"satisfaction": satisfaction}))
    # the same complaint may speak in two components
    twice = [replace(FACT, component=name) for name in ("satisfaction", "complaint_handling")]
    assert len(score_officer(twice, reference).lines) == 2


def test_a_broken_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="missing or of the wrong kind"):
        Reference.from_json({"version": "v"})
    with pytest.raises(ValueError, match="phi and tau above 0"):
        ComponentReference("satisfaction", 0.0, 0.4, 0.0)
    with pytest.raises(ValueError, match="must sum to 1"):
        ComponentReference("satisfaction", 0.0, 0.4, 0.4, ((CELL, 0.0, 0.5),))


def test_without_facts_the_reference_is_the_prior_and_the_figure_the_expectation() -> None:
    preset = load_preset()
    score = score_officer([], fit_reference([], "none"))
    wanted = sum(w * 25 * (1 + 3 * preset.priors[name].expectation) for name, w in preset.weights.items())
    assert score.figure == score.expected == pytest.approx(wanted)
    assert (score.reliability, score.status, score.lines) == (0.0, "not_enough_data", ())
    assert score.high - score.low > 10.0


def test_the_interval_shrinks_with_data_and_the_status_climbs() -> None:
    reference = fit_reference([], "none").components["satisfaction"]
    widths, statuses = [], []
    for count in (0, 5, 20, 80, 320):
        facts = [
            replace(
                FACT,
                id=f"rating:{n}",
                rater=f"r{n}",
                day=DAY - timedelta(days=n % 60),
                y=(1.0, 1.0, 2 / 3, 1 / 3)[n % 4],
            )
            for n in range(count)
        ]
        score = score_component(facts, reference)
        widths.append(score.high - score.low)
        statuses.append(score.status)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.35 * widths[0]
    assert statuses == ["not_enough_data", "not_enough_data", "provisional", "sufficient", "sufficient"]


def test_a_half_share_informs_a_quarter() -> None:
    """Information enters as the share squared (indicator.md, B); weighting by the share itself ruins coverage."""
    reference = ComponentReference("satisfaction", 0.0, 0.4, 0.01)
    facts = [replace(FACT, id=f"rating:{n}", rater=f"r{n}", y=float(n % 2)) for n in range(4)]
    whole = score_component(facts, reference).reliability
    half = score_component([replace(fact, share=0.5) for fact in facts], reference).reliability
    assert half / (1 - half) == pytest.approx(whole / (1 - whole) / 4, rel=1e-6)


def test_doubtful_facts_teach_the_reference_nothing() -> None:
    certain = [replace(FACT, id=f"rating:{n}", officer=f"o{n % 3}", y=(n % 4) / 3) for n in range(60)]
    doubtful = [replace(fact, id=f"x:{fact.id}", share=0.99, y=0.0) for fact in certain]
    assert fit_reference([*certain, *doubtful], "v") == fit_reference(certain, "v")


def test_a_component_without_any_complaint_is_neither_certain_nor_jumpy() -> None:
    """2,000 cases, none founded: the level stays off 100 %, the doubt of a yes/no answer stays, one complaint is no
    ruin."""
    cases = [
        replace(FACT, id=f"case:{n}", component="founded_complaints", officer=f"o{n % 20}", rater=None, y=1.0)
        for n in range(2000)
    ]
    priors = {"founded_complaints": Prior(expectation=0.99, phi=1.0, tau=0.8)}
    reference = fit_reference(cases, "v", priors).components["founded_complaints"]
    assert reference.phi >= 0.5
    own = [fact for fact in cases if fact.officer == "o1"]
    before = score_component(own, reference)
    after = score_component([*own, replace(own[0], id="case:bad", y=0.0)], reference)
    assert before.figure < 100.0
    assert -2.0 < after.figure - before.figure < -0.05


@dataclass(frozen=True)
class City:
    """A simulated city: the truth is known. Weak officers sit at the hard services."""

    truth: dict[str, float]
    hardness: dict[tuple[str, str], float]
    facts: dict[str, list[Fact]]
    reference: Reference


@cache
def _city(seed: int) -> City:
    rng = random.Random(seed)
    services = [(f"s{n}", channel) for n in range(8) for channel in ("counter", "bot")]
    hardness = {cell: rng.gauss(0.0, 0.6) for cell in services}
    truth = {f"o{n:02d}": rng.gauss(0.0, 0.45) for n in range(80)}
    facts: dict[str, list[Fact]] = {}
    number = 0
    for officer, theta in truth.items():
        # the weaker, the likelier at a hard service
        draw = sorted(rng.sample(services, 4), key=lambda cell: hardness[cell])
        own = draw[:3] if theta < 0 else draw[1:]
        facts[officer] = []
        for _ in range(round(math.exp(rng.uniform(math.log(8), math.log(160))))):
            cell = rng.choice(own)
            mu = 1 / (1 + math.exp(-(1.1 + hardness[cell] + theta)))
            y = sum(rng.random() < mu for _ in range(3)) / 3  # Var = mu (1 - mu) / 3
            number += 1
            day = DAY - timedelta(days=rng.randrange(80))
            facts[officer].append(
                Fact(f"rating:{number}", "satisfaction", y, 1.0, True, day, f"r{number}", cell, officer=officer)
            )
    return City(truth, hardness, facts, fit_reference([f for own in facts.values() for f in own], f"seed-{seed}"))


def _scored(seed: int) -> Iterator[tuple[float, float, float, bool]]:
    """For each officer: true points, figure, raw mean in points, whether the interval holds the truth."""
    city = _city(seed)
    mix: dict[tuple[str, str], int] = {}
    for own in city.facts.values():
        for fact in own:
            mix[fact.cell] = mix.get(fact.cell, 0) + 1
    total = sum(mix.values())
    for officer, theta in city.truth.items():
        mean = sum(n / (1 + math.exp(-(1.1 + city.hardness[cell] + theta))) for cell, n in mix.items()) / total
        true = 25 * (1 + 3 * mean)
        score = score_component(city.facts[officer], city.reference.components["satisfaction"])
        raw = 25 * (1 + 3 * statistics.fmean(fact.y for fact in city.facts[officer]))
        yield true, score.figure, raw, score.low <= true <= score.high


def test_known_truth_is_found_better_than_by_the_raw_mean_and_the_intervals_hold() -> None:
    rows = [row for seed in (1, 2, 3, 4) for row in _scored(seed)]
    rmse = math.sqrt(statistics.fmean((figure - true) ** 2 for true, figure, _raw, _held in rows))
    raw_rmse = math.sqrt(statistics.fmean((raw - true) ** 2 for true, _figure, raw, _held in rows))
    coverage = statistics.fmean(held for _true, _figure, _raw, held in rows)
    print(f"rmse {rmse:.3f}, raw mean {raw_rmse:.3f}, coverage {coverage:.3f}")
    assert rmse < 0.6 * raw_rmse
    assert 0.90 <= coverage <= 0.99


def test_the_reference_finds_what_the_city_was_made_of() -> None:
    for seed in (1, 2):
        city = _city(seed)
        found = city.reference.components["satisfaction"]
        assert found.phi == pytest.approx(1 / 3, rel=0.12)
        assert found.tau == pytest.approx(statistics.pstdev(city.truth.values()), rel=0.25)
        effects = found.effects()
        true = [city.hardness[cell] for cell in effects]
        assert np.corrcoef(true, list(effects.values()))[0, 1] > 0.9


def test_officers_of_the_hard_services_are_not_scored_lower_for_it() -> None:
    """Law 6: two officers of the same true quality, one at the hardest services and one at the easiest."""
    city = _city(1)
    reference = city.reference.components["satisfaction"]
    cells = sorted(reference.effects(), key=lambda cell: city.hardness[cell])
    figures = []
    for cell in (cells[0], cells[-1]):
        mu = 1 / (1 + math.exp(-(1.1 + city.hardness[cell])))
        facts = [
            replace(FACT, id=f"rating:{n}", rater=f"r{n}", day=DAY - timedelta(days=n), cell=cell, y=mu)
            for n in range(80)
        ]
        figures.append(score_component(facts, reference).figure)
    hard, easy = figures
    gap_of_means = 75 * (
        1 / (1 + math.exp(-1.1 - city.hardness[cells[-1]])) - 1 / (1 + math.exp(-1.1 - city.hardness[cells[0]]))
    )
    assert gap_of_means > 20
    assert abs(easy - hard) < 4


def test_a_reference_survives_json_with_every_bit() -> None:
    reference = _city(1).reference
    assert repr(Reference.from_json(json.loads(json.dumps(reference.to_json())))) == repr(reference)
