"""All officers scored from columns of facts, the way `evaluate` does it: reference first, then each officer on it."""

from dataclasses import dataclass

import numpy as np

from webapp.indicators.evaluation.city import Facts
from webapp.indicators.facts import Floats, logistic
from webapp.indicators.fitting import assumptions
from webapp.indicators.kernel.columns import FactColumns, OfficerReadings, read_columns
from webapp.indicators.kernel.learning import fit_columns
from webapp.indicators.kernel.reference_columns import ColumnReference
from webapp.indicators.presets import load_preset

NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """points, interval and standard error of each officer; `expected`: points of an officer without facts."""

    points: Floats
    low: Floats
    high: Floats
    error: Floats
    expected: float


def reference_of(facts: Facts) -> ColumnReference:
    """The reference that these facts teach."""
    prior = load_preset().priors["satisfaction"]
    return fit_columns(
        facts.officer,
        facts.share,
        facts.y,
        facts.service,
        facts.channel,
        facts.quarter,
        facts.unit,
        facts.day,
        facts.rater,
        facts.verified,
        assumptions(prior, len(np.unique(facts.officer)), bounded=False),
    )


def offsets_of(facts: Facts, theta: Floats) -> Floats:
    """What the other candidates of each row's fact add to its level: sum of share x theta over them."""
    charged = facts.share.astype(np.float64) * theta[facts.officer]
    _distinct, of = np.unique(facts.fact, return_inverse=True)
    others: Floats = np.bincount(of, weights=charged)[of] - charged
    return others


def read_officers(facts: Facts, reference: ColumnReference, officers: int) -> OfficerReadings:
    """Every officer's facts read against a reference."""
    theta = np.zeros(officers)
    theta[: len(reference.theta)] = reference.theta
    columns = FactColumns(
        fact=facts.fact,
        officer=facts.officer,
        share=facts.share,
        y=facts.y,
        verified=facts.verified,
        place=reference.codebook.places(facts.service, facts.channel, facts.quarter, facts.unit),
        quarter=facts.quarter,
        day=facts.day,
        rater=facts.rater,
        officers=officers,
        offset=offsets_of(facts, theta),
    )
    return read_columns(columns, reference.levels)


def score_columns(facts: Facts, officers: int) -> Scores:
    """Reference and officers from the same facts."""
    reference = reference_of(facts)
    levels = reference.levels
    readings = read_officers(facts, reference, officers)
    error = np.sqrt(readings.variance)
    expected = 25.0 * (1.0 + 3.0 * float(levels.mix_share @ logistic(levels.mix_eta)))
    points = readings.figure
    return Scores(points, points - NORMAL_95 * error, points + NORMAL_95 * error, error, expected)
