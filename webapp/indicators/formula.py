"""The officer's service-quality figure from stored facts on a frozen reference. Pure: no clock, no database.

For one officer j and one component, with eta_i the usual level of the fact's service, channel, quarter and unit
(reference.py), what others who share the fact add to it included, and w_i its damped weight (damping.py, with the proof
of law 1):

    mu_i(theta) = logistic(eta_i + p_i theta)
    lambda theta = F(theta) = sum_i w_i p_i (y_i - mu_i(theta)),       lambda = phi / tau^2
    g(theta) = 25 (1 + 3 x mean over the city's case mix of logistic(eta + theta))               the scale of 25 to 100
    H = sum_i w_i p_i^2 mu_i (1 - mu_i),    D = H + lambda,    h = sum_i w_i p_i mu_i (1 - mu_i) x_i
    PEV = phi / D + h' C h / D^2,    reliability = 1 - PEV / tau^2

x_i is the fact's design row and C the covariance of the reference's coefficients: what is not known of the usual level
is in the interval too (kernel/officers.py gives the variance of the points).

Lines. Let m_i = logistic(eta_i) be what was expected of fact i and S_i = (mu_i(theta) - m_i) / (p_i theta) > 0 the
secant. Then y_i - mu_i = (y_i - m_i) - S_i p_i theta, and the equation above becomes, without approximation,

    theta = sum_i l_i,      l_i = w_i p_i (y_i - m_i) / (lambda + sum_k w_k p_k^2 S_k)

so each line is its case compared with what was expected there; a 4 never shows as a loss, a 1 never as a gain. Times
the secant of g, the lines are points and sum to figure - expected.

The composite is the preset's weighted sum, omega_k. Officers who are good at one thing are often good at another, T_kl
(reference), and what shrinkage takes from one component it then takes from the other too:

    variance = sum_k omega_k^2 V_k + sum_{k /= l} omega_k omega_l (1 - B_k)(1 - B_l) g'_k g'_l T_kl,   B = reliability

A component without facts stays at its expectation with its whole doubt; the weights are never spread over the others
(law 10).

The arithmetic is compiled (kernel/), the same functions for one officer and for ten million facts; it is imported when
first asked for.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from webapp.indicators.damping import Weighed, weigh, weigh_prepared
from webapp.indicators.facts import MINIMUM_SHARE, Fact, in_order, logistic
from webapp.indicators.fitting import fit_reference
from webapp.indicators.prepared import Prepared, prepare
from webapp.indicators.presets import Preset, Prior, Thresholds, load_preset
from webapp.indicators.reference import ComponentReference, Reference

FORMULA_VERSION: Final = "formula-2"
"""Changes with anything that could change a digit of a score; snapshots store it."""

LOWEST, HIGHEST = 25.0, 100.0
NORMAL_95: Final = 1.96


class Line(NamedTuple):
    """What one fact did. `points`: moved the figure by. `y` came where `expected` is usual (both 0 to 1).

    `weight` is what it counted after damping (1 for a full vote), each of its `events` cases. `reasons` say why less
    than 1: "share_too_small" (nothing is charged), "unverified", "same_rater", "same_day" (a burst on that day or in
    that week), "unconfirmed" (many unverified ones beside few that are).
    """

    fact_id: str
    component: str
    points: float
    y: float
    expected: float
    share: float
    weight: float
    reasons: tuple[str, ...]
    events: float = 1.0


@dataclass(frozen=True, slots=True)
class ComponentScore:
    """One component. figure, low, high, expected: points, 25 to 100; low and high bound the 95 % interval.

    `theta`: the officer's effect on the logistic scale. `variance` and `prior_variance`: points squared, of the figure
    now and without any fact. `lines` sum to figure - expected. `slope`: points for 1 of theta.
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
    slope: float


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


def _reasons(fact: Fact, by_rater: float, by_day: float, by_crowd: float) -> tuple[str, ...]:
    if fact.share < MINIMUM_SHARE:
        return ("share_too_small",)
    if fact.verified and by_rater >= 1.0 and by_day >= 1.0:
        return ()
    found = (
        (not fact.verified, "unverified"),
        (by_rater < 1.0, "same_rater"),
        (by_day < 1.0, "same_day"),
        (by_crowd < 1.0, "unconfirmed"),
    )
    return tuple(reason for applies, reason in found if applies)


