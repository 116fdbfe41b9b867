"""What is odd about the file of a remedy's photo. It accuses nobody: a human looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from webapp.feedback.traces import Traces, metres_between

#: A camera's clock, and the hours between the damage and its report, are not counted by the minute.
TOLERANCE = timedelta(hours=12)
#: A position out of a phone is good for some ten metres; a place of work is as wide as this.
ELSEWHERE_METRES = 500


class Odd(StrEnum):
    """Kinds of oddity, as PhotoFlag keeps them."""

    SAME_AS_REPORT = "same_as_report"
    SEEN_BEFORE = "seen_before"
    OLDER_THAN_COMPLAINT = "older_than_complaint"
    ELSEWHERE = "elsewhere"
    EDITED = "edited"
    #: Told, but nothing to decide: most messengers take the date out.
    NO_DATE = "no_date"


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that is odd, with what was compared."""

    kind: Odd
    particulars: dict[str, Any]


def oddities_in(
    traces: Traces, *, filed_at: datetime, zone: str, position: tuple[float, float] | None
) -> tuple[Oddity, ...]:
    """What is odd about a file with these traces, as remedy of a complaint filed at `filed_at` about `position`.

    `zone` is where the unit is. The position itself is not told on: it is enough how far away it is.
    """
    found = []
    taken = traces.taken_at(zone)
    if taken is None:
        found.append(Oddity(Odd.NO_DATE, {}))
    elif taken < filed_at - TOLERANCE:
        found.append(Oddity(Odd.OLDER_THAN_COMPLAINT, {"taken": taken.isoformat()}))
    if position is not None and traces.latitude is not None and traces.longitude is not None:
        metres = metres_between(*position, traces.latitude, traces.longitude)
        if metres > ELSEWHERE_METRES:
            found.append(Oddity(Odd.ELSEWHERE, {"metres": metres}))
    if traces.editor:
        found.append(Oddity(Odd.EDITED, {}))
    return tuple(found)
