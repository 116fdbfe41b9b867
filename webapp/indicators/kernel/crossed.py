"""A crossed mixed model on compressed sums, its officers eliminated exactly. Pure: numpy, scipy and numba.

    z_g = b0 + sum_f b_f[place of g in family f] + kappa m_j + theta_j + error,   Var(error) = sigma^2 / omega_g
    theta_j ~ (0, sigma^2 / lambda),   b_f ~ (0, sigma^2 / lambda_f),   kappa ~ (0, sigma^2 / lambda_kappa)

g: a group of facts of one officer j with the same cell, quarter and unit, so nothing depends on the number of facts.
m_j: how easy the officer's work is beside that of his unit, the mean effect of his cells as known so far. kappa is
Mundlak's device (1978): where weak officers are sent to hard services, the difference between officers of different
services is not the services' own; kappa takes it, so that b is learned from the same officer in different services.

With D_j = sum omega + lambda, B_j = sum omega x: the officers drop out of the normal equations,

    S = A + Lambda - sum_j B_j B_j' / D_j,     theta_j = (sum omega z - B_j' beta) / D_j

S is dense of some hundreds; one Cholesky decomposition solves all. For a group without a known officer D is infinite.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs

from webapp.indicators.facts import Floats
from webapp.indicators.kernel.compiling import compiled, compiled_part

Numbers = NDArray[np.int64]
Small = NDArray[np.int32]

#: Sums are kept as whole numbers of 2^-32, so that the order of the facts cannot change a digit of them.
SCALE: Final = float(2**32)
PORTION: Final = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """G groups sorted by officer. `first` (J + 1): the officers' first groups; the groups after `first[J]` have none.

    `places` (G, F): coefficient of each family, counted from 1 (0 is the intercept). `weight`, `mean`, `within` (G):
    sum w, weighted mean of y, sum w (y - mean)^2. `sizes`: number of coefficients in each family.
    """

    first: Numbers
    places: Small
    weight: Floats
    mean: Floats
    within: Floats
    sizes: tuple[int, ...]

    @property
    def officers(self) -> int:
        return len(self.first) - 1


@compiled_part
def _slot(keys: NDArray[np.int64], key: int) -> int:
    """Where a key stands, or could stand, in an open table whose size is a power of two; -1 marks a free place."""
    mask = len(keys) - 1
    mixed = key * np.int64(-7046029254386353131)
    place = (mixed ^ (mixed >> np.int64(29))) & mask
    while keys[place] != -1 and keys[place] != key:
        place = (place + 1) & mask
    return int(place)


@compiled
def _sum_up(
    key: NDArray[np.int64], weight: Floats, y: NDArray[np.float32], keys: NDArray[np.int64], sums: NDArray[np.int64]
) -> None:
    """Add facts to the table of keys and sums (3, places) of w, w y, w y^2 in units of 2^-32."""
    for i in range(len(key)):
        w = weight[i]
        if w <= 0.0:
            continue
        place = _slot(keys, key[i])
        keys[place] = key[i]
        value = np.float64(y[i])
        sums[0, place] += np.int64(np.rint(w * SCALE))
        sums[1, place] += np.int64(np.rint(w * value * SCALE))
        sums[2, place] += np.int64(np.rint(w * value * value * SCALE))


class Summed(NamedTuple):
    """keys (G), ascending, and sums (3, G) of w, w y, w y^2 of the facts of each."""

    keys: Numbers
    sums: Numbers


class Compressor:
    """Takes facts in portions and gives their groups; the order of the facts does not change a digit."""

    def __init__(self, officers: int, sizes: tuple[int, ...]) -> None:
        self.officers, self.sizes = officers, sizes
        if (officers + 1) * math.prod(sizes) >= 2**62:
            raise ValueError("So many officers, cells, quarters and units can't be told apart by one number.")
        self.portions: list[Summed] = []

    def summed(self, officer: Small, numbers: Sequence[Small], weight: Floats, y: NDArray[np.float32]) -> Summed:
        """A portion; arguments as for `add`. Several threads may work at once, each at its own."""
        key = np.where(officer < 0, self.officers, officer).astype(np.int64)
        for number, size in zip(numbers, self.sizes, strict=True):
            key *= size
            key += number
        places = 16
        while places < 2 * len(key):
            places *= 2
        keys, sums = np.full(places, -1, dtype=np.int64), np.zeros((3, places), dtype=np.int64)
        _sum_up(key, weight, y, keys, sums)
        used = np.flatnonzero(keys >= 0)
        used = used[np.argsort(keys[used])]
        return Summed(keys[used], sums[:, used])

    def add(self, officer: Small, numbers: Sequence[Small], weight: Floats, y: NDArray[np.float32]) -> None:
        """officer (n; -1 unknown), number within each family (n each, from 0), weight (0: left out) and y (n)."""
        for low in range(0, len(officer), PORTION):
            own = slice(low, low + PORTION)
            self.portions.append(self.summed(officer[own], [one[own] for one in numbers], weight[own], y[own]))

    def groups(self) -> Groups:
        """What was added so far."""
        rest = np.concatenate([np.zeros(0, dtype=np.int64), *(portion.keys for portion in self.portions)])
        sums = np.concatenate([np.zeros((3, 0), dtype=np.int64), *(portion.sums for portion in self.portions)], axis=1)
        if not bool(np.all(rest[1:] > rest[:-1])):
            order = np.argsort(rest, kind="stable")
            rest = rest[order]
            starts = np.flatnonzero(np.append(True, rest[1:] != rest[:-1]))
            rest, sums = rest[starts], np.add.reduceat(sums[:, order], starts, axis=1)
        places = np.empty((len(rest), len(self.sizes)), dtype=np.int32)
        for family in range(len(self.sizes) - 1, -1, -1):
            places[:, family] = rest % self.sizes[family] + (1 + sum(self.sizes[:family]))
            rest = rest // self.sizes[family]
        mean = sums[1] / np.maximum(sums[0], 1)
        within = np.maximum(sums[2] / SCALE - mean * (sums[1] / SCALE), 0.0)
        first = np.searchsorted(rest, np.arange(self.officers + 1)).astype(np.int64)
        return Groups(first, places, sums[0] / SCALE, mean, within, self.sizes)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Each officer's own coefficients: columns `column[start[j]:start[j + 1]]`, ascending; `local` (G, F + 1) says
    where a group's coefficients stand among them. The last row is that of groups without officer. `cell_part` is
    xbar_j, 0 for columns that are no cells.
    """

    start: Numbers
    column: Small
    local: Small
    cell_part: Floats


