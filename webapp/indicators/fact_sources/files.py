"""Files' stages: turnaround, cases finished and returned, dates kept.

What was in whose hands how long is read from the facts of turnaround (webapp.counter.applications.turnaround), which
have taken out what lies outside the agency's control.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Date, case, cast, func, or_, select

from webapp.counter.applications.models import (
    Application,
    ApplicationPause,
    ApplicationStage,
    PauseCause,
    StageHolding,
    TurnaroundFact,
)
from webapp.counter.applications.vocabulary import OPEN_STATES, ApplicationState
from webapp.database import db
from webapp.indicators.components import accuracy, conduct
from webapp.indicators.components.registry import ACCURACY, CONDUCT, SPEED, TIME_DISCIPLINE
from webapp.indicators.components.speed import LEFT_LYING, UNSERVED, turnaround_value
from webapp.indicators.components.time_discipline import KEPT, MISSED
from webapp.indicators.fact_sources.tally import FILE, Place, Tally
from webapp.indicators.fact_sources.visits import DaysAsked, OfficerDay
from webapp.organisation.models import Unit

RETURNED_CAUSE: Final = "returned_for_correction"
"""Code of the pause with which a file goes back because of an error in the stage before."""

_HOUR: Final = 3600.0


def add_files(tally: Tally, asked: DaysAsked, at: datetime) -> dict[OfficerDay, datetime]:
    """Add what files say of these days, as things stand at `at`; when each officer finished the last one of a day."""
    last = _add_stages(tally, asked)
    _add_dates(tally, asked, at)
    _add_returned(tally, asked)
    return last


def days_of_files(application_ids: Collection[int]) -> DaysAsked | None:
    """The days and officers that these files have to do with, also by what was believed of them before."""
    ended = cast(func.timezone(Unit.timezone, func.coalesce(TurnaroundFact.ended_at, TurnaroundFact.started_at)), Date)
    whole = cast(func.timezone(Unit.timezone, func.coalesce(Application.finished_at, Application.due_at)), Date)
    began = cast(func.timezone(Unit.timezone, TurnaroundFact.started_at), Date)
    due = cast(func.timezone(Unit.timezone, Application.due_at), Date)
    rows = db.session.execute(
        select(TurnaroundFact.officer_id, ended, whole, began, due)
        .join(Application, Application.id == TurnaroundFact.application_id)
        .join(Unit, Unit.id == TurnaroundFact.unit_id)
        .where(TurnaroundFact.application_id.in_(application_ids), TurnaroundFact.officer_id.is_not(None))
        .distinct()
    ).all()
    paused = db.session.scalars(
        select(cast(func.timezone(Unit.timezone, ApplicationPause.starts_at), Date))
        .select_from(ApplicationPause)
        .join(PauseCause, PauseCause.id == ApplicationPause.cause_id)
        .join(Application, Application.id == ApplicationPause.application_id)
        .join(Unit, Unit.id == Application.unit_id)
        .where(ApplicationPause.application_id.in_(application_ids), PauseCause.code == RETURNED_CAUSE)
    )
    officers = frozenset(row[0] for row in rows if row[0] is not None)
    days = frozenset(day for row in rows for day in row[1:] if day is not None) | frozenset(paused)
    return DaysAsked(days, officers) if officers and days else None


def _add_stages(tally: Tally, asked: DaysAsked) -> dict[OfficerDay, datetime]:
    """Stages that left an officer's hands on these days, and what lies there since far too long."""
    lies = TurnaroundFact.ended_at.is_(None) & (
        TurnaroundFact.counted_seconds >= LEFT_LYING * TurnaroundFact.target_seconds
    )
    moment = func.coalesce(TurnaroundFact.ended_at, TurnaroundFact.started_at)
    day = cast(func.timezone(Unit.timezone, moment), Date)
    query = (
        select(
            TurnaroundFact.officer_id,
            TurnaroundFact.unit_id,
            Application.service_id,
            day.label("day"),
            TurnaroundFact.counted_seconds,
            TurnaroundFact.target_seconds,
            TurnaroundFact.ended_at,
            ApplicationStage.finished_at,
            ApplicationStage.waits_for_applicant,
        )
        .join(Application, Application.id == TurnaroundFact.application_id)
        .join(ApplicationStage, ApplicationStage.id == TurnaroundFact.stage_id)
        .join(Unit, Unit.id == TurnaroundFact.unit_id)
        .where(
            TurnaroundFact.superseded_at.is_(None),
            TurnaroundFact.officer_id.is_not(None),
            Application.state != ApplicationState.WITHDRAWN,
            or_(
                TurnaroundFact.ended_at.between(asked.begin, asked.end),
                lies & TurnaroundFact.started_at.between(asked.begin, asked.end),
            ),
        )
    )
    if asked.officer_ids is not None:
        query = query.where(TurnaroundFact.officer_id.in_(asked.officer_ids))
    last: dict[OfficerDay, datetime] = {}
    for row in db.session.execute(query):
        if row.day not in asked.days or row.officer_id is None:
            continue
        if row.ended_at is not None:
            key = (row.officer_id, row.day)
            last[key] = max(last.get(key, row.ended_at), row.ended_at)
        place = Place(row.officer_id, row.unit_id, row.service_id, FILE, row.day)
        if row.ended_at is not None and row.finished_at == row.ended_at:
            tally.add("finished", ACCURACY, place, accuracy.SERVED)
            tally.add("finished", CONDUCT, place, conduct.SERVED)
        if row.target_seconds and not row.waits_for_applicant:
            value = UNSERVED
            if row.ended_at is not None:
                value = turnaround_value(row.counted_seconds, row.target_seconds)
            hours = {"hours": row.counted_seconds / _HOUR, "target_hours": row.target_seconds / _HOUR}
            tally.add("turnaround", SPEED, place, value, **hours)
    return last


