"""Reading the agency."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.organisation.calendars import OFFICE_WEEK, RAMADAN_WEEK, Season, WorkingTime
from webapp.organisation.models import (
    CalendarDay,
    CalendarSeason,
    CalendarVersion,
    Counter,
    Officer,
    Posting,
    Service,
    Shift,
    Unit,
    WorkingCalendar,
)


def working_time_of(unit: Unit) -> WorkingTime:
    """When `unit` works: its own week, and the days of its calendar or of the nearest unit above that has one."""
    calendar_id, weekly_hours, season_hours, at = unit.calendar_id, unit.weekly_hours, unit.season_hours, unit.parent
    while at is not None and (calendar_id is None or not weekly_hours or not season_hours):
        calendar_id = calendar_id or at.calendar_id
        weekly_hours = weekly_hours or at.weekly_hours
        season_hours = season_hours or at.season_hours
        at = at.parent
    calendar = db.session.get(WorkingCalendar, calendar_id) if calendar_id is not None else None
    days = db.session.execute(
        select(CalendarDay.day, CalendarDay.working).where(CalendarDay.calendar_id == calendar_id)
    )
    seasons = db.session.execute(
        select(CalendarSeason.first_day, CalendarSeason.last_day)
        .where(CalendarSeason.calendar_id == calendar_id)
        .order_by(CalendarSeason.first_day)
    )
    return WorkingTime(
        unit.timezone,
        weekly_hours or OFFICE_WEEK,
        dict(days.all()),
        tuple(Season(first, last) for first, last in seasons),
        season_hours or RAMADAN_WEEK,
        f"{calendar.id}:{calendar.version}" if calendar is not None else None,
    )


def working_time_as_of(unit: Unit, calendar: str | None) -> WorkingTime:
    """When `unit` works by a calendar as it stood at a version, "3:7" as in `WorkingTime.calendar`.

    The unit's own week is that of today. Raises LookupError for a version that never was.
    """
    if calendar is None:
        return replace(working_time_of(unit), exceptions={}, seasons=(), calendar=None)
    calendar_id, version = (int(part) for part in calendar.split(":"))
    today = working_time_of(unit)
    if today.calendar == calendar:
        return today
    kept = db.session.get(CalendarVersion, (calendar_id, version))
    content = kept.content if kept is not None else _content_of(calendar_id, version)
    return replace(
        today,
        exceptions={date.fromisoformat(day): working for day, working in content["days"].items()},
        seasons=tuple(Season(*map(date.fromisoformat, span)) for span in content["seasons"]),
        calendar=calendar,
    )


def calendar_content(calendar: WorkingCalendar) -> dict[str, Any]:
    """What a version of a calendar keeps: days with whether they are worked, and seasons."""
    return {
        "days": {entry.day.isoformat(): entry.working for entry in calendar.days},
        "seasons": [[season.first_day.isoformat(), season.last_day.isoformat()] for season in calendar.seasons],
    }


def _content_of(calendar_id: int, version: int) -> dict[str, Any]:
    """The standing content of a calendar that the unit has left since."""
    calendar = db.session.get(WorkingCalendar, calendar_id)
    if calendar is None or calendar.version != version:
        raise LookupError(f"calendar {calendar_id} has no version {version}")
    return calendar_content(calendar)


def list_units(below: str = "/") -> list[Unit]:
    """Active units at and below a path, in the order of the tree."""
    return list(
        db.session.scalars(
            select(Unit).where(Unit.active, Unit.path.startswith(below, autoescape=True)).order_by(Unit.path)
        )
    )


def list_services(unit_id: int | None = None) -> list[Service]:
    """Active services by name: all, or those that a unit offers (its own and those of the units above it)."""
    query = select(Service).where(Service.active).order_by(Service.name)
    if unit_id is not None:
        unit = db.session.get(Unit, unit_id)
        ids = [int(part) for part in unit.path.strip("/").split("/")] if unit else []
        query = query.where(Service.unit_id.in_(ids))
    return list(db.session.scalars(query))


def list_counters(unit_id: int) -> list[Counter]:
    """Active counters of a unit."""
    return list(
        db.session.scalars(select(Counter).where(Counter.unit_id == unit_id, Counter.active).order_by(Counter.code))
    )


def list_shifts_at(counter_id: int, at: datetime) -> list[Shift]:
    """Who was on duty at a counter at a moment."""
    return list(
        db.session.scalars(
            select(Shift)
            .where(Shift.counter_id == counter_id, Shift.starts_at <= at, Shift.ends_at > at)
            .order_by(Shift.officer_id)
        )
    )


def officer_of(account: Account) -> Officer | None:
    """The officer that signs in with this account; asked of the database once in a session, since many queries of one
    page ask whose they are."""
    kept: dict[int, Officer] = db.session.info.setdefault("officers by account", {})
    known = kept.get(account.id)
    if known is not None and known in db.session and known.account_id == account.id:
        return known
    officer = db.session.scalars(select(Officer).where(Officer.account_id == account.id)).one_or_none()
    if officer is not None:
        kept[account.id] = officer
    return officer


def list_officers_below(path: str) -> list[Officer]:
    """Active officers with a posting at or below a path, by name."""
    return list(
        db.session.scalars(
            select(Officer)
            .where(
                Officer.active,
                Officer.id.in_(
                    select(Posting.officer_id)
                    .join(Unit, Unit.id == Posting.unit_id)
                    .where(Unit.path.startswith(path, autoescape=True), Posting.ends_on.is_(None))
                ),
            )
            .order_by(Officer.name, Officer.id)
        )
    )


def topmost_units() -> list[Unit]:
    """The units above which there is none: together they are the whole agency."""
    return list(db.session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)))
