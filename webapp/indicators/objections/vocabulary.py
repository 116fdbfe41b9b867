"""How an objection ends, and why there can be none, as closed lists."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

#: Plain days in which an officer may object, from when his page first showed him the line (PermenPANRB 6/2022).
TERM: Final = timedelta(days=14)
#: Working days of his unit in which it is decided.
WORKING_DAYS_TO_DECIDE: Final = 10


class Outcome(StrEnum):
    """What is decided."""

    #: Nothing that the line stood for counts any more.
    UPHELD = "upheld"
    #: What was on the days that were chosen counts no more.
    PARTLY = "partly"
    REFUSED = "refused"


#: How a line is marked before anything is decided; after that, by its outcome.
FILED: Final = "filed"


class Obstacle(StrEnum):
    """Why somebody can't object to a line."""

    #: So few rated that nothing of it may be shown.
    WAITING = "waiting"
    #: The 14 days are over.
    LATE = "late"
    #: All that it stands for was objected to before.
    OBJECTED = "objected"
    #: It moved nothing, or it does not count any more.
    GONE = "gone"
