"""The demo city: a whole agency with three months of visits, ratings and complaints, and the truth about all of it.

Generated from a seed: the same seed and day give the same city to the last letter, on any machine. Nothing here touches
a database; `webapp.demo.load` brings a city into one, and `webapp.demo.truth` tells what is true about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from webapp.demo.agency import TIMEZONE, DemoAgency, build_agency
from webapp.demo.complaints import hear_complaints
from webapp.demo.files import DemoFile, file_applications
from webapp.demo.parts import DemoComplaint, DemoRating, DemoVisit
from webapp.demo.ratings import ask_citizens
from webapp.demo.visits import receive_visitors

#: Goes up when the same seed begins to give another city, so that an old city's truth is never told of a new one.
GENERATOR_VERSION = 2
DEFAULT_SEED = 7
DAYS = 92


@dataclass(frozen=True)
class DemoCity:
    """A city with everything that happened in it between `first` and the midnight before `until`."""

    seed: int
    first: date
    until: date
    agency: DemoAgency
    visits: tuple[DemoVisit, ...]
    ratings: tuple[DemoRating, ...]
    complaints: tuple[DemoComplaint, ...]
    files: tuple[DemoFile, ...]

    @property
    def mark(self) -> str:
        """What the city's rows are marked with: generator, seed and day, from which the truth can be told again."""
        return f"demo:{GENERATOR_VERSION}:{self.seed}:{self.until:%Y%m%d}"


def build_city(seed: int, until: date, *, days: int = DAYS, ratings: int = 5_000, complaints: int = 400) -> DemoCity:
    """The city of `seed` whose last lived day is the one before `until`.

    Raises ValueError for more ratings than the visits of `days` can carry.
    """
    first = until - timedelta(days=days)
    midnight = datetime.combine(until, time(), ZoneInfo(TIMEZONE)).astimezone(UTC)
    # One generator for each part: more complaints do not change the visits.
    agency = build_agency(Random(f"{seed}/agency"), first, until)
    visits = receive_visitors(Random(f"{seed}/visits"), agency, midnight)
    return DemoCity(
        seed=seed,
        first=first,
        until=until,
        agency=agency,
        visits=visits,
        ratings=ask_citizens(Random(f"{seed}/ratings"), agency, visits, ratings, midnight),
        complaints=hear_complaints(Random(f"{seed}/complaints"), agency, visits, complaints, midnight),
        files=file_applications(Random(f"{seed}/files"), agency, visits, midnight),
    )