@compiled
def _rows(
    first: NDArray[np.int64], places: NDArray[np.int32], weight: Floats, cells: int, columns: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], Floats]:
    officers, families = len(first) - 1, places.shape[1]
    groups = len(places)
    start = np.zeros(officers + 2, dtype=np.int64)
    local = np.zeros((groups, families + 1), dtype=np.int32)
    seen = np.full(columns, -1, dtype=np.int64)
    place = np.zeros(columns, dtype=np.int32)
    for filling in range(2):
        seen[:] = -1
        if filling == 0:
            column = np.zeros(0, dtype=np.int32)
            part = np.zeros(0)
        else:
            for j in range(officers + 1):
                start[j + 1] += start[j]
            column = np.zeros(start[officers + 1], dtype=np.int32)
            part = np.zeros(start[officers + 1])
        for j in range(officers + 1):
            low = first[j]
            high = first[j + 1] if j < officers else groups
            if high == low:
                continue
            count = 1
            if filling == 1:
                column[start[j]] = 0
            for g in range(low, high):
                for f in range(families):
                    c = places[g, f]
                    if seen[c] != j:
                        seen[c] = j
                        if filling == 1:
                            column[start[j] + count] = c
                        count += 1
            if filling == 0:
                start[j + 1] = count
                continue
            for k in range(start[j] + 1, start[j] + count):
                moving, hole = column[k], k
                while hole > start[j] and column[hole - 1] > moving:
                    column[hole] = column[hole - 1]
                    hole -= 1
                column[hole] = moving
            for k in range(count):
                place[column[start[j] + k]] = k
            total = 0.0
            for g in range(low, high):
                total += weight[g]
                for f in range(families):
                    local[g, f + 1] = place[places[g, f]]
                if j < officers:
                    part[start[j] + local[g, 1]] += weight[g]
            if j < officers:
                for k in range(count):
                    part[start[j] + k] = part[start[j] + k] / total if 1 <= column[start[j] + k] <= cells else 0.0
    return start, column, local, part


