"""A reference learned from columns of facts: weights, groups, variances, and what the officer layer reads of it. Pure.

Only certain facts teach (share above .99). Their weight,

    w = events x (1 verified, .25 not) x 1 / (ratings of the same rater for the same officer) x 1 / (1 + (m - 1) rho)

with m the officer's cases of that day, keeps a crowd from moving what is usual. These weights are not monotone, and
need not be: law 1 holds on the reference once it is frozen.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.facts import Floats, added_up
from webapp.indicators.kernel.blocks import blocks_of
from webapp.indicators.kernel.compiling import compiled
from webapp.indicators.kernel.groups import Compressor, Groups, Summed
from webapp.indicators.kernel.reference_columns import FAMILIES, Codebook, ColumnReference, Levels
from webapp.indicators.kernel.variances import Assumptions, Fitted, fit_logistic

CERTAIN_SHARE: Final = 0.99  # only facts surer than this teach the reference (indicator.md, A)
UNVERIFIED: Final = 0.25
DAY_CORRELATION: Final = 0.05  # rho: a day counts for at most 20 votes
NO_RATER: Final = -(2**63)
NO_DAY: Final = -(2**31)

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@compiled
def _by_officer(officer: Ints, officers: int) -> tuple[Ints, Longs]:
    """The facts officer by officer, as they stand; where each officer's begin, the unknown ones' last (J + 2)."""
    first = np.zeros(officers + 2, dtype=np.int64)
    for i in range(len(officer)):
        first[(officer[i] if officer[i] >= 0 else officers) + 1] += 1
    for j in range(officers + 1):
        first[j + 1] += first[j]
    filled = first.copy()
    order = np.empty(len(officer), dtype=np.int32)
    for i in range(len(officer)):
        j = officer[i] if officer[i] >= 0 else officers
        order[filled[j]] = i
        filled[j] += 1
    return order, first


@compiled
def _weights(order: Ints, first: Longs, rater: Longs, day: Ints, verified: NDArray[np.bool_], events: Floats) -> Floats:
    """Weight of each fact; `order`: the facts officer by officer, `first` where each begins, the last without one."""
    weight = np.empty(len(order))
    longest = 0
    for j in range(len(first) - 1):
        longest = max(longest, first[j + 1] - first[j])
    size = 16
    while size < 2 * longest:
        size *= 2
    keys = np.zeros((2, size), dtype=np.int64)
    stamps = np.full((2, size), -1, dtype=np.int64)
    totals = np.zeros((2, size))
    for j in range(len(first) - 1):
        needed = 16
        while needed < 2 * (first[j + 1] - first[j]):
            needed *= 2
        mask = needed - 1
        for counting in range(2):
            for at in range(first[j], first[j + 1]):
                i = order[at]
                w = events[i] * (1.0 if verified[i] else UNVERIFIED)
                for which in range(2):
                    if which == 0:
                        key = np.int64(day[i])
                        if day[i] == NO_DAY:
                            continue
                    else:
                        key = rater[i]
                        if key == NO_RATER:
                            if verified[i]:
                                continue
                            # what can't be told from repeats passes for one rater a day, with a key that no rater has
                            key = NO_RATER + 1 + (np.int64(day[i]) - NO_DAY)
                    mixed = key * np.int64(-7046029254386353131)
                    place = (mixed ^ (mixed >> np.int64(29))) & mask
                    while stamps[which, place] == j and keys[which, place] != key:
                        place = (place + 1) & mask
                    if counting == 0:
                        if stamps[which, place] != j:
                            stamps[which, place] = j
                            keys[which, place] = key
                            totals[which, place] = 0.0
                        totals[which, place] += events[i]
                    elif which == 0:
                        w /= 1.0 + max(totals[0, place] - 1.0, 0.0) * DAY_CORRELATION
                    else:
                        w *= min(events[i] / totals[1, place], 1.0) if events[i] > 1.0 else 1.0 / totals[1, place]
                if counting == 1:
                    weight[i] = w
    return weight


def weights_of(officer: Ints, rater: Longs, day: Ints, verified: NDArray[np.bool_], events: Floats) -> Floats:
    """Weight of each fact (n). officer -1: unknown; rater NO_RATER, day NO_DAY: unknown."""
    officers = int(officer.max(initial=-1)) + 1
    order, first = _by_officer(officer, officers)
    weight = _weights(order, first, rater, day, verified, events)
    unknown = order[first[officers] :]
    weight[unknown] = events[unknown] * np.where(verified[unknown], 1.0, UNVERIFIED)
    return weight


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A fitted reference, still by numbers. C cells, Q quarters, U units, J officers.

    `b0`; `effects`: of cells, quarters, units (C + Q + U); `covariance` (1 + C + Q + U, same) of the errors of b0 and
    effects; `phi`, `tau`; `deviations` of the three families; `theta` and `doubt` (J): the officers' effects and the
    variance of their errors; `mix` (C + Q + U): sum of the weights at each place, for the case mix. `fitted`: the
    variances' own fit.
    """

    b0: float
    effects: Floats
    covariance: Floats
    phi: float
    tau: float
    deviations: tuple[float, float, float]
    theta: Floats
    doubt: Floats
    mix: Floats
    fitted: Fitted


