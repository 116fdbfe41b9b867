"""How alike two texts are, by the words they share: rare words count more than those that everybody writes.

Words come as stems (PostgreSQL's Indonesian dictionary makes "pengurusan" and "mengurus" one): this only counts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping

#: Below this, two cases share only what all cases share.
LEAST_ALIKE = 0.15


def likest(
    words: Collection[str], others: Mapping[int, Collection[str]], most: int, *, least: float = LEAST_ALIKE
) -> list[tuple[int, float]]:
    """The keys of `others` that are most like `words`, with how alike (0 to 1), the likest first.

    Cosine of the two sets, each word weighed by how few of `others` have it.
    """
    asked = set(words)
    has = Counter(word for other in others.values() for word in set(other))
    weight = {word: math.log(1 + len(others) / (1 + count)) ** 2 for word, count in has.items()}
    unheard = math.log(1 + len(others)) ** 2
    own = sum(weight.get(word, unheard) for word in asked)
    found = []
    for key, other in others.items():
        shared = sum(weight[word] for word in asked.intersection(other))
        if shared:
            alike = shared / math.sqrt(own * sum(weight[word] for word in set(other)))
            if alike >= least:
                found.append((key, alike))
    found.sort(key=lambda pair: (-pair[1], -pair[0]))
    return found[:most]
