"""`composite`: does the interval of the whole figure hold the truth, with components of 8 to 500 events an officer?

Goes through the product's own door: facts, `fit_reference`, `score_officer`. The officers' effects in the components
are drawn with a correlation, as who is good at one thing tends to be good at others.
"""

import argparse
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from webapp.indicators.evaluation.city import ratings
from webapp.indicators.evaluation.sizes import at_least
from webapp.indicators.facts import Fact, Floats, logistic
from webapp.indicators.formula import fit_reference, score_officer
from webapp.indicators.presets import Preset, load_preset

CELLS: Final = 6
CORRELATION: Final = 0.4
EVENTS: Final = {"satisfaction": 150.0, "speed": 400.0, "complaint_handling": 12.0, "conduct": 40.0}
"""Usual number of events of an officer; each has between 8 and 500."""
WEIGHTS: Final = {"satisfaction": 0.4, "speed": 0.25, "complaint_handling": 0.2, "conduct": 0.15}
DEVIATION: Final = 0.4
LEVEL: Final = 1.0
CELL_DEVIATION: Final = 0.4
FIRST_DAY: Final = date(2026, 1, 5)
NORMAL_95: Final = 1.96
FEWEST_OFFICERS: Final = 20
"""Of fewer the spread between officers and its correlations can't be learnt."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `composite`."""
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds from there on; figures are their means")
    parser.add_argument("--officers", type=int, default=120)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Coverage of the composite's and the components' 95 % intervals, and the composite's error.

    Raises ValueError for sizes of which nothing can be said.
    """
    at_least("--seeds", arguments.seeds, 1)
    at_least("--seed", arguments.seed, 0)
    at_least("--officers", arguments.officers, FEWEST_OFFICERS)
    found = [composite(seed, arguments.officers) for seed in range(arguments.seed, arguments.seed + arguments.seeds)]
    return {
        "officers": arguments.officers,
        "seeds": arguments.seeds,
        **{name: round(float(np.mean([one[name] for one in found])), 4) for name in found[0]},
    }


def composite(seed: int, officers: int) -> dict[str, float]:
    """One city: coverage of the composite, with and without the covariance of components, and of each component."""
    rng = np.random.default_rng([seed, 11])
    shared = rng.normal(size=officers)
    facts: dict[str, list[Fact]] = {str(officer): [] for officer in range(officers)}
    truth: dict[str, Floats] = {}
    for name, usual in EVENTS.items():
        own = np.sqrt(CORRELATION) * shared + np.sqrt(1.0 - CORRELATION) * rng.normal(size=officers)
        truth[name] = _component(rng, name, usual, DEVIATION * own, facts)
    preset = _preset()
    reference = fit_reference([fact for own in facts.values() for fact in own], f"seed-{seed}", preset.priors)
    scores = [score_officer(facts[str(officer)], reference, preset, with_lines=False) for officer in range(officers)]
    whole: Floats = np.sum([WEIGHTS[name] * truth[name] for name in EVENTS], axis=0)
    figure = np.array([score.figure for score in scores])
    alone = NORMAL_95 * np.sqrt(
        [sum(WEIGHTS[name] ** 2 * score.components[name].variance for name in EVENTS) for score in scores]
    )
    result = {
        "coverage": float(
            np.mean([score.low <= true <= score.high for score, true in zip(scores, whole, strict=True)])
        ),
        "coverage_without_covariance": float(np.mean(np.abs(figure - whole) <= alone)),
        "rmse": float(np.sqrt(np.mean((figure - whole) ** 2))),
        "correlation": float(np.corrcoef(figure, whole)[0, 1]),
    }
    for name, values in truth.items():
        own_scores = [score.components[name] for score in scores]
        held = [one.low <= true <= one.high for one, true in zip(own_scores, values, strict=True)]
        result[f"coverage_{name}"] = float(np.mean(held))
    return result


def _component(
    rng: np.random.Generator, name: str, usual: float, theta: Floats, facts: dict[str, list[Fact]]
) -> Floats:
    """Add each officer's facts of a component; the true points of each."""
    effect = rng.normal(0.0, CELL_DEVIATION, CELLS)
    share = rng.dirichlet(np.full(CELLS, 4.0))
    for officer, own in enumerate(theta):
        count = int(np.clip(usual * rng.lognormal(0.0, 0.7), 8, 500))
        cell = rng.choice(CELLS, count, p=share)
        y = ratings(logistic(LEVEL + effect[cell] + own), rng).tolist()
        when = rng.integers(0, 90, count).tolist()
        facts[str(officer)].extend(
            Fact(
                id=f"{name}:{officer}:{number}",
                component=name,
                y=round(3 * y[number]) / 3,
                share=1.0,
                verified=True,
                day=FIRST_DAY + timedelta(days=when[number]),
                rater=None,
                cell=(f"service-{cell[number]}", "counter"),
                officer=str(officer),
            )
            for number in range(count)
        )
    points: Floats = 25.0 * (1.0 + 3.0 * logistic(LEVEL + effect[None, :] + theta[:, None]) @ share)
    return points


def _preset() -> Preset:
    """A preset of these components, each with the satisfaction prior of the default one."""
    default = load_preset()
    return replace(default, weights=WEIGHTS, priors=dict.fromkeys(WEIGHTS, default.priors["satisfaction"]), reasons={})
