"""The reference is fitted here: what is usual, from the facts of many officers. Pure: numpy only.

    mu = logistic(b0 + b[cell] + u[officer]),   Var(y) = phi mu (1 - mu) / w, b[cell] ~ (0, tau_cell^2),  u ~ (0, tau^2)

Fitted from certain facts only (share above .99) by penalised quasi-likelihood on the sums of each (officer, cell).
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from webapp.indicators.facts import UNVERIFIED_WEIGHT, Cell, Fact, Floats, Indexes, added_up, logistic
from webapp.indicators.presets import Prior, load_preset
from webapp.indicators.reference import CELL_DEVIATION, ComponentReference, Reference

CERTAIN_SHARE: Final = 0.99  # only facts surer than this teach the reference (indicator.md, A)
LEVEL_LIMIT: Final = 5.0  # a cell's level stays within logistic(+-5), .7 % to 99.3 %: none is ever certain
PRIOR_OFFICERS: Final = 4.0  # the prior of tau weighs as much as this many officers
PRIOR_CELLS: Final = 4.0  # likewise for the cells
PRIOR_FACTS: Final = 20.0  # the prior of phi weighs as much as this many verified facts
PRIOR_LEVEL_FACTS: Final = 5.0  # the prior expectation weighs as much as this many
ROUNDS: Final = 300
TOLERANCE: Final = 1e-9


def _sort_key(cell: Cell) -> str:
    return json.dumps(cell)


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
    return Reference(version, {name: _fit(name, by_component[name], priors[name]) for name in priors})


@dataclass(frozen=True, slots=True)
class _Sums:
    """The facts compressed: for each (officer, cell) the sums of w, w y and w y^2. Officer -1: not known."""

    officer: Indexes
    cell: Indexes
    cells: list[Cell]
    officers: int
    w: Floats
    wy: Floats
    wyy: Floats


def _compress(facts: list[Fact]) -> _Sums:
    cells = sorted({fact.cell for fact in facts}, key=_sort_key)
    officers = sorted({fact.officer for fact in facts if fact.officer is not None})
    cell_number = {cell: number for number, cell in enumerate(cells)}
    officer_number: dict[str | None, int] = {officer: number for number, officer in enumerate(officers)}
    sums: dict[tuple[int, int], list[float]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.id, fact.officer or "")):
        weight = 1.0 if fact.verified else UNVERIFIED_WEIGHT
        entry = sums.setdefault((officer_number.get(fact.officer, -1), cell_number[fact.cell]), [0.0, 0.0, 0.0])
        entry[0] += weight
        entry[1] += weight * fact.y
        entry[2] += weight * fact.y * fact.y
    pairs = sorted(sums)
    values = np.array([sums[pair] for pair in pairs], dtype=np.float64).reshape(len(pairs), 3)
    return _Sums(
        officer=np.array([officer for officer, _cell in pairs], dtype=np.intp),
        cell=np.array([cell for _officer, cell in pairs], dtype=np.intp),
        cells=cells,
        officers=len(officers),
        w=values[:, 0],
        wy=values[:, 1],
        wyy=values[:, 2],
    )


def _fit(name: str, facts: list[Fact], prior: Prior) -> ComponentReference:
    start = math.log(prior.expectation / (1.0 - prior.expectation))
    if not facts:
        return ComponentReference(name, start, prior.phi, prior.tau)
    sums = _compress(facts)
    known = sums.officer >= 0
    who = np.where(known, sums.officer, sums.officers)  # the last place takes the unknown and stays 0
    b0, phi, tau, cell_deviation = start, prior.phi, prior.tau, CELL_DEVIATION
    cell_effect = np.zeros(len(sums.cells))
    officer_effect = np.zeros(sums.officers + 1)

    def means() -> Floats:
        return logistic(b0 + cell_effect[sums.cell] + officer_effect[who])

    for _round in range(ROUNDS):
        before = (b0, phi, tau, cell_deviation)
        mu = means()
        prior_pull = PRIOR_LEVEL_FACTS * (prior.expectation * (1.0 - prior.expectation))
        level_step = (float(np.sum(sums.wy - sums.w * mu)) - prior_pull * (b0 - start)) / (
            float(np.sum(sums.w * mu * (1.0 - mu))) + prior_pull
        )
        b0 = min(max(b0 + min(max(level_step, -1.0), 1.0), -LEVEL_LIMIT), LEVEL_LIMIT)

        cell_effect, cell_information = _effects(
            means(), sums.w, sums.wy, sums.cell, cell_effect, phi / cell_deviation**2
        )
        cell_doubt = phi / (cell_information + phi / cell_deviation**2)
        officer_effect, officer_information = _effects(means(), sums.w, sums.wy, who, officer_effect, phi / tau**2)
        officer_effect[-1] = 0.0
        officer_doubt = phi / (officer_information + phi / tau**2)

        cell_deviation = math.sqrt(
            (float(np.sum(cell_effect**2 + cell_doubt)) + PRIOR_CELLS * CELL_DEVIATION**2)
            / (len(cell_effect) + PRIOR_CELLS)
        )
        tau = math.sqrt(
            (float(np.sum((officer_effect**2 + officer_doubt)[:-1])) + PRIOR_OFFICERS * prior.tau**2)
            / (sums.officers + PRIOR_OFFICERS)
        )
        tau = min(max(tau, prior.tau / 3.0), prior.tau * 3.0)
        mu = means()
        squares = float(np.sum((sums.wyy - 2.0 * mu * sums.wy + mu * mu * sums.w) / (mu * (1.0 - mu))))
        spent = (
            1.0
            + float(np.sum(1.0 - cell_doubt / cell_deviation**2))
            + float(np.sum((1.0 - officer_doubt / tau**2)[:-1]))
        )
        free = max(float(np.sum(sums.w)) - max(spent, 0.0), 1.0)
        phi = min(max((squares + PRIOR_FACTS * prior.phi) / (free + PRIOR_FACTS), prior.phi / 2.0), prior.phi * 2.0)
        if max(abs(new - old) for new, old in zip((b0, phi, tau, cell_deviation), before, strict=True)) < TOLERANCE:
            break

    cell_effect = np.clip(b0 + cell_effect, -LEVEL_LIMIT, LEVEL_LIMIT) - b0
    in_cell = added_up(sums.cell, sums.w, len(sums.cells))
    mix = in_cell / math.fsum(in_cell.tolist())
    return ComponentReference(
        component=name,
        b0=b0 + 0.0,
        phi=phi,
        tau=tau,
        cells=tuple(
            (cell, float(effect) + 0.0, float(share))  # + 0.0 turns -0.0, which JSON stores may lose, into 0.0
            for cell, effect, share in zip(sums.cells, cell_effect, mix, strict=True)
        ),
        facts=len(facts),
        officers=sums.officers,
    )


def _effects(mu: Floats, w: Floats, wy: Floats, of: Indexes, effect: Floats, shrinkage: float) -> tuple[Floats, Floats]:
    """One Newton step of shrunken effects, at most 1 in size; and each one's information, sum w mu (1 - mu)."""
    size = len(effect)
    pull = added_up(of, wy - w * mu, size) - shrinkage * effect
    information = added_up(of, w * mu * (1.0 - mu), size)
    return effect + np.clip(pull / (information + shrinkage), -1.0, 1.0), information
