"""Who was at the told counters on the told days: by visits, by who had opened the counter, by the roster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import and_, or_, select

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
    # A day's visits are found by their unit and by when they ended, which is soon after they began.
    visits = or_(
        *(
            and_(
                Visit.unit_id == unit_id,
                Visit.counter_id == counter_id,
                Visit.started_at < last,
                Visit.finished_at > first,
                Visit.finished_at <= last + timedelta(hours=4),
            )
            for (counter_id, _), (unit_id, first, last) in wanted.items()
        )
    )
    sessions = or_(
        *(
            and_(
                CounterSession.unit_id == unit_id,
                CounterSession.counter_id == counter_id,
                CounterSession.opened_at.between(first, last),
            )
            for (counter_id, _), (unit_id, first, last) in wanted.items()
        )
    )
    shifts = or_(
        *(
            and_(Shift.counter_id == counter_id, Shift.starts_at < last, Shift.starts_at > first - timedelta(days=1))
            for (counter_id, _), (_, first, last) in wanted.items()
        )
    )
    spans = (
        ("visits", select(Visit.counter_id, Visit.officer_id, Visit.started_at, Visit.finished_at).where(visits)),
        (
            "sessions",
            select(
                CounterSession.counter_id, CounterSession.officer_id, CounterSession.opened_at, CounterSession.closed_at
            ).where(sessions),
        ),
        ("shifts", select(Shift.counter_id, Shift.officer_id, Shift.starts_at, Shift.ends_at).where(shifts)),
    )
    for name, query in spans:
        for counter_id, officer_id, begins, ends in db.session.execute(query):
            for key, (unit_id, first, last) in wanted.items():
                if counter_id == key[0] and begins < last and (ends is None or ends > first):
                    span = Span(unit_id, officer_id, max(begins, first), min(ends or last, last))
                    found[name].setdefault(key, []).append(span)
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
