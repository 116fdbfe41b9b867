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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs

from webapp.indicators.facts import Floats
from webapp.indicators.kernel.compiling import compiled
from webapp.indicators.kernel.groups import Groups, Numbers, Small

MANY: Final = 1 << 17
"""Groups from which on the officers are worked on in parts, which threads share."""

PARTS: Final = 4

Each = Callable[[Callable[[int], Any], Iterable[int]], Iterable[Any]]
"""`map`, or that of a pool of threads."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Each officer's own coefficients: columns `column[start[j]:start[j + 1]]`, ascending; `local` (G, F) says where a
    group's coefficients stand among them, behind the intercept. The last row is that of groups without officer.
    `cell_part` is xbar_j, 0 for columns that are no cells.
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
    local = np.zeros((groups, families), dtype=np.int32)
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
                    local[g, f] = place[places[g, f]]
                if j < officers:
                    part[start[j] + local[g, 0]] += weight[g]
            if j < officers:
                for k in range(count):
                    part[start[j] + k] = part[start[j] + k] / total if 1 <= column[start[j] + k] <= cells else 0.0
    return start, column, local, part


def rows_of(groups: Groups) -> Rows:
    """Each officer's columns, once for all rounds."""
    cells = groups.sizes[0]
    return Rows(*_rows(groups.first, groups.places, groups.weight, cells, 1 + sum(groups.sizes)))


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The officers first .. last - 1, their groups and rows; those without officer are the last part's."""

    first: int
    last: int
    groups: Groups
    rows: Rows


