"""Counts for everybody: one that is small enough to tell of a person is not told.

The rest of a share counts as well: "19 of 20" tells of the one that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Fewer than so many are not told exactly.
LEAST = 5


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; `value` is None where there are some, but fewer than LEAST."""

    value: int | None

    @property
    def any(self) -> bool:
        """Whether there are any at all."""
        return self.value != 0


class Roughly(StrEnum):
    """What is told of a share that is not told exactly."""

    #: The whole is small.
    FEW_IN_ALL = "few_in_all"
    #: Fewer than LEAST of the whole.
    FEW = "few"
    #: All but fewer than LEAST.
    NEARLY_ALL = "nearly_all"


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of a whole. `part` is None where it is only told `roughly`; `whole` is None where it is small itself."""

    part: int | None
    whole: int | None
    roughly: Roughly | None = None

    @property
    def any(self) -> bool:
        """Whether there is a whole at all."""
        return self.whole != 0


def count_of(number: int) -> Count:
    """A count as everybody may know it."""
    return Count(None if _is_small(number) else number)


def portion_of(part: int, whole: int) -> Portion:
    """A share as everybody may know it."""
    if _is_small(whole):
        return Portion(None, None, Roughly.FEW_IN_ALL)
    if _is_small(part):
        return Portion(None, whole, Roughly.FEW)
    if _is_small(whole - part):
        return Portion(None, whole, Roughly.NEARLY_ALL)
    return Portion(part, whole)


def _is_small(number: int) -> bool:
    return 0 < number < LEAST
