"""The reference is fitted here: what is usual, from the facts of many officers. Pure: numpy and the kernel.

    mu = logistic(b0 + b[service x channel] + b[service x quarter] + b[unit] + theta[officer])
    Var(y) = phi mu (1 - mu) / w

by penalised quasi-likelihood with variances by restricted maximum likelihood (kernel/variances.py), officers eliminated
exactly (kernel/crossed.py). Levels and officers are estimated together, and where weak officers are sent to hard
services the levels are learned from officers who work in several (kappa in kernel/crossed.py), so that nobody is
scored lower for hard work (law 6). Each variance has a prior worth a few officers, effects or facts: with no data the
prior is the answer, with much data it vanishes.
"""

import json
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from webapp.indicators.facts import Fact
from webapp.indicators.presets import Prior, load_preset
from webapp.indicators.reference import (
    CELL_DEVIATION,
    QUARTER_DEVIATION,
    UNIT_DEVIATION,
    ComponentReference,
    Reference,
    service_of,
)

if TYPE_CHECKING:
    from webapp.indicators.kernel.variances import Assumptions

CERTAIN_SHARE: Final = 0.99  # only facts surer than this teach the reference (indicator.md, A)
PRIOR_OFFICERS: Final = 4.0  # the prior of tau weighs as much as this many officers
PRIOR_EFFECTS: Final = 4.0  # likewise for cells, quarters and units
PRIOR_FACTS: Final = 20.0  # the prior of phi weighs as much as this many verified facts
PRIOR_LEVEL_FACTS: Final = 5.0  # the prior expectation weighs as much as this many
SORTING_DEVIATION: Final = 0.5  # of kappa, before there is data
SORTING_OFFICERS: Final = 20  # with fewer, nothing tells sorting from chance


def fit_reference(facts: Iterable[Fact], version: str, priors: Mapping[str, Prior] | None = None) -> Reference:
    """What is usual, from the facts of many officers; deterministic, whatever their order.

    Facts with a share of .99 or less are left out. `officer` of a fact tells officers apart; facts without one still
    teach the levels, not the spread between officers. Every component of `priors` is in the result, with data or
    without. The ids need to be unique within officer and component. `priors`: the default preset's if not given.
    Raises ValueError for a fact of a component without prior.
    """
    if priors is None:
        priors = load_preset().priors
    by_component: dict[str, list[Fact]] = {name: [] for name in priors}
    for fact in facts:
        if fact.component not in by_component:
            raise ValueError(f"Fact {fact.id} belongs to component {fact.component}, for which no prior is given.")
        if fact.share > CERTAIN_SHARE:
            by_component[fact.component].append(fact)
    fitted = {name: _fit(name, by_component[name], priors[name]) for name in priors}
    covariances = _covariances({name: surely for name, (_reference, surely) in fitted.items()}, fitted)
    return Reference(version, {name: reference for name, (reference, _surely) in fitted.items()}, covariances)


def assumptions(prior: Prior, officers: int, bounded: bool = True) -> "Assumptions":
    """What is assumed of the variances before there is data; kappa only where there are officers enough to see sorting.

    `bounded`: hold phi within a factor of 2 of its prior and tau within one of 3, as presets promise.
    """
    from webapp.indicators.kernel.variances import Assumed, Assumptions

    limits = (2.0, 3.0) if bounded else (1e3, 1e3)
    return Assumptions(
        families=(
            Assumed(CELL_DEVIATION**2, PRIOR_EFFECTS),
            Assumed(QUARTER_DEVIATION**2, PRIOR_EFFECTS),
            Assumed(UNIT_DEVIATION**2, PRIOR_EFFECTS),
        ),
        officers=Assumed(prior.tau**2, PRIOR_OFFICERS),
        phi=Assumed(prior.phi, PRIOR_FACTS),
        sorting=SORTING_DEVIATION if officers >= SORTING_OFFICERS else None,
        phi_limits=(prior.phi / limits[0], prior.phi * limits[0]),
        tau_limits=(prior.tau / limits[1], prior.tau * limits[1]),
        level=math.log(prior.expectation / (1.0 - prior.expectation)),
        level_worth=PRIOR_LEVEL_FACTS,
    )


def _key(value: object) -> str:
    return json.dumps(value)


def _numbers(keys: Sequence[Hashable]) -> tuple[list[int], list[Hashable]]:
    """Number of each key among the distinct ones, which come sorted."""
    distinct = sorted(set(keys), key=_key)
    number = {key: place for place, key in enumerate(distinct)}
    return [number[key] for key in keys], distinct


