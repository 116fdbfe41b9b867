"""The variances of a crossed model by restricted maximum likelihood, and its levels on the logistic scale by penalised
quasi-likelihood. Pure: numpy and scipy.

Deviance, with q_f effects in family f and sigma^2 profiled out:

    log|D| + log|S| - sum_f q_f log lambda_f + (n - 1) log sigma^2 + R / sigma^2,    R: penalised sum of squares
    d / d log lambda_f = lambda_f tr(C^ff) - q_f + lambda_f u_f'u_f / sigma^2

as lme4 has it (Bates et al. 2015), to the number of groups instead of facts. A prior that is worth m effects of
variance s adds m (log tau_f^2 + s / tau_f^2), tau_f^2 = sigma^2 / lambda_f: with no data it is the answer, with few
officers it keeps tau off zero (as Chung et al. 2013 ask), with many it vanishes. Quasi-likelihood (Breslow and Clayton
1993): V = mu (1 - mu), omega = V sum w, z = eta + (mean - mu) / V, until eta stands still. In each round the variances
are made the likeliest; in large cities they take one Newton step, so that they and eta come to rest together.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from webapp.indicators.facts import Floats, added_up, logistic
from webapp.indicators.kernel.compiling import compiled
from webapp.indicators.kernel.crossed import Each, Normal, Part, Solution, parts_of
from webapp.indicators.kernel.exponentials import logistic_of
from webapp.indicators.kernel.groups import Groups

LEVEL_LIMIT: Final = 5.0  # levels stay within logistic(+-5), .7 % to 99.3 %: nothing is ever certain
ROUNDS: Final = 12
STILL: Final = 1e-6  # a round that moves no level by more is the last
FLAT: Final = 1e-4  # slope of the deviance, where one standard error of log lambda from the best it is about 1
LOG_LIMITS: Final = (-9.0, 18.0)  # of log lambda: deviations from far above to far below anything that matters
LARGEST_STEP: Final = 1.5  # of log lambda in one step
LEAST_BEND: Final = 0.1  # of the deviance along a step, in units of what q effects known for certain would bend it
LARGEST_MOVE: Final = 1.5  # of a level in one round


@dataclass(frozen=True, slots=True)
class Assumed:
    """A prior of a variance: its value, and how many effects (or facts) it weighs; 0 for none."""

    variance: float
    worth: float


NOTHING: Final = Assumed(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Priors of a fit. `families`: one for each family of coefficients; `sorting`: prior standard deviation of kappa,
    None for a model without it. `phi_limits`: bounds of sigma^2. `level`: where the intercept is pulled to, with the
    weight of `level_worth` facts. `tau_limits`: bounds of the officers' deviation.
    """

    families: tuple[Assumed, ...]
    officers: Assumed
    phi: Assumed
    sorting: float | None = None
    phi_limits: tuple[float, float] = (1e-9, 1e9)
    tau_limits: tuple[float, float] = (1e-6, 1e6)
    level: float = 0.0
    level_worth: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """`solution` with the variances that make it likeliest: `sigma2`, and `shrinkages`: lambda of each family and
    of the officers. `evaluations` of the deviance, `rounds` of quasi-likelihood.
    """

    solution: Solution
    sigma2: float
    shrinkages: tuple[float, ...]
    deviance: float
    evaluations: int = 0
    rounds: int = 1

    def deviation(self, family: int) -> float:
        """Standard deviation of the effects of a family (-1: the officers)."""
        return float(np.sqrt(self.sigma2 / self.shrinkages[family]))


