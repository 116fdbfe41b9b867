"""The ids of a figure's facts in few bytes: a figure is stored with every rating, and an officer has hundreds of them.

Ids rise, so each is told by how far it is above the one before (the first: above 0), in base 128 with the lowest digit
first; a byte of 128 or more says that another digit follows. As an array of PostgreSQL they took four times the place,
and PostgreSQL longer to compress than everything else takes that is done for a rating.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_DIGIT = 7
_MORE = 1 << _DIGIT
#: So few are packed sooner one by one than as columns.
_FEW = 16
_NOT_RISING = "Ids are packed in rising order, each above 0 and once."


def packed(ids: Sequence[int], after: int = 0) -> bytes:
    """Rising ids above `after` as bytes; packed(a + b) = packed(a) + packed(b, a[-1]). Raises ValueError for others."""
    if len(ids) <= _FEW:
        return _few_packed(ids, after)
    rising = np.array([after, *ids], dtype=np.int64)
    gaps: NDArray[np.int64] = rising[1:] - rising[:-1]
    if int(gaps.min()) <= 0:
        raise ValueError(_NOT_RISING)
    sizes = np.ones(len(gaps), dtype=np.int64)
    rest = gaps >> _DIGIT
    while rest.any():
        sizes += rest > 0
        rest >>= _DIGIT
    ends = np.cumsum(sizes)
    written = np.empty(int(ends[-1]), dtype=np.uint8)
    starts = ends - sizes
    for digit in range(int(sizes.max())):
        has = sizes > digit
        more = (sizes[has] > digit + 1) * _MORE
        written[starts[has] + digit] = (gaps[has] >> _DIGIT * digit) % _MORE + more
    return written.tobytes()


def _few_packed(ids: Sequence[int], before: int) -> bytes:
    data = bytearray()
    for id_ in ids:
        gap, before = id_ - before, id_
        if gap <= 0:
            raise ValueError(_NOT_RISING)
        while gap >= _MORE:
            data.append(gap % _MORE + _MORE)
            gap >>= _DIGIT
        data.append(gap)
    return bytes(data)


def unpacked(data: bytes) -> list[int]:
    """The ids again. Raises ValueError for bytes that end within a number."""
    digits = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
    if not len(digits):
        return []
    last = digits < _MORE
    if not last[-1]:
        raise ValueError("The packed ids end within a number.")
    starts = np.concatenate(([0], np.flatnonzero(last)[:-1] + 1))
    places = np.arange(len(digits)) - np.repeat(starts, np.diff(starts, append=len(digits)))
    gaps = np.add.reduceat(digits % _MORE << _DIGIT * places, starts)
    ids: list[int] = np.cumsum(gaps).tolist()
    return ids


def how_many(data: bytes) -> int:
    """How many ids these are."""
    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) < _MORE))


class PackedIds(TypeDecorator[list[int]]):
    """A column of bytes that holds a list of rising ids."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> bytes | None:
        """Ids to bytes."""
        return None if value is None else packed(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> list[int] | None:
        """Bytes to ids."""
        return None if value is None else unpacked(bytes(value))
