"""Gathering what is known about feedback: the circumstances that the rules judge. A few queries for any batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from webapp.attribution.rules import Circumstances, Delay, OnDuty
from webapp.counter.applications.models import Application, TurnaroundFact
from webapp.counter.models import Visit
from webapp.database import db
from webapp.feedback.models import Feedback
from webapp.organisation.models import Counter, Posting, Service, Shift, Unit

#: Where the day of a feedback is told when no unit is known.
DEFAULT_TIMEZONE = "Asia/Jakarta"

Row = TypeVar("Row", Visit, Service, Counter, Unit, Application)


def gather_circumstances(feedback: Sequence[Feedback]) -> dict[int, Circumstances]:
    """What is known about each of `feedback`, by its id."""
    visits = _by_id(Visit, {f.visit_id for f in feedback})
    files = _by_id(Application, {f.application_id for f in feedback})
    delays = _delays({f.application_id for f in feedback if f.about_delay})
    services = _by_id(
        Service,
        {f.service_id for f in feedback}
        | {v.service_id for v in visits.values()}
        | {file.service_id for file in files.values()},
    )
    counters = _by_id(Counter, {f.counter_id for f in feedback} | {v.counter_id for v in visits.values()})
    unit_ids = (
        {f.unit_id for f in feedback}
        | {f.decided_unit_id for f in feedback}
        | {v.unit_id for v in visits.values()}
        | {c.unit_id for c in counters.values()}
        | {s.unit_id for s in services.values()}
        | {file.unit_id for file in files.values()}
    )
    units = _by_id(Unit, unit_ids)
    on_duty = _on_duty(feedback, counters)
    posted = _posted_units({f.decided_officer_id for f in feedback if f.decided_unit_id is None})
    known: dict[int, Circumstances] = {}
    for one in feedback:
        visit = visits.get(one.visit_id or 0)
        file = files.get(one.application_id or 0)
        service = services.get((visit.service_id if visit else file.service_id if file else one.service_id) or 0)
        counter = counters.get((visit.counter_id if visit else one.counter_id) or 0)
        decided_unit = one.decided_unit_id or posted.get(one.decided_officer_id or 0)
        stated_unit = visit.unit_id if visit else file.unit_id if file else one.unit_id
        unit_id = decided_unit or stated_unit or (counter.unit_id if counter else None)
        names: dict[str, str] = {}
        if service:
            names["service"] = service.name
        if counter:
            names["counter"] = counter.name
        if unit_id in units:
            names["unit"] = units[unit_id].name
        elif service and service.unit_id in units:
            names["unit"] = units[service.unit_id].name
        day = visit.started_at if visit else one.occurred_at
        if day:
            place = units.get(unit_id or 0) or units.get(service.unit_id if service else 0)
            names["day"] = day.astimezone(ZoneInfo(place.timezone if place else DEFAULT_TIMEZONE)).date().isoformat()
        known[one.id] = Circumstances(
            agency_officer_id=one.decided_officer_id,
            agency_unit_id=decided_unit,
            visit_officer_id=visit.officer_id if visit else None,
            visit_unit_id=visit.unit_id if visit else None,
            application_unit_id=file.unit_id if file else None,
            about_delay=one.about_delay,
            delays=delays.get(one.application_id or 0, ()),
            on_duty=on_duty.get(one.id, ()),
            counter_unit_id=counter.unit_id if counter else None,
            chosen_unit_id=one.unit_id,
            service_unit_id=service.unit_id if service else None,
            names=names,
        )
    return known


def _by_id(model: type[Row], ids: set[int | None]) -> dict[int, Row]:
    wanted = sorted(id_ for id_ in ids if id_ is not None)
    if not wanted:
        return {}
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(wanted)))}


def _delays(application_ids: set[int | None]) -> dict[int, tuple[Delay, ...]]:
    """Who delayed these files, and by how much, as the facts of their turnaround stand."""
    wanted = sorted(id_ for id_ in application_ids if id_ is not None)
    if not wanted:
        return {}
    rows = db.session.execute(
        select(
            TurnaroundFact.application_id,
            TurnaroundFact.unit_id,
            TurnaroundFact.officer_id,
            func.sum(TurnaroundFact.delay_seconds),
        )
        .where(
            TurnaroundFact.application_id.in_(wanted),
            TurnaroundFact.superseded_at.is_(None),
            TurnaroundFact.stage_id.is_not(None),
            TurnaroundFact.delay_seconds > 0,
        )
        .group_by(TurnaroundFact.application_id, TurnaroundFact.unit_id, TurnaroundFact.officer_id)
        .order_by(TurnaroundFact.application_id, TurnaroundFact.unit_id, TurnaroundFact.officer_id)
    )
    found: dict[int, tuple[Delay, ...]] = {}
    for application_id, unit_id, officer_id, seconds in rows:
        found[application_id] = (*found.get(application_id, ()), Delay(unit_id, officer_id, int(seconds)))
    return found


def _on_duty(feedback: Sequence[Feedback], counters: dict[int, Counter]) -> dict[int, tuple[OnDuty, ...]]:
    """Who was on duty at the counter and moment that a feedback states exactly."""
    stated = [
        f.id
        for f in feedback
        if f.visit_id is None and f.counter_id and f.occurred_at is not None and f.occurred_exactly
    ]
    if not stated:
        return {}
    rows = db.session.execute(
        select(Feedback.id, Shift.officer_id, Shift.counter_id)
        .join(
            Shift,
            (Shift.counter_id == Feedback.counter_id)
            & (Shift.starts_at <= Feedback.occurred_at)
            & (Shift.ends_at > Feedback.occurred_at),
        )
        .where(Feedback.id.in_(stated))
        .order_by(Feedback.id, Shift.officer_id)
        .distinct()
    )
    found: dict[int, tuple[OnDuty, ...]] = {}
    for feedback_id, officer_id, counter_id in rows:
        found[feedback_id] = (*found.get(feedback_id, ()), OnDuty(officer_id, counters[counter_id].unit_id))
    return found


def _posted_units(officer_ids: set[int | None]) -> dict[int, int]:
    """The present unit of officers whom the agency named without a unit."""
    wanted = sorted(id_ for id_ in officer_ids if id_ is not None)
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Posting.officer_id, Posting.unit_id)
        .where(Posting.officer_id.in_(wanted), Posting.ends_on.is_(None))
        .order_by(Posting.officer_id, Posting.starts_on)
    )
    return dict(rows.all())