class _Likelihood:
    """The deviance of one set of normal equations as a function of log lambda."""

    def __init__(self, normal: Normal, sizes: Sequence[int], count: float, assumed: Assumptions, level: float) -> None:
        self.normal, self.sizes, self.count, self.assumed = normal, list(sizes), count, assumed
        self.priors = [*assumed.families, assumed.officers]
        self.level = level  # the precision that pulls the intercept, in units of 1 / sigma^2
        self.edges = np.cumsum([1, *self.sizes])
        self.evaluations = 0

    def at(self, log_lambda: Floats) -> tuple[Solution, float, float, Floats]:
        """Solution, sigma^2, deviance and its gradient."""
        self.evaluations += 1
        shrinkages = np.exp(log_lambda)
        penalty = np.concatenate([[self.level], np.repeat(shrinkages[:-1], self.sizes)])
        if self.assumed.sorting is not None:
            penalty = np.append(penalty, self.assumed.phi.variance / self.assumed.sorting**2)
        solution = self.normal.solve(float(shrinkages[-1]), penalty, self.assumed.level)
        phi = self.assumed.phi
        square = solution.residual + phi.worth * phi.variance
        free = self.count - 1.0 + phi.worth + (1.0 if self.level else 0.0)
        for prior, shrinkage in zip(self.priors, shrinkages, strict=True):
            square += prior.worth * prior.variance * shrinkage
            free += prior.worth
        sigma2 = float(np.clip(square / max(free, 1e-300), *self.assumed.phi_limits))
        deviance = solution.log_determinants + free * np.log(sigma2) + square / sigma2
        gradient = np.empty(len(shrinkages))
        diagonal = np.diag(solution.inverse)
        for number, (prior, shrinkage) in enumerate(zip(self.priors, shrinkages, strict=True)):
            if number < len(self.sizes):
                own = slice(self.edges[number], self.edges[number + 1])
                effects, trace = solution.beta[own], float(np.sum(diagonal[own]))
            else:
                effects, trace = solution.theta, float(np.sum(solution.doubt))
            size = len(effects) + prior.worth
            spread = float(effects @ effects) + prior.worth * prior.variance
            deviance -= size * log_lambda[number]
            gradient[number] = shrinkage * trace - size + shrinkage * spread / sigma2
        return solution, sigma2, float(deviance), gradient

    def curvature(self, log_lambda: Floats, solution: Solution, sigma2: float) -> Floats:
        """The gradient's derivative (families + 1, same) for given sigma^2, C between officers taken for diagonal and
        between officers and coefficients for 0:

            d^2 / d log lambda_f d log lambda_g = lambda_f tr(C^ff) + lambda_f u_f'u_f / sigma^2     where f = g
                - lambda_f lambda_g (|C^fg|^2 + 2 u_f' C^fg u_g / sigma^2)
        """
        found = np.zeros((len(log_lambda), len(log_lambda)))
        shrinkages = np.exp(log_lambda)
        families = range(len(self.sizes))
        own = [slice(self.edges[number], self.edges[number + 1]) for number in families]
        for f in families:
            for g in families[: f + 1]:
                block = solution.inverse[own[f], own[g]]
                if f == g:
                    block = np.tril(block) + np.tril(block, -1).T
                both = np.sum(block * block) + 2.0 * (solution.beta[own[f]] @ block @ solution.beta[own[g]]) / sigma2
                found[f, g] = found[g, f] = -shrinkages[f] * shrinkages[g] * both
        theta, doubt = solution.theta, solution.doubt
        found[-1, -1] = -(shrinkages[-1] ** 2) * (doubt @ doubt + 2.0 * float(theta @ (doubt * theta)) / sigma2)
        return found


def likeliest(
    normal: Normal,
    sizes: Sequence[int],
    count: float,
    assumed: Assumptions,
    start: Floats,
    tolerance: float = 1e-8,
    level: float = 0.0,
    flat: float = 1e-5,
) -> Fitted:
    """Variances by restricted maximum likelihood for given normal equations; `sizes` of the families.

    `count`: facts that the equations stand for. `start`: log lambda of each family and of the officers. `flat`: a slope
    of the deviance that passes for none, where a standard error's distance from the best has one of about 1.
    """
    likelihood = _Likelihood(normal, sizes, count, assumed, level)

    # q effects tell log lambda with a curvature of about q; scaled by it, all directions are alike to L-BFGS
    effects = [*sizes, normal.officers]
    scale = np.sqrt([max(q + prior.worth, 1.0) for q, prior in zip(effects, likelihood.priors, strict=True)])
    limits = np.outer(scale, LOG_LIMITS)
    best: list[tuple[Floats, Solution, float, float]] = []

    def deviance(scaled: Floats) -> tuple[float, Floats]:
        log_lambda = np.clip(scaled / scale, *LOG_LIMITS)
        solution, sigma2, value, gradient = likelihood.at(log_lambda)
        if not best or value < best[0][3]:
            best[:] = [(log_lambda, solution, sigma2, value)]
        return value, gradient / scale

    minimize(
        deviance,
        np.clip(start, *LOG_LIMITS) * scale,
        jac=True,
        method="L-BFGS-B",
        bounds=limits.tolist(),
        options={"maxiter": 200, "ftol": tolerance * 1e-4, "gtol": flat, "maxls": 30},
    )
    at, solution, sigma2, value = best[0]
    tau = float(np.sqrt(sigma2 / np.exp(at[-1])))
    bounded = float(np.clip(tau, *assumed.tau_limits))
    if bounded != tau:
        at = np.append(at[:-1], np.log(sigma2 / bounded**2))
        solution, sigma2, value, _gradient = likelihood.at(at)
    return Fitted(solution, sigma2, tuple(np.exp(at).tolist()), value, likelihood.evaluations)


