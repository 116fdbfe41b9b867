"""Two matters in one complaint: the passages, and the unit that each is for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.attribution.routing.cases import Routed, Said
from webapp.attribution.routing.features import tokens
from webapp.attribution.routing.router import Router

#: Where a sentence ends, or a new matter is announced: a full stop, a new line, a numbered item, "besides".
_BREAK = re.compile(
    r"(?:[.!?;]+\s+|\n+|\s+(?=(?:\d{1,2}[.)]|[a-e]\))\s)"
    r"|[,\s]+(?=(?:selain itu|di ?samping itu|kemudian|lalu juga|yang kedua|kedua|satu lagi|oh ya|oiya)\b))",
    re.IGNORECASE,
)
#: A passage of fewer words says too little to be a matter of its own.
LEAST_WORDS = 5
#: Texts of more sentences are judged at so many places only: nobody waits for the split of a novel.
MOST_BREAKS = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A passage of a text, where it stands in it, and the unit that it surely is for."""

    text: str
    start: int
    end: int
    unit: str
    probability: float


def two_matters(router: Router, said: Said) -> tuple[Part, ...]:
    """The two passages of a complaint that concerns two units, or nothing.

    A complaint is divided where the text before and the text after each lead surely to a unit, and to different ones;
    where there are several such places, at the one where both are surest. Units that are told apart by their place
    only (two villages) are no two matters, and neither is a unit that the whole text is already sure of against the
    passage's: a side remark does not divide a complaint.
    """
    breaks = [match.end() for match in _BREAK.finditer(said.text)]
    places = [place for place in breaks if _long_enough(said.text[:place]) and _long_enough(said.text[place:])]
    if len(places) > MOST_BREAKS:
        step = len(places) / MOST_BREAKS
        places = [places[int(number * step)] for number in range(MOST_BREAKS)]
    if not places:
        return ()
    before = router.route([Said(said.text[:place], said.place) for place in places])
    after = router.route([Said(said.text[place:], said.place) for place in places])
    best: tuple[float, int] | None = None
    for number in range(len(places)):
        strength = _strength(router, before[number], after[number])
        if strength > 0 and (best is None or strength > best[0]):
            best = (strength, number)
    if best is None:
        return ()
    place = places[best[1]]
    return (
        _part(said.text, 0, place, before[best[1]]),
        _part(said.text, place, len(said.text), after[best[1]]),
    )


def _strength(router: Router, first: Routed, second: Routed) -> float:
    if not (first.sure and second.sure):
        return 0.0
    one, other = first.candidates[0], second.candidates[0]
    return 0.0 if router.same_matters(one.unit, other.unit) else one.probability * other.probability


def _part(text: str, start: int, end: int, routed: Routed) -> Part:
    passage = text[start:end]
    inner_start = start + len(passage) - len(passage.lstrip())
    inner_end = end - (len(passage) - len(passage.rstrip()))
    likeliest = routed.candidates[0]
    return Part(text[inner_start:inner_end], inner_start, inner_end, likeliest.unit, likeliest.probability)


def _long_enough(passage: str) -> bool:
    return len(_words(passage)) >= LEAST_WORDS


def _words(passage: str) -> Sequence[str]:
    return [token.word for token in tokens(passage) if len(token.word) > 1]
