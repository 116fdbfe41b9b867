"""Numbers that no two rows of a test process share."""

from __future__ import annotations

import itertools

_numbers = itertools.count(1)


def next_number() -> int:
    """The next number of this process."""
    return next(_numbers)