def one_step(
    normal: Normal, sizes: Sequence[int], count: float, assumed: Assumptions, at: Floats, level: float
) -> tuple[Fitted, Floats, float]:
    """The fit at log lambda `at`, one Newton step towards the likeliest variances, and how far that is in standard
    errors; otherwise as `likeliest`.
    """
    likelihood = _Likelihood(normal, sizes, count, assumed, level)
    solution, sigma2, deviance, gradient = likelihood.at(at)
    worth = np.array([*sizes, normal.officers]) + [prior.worth for prior in likelihood.priors]
    curvature = likelihood.curvature(at, solution, sigma2)
    curvature[np.diag_indices(len(at))] += gradient + worth
    scale = np.sqrt(np.maximum(worth, 1.0))
    bends, ways = np.linalg.eigh(curvature / np.outer(scale, scale))
    step = ways @ ((ways.T @ (gradient / scale)) / np.maximum(bends, LEAST_BEND)) / scale
    following = np.clip(at - np.clip(step, -LARGEST_STEP, LARGEST_STEP), *LOG_LIMITS)
    tau = np.clip(np.sqrt(sigma2 / np.exp(following[-1])), *assumed.tau_limits)
    following[-1] = np.log(sigma2 / tau**2)
    fitted = Fitted(solution, sigma2, tuple(np.exp(at).tolist()), deviance, 1)
    return fitted, following, float(np.max(np.abs(following - at) * scale))


@compiled
def _response(eta: Floats, weight: Floats, mean: Floats, within: Floats) -> tuple[Floats, Floats, Floats]:
    """omega, z, and the groups' inner spread on the scale of z."""
    omega, z, spread = np.empty(len(eta)), np.empty(len(eta)), np.empty(len(eta))
    for g in range(len(eta)):
        mu = logistic_of(eta[g])
        variance = mu * (1.0 - mu)
        omega[g] = weight[g] * variance
        z[g] = eta[g] + (mean[g] - mu) / variance
        spread[g] = within[g] / variance
    return omega, z, spread


@compiled
def _levels(first: NDArray[np.int64], places: NDArray[np.int32], beta: Floats, effect: Floats) -> Floats:
    levels = np.empty(len(places))
    for j in range(len(first)):
        last = first[j + 1] if j < len(first) - 1 else len(places)
        for g in range(first[j], last):
            eta = beta[0]
            for family in range(places.shape[1]):
                eta += beta[places[g, family]]
            levels[g] = eta + effect[j]
    return levels


def fitted_levels(part: Part, solution: Solution, ease: Floats | None) -> Floats:
    """eta of each group of a part: coefficients, kappa's part and the officer's effect. `ease` (J): of all officers."""
    own = slice(part.first, part.last)
    effect = np.append(solution.theta[own] + (0.0 if ease is None else solution.beta[-1] * ease[own]), 0.0)
    return _levels(part.groups.first, part.groups.places, solution.beta, effect)


