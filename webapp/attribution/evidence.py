"""Gathering what is known about feedback: the circumstances that the rules judge. A few queries for any batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.attribution.circumstances import Circumstances
from webapp.attribution.delays import delays_of
from webapp.attribution.statements import add_statements
from webapp.counter.applications.models import Application
from webapp.counter.models import Visit
from webapp.database import db
from webapp.feedback.models import Feedback
from webapp.organisation.models import Counter, Posting, Service, Unit

#: Where the day of a feedback is told when no unit is known.
DEFAULT_TIMEZONE = "Asia/Jakarta"

Row = TypeVar("Row", Visit, Service, Counter, Unit, Application)


def gather_circumstances(feedback: Sequence[Feedback], *, without_proof: bool = False) -> dict[int, Circumstances]:
    """What is known about each of `feedback`, by its id.

    `without_proof`: as if no receipt, no file's page and no decision of the agency had come with it. What the rest then
    says is held against them when strengths are learned.
    """
    visits = {} if without_proof else _by_id(Visit, {f.visit_id for f in feedback})
    files = {} if without_proof else _by_id(Application, {f.application_id for f in feedback})
    delays = delays_of({f.application_id for f in feedback if f.about_delay}) if files else {}
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
    posted = _posted_units({f.decided_officer_id for f in feedback if f.decided_unit_id is None})
    paths = {unit.id: unit.path for unit in units.values()}
    unit_names = {unit.id: unit.name for unit in units.values()}
    known: dict[int, Circumstances] = {}
    weighed: list[Feedback] = []
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
        place = units.get(unit_id or 0) or units.get(service.unit_id if service else 0)
        timezone = place.timezone if place else DEFAULT_TIMEZONE
        if day:
            names["day"] = day.astimezone(ZoneInfo(timezone)).date().isoformat()
        decided = one.decided_officer_id is not None or decided_unit is not None
        if without_proof or not (visit or file or decided):
            weighed.append(one)
        known[one.id] = Circumstances(
            agency_officer_id=None if without_proof else one.decided_officer_id,
            agency_unit_id=None if without_proof else decided_unit,
            visit_officer_id=visit.officer_id if visit else None,
            visit_unit_id=visit.unit_id if visit else None,
            application_unit_id=file.unit_id if file else None,
            about_delay=one.about_delay,
            delays=delays.get(one.application_id or 0, ()),
            counter_unit_id=counter.unit_id if counter else None,
            chosen_unit_id=one.unit_id,
            service_unit_id=service.unit_id if service else None,
            paths=paths,
            names=names,
            unit_names=unit_names,
        )
    if weighed:
        counters_of = {one.id: counters[one.counter_id] for one in weighed if one.counter_id in counters}
        known |= add_statements({one.id: (one, known[one.id]) for one in weighed}, counters_of, DEFAULT_TIMEZONE)
    return known


def _by_id(model: type[Row], ids: set[int | None]) -> dict[int, Row]:
    wanted = sorted(id_ for id_ in ids if id_ is not None)
    if not wanted:
        return {}
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(wanted)))}


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
