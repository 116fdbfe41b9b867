"""What a person's decision teaches, and which case triage looks at first: formulas alone.

A decision teaches much where the words leave two units open, and where few decisions are known of the units in
question: where everything is clear, or a unit's cases are known by the hundred, one more says little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

#: With so many decided cases, a unit's next one teaches half of what its first taught.
FAMILIAR_CASES = 20
#: So long before its deadline a case begins to move up.
HORIZON = timedelta(days=3)
#: What a missed deadline counts: whatever a decision teaches, what is overdue comes first.
OVERDUE = 2.0


def ambiguity(probabilities: Sequence[float]) -> float:
    """How open it is which unit it is, 0 to 1: 1 less the lead of the likeliest over the second.

    `probabilities` are those of the candidates, in any order; with none, everything is open.
    """
    first, second = (*sorted(probabilities, reverse=True), 0.0, 0.0)[:2]
    return 1.0 - (first - second)


def rarity(probabilities: Mapping[int, float], known_cases: Mapping[int, int]) -> float:
    """How little is known of the units in question, 0 to 1; what is left to 1 is known of nobody.

    `probabilities` by unit, `known_cases`: how many decided cases of each unit there are.
    """
    known = sum(
        probability * (1.0 - FAMILIAR_CASES / (FAMILIAR_CASES + known_cases.get(unit, 0)))
        for unit, probability in probabilities.items()
    )
    return max(0.0, 1.0 - known)


def teaches(probabilities: Mapping[int, float], known_cases: Mapping[int, int], outside: float = 0.0) -> float:
    """How much a decision would teach, 0 to 1: ambiguity, at least half of it, up to all of it where cases are rare.

    `outside`: how probably it is another agency's matter; then a decision teaches little about our units.
    """
    half = 0.5 + 0.5 * rarity(probabilities, known_cases)
    return round(ambiguity(tuple(probabilities.values())) * half * (1.0 - outside), 4)


def pressure(due_at: datetime | None, now: datetime) -> float:
    """How much a deadline presses: 0 beyond the HORIZON, growing to 1 at the deadline, OVERDUE after it."""
    if due_at is None:
        return 0.0
    left = due_at - now
    if left < timedelta(0):
        return OVERDUE
    return max(0.0, 1.0 - left / HORIZON)


def precedence(taught: float, due_at: datetime | None, now: datetime) -> float:
    """What the list is ordered by, the largest first: what it teaches plus how its deadline presses.

    What is overdue comes before all else, as neither part alone reaches more than 1.
    """
    return taught + pressure(due_at, now)


class Because(StrEnum):
    """What most puts a case where it stands in the list."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    #: The words speak for no unit.
    NOTHING_SPEAKS = "nothing_speaks"
    #: Two units are about as likely.
    CLOSE_CALL = "close_call"
    #: Little is known of the units in question.
    UNFAMILIAR = "unfamiliar"
    #: One unit is likely; a person has to look all the same.
    NEARLY_CLEAR = "nearly_clear"


#: Candidates as near as this to each other are a close call.
CLOSE = 0.25
#: A likeliest unit below this is not much of a candidate.
FAINT = 0.15


def because(probabilities: Mapping[int, float], taught: float, due_at: datetime | None, now: datetime) -> Because:
    """The strongest reason of a case's place: its deadline where that presses more than it teaches, else its words."""
    pressing = pressure(due_at, now)
    if pressing >= OVERDUE:
        return Because.OVERDUE
    if pressing > taught:
        return Because.DUE_SOON
    open_ = ambiguity(tuple(probabilities.values()))
    if max(probabilities.values(), default=0.0) < FAINT:
        return Because.NOTHING_SPEAKS
    if open_ > 1.0 - CLOSE:
        return Because.CLOSE_CALL
    # `teaches` is between half of the ambiguity and all of it, by how rare such cases are.
    return Because.UNFAMILIAR if taught > 0.75 * open_ else Because.NEARLY_CLEAR
