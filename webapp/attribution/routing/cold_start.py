"""Routing without a decided case: what the catalogue says of units, services and topics."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from webapp.attribution.routing.cases import CatalogueUnit
from webapp.attribution.routing.features import tokens
from webapp.attribution.routing.places import PlaceClass

#: Letters by which two words count as forms of one.
STEM = 6


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Words (their first letters) with what they say for each class."""

    weights: Mapping[str, Mapping[int, float]]
    classes: int

    def scores(self, words: Sequence[str]) -> npt.NDArray[np.float64]:
        """How much the words speak for each class."""
        scores = np.zeros(self.classes)
        for word in {word[:STEM] for word in words}:
            for number, weight in self.weights.get(word, {}).items():
                scores[number] += weight
        return scores


def learn_cold_start(catalogue: Sequence[CatalogueUnit], classes: Sequence[PlaceClass]) -> ColdStart:
    """What the names of units, their services and topics tell."""
    number_of = {unit: number for number, one in enumerate(classes) for unit in one.units}
    counts: dict[str, dict[int, float]] = {}
    for unit in sorted(catalogue, key=lambda unit: unit.id):
        number = number_of[unit.id]
        own = classes[number].kind
        names = [own or unit.name, *unit.services, *unit.topics]
        for word in {token.word[:STEM] for name in names for token in tokens(name)}:
            if len(word) > 2 and not word.startswith("0"):
                counts.setdefault(word, {})[number] = 1.0
    return ColdStart(
        {
            word: {number: math.log(1 + len(classes) / len(having)) for number in having}
            for word, having in sorted(counts.items())
        },
        len(classes),
    )
