"""The keys by which alike complaints find each other: few numbers that alike texts share more often than not. Pure.

Words of a complaint are hashed in `_HASHES` ways and the least of each is kept (MinHash: two complaints share one with
the probability that is the part of their words in common); two of these make a key. Every key carries the month in
which the complaint was filed, so that looking for repeats reads the lists of two or three months, however many years
there are. No word can be read back from a key.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b, shake_256
from typing import Final

import numpy as np
import numpy.typing as npt

from webapp.attribution.repeats.likeness import LONGEST_GAP
from webapp.attribution.repeats.reading import Reading

#: Keys of words, and hashes that make one key.
BANDS: Final = 24
ROWS: Final = 2
_HASHES: Final = BANDS * ROWS
#: Days for which words, and a place, have a key of their own.
_MONTH, _WEEK = math.ceil(LONGEST_GAP), 7
#: Degrees of a cell of positions: some 200 metres.
_CELL = 0.002
_DAY = 86400
_PRIME = np.uint64((1 << 31) - 1)
_COINS = np.frombuffer(shake_256(b"complaint_sketch/1").digest(_HASHES * 16), dtype=np.uint64).reshape(2, _HASHES)
_TIMES, _PLUS = _COINS[0] % (_PRIME - np.uint64(1)) + np.uint64(1), _COINS[1] % _PRIME


@dataclass(frozen=True, slots=True)
class Marks:
    """What keys are made of: the same for a text whenever it is filed."""

    words: tuple[str, ...]
    place: str
    cell: tuple[int, int] | None


def marks_of(reading: Reading) -> Marks:
    """The marks of a complaint, without the time at which it was filed."""
    position = reading.matter.position
    return Marks(
        words=(reading.spelled, *_bands(reading)) if reading.words else (),
        place=" ".join(sorted(reading.place)),
        cell=None if position is None else (math.floor(position[0] / _CELL), math.floor(position[1] / _CELL)),
    )


def pieces_of(reading: Reading) -> list[int]:
    """The keys that a complaint is found by, sorted, each once; fit for a column of 32-bit integers."""
    return pieces_at(marks_of(reading), reading.matter.filed_at)


def asked_of(reading: Reading) -> list[int]:
    """The keys to look for its repeats by: its own, and those of the months, weeks and cells beside."""
    return pieces_at(marks_of(reading), reading.matter.filed_at, around=True)


def pieces_at(marks: Marks, at: datetime, *, around: bool = False) -> list[int]:
    """The keys of these marks at a time; `around`: with those of the spans and cells beside."""
    months, weeks = _spans(at, _MONTH, around), _spans(at, _WEEK, around)
    keys = {_key("words", band, month) for band in marks.words for month in months}
    if marks.place:
        keys |= {_key("place", marks.place, week) for week in weeks}
    if marks.cell is not None:
        reach = (-1, 0, 1) if around else (0,)
        cells = [(marks.cell[0] + north, marks.cell[1] + east) for north in reach for east in reach]
        keys |= {_key("cell", f"{north} {east}", week) for north, east in cells for week in weeks}
    return sorted(keys)


def _bands(reading: Reading) -> list[str]:
    hashed = np.array([_hashed(word) for word in reading.words], dtype=np.uint64) % _PRIME
    least: npt.NDArray[np.uint64] = ((hashed[:, None] * _TIMES + _PLUS) % _PRIME).min(axis=0)
    kept = [int(one) for one in least]
    return [f"{band} {kept[band * ROWS : (band + 1) * ROWS]}" for band in range(BANDS)]


def _spans(at: datetime, days: int, around: bool) -> tuple[int, ...]:
    """The number of the span of so many days, with those beside it."""
    span = int(at.astimezone(UTC).timestamp()) // (days * _DAY)
    return (span - 1, span, span + 1) if around else (span,)


def _hashed(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")


def _key(kind: str, what: str, span: int) -> int:
    digest = blake2b(f"{kind} {span} {what}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big", signed=True)