def rows_of(groups: Groups) -> Rows:
    """Each officer's columns, once for all rounds."""
    cells = groups.sizes[0]
    return Rows(*_rows(groups.first, groups.places, groups.weight, cells, 1 + sum(groups.sizes)))


@compiled
def _gather(
    first: NDArray[np.int64],
    start: NDArray[np.int64],
    column: NDArray[np.int32],
    local: NDArray[np.int32],
    omega: Floats,
    z: Floats,
    a: Floats,
    right: Floats,
) -> tuple[Floats, Floats, Floats]:
    """A (lower half, added to `a`) and its right side, B, and each officer's sum omega and sum omega z."""
    rows, width, groups = len(start) - 1, local.shape[1], len(omega)
    b = np.zeros(len(column))
    total = np.zeros(rows)
    pulled = np.zeros(rows)
    for j in range(rows):
        low = first[j]
        high = first[j + 1] if j < rows - 1 else groups
        for g in range(low, high):
            total[j] += omega[g]
            pulled[j] += omega[g] * z[g]
            for f in range(width):
                one = start[j] + local[g, f]
                b[one] += omega[g]
                right[column[one]] += omega[g] * z[g]
                for e in range(width):
                    other = start[j] + local[g, e]
                    if column[one] >= column[other]:
                        a[column[one], column[other]] += omega[g]
    return b, total, pulled


@compiled
def _eliminate(
    start: NDArray[np.int64],
    column: NDArray[np.int32],
    ease: Floats,
    b: Floats,
    total: Floats,
    pulled: Floats,
    shrinkage: float,
    sorting: int,
    s: Floats,
    right: Floats,
) -> float:
    """Take the officers out of S (lower half) and the right side; log|D|. `sorting`: place of kappa, 0: none."""
    log_d = 0.0
    for j in range(len(start) - 2):
        if start[j + 1] == start[j]:
            log_d += np.log(shrinkage)
            continue
        d = total[j] + shrinkage
        log_d += np.log(d)
        kept = shrinkage / d
        mean = pulled[j] / d
        for k in range(start[j], start[j + 1]):
            row = column[k]
            right[row] -= b[k] * mean
            factor = b[k] / d
            for m in range(start[j], k + 1):
                s[row, column[m]] -= factor * b[m]
            if sorting:
                s[sorting, row] += ease[j] * b[k] * kept
        if sorting:
            right[sorting] += ease[j] * pulled[j] * kept
            s[sorting, sorting] += ease[j] * ease[j] * total[j] * kept
    return log_d


