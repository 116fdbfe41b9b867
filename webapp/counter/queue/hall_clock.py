"""A hall's clock, which stands still while the unit is closed or rests: from moments to seconds of work and back. Pure.

Unlike `webapp.organisation.calendars` it goes on after closing time for a while: a hall serves those who are left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from webapp.organisation.calendars import WorkingTime

#: How long after closing time a hall may still be serving.
_LEFT_OVER = timedelta(hours=3)


class HallClock:
    """Seconds of work since the first day of those given; moments outside of them are as those at the edge."""

    def __init__(self, working: WorkingTime, first: date, last: date) -> None:
        """The clock of all days from `first` to `last`, both included, in the unit's own zone."""
        moments: list[float] = []
        seconds: list[float] = []
        reached = 0.0
        for number in range((last - first).days + 1):
            spans = working.spans_on(first + timedelta(days=number))
            for opens, closes in [*spans[:-1], *((opens, closes + _LEFT_OVER) for opens, closes in spans[-1:])]:
                begin = max(opens.timestamp(), moments[-1] if moments else opens.timestamp())
                length = max(0.0, closes.timestamp() - begin)
                moments += [begin, begin + length]
                seconds += [reached, reached + length]
                reached += length
        self._moments = np.array(moments)
        self._seconds = np.array(seconds)

    def seconds(self, moments: Iterable[datetime]) -> NDArray[np.float64]:
        """The clock at each of these moments."""
        stamps = np.array([moment.timestamp() for moment in moments], dtype=np.float64)
        if not len(self._moments):
            return stamps  # a unit that never works: time as it passes
        seconds: NDArray[np.float64] = np.interp(stamps, self._moments, self._seconds)
        return seconds

    def second(self, moment: datetime) -> float:
        """The clock at this moment."""
        return float(self.seconds([moment])[0])

    def moment(self, second: float) -> datetime:
        """The first moment at which the clock has gone beyond `second`: after a rest rather than before it."""
        if not len(self._moments):
            return datetime.fromtimestamp(second, UTC)
        number = int(np.searchsorted(self._seconds, second, side="right"))
        if number >= len(self._seconds):
            return datetime.fromtimestamp(float(self._moments[-1]), UTC)
        number = max(number, 1)
        return datetime.fromtimestamp(float(self._moments[number - 1] + second - self._seconds[number - 1]), UTC)
