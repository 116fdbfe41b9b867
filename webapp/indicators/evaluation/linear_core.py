"""The crossed model on a plain linear scale, as lme4 fits it: y = b0 + rater + rated + group + error.

The linear core is the same compiled code as the reference's (kernel/crossed.py, kernel/variances.py), with the raters
in the place of the officers, who are eliminated, so that its variances and effects can be held against lme4's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from webapp.indicators.facts import Floats
from webapp.indicators.kernel.crossed import Normal, parts_of
from webapp.indicators.kernel.groups import Compressor
from webapp.indicators.kernel.variances import NOTHING, Assumptions, likeliest

COLUMNS = ("rater", "rated", "service", "department", "rating")


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Ratings 1 to 5 by students of lecturers, as lme4's InstEval names them; codes are whole numbers from 0.

    `rater`, `rated`, `group` (department x service), `rating` (n each); `rater_names`, `rated_names`, `group_names`:
    what the codes stand for.
    """

    rater: NDArray[np.int32]
    rated: NDArray[np.int32]
    group: NDArray[np.int32]
    rating: Floats
    rater_names: NDArray[np.int64]
    rated_names: NDArray[np.int64]
    group_names: tuple[str, ...]


def _coded(values: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    names, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int32), names


def read_table(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    """Columns of whole numbers of a CSV (may be gzipped) that has rows.

    Raises ValueError with a sentence where it is no CSV, a column is missing, empty in some row, or no whole numbers.
    """
    try:
        table = pl.read_csv(path)
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{path} is no CSV that can be read: {str(error).splitlines()[0]}") from error
    if missing := [name for name in columns if name not in table.columns]:
        raise ValueError(f"{path} has no column {', '.join(missing)}.")
    if not len(table):
        raise ValueError(f"{path} has no rows.")
    for name in columns:
        if not table[name].dtype.is_integer() or table[name].null_count():
            raise ValueError(f"{path}: {name} must be a whole number in every row.")
    return table.select(columns)


def read_ratings(path: Path) -> Ratings:
    """Read a CSV (may be gzipped) with the columns rater, rated, service, department, rating.

    Raises ValueError with a sentence where it isn't that.
    """
    table = read_table(path, COLUMNS)
    if not 1 <= table["rating"].min() <= table["rating"].max() <= 5:  # type: ignore[operator]  # they are whole numbers
        raise ValueError(f"{path}: rating must be from 1 to 5.")
    rater, rater_names = _coded(table["rater"].to_numpy())
    rated, rated_names = _coded(table["rated"].to_numpy())
    department, service = table["department"].to_numpy(), table["service"].to_numpy()
    group, groups = _coded(department * 1000 + service)
    names = tuple(f"{code // 1000} {code % 1000}" for code in groups.tolist())
    return Ratings(rater, rated, group, table["rating"].to_numpy().astype(np.float64), rater_names, rated_names, names)


@dataclass(frozen=True, slots=True, eq=False)
class LinearFit:
    """Variances and effects (BLUPs) of raters, rated, groups; `mean`: the intercept; `criterion`: lme4's REMLcrit."""

    mean: float
    rater_variance: float
    rated_variance: float
    group_variance: float
    residual_variance: float
    rater: Floats
    rated: Floats
    group: Floats
    criterion: float


def fit_linear(ratings: Ratings) -> LinearFit:
    """REML, without any prior: `lmer(rating ~ 1 + (1|rater) + (1|rated) + (1|department:service))`."""
    count = len(ratings.rating)
    sizes = (len(ratings.rated_names), len(ratings.group_names))
    compressor = Compressor(len(ratings.rater_names), sizes)
    # whole ratings to 5 are exact in 32 bits
    compressor.add(ratings.rater, (ratings.rated, ratings.group), np.ones(count), ratings.rating.astype(np.float32))
    groups = compressor.groups()
    parts = parts_of(groups)
    weight, mean = [part.groups.weight for part in parts], [part.groups.mean for part in parts]
    normal = Normal(parts, weight, mean, float(np.sum(groups.within)), None)
    assumed = Assumptions((NOTHING, NOTHING), NOTHING, NOTHING)
    fitted = likeliest(normal, sizes, count, assumed, np.zeros(3), 1e-10)
    beta = fitted.solution.beta
    return LinearFit(
        mean=float(beta[0]),
        rater_variance=fitted.deviation(-1) ** 2,
        rated_variance=fitted.deviation(0) ** 2,
        group_variance=fitted.deviation(1) ** 2,
        residual_variance=fitted.sigma2,
        rater=fitted.solution.theta,
        rated=beta[1 : 1 + sizes[0]],
        group=beta[1 + sizes[0] :],
        criterion=fitted.deviance + (count - 1) * float(np.log(2.0 * np.pi)),
    )
