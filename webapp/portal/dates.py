"""Days and times in words, in the reader's language and in the zone where the thing happens."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask_babel import get_locale
from flask_babel import gettext as _


def local_day(at: datetime, zone: str) -> date:
    """The date at the moment `at` in `zone`."""
    return at.astimezone(ZoneInfo(zone)).date()


def day_in_words(day: date, now: date | None = None) -> str:
    """ "Selasa, 24 November"; with the year where it is not that of `now`."""
    pattern = "EEEE, d MMMM" if now is None or day.year == now.year else "EEEE, d MMMM y"
    return format_date(day, pattern, locale=_language())


def short_day(day: date) -> str:
    """ "24 Nov": for lists."""
    return format_date(day, "d MMM", locale=_language())


def month_in_words(day: date) -> str:
    """ "November 2026"."""
    return format_date(day, "MMMM y", locale=_language())


def clock(at: datetime, zone: str) -> str:
    """ "09.14"; in English "09:14"."""
    local = at.astimezone(ZoneInfo(zone))
    return format_time(local.time(), "HH.mm" if _language() == "id" else "HH:mm", locale=_language())


def moment_in_words(at: datetime, zone: str) -> str:
    """ "Selasa, 24 November, 09.14"."""
    return f"{day_in_words(local_day(at, zone))}, {clock(at, zone)}"


def span_in_words(first: date, last: date) -> str:
    """ "2–8 November", "30 Oktober – 5 November", or the one day."""
    if first == last:
        return format_date(first, "d MMMM", locale=_language())
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{format_date(last, 'd MMMM', locale=_language())}"
    pattern = "d MMMM"
    return f"{format_date(first, pattern, locale=_language())} – {format_date(last, pattern, locale=_language())}"


def due_in_words(due_at: datetime, now: datetime, zone: str) -> tuple[str, str]:
    """When something is due, short, and the tone of its tag: 'bad' when overdue, 'warn' today and tomorrow."""
    due, today = local_day(due_at, zone), local_day(now, zone)
    if due_at < now:
        if due == today:
            return _("lewat pukul %(time)s", time=clock(due_at, zone)), "bad"
        return _("lewat sejak %(day)s", day=_weekday(due)), "bad"
    if due == today:
        return _("hari ini %(time)s", time=clock(due_at, zone)), "warn"
    if due == today + timedelta(days=1):
        return _("besok %(time)s", time=clock(due_at, zone)), "warn"
    return _weekday(due), ""


def _weekday(day: date) -> str:
    return format_date(day, "EEE, d MMM", locale=_language())


def _language() -> str:
    return str(get_locale() or "id")