def parts_of(groups: Groups, each: Each = map) -> list[Part]:
    """The groups in parts of neighbouring officers: one, or PARTS of about the same size. They depend on the groups
    alone, not on how many threads work on them.
    """
    count = len(groups.weight)
    wanted = [count * number // PARTS for number in range(1, PARTS)] if count >= MANY else []
    inner = np.unique(np.searchsorted(groups.first, wanted))
    edges = [0, *inner[(inner > 0) & (inner < groups.officers)].tolist(), groups.officers]

    def part(number: int) -> Part:
        first, last = edges[number], edges[number + 1]
        low, high = int(groups.first[first]), count if last == groups.officers else int(groups.first[last])
        own = slice(low, high)
        of_part = Groups(
            groups.first[first : last + 1] - low,
            groups.places[own],
            groups.weight[own],
            groups.mean[own],
            groups.within[own],
            groups.sizes,
        )
        return Part(first, last, of_part, rows_of(of_part))

    return list(each(part, range(len(edges) - 1)))


@compiled
def _gather(
    first: NDArray[np.int64],
    places: NDArray[np.int32],
    start: NDArray[np.int64],
    columns: int,
    local: NDArray[np.int32],
    omega: Floats,
    z: Floats,
    a: Floats,
    right: Floats,
) -> tuple[Floats, Floats, Floats]:
    """A (lower half, added to `a`) and its right side, B, and each officer's sum omega and sum omega z."""
    rows, families, groups = len(start) - 1, places.shape[1], len(omega)
    b = np.zeros(columns)
    total = np.zeros(rows)
    pulled = np.zeros(rows)
    for j in range(rows):
        low = first[j]
        high = first[j + 1] if j < rows - 1 else groups
        own_b = b[start[j] : start[j + 1]]
        for g in range(low, high):
            w, wz = omega[g], omega[g] * z[g]
            total[j] += w
            pulled[j] += wz
            own_b[0] += w
            right[0] += wz
            a[0, 0] += w
            for f in range(families):
                row = places[g, f]
                own_b[local[g, f]] += w
                right[row] += wz
                a[row, 0] += w
                for e in range(f + 1):  # families stand one behind the other, so this is the lower half
                    a[row, places[g, e]] += w
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
        own, own_b = column[start[j] : start[j + 1]], b[start[j] : start[j + 1]]
        for k in range(len(own)):
            row = own[k]
            right[row] -= own_b[k] * mean
            factor = own_b[k] / d
            line = s[row]
            for m in range(k + 1):
                line[np.uint32(own[m])] -= factor * own_b[m]  # unsigned: nothing to do for places from the end
            if sorting:
                s[sorting, row] += ease[j] * own_b[k] * kept
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
    where = np.zeros(widest + 1, dtype=np.uint32)
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
            line = inverse[where[k]]
            half = 0.5 * what[k] * line[where[k]]
            for m in range(k):
                half += what[m] * line[where[m]]
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


class _Gathered(NamedTuple):
    """One part's share of A and its right side; B, sum omega and sum omega z of its officers; sum omega z^2."""

    a: Floats
    right: Floats
    b: Floats
    total: Floats
    pulled: Floats
    square: float


class Normal:
    """The normal equations for given omega and z, ready to be solved for any shrinkage."""

    def __init__(
        self,
        parts: Sequence[Part],
        omega: Sequence[Floats],
        z: Sequence[Floats],
        within: float,
        ease: Floats | None,
        each: Each = map,
    ) -> None:
        """`omega`, `z`: of each part's groups. `within`: what the groups' inner spread adds to the sum of squares.
        `ease`: m_j (J), None: without kappa.
        """
        self.parts, self.each = parts, each
        self.officers = parts[-1].last
        known = 1 + sum(parts[0].groups.sizes)
        self.ease = np.zeros(0) if ease is None else ease
        self.sorting = 0 if ease is None else known
        self.columns = known + (ease is not None)

        def gather(number: int) -> _Gathered:
            groups, rows = parts[number].groups, parts[number].rows
            a, right = np.zeros((self.columns, self.columns)), np.zeros(self.columns)
            own = (omega[number], z[number])
            columns = len(rows.column)
            sums = _gather(groups.first, groups.places, rows.start, columns, rows.local, *own, a, right)
            return _Gathered(a, right, *sums, float(np.sum(own[0] * own[1] * own[1])))

        self.gathered: list[_Gathered] = list(each(gather, range(len(parts))))
        self.a, self.right = self.gathered[0].a, self.gathered[0].right
        for other in self.gathered[1:]:
            self.a += other.a
            self.right += other.right
        self.pulled = np.concatenate([own.pulled[:-1] for own in self.gathered])
        self.square = sum(own.square for own in self.gathered) + within

    def _shared(
        self, number: int, shrinkage: float
    ) -> tuple[Numbers, Small, Floats, Floats, Floats, Floats, float, int]:
        """What `_eliminate` and `_officers` ask for of a part."""
        part, own = self.parts[number], self.gathered[number]
        ease = self.ease[part.first : part.last]
        return part.rows.start, part.rows.column, ease, own.b, own.total, own.pulled, shrinkage, self.sorting

    def solve(self, shrinkage: float, penalty: Floats, centre: float) -> Solution:
        """`shrinkage`: lambda of the officers; `penalty` (K): lambda of each coefficient; `centre`: where the
        penalty of the intercept pulls to. Raises ArithmeticError where the equations have no solution.
        """
        s, right = self.a.copy(), self.right.copy()
        s[np.diag_indices(self.columns)] += penalty
        right[0] += penalty[0] * centre
        square = self.square + penalty[0] * centre * centre

        def eliminate(number: int) -> tuple[float, Floats, Floats]:
            own = (np.zeros_like(s), np.zeros_like(right)) if number else (s, right)
            return _eliminate(*self._shared(number, shrinkage), *own), *own

        def officers(number: int) -> tuple[Floats, Floats]:
            return _officers(*self._shared(number, shrinkage), inverse, beta)

        eliminated = list(self.each(eliminate, range(len(self.parts))))
        log_d = sum(log_d for log_d, _s, _right in eliminated)
        for _log_d, other_s, other_right in eliminated[1:]:
            s += other_s
            right += other_right
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
        found = list(self.each(officers, range(len(self.parts))))
        theta, doubt = (np.concatenate(values) for values in zip(*found, strict=True))
        # the right sides before the officers were taken out
        full = self.right.copy()
        if self.sorting:
            full[self.sorting] = float(self.pulled @ self.ease)
        full[0] += penalty[0] * centre
        residual = square - float(full @ beta) - float(self.pulled @ theta)
        return Solution(beta, theta, inverse, doubt, max(residual, 0.0), log_d + log_s)
