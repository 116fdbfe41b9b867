"""`insteval`: ratings of a public data set, by raters that the model has not seen; and its linear core beside lme4.

Facts: the rated is the officer, department the service, service (a lecture for others) the channel, age of the lecture
the quarter. Raters are dealt into five parts; each part is predicted from the other four, which the raters of that
part have not touched: 1 + 4 logistic(eta + theta). Every method predicts the same ratings.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.evaluation.city import NO_RATER, Facts
from webapp.indicators.evaluation.linear_core import LinearFit, Ratings, fit_linear, read_ratings, read_table
from webapp.indicators.evaluation.officers import as_file
from webapp.indicators.evaluation.score import readings_of, reference_of
from webapp.indicators.evaluation.sizes import at_least
from webapp.indicators.facts import Floats, logistic

PARTS: Final = 5
FEWEST_RATERS: Final = 20
"""Of fewer, a part may have all or none."""
NO_DAY: Final = -(2**31)
STORED: Final = Path(__file__).with_name("lme4_insteval.json")
"""What lme4 gave for the public file, and how: the R commands stand in it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `insteval`."""
    parser.add_argument("file", type=Path, help="CSV: rater, rated, lecture_age, service, department, rating")
    parser.add_argument("--seed", type=int, default=0, help="by which raters are dealt into parts")
    parser.add_argument("--seeds", type=int, default=1, help="how many deals; errors are their means")
    parser.add_argument("--without-lme4", action="store_true", help="leave out the linear core")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Root mean square errors on unseen raters, and the greatest differences from lme4.

    Raises ValueError with a sentence where the file isn't that CSV.
    """
    at_least("--seeds", arguments.seeds, 1)
    at_least("--seed", arguments.seed, 0)
    ratings = read_ratings(arguments.file)
    if len(ratings.rater_names) < FEWEST_RATERS:
        raise ValueError(
            f"{arguments.file} has {len(ratings.rater_names)} raters; at least {FEWEST_RATERS} are needed."
        )
    age = read_table(arguments.file, ("lecture_age",))["lecture_age"].to_numpy()
    deals = [unseen_raters(ratings, age, seed) for seed in range(arguments.seed, arguments.seed + arguments.seeds)]
    result: dict[str, Any] = {
        "ratings": len(ratings.rating),
        "deals": len(deals),
        "rmse_unseen_raters": {name: round(float(np.mean([deal[name] for deal in deals])), 5) for name in deals[0]},
    }
    if not arguments.without_lme4:
        result["linear_core"] = beside_lme4(ratings, hashlib.sha256(arguments.file.read_bytes()).hexdigest())
    return result


def unseen_raters(ratings: Ratings, age: NDArray[np.int64], seed: int) -> dict[str, float]:
    """Root mean square error of each method over all ratings, each predicted without its rater's part."""
    part = np.random.default_rng(seed).integers(0, PARTS, len(ratings.rater_names))[ratings.rater]
    _ages, quarter = np.unique(age, return_inverse=True)
    squares: dict[str, float] = {}
    for number in range(PARTS):
        seen = part != number
        for name, predicted in _predictions(ratings, quarter.astype(np.int32), seen).items():
            squares[name] = squares.get(name, 0.0) + float(np.sum((predicted - ratings.rating[~seen]) ** 2))
    return {name: float(np.sqrt(square / len(ratings.rating))) for name, square in squares.items()}


def _predictions(ratings: Ratings, quarter: NDArray[np.int32], seen: NDArray[np.bool_]) -> dict[str, Floats]:
    """What each method, taught by the seen ratings, says of the others."""
    lecturers = len(ratings.rated_names)
    count = np.bincount(ratings.rated[seen], minlength=lecturers)
    total = np.bincount(ratings.rated[seen], weights=ratings.rating[seen], minlength=lecturers)
    mean = float(np.mean(ratings.rating[seen]))
    raw = np.where(count > 0, total / np.maximum(count, 1), mean)
    drawn = float(np.mean(count[count > 0]))
    average = (total + drawn * mean) / (count + drawn)
    asked = ratings.rated[~seen]
    return {
        "raw_mean": raw[asked],
        "bayesian_average": average[asked],
        "indicator": _indicator(ratings, quarter, seen),
    }


def _indicator(ratings: Ratings, quarter: NDArray[np.int32], seen: NDArray[np.bool_]) -> Floats:
    names = [name.split() for name in ratings.group_names]
    department = np.unique([int(name[0]) for name in names], return_inverse=True)[1].astype(np.int32)[ratings.group]
    service = np.array([int(name[1]) for name in names], dtype=np.int32)[ratings.group]
    count = len(ratings.rating)
    facts = Facts(
        fact=np.arange(count, dtype=np.int64),
        officer=ratings.rated,
        share=np.ones(count, dtype=np.float32),
        y=((ratings.rating - 1.0) / 4.0).astype(np.float32),
        service=department,
        channel=service,
        quarter=quarter,
        unit=department,
        day=np.full(count, NO_DAY, dtype=np.int32),
        rater=np.where(ratings.rater >= 0, ratings.rater, NO_RATER).astype(np.int64),
        verified=np.ones(count, dtype=np.bool_),
    )
    taught = as_file(facts.rows(seen), len(ratings.rated_names))
    reference = reference_of(taught)
    theta = readings_of(taught, reference).theta
    asked = facts.rows(~seen)
    places = reference.codebook.places(asked.service, asked.channel, asked.quarter, asked.unit)
    return 1.0 + 4.0 * logistic(reference.levels.eta(places) + theta[asked.officer])


def beside_lme4(ratings: Ratings, digest: str) -> dict[str, Any]:
    """Greatest absolute differences between the linear core and the stored results of lme4.

    They are of one file, told by its SHA-256; of another file only the core's own variances are given.
    """
    fit = fit_linear(ratings)
    own = {
        "rater_variance": fit.rater_variance,
        "rated_variance": fit.rated_variance,
        "group_variance": fit.group_variance,
        "residual_variance": fit.residual_variance,
        "mean": fit.mean,
    }
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    if stored["sha256"] != digest:
        return {"own": own, "lme4": None, "why": "lme4's stored results are of another file"}
    return {
        "own": own,
        "lme4": {name: stored[name] for name in own},
        "greatest_difference_of_variances": max(abs(own[name] - stored[name]) for name in own if name != "mean"),
        "greatest_difference_of_effects": _greatest(fit, ratings, stored["effects"]),
        "effects_compared": sum(map(len, stored["effects"].values())),
    }


def _greatest(fit: LinearFit, ratings: Ratings, stored: dict[str, dict[str, float]]) -> float:
    own = {
        "rater": dict(zip(map(str, ratings.rater_names), fit.rater, strict=True)),
        "rated": dict(zip(map(str, ratings.rated_names), fit.rated, strict=True)),
        "group": dict(zip(ratings.group_names, fit.group, strict=True)),
    }
    return float(max(abs(own[kind][name] - value) for kind, named in stored.items() for name, value in named.items()))
