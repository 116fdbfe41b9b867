"""Fitting the strengths of evidence to confirmed cases, and measuring them on others. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from webapp.attribution.circumstances import Circumstances
from webapp.attribution.combining import weigh_officers, weigh_units
from webapp.attribution.rules import weighed_of
from webapp.attribution.strengths import Observed, Strengths, learn, stated_strengths

#: Exponents that are tried for what comes from one statement; the stated ones are worth so many cases.
EXPONENTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8)
#: Nothing is less likely than this: one surprising case must not decide everything.
_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Circumstances without the proof, and what was proved or decided; `officer_id`: None for nobody in particular."""

    known: Circumstances
    unit_id: int
    officer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """How well strengths foretell confirmed cases: mean logarithmic loss (less is better), and over how many."""

    unit_loss: float
    officer_loss: float
    units: int
    officers: int

    @property
    def loss(self) -> float:
        """Both together."""
        return self.unit_loss + self.officer_loss


def fit_strengths(cases: Sequence[Confirmed], version: str) -> Strengths:
    """Strengths of each kind of evidence, then the exponents of what comes from one statement, the likeliest."""
    fitted = learn([one for case in cases for one in observe(case)], version)
    stated = stated_strengths()
    fits = {
        exponent: measure(cases, replace(fitted, unit_dependent=exponent, officer_dependent=exponent))
        for exponent in EXPONENTS
    }

    def cost(exponent: float, assumed: float, loss: float, count: int) -> tuple[float, float]:
        return count * loss + 2 * abs(exponent - assumed), exponent

    by_unit = min(cost(one, stated.unit_dependent, fit.unit_loss, fit.units) for one, fit in fits.items())
    by_officer = min(cost(one, stated.officer_dependent, fit.officer_loss, fit.officers) for one, fit in fits.items())
    return replace(fitted, unit_dependent=by_unit[1], officer_dependent=by_officer[1])


def observe(case: Confirmed) -> Iterable[Observed]:
    """How far each piece of evidence pointed at the truth: at the unit, and where that is right, at the officer."""
    known, stated = case.known, stated_strengths()
    for said in weighed_of(known):
        if said.units:
            part = math.fsum(one.part for one in said.units if known.kin(one.unit_id, case.unit_id))
            # What is left of the parts is any other's.
            part = part or max(0.0, 1 - math.fsum(one.part for one in said.units)) / stated.units_beside
            yield Observed(said.kind, "unit", min(part, 1.0), stated.units_beside)
        parts = [one for one in said.officers if known.kin(one.unit_id, case.unit_id)]
        if parts and case.officer_id is not None:
            part = math.fsum(one.part for one in parts if one.officer_id == case.officer_id)
            everybody = known.roster_sizes.get(case.unit_id, stated.officers_beside)
            yield Observed(said.kind, "officer", min(part, 1.0), max(everybody - 1, 1))


def measure(cases: Iterable[Confirmed], strengths: Strengths) -> Fit:
    """How well these strengths foretell the cases."""
    units: list[float] = []
    officers: list[float] = []
    for case in cases:
        testimonies = weighed_of(case.known)
        if any(one.units for one in testimonies):
            chances, unknown = weigh_units(case.known, testimonies, strengths)
            right = math.fsum(chance for id_, chance in chances.items() if case.known.kin(id_, case.unit_id))
            units.append(-math.log(max(right or unknown / strengths.units_beside, _LEAST)))
        if case.officer_id is None:
            continue
        parts = weigh_officers(case.known, testimonies, case.unit_id, strengths)
        if parts:
            right = math.fsum(part for (_, officer_id), part in parts.items() if officer_id == case.officer_id)
            others = max(case.known.roster_sizes.get(case.unit_id, strengths.officers_beside) - len(parts), 1)
            officers.append(-math.log(max(right or (1 - math.fsum(parts.values())) / others, _LEAST)))
    return Fit(_mean(units), _mean(officers), len(units), len(officers))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