def learn(groups: Groups, assumed: Assumptions, count: float, threads: int = 1) -> Learned:
    """Fit groups of three families (cells, quarters, units); `count`: facts that they stand for."""
    fitted, ease = fit_logistic(groups, assumed, count, threads)
    known = 1 + sum(groups.sizes)
    solution = fitted.solution
    beta, inverse = solution.beta, solution.inverse
    covariance = (np.tril(inverse) + np.tril(inverse, -1).T) * fitted.sigma2
    theta, tau = solution.theta, fitted.deviation(-1)
    if ease is not None:
        # the officers' effects are whole: what their work let expect of them is theirs
        theta = theta + beta[-1] * ease
        between = beta[-1] ** 2 * float(np.sum(ease * ease)) / max(int(np.sum(np.diff(groups.first) > 0)), 1)
        tau = float(np.sqrt(tau * tau + between))
    tau = float(np.clip(tau, *assumed.tau_limits))
    return Learned(
        b0=float(beta[0]),
        effects=beta[1:known],
        covariance=covariance[:known, :known],
        phi=fitted.sigma2,
        tau=tau,
        deviations=(fitted.deviation(0), fitted.deviation(1), fitted.deviation(2)),
        theta=theta,
        doubt=solution.doubt * fitted.sigma2,
        mix=added_up(groups.places.ravel().astype(np.intp) - 1, np.repeat(groups.weight, FAMILIES), known - 1),
        fitted=fitted,
    )


def mix_rows(cells_service: Ints, quarters_service: Ints, mix: Floats, units: int) -> tuple[Floats, Floats]:
    """Design rows of the case mix, one a cell (C, 1 + C + Q + U + 3), and their shares (C).

    A cell is read at the mean of its service's quarters and of all units, as the cases fell. `cells_service`,
    `quarters_service`: number of the service of each. Without cells: one row, the usual level alone.
    """
    cells, quarters = len(cells_service), len(quarters_service)
    known = 1 + cells + quarters + units
    rows = np.zeros((max(cells, 1), known + FAMILIES))
    rows[:, 0] = 1.0
    if not cells:
        return rows, np.ones(1)
    rows[np.arange(cells), 1 + np.arange(cells)] = 1.0
    by_quarter = mix[cells : cells + quarters]
    total = np.bincount(quarters_service, weights=by_quarter, minlength=int(cells_service.max()) + 1)
    for number in range(quarters):
        service = quarters_service[number]
        if total[service] > 0.0:
            rows[cells_service == service, 1 + cells + number] = by_quarter[number] / total[service]
    by_unit = mix[cells + quarters :]
    if units and by_unit.sum() > 0.0:
        rows[:, 1 + cells + quarters : known] = by_unit / by_unit.sum()
    return rows, mix[:cells] / mix[:cells].sum()


def _numbered(code: Longs | Ints, most: int) -> tuple[Ints, Longs]:
    """Number of each code 0 .. most - 1 that occurs (-1: never), and the codes that occur."""
    found = np.flatnonzero(np.bincount(code, minlength=most))
    number = np.full(most, -1, dtype=np.int32)
    number[found] = np.arange(len(found), dtype=np.int32)
    return number, found