@compiled
def _officers(
    start: NDArray[np.int64],
    column: NDArray[np.int32],
    ease: Floats,
    b: Floats,
    total: Floats,
    pulled: Floats,
    shrinkage: float,
    sorting: int,
    inverse: Floats,
    beta: Floats,
) -> tuple[Floats, Floats]:
    """theta_j and its C_jj = 1 / D + B' S^-1 B / D^2, from the lower half of S^-1."""
    count = len(start) - 2
    theta = np.zeros(count)
    doubt = np.full(count, 1.0 / shrinkage)
    widest = 0
    for j in range(count):
        widest = max(widest, start[j + 1] - start[j])
    where = np.zeros(widest + 1, dtype=np.int64)
    what = np.zeros(widest + 1)
    for j in range(count):
        if start[j + 1] == start[j]:
            continue
        d = total[j] + shrinkage
        width = 0
        for k in range(start[j], start[j + 1]):
            where[width], what[width] = column[k], b[k]
            width += 1
        if sorting:
            where[width], what[width] = sorting, ease[j] * total[j]
            width += 1
        explained = 0.0
        spread = 0.0
        for k in range(width):
            explained += what[k] * beta[where[k]]
            half = 0.5 * what[k] * inverse[where[k], where[k]]
            for m in range(k):
                half += what[m] * inverse[where[k], where[m]]
            spread += 2.0 * what[k] * half
        theta[j] = (pulled[j] - explained) / d
        doubt[j] = 1.0 / d + spread / (d * d)
    return theta, doubt


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """beta (K) and theta (J); `inverse`: S^-1, its lower half, `doubt`: C_jj, both in units of sigma^2.

    `residual`: penalised sum of squares. `log_determinants`: log|D| + log|S|.
    """

    beta: Floats
    theta: Floats
    inverse: Floats
    doubt: Floats
    residual: float
    log_determinants: float


class Normal:
    """The normal equations for given omega and z, ready to be solved for any shrinkage."""

    def __init__(
        self, groups: Groups, rows: Rows, omega: Floats, z: Floats, within: float, ease: Floats | None
    ) -> None:
        """`within`: what the groups' inner spread adds to the sum of squares. `ease`: m_j (J), None: without kappa."""
        self.rows = rows
        known = 1 + sum(groups.sizes)
        self.ease = np.zeros(0) if ease is None else ease
        self.sorting = 0 if ease is None else known
        self.columns = known + (ease is not None)
        self.a = np.zeros((self.columns, self.columns))
        self.right = np.zeros(self.columns)
        self.b, self.total, self.pulled = _gather(
            groups.first, rows.start, rows.column, rows.local, omega, z, self.a, self.right
        )
        self.square = float(np.sum(omega * z * z)) + within

    def solve(self, shrinkage: float, penalty: Floats, centre: float) -> Solution:
        """`shrinkage`: lambda of the officers; `penalty` (K): lambda of each coefficient; `centre`: where the
        penalty of the intercept pulls to. Raises ArithmeticError where the equations have no solution.
        """
        rows = self.rows
        s, right = self.a.copy(), self.right.copy()
        s[np.diag_indices(self.columns)] += penalty
        right[0] += penalty[0] * centre
        square = self.square + penalty[0] * centre * centre
        shared = (rows.start, rows.column, self.ease, self.b, self.total, self.pulled, shrinkage, self.sorting)
        log_d = _eliminate(*shared, s, right)
        # column by column is what LAPACK reads: the lower half by rows is the upper half by columns
        factor, failed = dpotrf(s.T, lower=0, clean=0, overwrite_a=1)
        if failed:
            raise ArithmeticError(
                "The reference's equations have no solution: an effect has neither facts nor a prior."
            )
        beta, _ = dpotrs(factor, right, lower=0)
        log_s = 2.0 * float(np.sum(np.log(np.diag(factor))))
        inverse, _ = dpotri(factor, lower=0, overwrite_c=1)
        inverse = inverse.T  # its lower half by rows
        theta, doubt = _officers(*shared, inverse, beta)
        # the right sides before the officers were taken out
        full = self.right.copy()
        if self.sorting:
            full[self.sorting] = float(self.pulled[:-1] @ self.ease)
        full[0] += penalty[0] * centre
        residual = square - float(full @ beta) - float(self.pulled[:-1] @ theta)
        return Solution(beta, theta, inverse, doubt, max(residual, 0.0), log_d + log_s)
