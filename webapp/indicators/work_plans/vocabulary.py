"""The closed lists of work plans. Pure."""

from __future__ import annotations

from enum import StrEnum


class PlanState(StrEnum):
    """Where a version of a plan stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    #: The superior wants it changed; its officer goes on with it.
    RETURNED = "returned"
    AGREED = "agreed"
    SUPERSEDED = "superseded"


#: States in which its officer may still write in it.
OPEN_TO_OFFICER = (PlanState.DRAFT, PlanState.RETURNED)


class PlanStep(StrEnum):
    """What somebody did with a plan."""

    DRAFTED = "drafted"
    PROPOSED = "proposed"
    RETURNED = "returned"
    AGREED = "agreed"
    SUPERSEDED = "superseded"


class Aspect(StrEnum):
    """The aspects of an indicator in a plan (PermenPANRB 6/2022): kuantitas, kualitas, waktu, biaya."""

    QUANTITY = "quantity"
    QUALITY = "quality"
    TIME = "time"
    COST = "cost"


class Measure(StrEnum):
    """What counts as done; the product counts all but the last."""

    VISITS_SERVED = "visits_served"
    STAGES_FINISHED = "stages_finished"
    ANSWERS_GIVEN = "answers_given"
    #: Told by the officer month by month, confirmed by his superior.
    OWN_COUNT = "own_count"


class Outcome(StrEnum):
    """What a superior said to what was told."""

    CONFIRMED = "confirmed"
    RETURNED = "returned"