def score_component(
    facts: Iterable[Fact],
    reference: ComponentReference,
    thresholds: Thresholds | None = None,
    *,
    with_lines: bool = True,
) -> ComponentScore:
    """One officer's figure in one component, from his facts of that component in any order.

    Without facts the figure is the expected one with its whole doubt. `with_lines` False leaves `lines` empty, for who
    stores the figure and explains it when somebody asks. Raises ValueError for a fact of another
    component, an id that comes twice, or facts of different officers.
    """
    ordered = in_order(facts)
    for fact in ordered:
        if fact.component != reference.component:
            raise ValueError(f"Fact {fact.id} belongs to {fact.component}, not to {reference.component}.")
    if len({fact.officer for fact in ordered}) > 1:
        raise ValueError(f"The facts of {reference.component} belong to several officers; score one officer at a time.")
    return _score(prepare(ordered), reference, thresholds or Thresholds(), with_lines)


def _score(own: Prepared, reference: ComponentReference, thresholds: Thresholds, with_lines: bool) -> ComponentScore:
    kept: dict[Any, ComponentScore] = reference._kept
    if not own:  # the same for all officers, so it is computed once for a reference
        if ("score", thresholds) not in kept:
            kept["score", thresholds] = _score_anew(own, reference, thresholds, False)
        return kept["score", thresholds]
    return _score_anew(own, reference, thresholds, with_lines)


def _score_anew(
    own: Prepared, reference: ComponentReference, thresholds: Thresholds, with_lines: bool
) -> ComponentScore:
    from webapp.indicators.kernel.officers import points_at, points_slope, usual_of

    usual = usual_of(reference.levels())
    empty, expected = _without_facts(reference)
    read = weigh_prepared(own, reference) if own else empty
    figure = points_at(read.theta, usual)
    reliability = min(max(1.0 - read.error / (reference.tau * reference.tau), 0.0), 1.0) if own else 0.0
    half = NORMAL_95 * math.sqrt(read.variance)
    return ComponentScore(
        component=reference.component,
        theta=read.theta,
        figure=figure,
        low=max(figure - half, LOWEST),
        high=min(figure + half, HIGHEST),
        expected=expected,
        reliability=reliability,
        status=thresholds.status(reliability),
        variance=read.variance,
        prior_variance=empty.variance,
        facts=len(own),
        lines=_lines(own.facts, reference, read) if with_lines else (),
        slope=points_slope(read.theta, usual),
    )


def _without_facts(reference: ComponentReference) -> tuple[Weighed, float]:
    """What is known of an officer before any fact, and the points expected: computed once for a reference."""
    from webapp.indicators.kernel.officers import points_at, usual_of

    kept: dict[str, tuple[Weighed, float]] = reference._kept
    if "without facts" not in kept:
        kept["without facts"] = weigh((), reference), points_at(0.0, usual_of(reference.levels()))
    return kept["without facts"]


def _lines(facts: Sequence[Fact], reference: ComponentReference, read: Weighed) -> tuple[Line, ...]:
    """What each fact did, in points of the component."""
    if not facts:
        return ()
    from webapp.indicators.kernel.officers import points_secant, usual_of

    usual = logistic(read.eta)
    scale = points_secant(read.theta, usual_of(reference.levels())) / (reference.shrinkage + read.resistance)
    weights, by_rater, by_day, by_crowd = (
        values.tolist() for values in (read.weights, read.by_rater, read.by_day, read.by_crowd)
    )
    return tuple(
        Line(
            fact.id,
            fact.component,
            fact.events * weights[k] * fact.share * (fact.y - expected) * scale,
            fact.y,
            expected,
            fact.share,
            weights[k],
            _reasons(fact, by_rater[k], by_day[k], by_crowd[k]),
            fact.events,
        )
        for k, (fact, expected) in enumerate(zip(facts, usual.tolist(), strict=True))
    )


def score_officer(
    facts: Iterable[Fact], reference: Reference, preset: Preset | None = None, *, with_lines: bool = True
) -> OfficerScore:
    """One officer's figure over all components of the preset (the default one if not given).

    `with_lines` False leaves the lines empty. Raises ValueError for a fact of a component that the preset or the
    reference doesn't know, and for what
    `score_component` refuses.
    """
    preset = preset or load_preset()
    return score_prepared(prepare_officer(facts, preset), reference, preset, with_lines=with_lines)