Surely = dict[str, tuple[float, float]]  # officer: theta and its reliability


def _fit(name: str, facts: list[Fact], prior: Prior) -> tuple[ComponentReference, Surely]:
    """One component's reference, and what is known of each officer's effect."""
    level = math.log(prior.expectation / (1.0 - prior.expectation))
    if not facts:
        return ComponentReference(name, level, prior.phi, prior.tau), {}
    # compiled code is loaded only where something is fitted
    from webapp.indicators.kernel.groups import Compressor
    from webapp.indicators.kernel.learning import NO_DAY, NO_RATER, learn, weights_of

    facts = sorted(facts, key=lambda fact: (fact.id, fact.officer or ""))
    cell, cells = _numbers([fact.cell for fact in facts])
    quarter, quarters = _numbers([(service_of(fact.cell), fact.quarter) for fact in facts])
    unit, units = _numbers([fact.unit for fact in facts])
    known, officers = _numbers([fact.officer for fact in facts if fact.officer is not None])
    of = iter(known)
    officer = np.array([-1 if fact.officer is None else next(of) for fact in facts], dtype=np.int32)
    raters = {rater: number for number, rater in enumerate(sorted({fact.rater for fact in facts if fact.rater}))}
    events = np.array([fact.events for fact in facts], dtype=np.float64)
    weight = weights_of(
        officer,
        np.array([raters[fact.rater] if fact.rater else NO_RATER for fact in facts], dtype=np.int64),
        np.array([fact.day.toordinal() if fact.day else NO_DAY for fact in facts], dtype=np.int32),
        np.array([fact.verified for fact in facts]),
        events,
    )
    compressor = Compressor(len(officers), (len(cells), len(quarters), len(units)))
    numbers = [np.array(codes, dtype=np.int32) for codes in (cell, quarter, unit)]
    compressor.add(officer, numbers, weight, np.array([fact.y for fact in facts], dtype=np.float32))
    learned = learn(
        compressor.groups(),
        assumptions(prior, len(officers) if len(cells) > 1 else 0),
        float(np.sum(weight / events)),
    )
    # + 0.0 turns -0.0, which JSON stores may lose, into 0.0
    effects, mix = (learned.effects + 0.0).tolist(), learned.mix
    shares = (mix[: len(cells)] / math.fsum(mix[: len(cells)].tolist())).tolist()
    first_unit = len(cells) + len(quarters)
    below = np.tril_indices(len(learned.covariance))
    theta = (learned.theta + 0.0).tolist()
    surely = np.clip(1.0 - learned.doubt / learned.tau**2, 0.0, 1.0).tolist()
    reference = ComponentReference(
        component=name,
        b0=learned.b0 + 0.0,
        phi=learned.phi,
        tau=learned.tau,
        cells=tuple(zip(cells, effects, shares, strict=False)),  # type: ignore[arg-type]
        facts=len(facts),
        officers=len(officers),
        quarters=tuple(zip(quarters, effects[len(cells) :], mix[len(cells) :].tolist(), strict=False)),  # type: ignore[arg-type]
        units=tuple(zip(units, effects[first_unit:], mix[first_unit:].tolist(), strict=False)),  # type: ignore[arg-type]
        deviations=learned.deviations,
        thetas=tuple(zip(officers, theta, strict=True)),  # type: ignore[arg-type]
        doubt=learned.covariance[below].astype("<f4").tobytes(),
    )
    return reference, dict(zip(map(str, officers), zip(theta, surely, strict=True), strict=True))


def _covariances(
    surely: Mapping[str, Surely], fitted: Mapping[str, tuple[ComponentReference, Surely]]
) -> tuple[tuple[tuple[str, str], float], ...]:
    """T_kl = sum_j theta_k theta_l / sum_j B_k B_l over the officers of both components, B the reliability.

    The assumption of no covariance is worth PRIOR_OFFICERS; no correlation may exceed 1 (.95 leaves it invertible).
    """
    found = []
    for one, other in combinations(sorted(surely), 2):
        both = sorted(set(surely[one]) & set(surely[other]))
        if not both:
            continue
        product = math.fsum(surely[one][officer][0] * surely[other][officer][0] for officer in both)
        known = math.fsum(surely[one][officer][1] * surely[other][officer][1] for officer in both)
        most = 0.95 * fitted[one][0].tau * fitted[other][0].tau
        found.append(((one, other), min(max(product / (known + PRIOR_OFFICERS), -most), most) + 0.0))
    return tuple(found)