def _add_dates(tally: Tally, asked: DaysAsked, at: datetime) -> None:
    """Files with a date that were finished on these days, and those that fell due then and are overdue still."""
    finished = (Application.state == ApplicationState.FINISHED) & Application.finished_at.between(
        asked.begin, asked.end
    )
    overdue = Application.state.in_(OPEN_STATES) & Application.due_at.between(asked.begin, asked.end)
    moment = case((finished, Application.finished_at), else_=Application.due_at)
    delay = func.sum(TurnaroundFact.delay_seconds)
    query = (
        select(
            TurnaroundFact.officer_id,
            Application.unit_id,
            Application.service_id,
            cast(func.timezone(Unit.timezone, moment), Date).label("day"),
            Application.state,
            delay.label("delay"),
        )
        .select_from(Application)
        .join(Unit, Unit.id == Application.unit_id)
        .join(TurnaroundFact, TurnaroundFact.application_id == Application.id)
        .where(
            Application.due_at.is_not(None),
            or_(finished, overdue & (Application.due_at < at)),
            TurnaroundFact.superseded_at.is_(None),
            TurnaroundFact.officer_id.is_not(None),
        )
        .group_by(TurnaroundFact.officer_id, Application.id, Unit.id)
    )
    if asked.officer_ids is not None:
        query = query.where(TurnaroundFact.officer_id.in_(asked.officer_ids))
    for row in db.session.execute(query):
        if row.day not in asked.days or row.officer_id is None:
            continue
        place = Place(row.officer_id, row.unit_id, row.service_id, FILE, row.day)
        if row.delay > 0:
            tally.add("deadline", TIME_DISCIPLINE, place, MISSED)
        elif row.state == ApplicationState.FINISHED:
            tally.add("deadline", TIME_DISCIPLINE, place, KEPT)


def _add_returned(tally: Tally, asked: DaysAsked) -> None:
    """Files that went back on these days: an error of whoever had finished the stage before, if it was in his hands."""
    before = (
        select(StageHolding.officer_id)
        .join(ApplicationStage, ApplicationStage.id == StageHolding.stage_id)
        .where(
            ApplicationStage.application_id == ApplicationPause.application_id,
            ApplicationStage.finished_at <= ApplicationPause.starts_at,
            StageHolding.ends_at == ApplicationStage.finished_at,
        )
        .order_by(ApplicationStage.finished_at.desc(), ApplicationStage.position.desc(), StageHolding.id.desc())
        .limit(1)
        .correlate(ApplicationPause)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            before.label("officer_id"),
            Application.unit_id,
            Application.service_id,
            cast(func.timezone(Unit.timezone, ApplicationPause.starts_at), Date).label("day"),
        )
        .select_from(ApplicationPause)
        .join(PauseCause, PauseCause.id == ApplicationPause.cause_id)
        .join(Application, Application.id == ApplicationPause.application_id)
        .join(Unit, Unit.id == Application.unit_id)
        .where(
            PauseCause.code == RETURNED_CAUSE,
            ~ApplicationPause.outside_control,
            ApplicationPause.starts_at.between(asked.begin, asked.end),
        )
    )
    for row in rows:
        mine = asked.officer_ids is None or row.officer_id in asked.officer_ids
        if row.officer_id is not None and row.day in asked.days and mine:
            place = Place(row.officer_id, row.unit_id, row.service_id, FILE, row.day)
            tally.add("returned", ACCURACY, place, accuracy.RETURNED)
