"""Working time of one calendar for many intervals at once.

The spans of work are laid out once; how long was worked up to a moment is then a search and a sum. It says the same as
`working_time_between` of calendars, a thousand times faster.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from webapp.organisation.calendars import WorkingTime

#: Seconds since 1970, UTC.
Seconds = npt.NDArray[np.int64]


class WorkingClock:
    """Counts the working time of `working` between moments from its `first` to its `last` day, both included.

    Days are those of the unit's zone. Nothing is worked outside them, so choose them wide enough.
    """

    def __init__(self, working: WorkingTime, first: date, last: date) -> None:
        # A day of margin on either side: where UTC and the zone disagree about the date.
        days = (first + timedelta(days=number) for number in range(-1, (last - first).days + 2))
        spans = [span for day in days for span in working.spans_on(day)]
        self._opens = np.array([_second(opens) for opens, _ in spans], np.int64)
        self._lengths = np.array([_second(closes) for _, closes in spans], np.int64) - self._opens
        self._before = np.concatenate(([0], np.cumsum(self._lengths))).astype(np.int64)

    def seconds_until(self, moments: Seconds) -> Seconds:
        """Working seconds from the beginning of the clock until each of `moments`."""
        if not len(self._opens):
            return np.zeros(len(moments), np.int64)
        span = np.searchsorted(self._opens, moments, "right") - 1
        begun = np.maximum(span, 0)
        within = np.clip(moments - self._opens[begun], 0, self._lengths[begun])
        result: Seconds = np.where(span < 0, 0, self._before[begun] + within)
        return result

    def seconds_between(self, starts: Seconds, ends: Seconds) -> Seconds:
        """Working seconds between each of `starts` and the one of `ends` at its place; 0 where it is not after it."""
        result: Seconds = np.maximum(0, self.seconds_until(ends) - self.seconds_until(starts))
        return result


def clock_around(working: WorkingTime, first: datetime, last: datetime) -> WorkingClock:
    """A clock that covers all moments from `first` to `last`."""
    return WorkingClock(working, working.local_day(first), working.local_day(max(first, last)))


def _second(moment: datetime) -> int:
    return int(moment.timestamp())
