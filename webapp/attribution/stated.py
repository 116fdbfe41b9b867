"""One feedback's statement as it is held against the records, and the units that it may be about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.attribution.circumstances import Circumstances
from webapp.attribution.told import Told
from webapp.feedback.models import Feedback
from webapp.organisation.models import Counter


@dataclass(slots=True)
class Statement:
    """One feedback's statement: the words, what they tell in passing, the unit, counter and day that are told."""

    feedback: Feedback
    known: Circumstances
    text: str
    told: Told
    unit_id: int | None
    counter: Counter | None
    timezone: ZoneInfo
    day: date | None
    at: datetime | None
    slack: timedelta


@dataclass(frozen=True, slots=True)
class Units:
    """All units: paths, names and zones by id."""

    paths: Mapping[int, str]
    names: Mapping[int, str]
    zones: Mapping[int, str]

    def at_and_below(self, unit_id: int) -> list[int]:
        """The unit and those below it."""
        return [id_ for id_, path in self.paths.items() if path.startswith(self.paths[unit_id])]

    def is_whole(self, unit_id: int) -> bool:
        """Whether it is the whole agency: no context to look for a name or a number in."""
        return self.paths[unit_id].count("/") == 2

    def kin(self, unit_id: int) -> set[int]:
        """The unit, those below and those above it."""
        return {*self.at_and_below(unit_id), *(int(part) for part in self.paths[unit_id].strip("/").split("/"))}


def bounds_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a local day begins, and when the next does."""
    first = datetime.combine(day, datetime.min.time(), zone)
    return first, first + timedelta(days=1)
