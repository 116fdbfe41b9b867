"""The topic of a complaint by the words of the agency's own list, where no case with a topic was ever decided. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from webapp.attribution.routing.features import tokens

#: So much of a name, by the weight of its words, has to be in the text; and so much more than of the next topic's.
LEAST_COVERED, LEAST_AHEAD = 0.6, 0.1
#: Words of names that tell no topic.
_EMPTY = frozenset(("dan", "di", "ke", "dari", "untuk", "yang", "atau", "pada", "dengan", "surat", "lama", "selesai"))


class TopicNames:
    """Topics known by their names alone. A comma in a name separates things that each stand for the topic."""

    def __init__(self, names: Sequence[str]) -> None:
        self._readings = [
            (name, stems) for name in sorted(set(names)) for part in name.split(",") if (stems := _stems(part))
        ]
        having = Counter(stem for _, stems in self._readings for stem in stems)
        self._weight = {stem: math.log(1 + len(self._readings) / count) for stem, count in having.items()}

    def named_in(self, text: str) -> tuple[str, float] | None:
        """The topic that a text names, with the part of its name that is there; None where none or several are.

        One word out of a name of several is not enough, however rare it is.
        """
        said = {token.stem for token in tokens(text)}
        covered: dict[str, float] = {}
        for name, stems in self._readings:
            there = stems & said
            if len(there) < min(2, len(stems)):
                continue
            part = sum(self._weight[stem] for stem in there) / sum(self._weight[stem] for stem in stems)
            covered[name] = max(covered.get(name, 0.0), part)
        ranked = sorted(covered.items(), key=lambda entry: (-entry[1], entry[0]))
        if not ranked or ranked[0][1] < LEAST_COVERED:
            return None
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < LEAST_AHEAD:
            return None
        return ranked[0]


def _stems(name: str) -> frozenset[str]:
    return frozenset(token.stem for token in tokens(name) if token.word not in _EMPTY and len(token.word) > 2)
