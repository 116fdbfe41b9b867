"""Changing working calendars.

Each change raises the version and keeps the calendar as it stood before, so that a due date can say what it was counted
with and be counted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from webapp.database import db
from webapp.organisation.errors import CodeTaken, SeasonOverlaps
from webapp.organisation.models import CalendarDay, CalendarSeason, CalendarVersion, Unit, WorkingCalendar
from webapp.organisation.queries import calendar_content


def create_calendar(name: str, unit: Unit) -> WorkingCalendar:
    """A new calendar that `unit` works by from now on; raises CodeTaken."""
    _refuse_taken(name, None)
    calendar = WorkingCalendar(name=name)
    db.session.add(calendar)
    db.session.flush()
    unit.calendar_id = calendar.id
    db.session.flush()
    return calendar


def rename_calendar(calendar: WorkingCalendar, name: str) -> None:
    """Call a calendar by another name; raises CodeTaken."""
    _refuse_taken(name, calendar.id)
    calendar.name = name
    db.session.flush()


def set_day(calendar: WorkingCalendar, day: date, name: str, *, working: bool) -> None:
    """Say that `day` differs from the week: a day off, or one worked after all. A day that is there is changed."""
    _lock(calendar)
    known = next((entry for entry in calendar.days if entry.day == day), None)
    if known is not None and (known.name, known.working) == (name, working):
        return
    _begin_version(calendar)
    if known is None:
        calendar.days.append(CalendarDay(day=day, name=name, working=working))
    else:
        known.name, known.working = name, working
    db.session.flush()


def remove_day(calendar: WorkingCalendar, day: date) -> None:
    """Let `day` be as the week says; one that is not there changes nothing."""
    _lock(calendar)
    kept = [entry for entry in calendar.days if entry.day != day]
    if len(kept) != len(calendar.days):
        _begin_version(calendar)
        calendar.days = kept
        db.session.flush()


def add_days_off(calendar: WorkingCalendar, days: Mapping[date, str]) -> int:
    """Add days off that the calendar does not have; how many. What somebody entered for a day stays."""
    _lock(calendar)
    known = {entry.day for entry in calendar.days}
    new = {day: name for day, name in days.items() if day not in known}
    if new:
        _begin_version(calendar)
        calendar.days.extend(CalendarDay(day=day, name=name, working=False) for day, name in new.items())
        db.session.flush()
    return len(new)


def add_season(calendar: WorkingCalendar, name: str, first: date, last: date) -> None:
    """From `first` to `last` (both included) units work by their season hours; raises SeasonOverlaps.

    The same season again changes nothing; one that begins on the same day is changed.
    """
    _lock(calendar)
    known = next((season for season in calendar.seasons if season.first_day == first), None)
    if known is not None and (known.name, known.last_day) == (name, last):
        return
    others = [season for season in calendar.seasons if season is not known]
    if any(season.first_day <= last and first <= season.last_day for season in others):
        raise SeasonOverlaps
    _begin_version(calendar)
    if known is None:
        calendar.seasons.append(CalendarSeason(name=name, first_day=first, last_day=last))
    else:
        known.name, known.last_day = name, last
    db.session.flush()


def remove_season(calendar: WorkingCalendar, first: date) -> None:
    """Let the days of the season that begins on `first` be as all others; one that is not there changes nothing."""
    _lock(calendar)
    kept = [season for season in calendar.seasons if season.first_day != first]
    if len(kept) != len(calendar.seasons):
        _begin_version(calendar)
        calendar.seasons = kept
        db.session.flush()


def _begin_version(calendar: WorkingCalendar) -> None:
    """Keep the calendar as it stands under its version, and count on; the caller changes it next."""
    kept = CalendarVersion(calendar_id=calendar.id, version=calendar.version, content=calendar_content(calendar))
    db.session.add(kept)
    calendar.version += 1


def _refuse_taken(name: str, own_id: int | None) -> None:
    taken = db.session.scalar(select(WorkingCalendar.id).where(WorkingCalendar.name == name))
    if taken is not None and taken != own_id:
        raise CodeTaken


def _lock(calendar: WorkingCalendar) -> None:
    db.session.refresh(calendar, with_for_update=True)
    db.session.expire(calendar, ["days", "seasons"])
