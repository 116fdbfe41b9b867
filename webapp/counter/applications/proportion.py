"""Sharing whole numbers out in proportion, with exact sums: pure, in columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.int64]


def sums_by(group: Column, values: Column, groups: int) -> Column:
    """The sum of the values of each group, exact in 64 bits."""
    result = np.zeros(groups, np.int64)
    np.add.at(result, group, values)
    return result


def share_out(amounts: Column, group: Column, weights: Column) -> Column:
    """Each group's amount shared out to its members in proportion to their weights.

    Members of a group stand together. The shares of a group sum up to its amount exactly, each is less than 1 off its
    proportion, nobody without weight gets anything, and nobody gets more than his weight where the amount is not more
    than all weights. A group without weight keeps nothing: its amount is not shared out.
    """
    if not len(group):
        return np.zeros(0, np.int64)
    total = np.cumsum(weights)
    first = np.ones(len(group), bool)
    first[1:] = group[1:] != group[:-1]
    heads = np.flatnonzero(first)
    # Up to and with each member, and before him: what is cut off goes to the next, never away.
    before_group = np.repeat(total[heads] - weights[heads], np.diff(np.append(heads, len(group))))
    until = total - before_group
    whole = np.repeat(np.add.reduceat(weights, heads), np.diff(np.append(heads, len(group))))
    amount = amounts[group]
    divisor = np.maximum(whole, 1)
    result: Column = amount * until // divisor - amount * (until - weights) // divisor
    return result
