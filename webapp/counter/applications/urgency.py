"""How near a file's due date is, so that it comes up before it is overdue: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from webapp.counter.applications.vocabulary import ApplicationState

#: A file is due soon when a quarter of its standard is left.
SHARE_LEFT = 0.25


class Urgency(StrEnum):
    """In the order in which files come up."""

    OVERDUE = "overdue"
    #: Three quarters of the standard are used, or a working day or less is left.
    SOON = "soon"
    LATER = "later"
    #: Its clock stands still: papers are missing, or it waits for what nobody of the agency can hurry.
    WAITING = "waiting"
    ENDED = "ended"


def urgency_of(
    state: ApplicationState, *, stands_still: bool, left: int | None, standard: int | None, day: int
) -> Urgency:
    """Where a file belongs.

    `left`: working seconds until the due date, negative once it is past; None without one. `standard`: the promised
    working seconds, `day`: those of the unit's ordinary working day. `stands_still`: it waits for something outside
    control.
    """
    if state in (ApplicationState.FINISHED, ApplicationState.WITHDRAWN):
        return Urgency.ENDED
    if left is not None and left < 0:
        return Urgency.OVERDUE
    if state == ApplicationState.INCOMPLETE or stands_still:
        return Urgency.WAITING
    if left is None:
        return Urgency.LATER
    if left <= day or left <= SHARE_LEFT * (standard or 0):
        return Urgency.SOON
    return Urgency.LATER


def ordinary_day(week: Mapping[str, Sequence[Sequence[str]]]) -> int:
    """Working seconds of an average working day of a week such as `WorkingTime.weekly_hours`; 0 if none is worked."""
    days = [sum(_minutes(closes) - _minutes(opens) for opens, closes in spans) for spans in week.values() if spans]
    return round(60 * sum(days) / len(days)) if days else 0


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
