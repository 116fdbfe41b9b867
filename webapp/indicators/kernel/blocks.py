"""Columns of facts put into blocks of neighbouring officers. Pure: numpy and numba.

Officers' facts come mixed, and to pick each one's out of ten million rows waits for memory at every step. One pass that
deals the rows into blocks writes each column in streams; a block's columns then fit a processor's own cache. The blocks
depend on the facts alone, not on how many threads work on them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.kernel.compiling import compiled

Rows = NDArray[np.int32]

FACTS: Final = 1 << 15
"""Facts of a block, about: all their columns take some 1.5 MB."""

_Column = TypeVar("_Column", bound=NDArray[Any])
_Found = TypeVar("_Found")


@compiled
def _block_sizes(officer: Rows, count: int) -> NDArray[np.int64]:
    sizes = np.zeros(count, dtype=np.int64)
    for row in range(len(officer)):
        sizes[officer[row]] += 1
    return sizes


@compiled
def _deal(officer: Rows, block_of: Rows, filled: NDArray[np.int64]) -> Rows:
    """Where each row goes: to its officer's block, behind the earlier rows of that block."""
    place = np.empty(len(officer), dtype=np.int32)
    for row in range(len(officer)):
        block = block_of[officer[row]]
        place[row] = filled[block]
        filled[block] += 1
    return place


@compiled
def _put(values: NDArray[Any], place: Rows, found: NDArray[Any]) -> None:
    for row in range(len(place)):
        for column in range(values.shape[1]):
            found[place[row], column] = values[row, column]


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Block b has the officers `officers[b]` to `officers[b + 1]` and, once put, the rows `rows[b]` to `rows[b + 1]`.
    `place`: where each row goes; None where they all stay.
    """

    officers: tuple[int, ...]
    rows: tuple[int, ...]
    place: Rows | None

    def put(self, columns: Sequence[_Column], threads: int) -> list[_Column]:
        """The columns (n, or n by a few) block by block; rows of a block stay in their order."""
        place = self.place
        if place is None:
            return list(columns)

        def one(values: _Column) -> _Column:
            kind = {1: np.uint8, 4: np.int32, 8: np.int64}[values.dtype.itemsize]
            values = np.ascontiguousarray(values)  # type: ignore[assignment]
            found: _Column = np.empty_like(values)
            _put(values.view(kind).reshape(len(values), -1), place, found.view(kind).reshape(len(values), -1))
            return found

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(one, columns))

    def each(self, work: Callable[[int], _Found], threads: int) -> list[_Found]:
        """What `work` finds for each block, in their order."""
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(work, range(len(self.rows) - 1)))


def blocks_of(officer: Rows, officers: int) -> Blocks:
    """Blocks of the rows' officers (n, 0 .. officers - 1)."""
    if len(officer) <= 2 * FACTS:
        return Blocks((0, officers), (0, len(officer)), None)
    end = np.cumsum(_block_sizes(officer, officers))
    wanted = np.arange(FACTS, len(officer), FACTS)
    inner = np.unique(np.searchsorted(end, wanted) + 1)
    edges = np.concatenate([[0], inner[inner < officers], [officers]])
    rows = np.concatenate([[0], end[edges[1:] - 1]])
    block_of = np.repeat(np.arange(len(edges) - 1, dtype=np.int32), np.diff(edges))
    place = _deal(officer, block_of, rows[:-1].copy())
    return Blocks(tuple(edges.tolist()), tuple(rows.tolist()), place)