def prepare_officer(facts: Iterable[Fact], preset: Preset) -> dict[str, Prepared]:
    """One officer's facts ready to be scored: those of each component of the preset, by id.

    Raises ValueError for a fact of a component that the preset doesn't know, an id that comes twice, or facts of
    different officers.
    """
    by_component: dict[str, list[Fact]] = {name: [] for name in preset.weights}
    officers: set[str | None] = set()
    for fact in facts:
        if fact.component not in by_component:
            raise ValueError(f"Fact {fact.id}: preset {preset.name} has no component {fact.component}.")
        by_component[fact.component].append(fact)
        officers.add(fact.officer)
    if len(officers) > 1:
        raise ValueError("The facts belong to several officers; score one officer at a time.")
    return {name: prepare(in_order(own)) for name, own in by_component.items()}


def score_prepared(
    own: Mapping[str, Prepared], reference: Reference, preset: Preset, *, with_lines: bool = False
) -> OfficerScore:
    """As `score_officer`, of what `prepare_officer` made with this preset."""
    if missing := sorted(set(own) - set(reference.components)):
        raise ValueError(f"Reference {reference.version} lacks {', '.join(missing)}; fit it with the preset's priors.")
    scores = {
        name: _score(prepared, reference.components[name], preset.thresholds, with_lines)
        for name, prepared in own.items()
    }
    return compose(scores, reference, preset)


def interval_of(own: Mapping[str, Prepared], reference: Reference, preset: Preset) -> tuple[float, float, float]:
    """Figure, low and high of `score_prepared`, the same bits, for who wants nothing else."""
    scores = {
        name: _score(prepared, reference.components[name], preset.thresholds, False) for name, prepared in own.items()
    }
    return _interval(scores, reference, preset)


def _interval(scores: Mapping[str, ComponentScore], reference: Reference, preset: Preset) -> tuple[float, float, float]:
    figure = _weighted({name: score.figure for name, score in scores.items()}, preset)
    half = NORMAL_95 * math.sqrt(
        _doubt(
            {name: score.variance for name, score in scores.items()},
            {name: (1.0 - score.reliability) * score.slope for name, score in scores.items()},
            reference,
            preset,
        )
    )
    return figure, max(figure - half, LOWEST), min(figure + half, HIGHEST)


def _weighted(values: Mapping[str, float], preset: Preset, power: int = 1) -> float:
    return math.fsum(preset.weights[name] ** power * value for name, value in values.items())


def _doubt(own: Mapping[str, float], left: Mapping[str, float], reference: Reference, preset: Preset) -> float:
    """Of the composite. `left`: what reliability leaves of each component, times its slope: what they share."""
    alone = _weighted(own, preset, 2)
    moving_together = math.fsum(
        preset.weights[one] * preset.weights[other] * left[one] * left[other] * shared
        for pair, shared in reference.covariances
        if pair[0] in left and pair[1] in left
        for one, other in (pair, pair[::-1])
    )
    return max(alone + moving_together, 1e-3 * alone)  # T is estimated, and might not fit the variances


def compose(scores: Mapping[str, ComponentScore], reference: Reference, preset: Preset) -> OfficerScore:
    """The composite of an officer's components, which must be the preset's."""
    figure, low, high = _interval(scores, reference, preset)
    # on the scale at the expectation, where more facts can only add to what is known
    roots = {name: math.sqrt(score.prior_variance) for name, score in scores.items()}
    taus = {name: reference.components[name].tau for name in scores}
    prior = _doubt(
        {name: root * root for name, root in roots.items()},
        {name: roots[name] / taus[name] for name in scores},
        reference,
        preset,
    )
    unknown = _doubt(
        {name: roots[name] ** 2 * (1.0 - score.reliability) for name, score in scores.items()},
        {name: (1.0 - score.reliability) * roots[name] / taus[name] for name, score in scores.items()},
        reference,
        preset,
    )
    reliability = min(max(1.0 - unknown / prior, 0.0), 1.0)
    return OfficerScore(
        figure=figure,
        low=low,
        high=high,
        expected=_weighted({name: score.expected for name, score in scores.items()}, preset),
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
    "Prepared",
    "Preset",
    "Prior",
    "Reference",
    "Thresholds",
    "fit_reference",
    "prepare_officer",
    "score_component",
    "score_officer",
    "score_prepared",
]