def ease_of_work(groups: Groups, parts: Sequence[Part], beta: Floats, each: Each = map) -> Floats:
    """m_j: the mean effect of each officer's cells (J), from the mean of the officers of his unit; 0 without facts.

    His unit, the last family: between units, sorting can't be told from the units' own effects.
    """

    def mean_of(number: int) -> Floats:
        rows = parts[number].rows
        owner = np.repeat(np.arange(len(rows.start) - 1), np.diff(rows.start))
        return added_up(owner, rows.cell_part * beta[rows.column], len(rows.start) - 1)[:-1]

    mean = np.concatenate(list(each(mean_of, range(len(parts)))))
    seen = np.diff(groups.first) > 0
    ease = np.zeros(groups.officers)
    if seen.any():
        home = groups.places[groups.first[:-1][seen], -1].astype(np.intp)
        count = np.maximum(added_up(home, np.ones(len(home)), len(beta)), 1.0)
        ease[seen] = mean[seen] - (added_up(home, mean[seen], len(beta)) / count)[home]
    return ease


def fit_logistic(groups: Groups, assumed: Assumptions, count: float, threads: int = 1) -> tuple[Fitted, Floats | None]:
    """The crossed model on the logistic scale by penalised quasi-likelihood; `count`: sum of the weights.

    Gives m_j as well, None without kappa. Deterministic, with any number of threads. Levels start from the mean of all
    facts, variances from their priors.
    """
    with ThreadPoolExecutor(threads) as pool:
        return _fit_logistic(groups, assumed, count, pool.map if threads > 1 else map)


def _fit_logistic(groups: Groups, assumed: Assumptions, count: float, each: Each) -> tuple[Fitted, Floats | None]:
    parts = parts_of(groups, each)
    ease = None if assumed.sorting is None else np.zeros(groups.officers)
    worth = assumed.level_worth
    start = float(logistic(np.array([assumed.level]))[0])
    mean = (float(groups.weight @ groups.mean) + worth * start) / (float(np.sum(groups.weight)) + worth)
    mean = min(max(mean, 0.01), 0.99)
    eta = [np.full(len(part.groups.weight), np.log(mean / (1.0 - mean))) for part in parts]

    def respond(number: int) -> tuple[Floats, Floats, float]:
        own = parts[number].groups
        omega, z, within = _response(eta[number], own.weight, own.mean, own.within)
        return omega, z, float(np.sum(within))

    def move(number: int) -> tuple[Floats, float]:
        moved = fitted_levels(parts[number], fitted.solution, ease)
        moved -= eta[number]
        return moved, float(np.max(np.abs(moved), initial=0.0))

    def moved_to(number: int) -> Floats:
        levels: Floats = np.clip(eta[number] + moved[number] * step, -LEVEL_LIMIT, LEVEL_LIMIT)
        return levels

    priors = [*assumed.families, assumed.officers]
    log_lambda = np.log([assumed.phi.variance / prior.variance for prior in priors])
    evaluations = rounds = 0
    largest = near = np.inf
    used = ease
    most = ROUNDS if len(parts) == 1 else 2 * ROUNDS
    while rounds < most and (largest >= STILL or near > FLAT):
        rounds += 1
        omega, z, within = zip(*each(respond, range(len(parts))), strict=True)
        normal = Normal(parts, omega, z, sum(within), ease, each)
        level = worth * start * (1.0 - start)
        if len(parts) == 1:
            # no need to be exact about levels that will move on
            near = max(min(0.1 * largest, 0.3 * 0.25 ** (rounds - 1)), FLAT)
            fitted = likeliest(normal, groups.sizes, count, assumed, log_lambda, 1e-6, level, near)
            log_lambda = np.log(fitted.shrinkages)
        else:
            fitted, log_lambda, near = one_step(normal, groups.sizes, count, assumed, log_lambda, level)
        evaluations += fitted.evaluations
        moved, moves = zip(*each(move, range(len(parts))), strict=True)
        largest = max(moves)
        step = min(1.0, LARGEST_MOVE / max(largest, 1e-300))
        eta = list(each(moved_to, range(len(parts))))
        used = ease
        if ease is not None:
            ease = ease_of_work(groups, parts, fitted.solution.beta, each)
    return (
        Fitted(fitted.solution, fitted.sigma2, fitted.shrinkages, fitted.deviance, evaluations, rounds),
        used,
    )