def fit_columns(
    officer: Ints,
    share: NDArray[np.float32],
    y: NDArray[np.float32],
    service: Ints,
    channel: Ints,
    quarter: Ints,
    unit: Ints,
    day: Ints,
    rater: Longs,
    verified: NDArray[np.bool_],
    assumed: Assumptions,
    events: Floats | None = None,
    threads: int = 1,
) -> ColumnReference:
    """The reference that n facts teach; codes are whole numbers from 0, officer -1 unknown, rater NO_RATER, day NO_DAY.

    The codebook knows all codes up to the greatest of each column, seen among certain facts or not.
    """
    services, channels, quarters, units = (
        int(codes.max(initial=-1)) + 1 for codes in (service, channel, quarter, unit)
    )
    officers = int(officer.max(initial=-1)) + 1
    sure = share > CERTAIN_SHARE
    sure_of: Longs | slice = slice(None) if bool(sure.all()) else np.flatnonzero(sure)
    who, where, home = officer[sure_of], service[sure_of], unit[sure_of]
    codes = np.int32 if services * max(channels, quarters) < 2**31 else np.int64
    cell_code = where * codes(channels) + channel[sure_of]
    quarter_code = where * codes(quarters) + quarter[sure_of]
    cell_number, cell_codes = _numbered(cell_code, services * channels)
    quarter_number, quarter_codes = _numbered(quarter_code, services * quarters)
    unit_number, unit_codes = _numbered(home, units)
    sizes = (len(cell_codes), len(quarter_codes), len(unit_codes))
    compressor = Compressor(officers, sizes)
    blocks = blocks_of(np.where(who < 0, officers, who).astype(np.int32), officers + 1)
    columns: list[Any] = [
        who,
        y[sure_of],
        cell_code,
        quarter_code,
        home,
        day[sure_of],
        rater[sure_of],
        verified[sure_of],
    ]
    if events is not None:
        columns.append(events[sure_of])
    columns = blocks.put(columns, threads)

    def compress(block: int) -> tuple[Summed, float]:
        rows = slice(blocks.rows[block], blocks.rows[block + 1])
        own, value, cell, when, place, on, by, served = (column[rows] for column in columns[:8])
        many = np.ones(len(own)) if events is None else columns[8][rows]
        weight = weights_of(np.where(own < 0, own, own - np.int32(blocks.officers[block])), by, on, served, many)
        numbers = (cell_number[cell], quarter_number[when], unit_number[place])
        return compressor.summed(own, numbers, weight, value), float(np.sum(weight / many))

    found = blocks.each(compress, threads)
    compressor.portions.extend(portion for portion, _count in found)
    columns.clear()
    learned = learn(compressor.groups(), assumed, math.fsum(count for _portion, count in found), threads)
    known = 1 + sum(sizes)
    rows, shares = mix_rows(
        (cell_codes // max(channels, 1)).astype(np.int32),
        (quarter_codes // max(quarters, 1)).astype(np.int32),
        learned.mix,
        sizes[2],
    )
    return ColumnReference(
        levels=Levels(
            coefficients=np.concatenate([[learned.b0], learned.effects, np.zeros(FAMILIES)]),
            covariance=with_unknown(learned.covariance, learned.deviations),
            phi=learned.phi,
            tau=learned.tau,
            mix=rows,
            mix_share=shares,
        ),
        codebook=Codebook(
            cells=np.where(cell_number >= 0, 1 + cell_number, known).astype(np.int32).reshape(services, channels),
            quarters=np.where(quarter_number >= 0, 1 + sizes[0] + quarter_number, known + 1)
            .astype(np.int32)
            .reshape(services, quarters),
            units=np.where(unit_number >= 0, 1 + sizes[0] + sizes[1] + unit_number, known + 2).astype(np.int32),
        ),
        theta=learned.theta,
    )


def with_unknown(covariance: Floats, deviations: tuple[float, float, float]) -> Floats:
    """The covariance with three more places: a cell, quarter and unit of which only their family is known."""
    known = len(covariance)
    whole = np.zeros((known + FAMILIES, known + FAMILIES))
    whole[:known, :known] = covariance
    whole[range(known, known + FAMILIES), range(known, known + FAMILIES)] = np.square(deviations)
    return whole
