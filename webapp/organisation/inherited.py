"""What a unit has from itself or from the units above it: hours, calendar, deadlines. One statement for all of it.

`working_time_of` in queries says the same of the hours and takes a statement for every unit on the way up. This is for
what happens many times a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, bindparam, cast, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import aliased

from webapp.database import db
from webapp.organisation.calendars import OFFICE_WEEK, RAMADAN_WEEK, Season, WorkingTime
from webapp.organisation.models import CalendarDay, CalendarSeason, CalendarVersion, Unit, WorkingCalendar

_Content = tuple[Mapping[date, bool], tuple[Season, ...]]


@dataclass(frozen=True, slots=True)
class Inherited:
    """What holds in a unit. `calendar`: its calendar and version, "3:7"; None without calendar."""

    timezone: str
    weekly_hours: Mapping[str, list[list[str]]]
    season_hours: Mapping[str, list[list[str]]]
    calendar: str | None
    clock_preset: str | None

    def working_time(self) -> WorkingTime:
        """When the unit works now."""
        return self.working_time_as_of(self.calendar)

    def working_time_as_of(self, calendar: str | None) -> WorkingTime:
        """When the unit works by a calendar as it stood at a version; the unit's own week is that of today.

        Raises LookupError for a version that never was.
        """
        exceptions, seasons = calendar_at(calendar) if calendar is not None else ({}, ())
        return WorkingTime(self.timezone, self.weekly_hours, exceptions, seasons, self.season_hours, calendar)


def inherited_rows(parameter: str = "unit_id") -> ScalarSelect[Any]:
    """A subquery for what `read_inherited` reads: JSON of the unit bound to `parameter` and those above, itself first.

    Where the parameter is null, of the first unit at the top: where the administrator sits.
    """
    own, above = aliased(Unit), aliased(Unit)
    top = select(func.min(Unit.id)).where(Unit.parent_id.is_(None)).scalar_subquery()
    slash: ColumnElement[str] = literal_column("'/'")
    ids = cast(func.string_to_array(func.trim(own.path, slash), slash), ARRAY(BigInteger))
    row = func.jsonb_build_object(
        literal_column("'zone'"), above.timezone,
        literal_column("'week'"), above.weekly_hours,
        literal_column("'season'"), above.season_hours,
        literal_column("'calendar'"), above.calendar_id,
        literal_column("'version'"), WorkingCalendar.version,
        literal_column("'preset'"), above.clock_preset,
    )  # fmt: skip
    return (
        select(func.jsonb_agg(aggregate_order_by(row, func.length(above.path).desc())))
        .select_from(own)
        .join(above, above.id == func.any(ids))
        .outerjoin(WorkingCalendar, WorkingCalendar.id == above.calendar_id)
        .where(own.id == func.coalesce(bindparam(parameter, type_=BigInteger), top))
        .scalar_subquery()
    )


def read_inherited(rows: list[dict[str, Any]] | None) -> Inherited:
    """What the rows of `inherited_rows` amount to; with no unit at all, the office week and no calendar."""
    rows = rows or []
    calendar = next((row for row in rows if row["calendar"] is not None), None)
    return Inherited(
        timezone=rows[0]["zone"] if rows else "Asia/Jakarta",
        weekly_hours=next((row["week"] for row in rows if row["week"]), OFFICE_WEEK),
        season_hours=next((row["season"] for row in rows if row["season"]), RAMADAN_WEEK),
        calendar=f"{calendar['calendar']}:{calendar['version']}" if calendar else None,
        clock_preset=next((row["preset"] for row in rows if row["preset"]), None),
    )


def inherited_by(unit_id: int | None) -> Inherited:
    """What holds in a unit; None: where the administrator sits."""
    return read_inherited(db.session.scalar(_INHERITED, {"unit_id": unit_id}))


@lru_cache(maxsize=64)
def calendar_at(calendar: str) -> _Content:
    """Days and seasons of a calendar at a version, "3:7".

    A version never changes, so it is read once in a process. Which version stands is read each time: a change of a
    calendar is a new version, and holds in every process as soon as it is committed.
    """
    calendar_id, version = (int(part) for part in calendar.split(":"))
    found = db.session.execute(_STANDING, {"calendar_id": calendar_id, "version": version}).one_or_none()
    if found is not None:
        days, seasons = found
    else:
        kept = db.session.get(CalendarVersion, (calendar_id, version))
        if kept is None:
            raise LookupError(f"calendar {calendar_id} has no version {version}")
        days, seasons = kept.content["days"], kept.content["seasons"]
    return (
        {date.fromisoformat(day): working for day, working in (days or {}).items()},
        tuple(Season(*map(date.fromisoformat, span)) for span in seasons or []),
    )


_INHERITED = select(inherited_rows())
#: Days and seasons of a calendar together with its version: in one statement, so that they belong to each other.
_STANDING = select(
    select(func.jsonb_object_agg(cast(CalendarDay.day, db.Text), CalendarDay.working))
    .where(CalendarDay.calendar_id == WorkingCalendar.id)
    .scalar_subquery(),
    select(
        func.jsonb_agg(
            aggregate_order_by(
                func.jsonb_build_array(CalendarSeason.first_day, CalendarSeason.last_day), CalendarSeason.first_day
            )
        )
    )
    .where(CalendarSeason.calendar_id == WorkingCalendar.id)
    .scalar_subquery(),
).where(WorkingCalendar.id == text(":calendar_id"), WorkingCalendar.version == text(":version"))
