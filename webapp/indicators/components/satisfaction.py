"""Satisfaction: what citizens said of being served.

Policy: a rating r on a scale of 1 to s counts as y = (r - 1) / (s - 1), for the officers it is attributed to. Where the
citizen also rated elements, those that can be an officer's are taken into y with the weights that the preset gives them
beside the overall rating's 1: kompetensi and perilaku pelaksana, and waktu penyelesaian in part, since part of it is
the procedure's and the crowd's. Cost, requirements, facilities and the rest are the unit's and never an officer's. A
complaint about the officer that was found founded, and is neither of conduct nor of accuracy, counts as y = 0.

Sources: PermenPANRB 14/2017 (elements, answers 1 to 4; a unit's instrument: kompetensi pelaksana and perilaku pelaksana
are the elements about persons). Law 1: y rises with each answer, so that a 4 never lowers and a 1 never raises. Law 10:
an element that was not asked is left out of the mean of this rating, it is no zero. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OFFICERS_ELEMENTS: Final = ("competence", "conduct", "time")
"""Keys of the elements that can be an officer's (webapp.feedback.vocabulary.Element)."""


def rating_value(value: int, scale: int) -> float:
    """y of a rating of 1 to `scale`."""
    return (value - 1) / (scale - 1)


def element_value(value: int) -> float:
    """y of an element, rated 1 to 4."""
    return (value - 1) / 3


def blended(overall: float, elements: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """y of a rating with the elements that a preset takes in.

    `elements`: y of those that were rated, by key. `weights`: of elements, beside 1 for the overall rating.
    """
    total, sum_ = 1.0, overall
    for name in sorted(weights):
        if name in elements:
            total += weights[name]
            sum_ += weights[name] * elements[name]
    return min(max(sum_ / total, 0.0), 1.0)
