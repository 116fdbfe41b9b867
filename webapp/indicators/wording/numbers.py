"""Numbers, days and quarters as the reader's language writes them."""

from __future__ import annotations

from datetime import date, timedelta

from babel.dates import format_date
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _

#: Less than this is shown as 0,0 points: it went as is usual here, and the words say so.
AS_EXPECTED = 0.05
#: Shares that differ by less were meant to be the same.
_EXACT = 1e-9


def decimal(value: float) -> str:
    """ "84,2"."""
    return str(format_decimal(value, format="#,##0.0"))


def signed(points: float) -> str:
    """ "+0,9", "−0,7", or "0,0" for what rounds to nothing."""
    if abs(points) < AS_EXPECTED:
        return decimal(0.0)
    return f"{'+' if points > 0 else '−'}{decimal(abs(points))}"


def percent(share: float) -> str:
    """ "40 %"; what is not quite all is never written as all, nor what is something as nothing."""
    whole = round(share * 100)
    if whole == 100 and share < 1.0 - _EXACT:
        return str(_("lebih dari 99 %"))
    if whole == 0 and share > _EXACT:
        return str(_("kurang dari 1 %"))
    return f"{whole} %"


def exact_percent(share: float) -> str:
    """ "12,5 %": what was set by somebody is told as it was set, to two places."""
    return f"{format_decimal(share * 100.0, format='0.##')} %"


def period_in_words(period: str) -> str:
    """ "triwulan IV 2026" of a quarter "2026-Q4"."""
    year, _dash, number = period.partition("-Q")
    roman = ("I", "II", "III", "IV")[int(number) - 1]
    return str(_("triwulan %(number)s %(year)s", number=roman, year=year))


def day_and_month(day: date) -> str:
    """ "24 November"."""
    return format_date(day, "d MMMM", locale=_language())


def full_day(day: date) -> str:
    """ "24 November 2026"."""
    return format_date(day, "d MMMM y", locale=_language())


def month_in_words(day: date) -> str:
    """ "November 2026"."""
    return format_date(day, "MMMM y", locale=_language())


def short_day(day: date) -> str:
    """ "24 Nov"."""
    return format_date(day, "d MMM", locale=_language())


def days_between(since: date, until: date) -> str:
    """ "2–8 November", "30 Oktober – 5 November", or the one day; a whole month by its name."""
    if (
        since.day == 1
        and (until + timedelta(days=1)).day == 1
        and (since.year, since.month) == (until.year, until.month)
    ):
        return format_date(until, "MMMM y", locale=_language())
    if since == until:
        return day_and_month(until)
    if (since.year, since.month) == (until.year, until.month):
        return f"{since.day}–{day_and_month(until)}"
    return f"{day_and_month(since)} – {day_and_month(until)}"


def joined(words: list[str]) -> str:
    """ "satu, dua dan tiga"."""
    if len(words) < 2:
        return "".join(words)
    return str(_("%(first)s dan %(last)s", first=", ".join(words[:-1]), last=words[-1]))


def _language() -> str:
    return str(get_locale() or "id")
