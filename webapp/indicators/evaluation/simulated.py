"""`simulate`: the indicator on cities whose truth is known, beside what others use."""

import argparse
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.evaluation.baselines import NORMAL_95, Baseline, baselines
from webapp.indicators.evaluation.city import City, make_city
from webapp.indicators.evaluation.city_attacks import ATTACKS, attacked
from webapp.indicators.evaluation.officers import Scores, score_columns
from webapp.indicators.evaluation.sizes import at_least
from webapp.indicators.presets import Mark

DELTA: Final = Mark().margin
"""Points under the expected from where an officer may need a look: as on the supervisor's page."""
FEWEST_OFFICERS: Final = 10
"""Coverage is told by tenths of them."""
_FALSE: Final = ("false_flagged", "false_flagged_mean_officer")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `simulate`."""
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds from there on; figures are their means")
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--officers", type=int, default=500)
    parser.add_argument("--doubtful", type=float, default=0.3, help="part of the ratings with several candidates")
    parser.add_argument("--attack", choices=sorted(ATTACKS), default="clean")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Figures by method, the means over the seeds, and each goal's ratio to the clean kernel.

    Raises ValueError for sizes of which no figure can be made.
    """
    at_least("--facts", arguments.facts, 1)
    at_least("--officers", arguments.officers, FEWEST_OFFICERS)
    at_least("--seeds", arguments.seeds, 1)
    at_least("--seed", arguments.seed, 0)
    if not 0.0 <= arguments.doubtful <= 1.0:
        raise ValueError(f"--doubtful must be from 0 to 1, not {arguments.doubtful:g}.")
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    found = [
        simulate(seed, arguments.facts, arguments.officers, arguments.attack, arguments.doubtful) for seed in seeds
    ]
    methods = {method: _mean([one[method] for one in found]) for method in found[0]}
    kernel, clean = methods["indicator"], methods["clean_kernel"]
    return {
        "attack": arguments.attack,
        "facts": arguments.facts,
        "officers": arguments.officers,
        "seeds": list(seeds),
        "rmse": kernel["rmse"],
        "spearman": kernel["spearman"],
        "coverage": kernel["coverage"],
        "coverage_lowest_decile": min(kernel["coverage_by_volume_decile"]),
        "false_flagged": kernel["false_flagged"],
        "rmse_to_clean_kernel": round(kernel["rmse"] / clean["rmse"], 4),
        "spearman_to_clean_kernel": round(kernel["spearman"] / clean["spearman"], 4),
        "methods": methods,
    }


def simulate(seed: int, facts: int, officers: int, attack: str, doubtful: float = 0.3) -> dict[str, dict[str, Any]]:
    """One city, and each method's figures: rmse and spearman (of officers with facts), coverage of the 95 % intervals,
    all and by decile of volume, and what part of the flagged ones is not below the mark in truth. A flag says
    P(theta < -delta) > .95, so its truth is theta's: DELTA points under an officer of effect 0. `_mean_officer` counts
    against DELTA under the mean of the officers, which lies lower. Raises ValueError where too few officers have facts.
    """
    city = make_city(seed, facts, officers, doubtful, sorted_=attack == "sorted")
    seen = attacked(city, attack, seed)
    known = np.unique(seen.officer)
    if len(known) < FEWEST_OFFICERS:
        raise ValueError(
            f"Only {len(known)} officers have any of the {facts} facts, and {FEWEST_OFFICERS} are needed: ask for more."
        )
    scores = {
        "indicator": score_columns(seen, city.officers),
        "clean_kernel": score_columns(city.certain, city.officers),
    }
    volume = np.bincount(city.certain.officer, minlength=city.officers).astype(np.int64)
    found = {name: measured(score, city, volume, known) for name, score in scores.items()}
    for name, baseline in baselines(seen, city.officers).items():
        found[name] = measured(_as_scores(baseline, scores["indicator"].expected), city, volume, known)
    return found


def _as_scores(baseline: Baseline, expected: float) -> Scores:
    points = np.where(np.isnan(baseline.points), expected, baseline.points)
    none = np.full(len(points), np.nan)
    low, high = (none if bound is None else bound for bound in (baseline.low, baseline.high))
    return Scores(points, low, high, (high - low) / (2 * NORMAL_95), expected)


def measured(scores: Scores, city: City, volume: NDArray[np.int64], known: NDArray[np.int32]) -> dict[str, Any]:
    """The figures of one method over the officers `known` to it."""
    from scipy.stats import norm, rankdata  # takes a second to load, which only this has to spend

    points, truth = scores.points[known], city.points[known]
    figures: dict[str, Any] = {
        "rmse": float(np.sqrt(np.mean((points - truth) ** 2))),
        "spearman": float(np.corrcoef(rankdata(points), rankdata(truth))[0, 1]),
    }
    if np.isnan(scores.low[known]).all():
        return figures
    covered = (scores.low[known] <= truth) & (truth <= scores.high[known])
    figures["coverage"] = float(np.mean(covered))
    order = np.argsort(volume[known], kind="stable")
    figures["coverage_by_volume_decile"] = [float(np.mean(covered[part])) for part in np.array_split(order, 10)]
    mark = scores.expected - DELTA
    with np.errstate(invalid="ignore", divide="ignore"):
        flagged = norm.cdf((mark - points) / scores.error[known]) > 0.95
    figures["flagged"] = int(flagged.sum())
    for name, usual in ((_FALSE[0], city.usual), (_FALSE[1], float(np.average(city.points)))):
        wrong = flagged & (truth >= usual - DELTA)
        figures[name] = float(wrong.sum() / max(flagged.sum(), 1))
    return figures


def _mean(figures: list[dict[str, Any]]) -> dict[str, Any]:
    """The means of the figures of several seeds; of a part of counted ones, the part of all together."""
    mean: dict[str, Any] = {}
    for name in figures[0]:
        values = np.array([one[name] for one in figures], dtype=np.float64)
        mean[name] = np.round(values.mean(axis=0), 4).tolist()
    if "flagged" in mean:
        flagged = np.array([one["flagged"] for one in figures])
        for name in _FALSE:
            wrong = sum(one[name] * one["flagged"] for one in figures)
            mean[name] = round(float(wrong / max(flagged.sum(), 1)), 4)
    return mean
