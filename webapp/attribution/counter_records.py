"""Who was at the told counters on the told days: by visits, by who had opened the counter, by the roster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import ARRAY, BigInteger, DateTime, Integer, and_, cast, func, select

from webapp.attribution.circumstances import Part
from webapp.attribution.presence import Span, parts_by_hours, parts_by_visits, parts_of_day
from webapp.attribution.stated import Statement, bounds_of
from webapp.counter.models import Visit
from webapp.counter.queue.models import CounterSession
from webapp.database import db
from webapp.organisation.models import Shift

#: A counter and a local day.
Key = tuple[int, date]
There = Mapping[str, Mapping[Key, list[Span]]]


def find_there(statements: Iterable[Statement]) -> dict[str, dict[Key, list[Span]]]:
    """Visits, opened counters and shifts at the told counters on the told days, by counter and day."""
    wanted = {
        (one.counter.id, one.day): (one.counter.unit_id, *bounds_of(one.day, one.timezone))
        for one in statements
        if one.counter is not None and one.day is not None
    }
    found: dict[str, dict[Key, list[Span]]] = {"visits": {}, "sessions": {}, "shifts": {}}
    if not wanted:
        return found
    asked = [(number, key[0], *bounds) for number, (key, bounds) in enumerate(wanted.items())]
    columns = ("number", "counter_id", "unit_id", "first", "last")
    numbers, counters, units, firsts, lasts = (list(values) for values in zip(*asked, strict=True))
    day = (
        func.unnest(
            cast(numbers, ARRAY(Integer)),
            cast(counters, ARRAY(BigInteger)),
            cast(units, ARRAY(BigInteger)),
            cast(firsts, ARRAY(DateTime(timezone=True))),
            cast(lasts, ARRAY(DateTime(timezone=True))),
        )
        .table_valued(*columns, name="day")
        .render_derived()
    )
    # A day's visits are found by their unit and by when they ended, which is soon after they began.
    visits = and_(
        Visit.unit_id == day.c.unit_id,
        Visit.counter_id == day.c.counter_id,
        Visit.started_at < day.c.last,
        Visit.finished_at > day.c.first,
        Visit.finished_at <= day.c.last + timedelta(hours=4),
    )
    sessions = and_(
        CounterSession.unit_id == day.c.unit_id,
        CounterSession.counter_id == day.c.counter_id,
        CounterSession.opened_at.between(day.c.first, day.c.last),
    )
    shifts = and_(
        Shift.counter_id == day.c.counter_id,
        Shift.starts_at < day.c.last,
        Shift.starts_at > day.c.first - timedelta(days=1),
    )
    spans = (
        ("visits", visits, (Visit.officer_id, Visit.started_at, Visit.finished_at)),
        ("sessions", sessions, (CounterSession.officer_id, CounterSession.opened_at, CounterSession.closed_at)),
        ("shifts", shifts, (Shift.officer_id, Shift.starts_at, Shift.ends_at)),
    )
    keys = list(wanted)
    for name, there, served in spans:
        query = select(day.c.number, *served).join_from(day, served[0].class_, there)
        for number, officer_id, begins, ends in db.session.execute(query):
            unit_id, first, last = wanted[keys[number]]
            if begins < last and (ends is None or ends > first):
                span = Span(unit_id, officer_id, max(begins, first), min(ends or last, last))
                found[name].setdefault(keys[number], []).append(span)
    return found


def present_at(one: Statement, there: There) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Who served at the told counter by its records, and who was on duty there by the roster."""
    if one.counter is None or one.day is None:
        return (), ()
    key = (one.counter.id, one.day)
    visits, sessions, shifts = (there[name].get(key, []) for name in ("visits", "sessions", "shifts"))
    if one.at is None:
        served = parts_of_day(visits, by_count=True) or parts_of_day(sessions, by_count=False)
        return served, parts_of_day(shifts, by_count=False)
    served = parts_by_visits(visits, one.at, one.slack) or parts_by_hours(sessions, one.at, one.slack)
    return served, parts_by_hours(shifts, one.at, one.slack)
