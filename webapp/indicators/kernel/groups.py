"""Facts of one officer, cell, quarter and unit summed up into one group, exactly. Pure: numpy and numba."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
