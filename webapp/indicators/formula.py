"""The officer's service-quality figure from stored facts on a frozen reference. Pure: numpy only, no clock, no
database.

For one officer j and one component, with eta_i the usual level of the fact's service and channel (reference.py) and
w_i its damped weight (damping.py, with the proof of law 1):

    mu_i(theta) = logistic(eta_i + p_i theta)
    lambda theta = F(theta) = sum_i w_i p_i (y_i - mu_i(theta)),       lambda = phi / tau^2
    g(theta) = 25 (1 + 3 x mean over the city's case mix of logistic(eta + theta))               the scale of 25 to 100
    H = sum_i w_i p_i^2 mu_i (1 - mu_i),    PEV = phi / (H + lambda),   reliability = 1 - PEV / tau^2 = H / (H + lambda)

Lines. Let m_i = logistic(eta_i) be what was expected of fact i and S_i = (mu_i(theta) - m_i) / (p_i theta) > 0 the
secant. Then y_i - mu_i = (y_i - m_i) - S_i p_i theta, and the equation above becomes, without approximation,

    theta = sum_i l_i,      l_i = w_i p_i (y_i - m_i) / (lambda + sum_k w_k p_k^2 S_k)

so each line is its case compared with what was expected there; a 4 never shows as a loss, a 1 never as a gain. Times
the secant of g, the lines are points and sum to figure - expected.

The composite is the preset's weighted sum. A component without facts stays at its expectation with its whole doubt,
tau^2; the weights are never spread over the others (law 10).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from webapp.indicators.damping import DampedFacts, Pull, usual_levels
from webapp.indicators.facts import MINIMUM_SHARE, Cell, Fact, Floats, in_order, logistic, logistic_secant
from webapp.indicators.fitting import fit_reference
from webapp.indicators.presets import Preset, Prior, Thresholds, load_preset
from webapp.indicators.reference import ComponentReference, Reference

FORMULA_VERSION: Final = "formula-1"
"""Changes with anything that could change a digit of a score; snapshots store it."""

LOWEST, HIGHEST = 25.0, 100.0
NORMAL_95: Final = 1.96


class Line(NamedTuple):
    """What one fact did. `points`: moved the figure by. `y` came where `expected` is usual (both 0 to 1).

    `weight` is what it counted after damping (1 for a full vote). `reasons` say why less than 1: "share_too_small"
    (nothing is charged), "unverified", "same_rater", "same_day".
    """

    fact_id: str
    component: str
    points: float
    y: float
    expected: float
    share: float
    weight: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComponentScore:
    """One component. figure, low, high, expected: points, 25 to 100; low and high bound the 95 % interval.

    `theta`: the officer's effect on the logistic scale. `variance` and `prior_variance`: points squared, of the figure
    now and without any fact. `lines` sum to figure - expected.
    """

    component: str
    theta: float
    figure: float
    low: float
    high: float
    expected: float
    reliability: float
    status: str
    variance: float
    prior_variance: float
    facts: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class OfficerScore:
    """The composite, in the same units; `lines` are in points of the composite and sum to figure - expected."""

    figure: float
    low: float
    high: float
    expected: float
    reliability: float
    status: str
    components: Mapping[str, ComponentScore]
    lines: tuple[Line, ...]
    formula_version: str
    reference_version: str
    preset_version: str


class _Scale:
    """g, its slope and its secant, over the case mix of one component."""

    def __init__(self, reference: ComponentReference) -> None:
        cells = reference.cells or ((None, 0.0, 1.0),)
        self.eta: Floats = np.array([reference.b0 + effect for _cell, effect, _share in cells], dtype=np.float64)
        self.mix: Floats = np.array([share for _cell, _effect, share in cells], dtype=np.float64)

    def _mean(self, values: Floats) -> float:
        return math.fsum((self.mix * values).tolist())

    def points(self, theta: float) -> float:
        return 25.0 * (1.0 + 3.0 * self._mean(logistic(self.eta + theta)))

    def slope(self, theta: float) -> float:
        mu = logistic(self.eta + theta)
        return 75.0 * self._mean(mu * (1.0 - mu))

    def secant(self, theta: float) -> float:
        return 75.0 * self._mean(logistic_secant(self.eta, np.full_like(self.eta, theta)))


def _solve(facts: DampedFacts, shrinkage: float) -> tuple[float, Pull]:
    """The one theta with shrinkage x theta = F(theta): Newton within a bracket, bisection where Newton is slow.

    F never rises in theta, so the root lies between 0 and F(0) / shrinkage. The steps depend on nothing but the facts
    in order.
    """
    theta = 0.0
    pull = facts.pull(theta)
    low, high = sorted((0.0, pull.total / shrinkage))
    previous = math.inf
    for _step in range(200):
        excess = pull.total - shrinkage * theta
        if excess == 0.0:
            break
        if excess > 0.0:
            low = theta
        else:
            high = theta
        following = theta + excess / (shrinkage - pull.slope)
        if not low < following < high or abs(excess) > 0.5 * previous:
            following = 0.5 * (low + high)
        previous = abs(excess)
        if abs(following - theta) <= 1e-15 * max(1.0, abs(theta)):
            break
        theta = following
        pull = facts.pull(theta)
    return theta, pull


def _reasons(fact: Fact, by_rater: float, by_day: float) -> tuple[str, ...]:
    if fact.share < MINIMUM_SHARE:
        return ("share_too_small",)
    if fact.verified and by_rater >= 1.0 and by_day >= 1.0:
        return ()
    found = ((not fact.verified, "unverified"), (by_rater < 1.0, "same_rater"), (by_day < 1.0, "same_day"))
    return tuple(reason for applies, reason in found if applies)


def score_component(
    facts: Iterable[Fact], reference: ComponentReference, thresholds: Thresholds | None = None
) -> ComponentScore:
    """One officer's figure in one component, from his facts of that component in any order.

    Without facts the figure is the expected one with its whole doubt. Raises ValueError for a fact of another
    component, an id that comes twice, or facts of different officers.
    """
    thresholds = thresholds or Thresholds()
    ordered = in_order(facts)
    for fact in ordered:
        if fact.component != reference.component:
            raise ValueError(f"Fact {fact.id} belongs to {fact.component}, not to {reference.component}.")
    if len({fact.officer for fact in ordered}) > 1:
        raise ValueError(f"The facts of {reference.component} belong to several officers; score one officer at a time.")
    scale = _Scale(reference)
    shrinkage = reference.shrinkage
    expected = scale.points(0.0)
    prior_variance = (scale.slope(0.0) * reference.tau) ** 2
    theta, information, lines = _read(ordered, reference, scale) if ordered else (0.0, 0.0, ())
    figure = scale.points(theta)
    variance = scale.slope(theta) ** 2 * reference.phi / (information + shrinkage)
    reliability = min(max(information / (information + shrinkage), 0.0), 1.0)
    half = NORMAL_95 * math.sqrt(variance)
    return ComponentScore(
        component=reference.component,
        theta=theta,
        figure=figure,
        low=max(figure - half, LOWEST),
        high=min(figure + half, HIGHEST),
        expected=expected,
        reliability=reliability,
        status=thresholds.status(reliability),
        variance=variance,
        prior_variance=prior_variance,
        facts=len(ordered),
        lines=lines,
    )


def _read(facts: Sequence[Fact], reference: ComponentReference, scale: _Scale) -> tuple[float, float, tuple[Line, ...]]:
    """theta, the information H, and the lines in points of the component."""
    effects: dict[Cell, float] = reference.effects()
    eta = usual_levels(facts, reference.b0, effects)
    damped = DampedFacts(facts, eta)
    theta, pull = _solve(damped, reference.shrinkage)
    p, y, weights = damped.p, damped.y, pull.weights
    mu = logistic(eta + p * theta)
    usual = logistic(eta)
    information = math.fsum((weights * p * p * mu * (1.0 - mu)).tolist())
    resistance = math.fsum((weights * p * p * logistic_secant(eta, p * theta)).tolist())
    points = weights * p * (y - usual) * (scale.secant(theta) / (reference.shrinkage + resistance))
    by_rater, by_day = pull.damped_by_rater.tolist(), pull.damped_by_day.tolist()
    lines = tuple(
        Line(fact.id, fact.component, point, fact.y, expected, fact.share, weight, _reasons(fact, rater_kept, day_kept))
        for fact, point, expected, weight, rater_kept, day_kept in zip(
            facts, points.tolist(), usual.tolist(), weights.tolist(), by_rater, by_day, strict=True
        )
    )
    return theta, information, lines


def score_officer(facts: Iterable[Fact], reference: Reference, preset: Preset | None = None) -> OfficerScore:
    """One officer's figure over all components of the preset (the default one if not given).

    Raises ValueError for a fact of a component that the preset or the reference doesn't know, and for what
    `score_component` refuses.
    """
    preset = preset or load_preset()
    by_component: dict[str, list[Fact]] = {name: [] for name in preset.weights}
    for fact in facts:
        if fact.component not in by_component:
            raise ValueError(f"Fact {fact.id}: preset {preset.name} has no component {fact.component}.")
        by_component[fact.component].append(fact)
    if missing := sorted(set(by_component) - set(reference.components)):
        raise ValueError(f"Reference {reference.version} lacks {', '.join(missing)}; fit it with the preset's priors.")
    if len({fact.officer for own in by_component.values() for fact in own}) > 1:
        raise ValueError("The facts belong to several officers; score one officer at a time.")
    scores = {
        name: score_component(own, reference.components[name], preset.thresholds) for name, own in by_component.items()
    }

    def weighted(values: Mapping[str, float], power: int = 1) -> float:
        return math.fsum(preset.weights[name] ** power * value for name, value in values.items())

    figure = weighted({name: score.figure for name, score in scores.items()})
    half = NORMAL_95 * math.sqrt(weighted({name: score.variance for name, score in scores.items()}, 2))
    # 1 - PEV / tau^2 on the scale at the expectation: the components' reliabilities, weighed by what each could move
    prior = weighted({name: score.prior_variance for name, score in scores.items()}, 2)
    known = weighted({name: score.prior_variance * score.reliability for name, score in scores.items()}, 2)
    reliability = min(max(known / prior, 0.0), 1.0)
    return OfficerScore(
        figure=figure,
        low=max(figure - half, LOWEST),
        high=min(figure + half, HIGHEST),
        expected=weighted({name: score.expected for name, score in scores.items()}),
        reliability=reliability,
        status=preset.thresholds.status(reliability),
        components=scores,
        lines=tuple(
            line._replace(points=preset.weights[name] * line.points) for name in scores for line in scores[name].lines
        ),
        formula_version=FORMULA_VERSION,
        reference_version=reference.version,
        preset_version=preset.version,
    )


__all__ = [
    "FORMULA_VERSION",
    "ComponentReference",
    "ComponentScore",
    "Fact",
    "Line",
    "OfficerScore",
    "Preset",
    "Prior",
    "Reference",
    "Thresholds",
    "fit_reference",
    "score_component",
    "score_officer",
]
