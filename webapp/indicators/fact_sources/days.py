"""A day of everything that is summed up by day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Date, cast, func, select

from webapp.counter.models import Visit
from webapp.database import db
from webapp.indicators.fact_sources.due import DueFact
from webapp.indicators.fact_sources.duty import add_duty
from webapp.indicators.fact_sources.files import add_files
from webapp.indicators.fact_sources.tally import DAY_SOURCES, Tally
from webapp.indicators.fact_sources.visits import (
    DaysAsked,
    OfficerDay,
    Opening,
    ServedVisit,
    add_left_to_colleagues,
    add_visits,
    called_here,
    openings_of,
    visits_of,
)
from webapp.indicators.models import IndicatorFact
from webapp.organisation.models import Unit

RESTS_AFTER: Final = timedelta(hours=1)
"""A running day of an officer is summed up when his counter is closed and he has finished nothing for so long."""

FactKey = tuple[str, int, str]


def changed_days(asked: DaysAsked, at: datetime) -> tuple[set[str], list[DueFact]]:
    """What of these days has to be written or withdrawn at `at`: the keys, and the facts that should stand of them.

    A day that still runs is left as it is until it rests, so that a day's facts are written once, not every quarter of
    an hour. What stands rightly is not among the keys.
    """
    visits, openings = visits_of(asked), openings_of(asked)
    running = _running(visits, openings, at)
    visits = {key: rows for key, rows in visits.items() if key not in running}
    openings = {key: rows for key, rows in openings.items() if key not in running}
    tally = Tally()
    add_visits(tally, visits, openings, called_here(asked))
    add_left_to_colleagues(tally, asked, openings.keys())
    add_duty(tally, asked, openings)
    running |= {key for key, last in add_files(tally, asked, at).items() if last > at - RESTS_AFTER}
    due = {
        (fact.key, fact.officer_id, fact.component): fact
        for fact in tally.facts()
        if fact.day is not None and (fact.officer_id, fact.day) not in running
    }
    standing = _standing(asked)
    keys = {
        key
        for (key, officer_id, component), (day, said) in standing.items()
        if (officer_id, day) not in running and said != _said(due.get((key, officer_id, component)))
    }
    keys |= {key for key, officer_id, component in due if (key, officer_id, component) not in standing}
    return keys, [fact for (key, _officer_id, _component), fact in due.items() if key in keys]


def days_of_visits(visit_ids: Collection[int], at: datetime) -> DaysAsked | None:
    """The days before today that these visits belong to; those of today are looked at when they rest."""
    rows = db.session.execute(
        select(cast(func.timezone(Unit.timezone, Visit.finished_at), Date), Unit.timezone)
        .select_from(Visit)
        .join(Unit, Unit.id == Visit.unit_id)
        .where(Visit.id.in_(visit_ids))
        .distinct()
    )
    days = frozenset(day for day, zone in rows if day < at.astimezone(ZoneInfo(zone)).date())
    return DaysAsked(days) if days else None


def _running(
    visits: Mapping[OfficerDay, Sequence[ServedVisit]], openings: Mapping[OfficerDay, Sequence[Opening]], at: datetime
) -> set[OfficerDay]:
    """The days of officers who have a counter open, or did something within RESTS_AFTER."""
    still = {key for key, rows in openings.items() if any(row.closed_at is None for row in rows)}
    lately = {key for key, rows in visits.items() if any(row.finished_at > at - RESTS_AFTER for row in rows)}
    # A counter that was forgotten is closed by the clock the day after; nothing waits for it longer than that.
    return {(officer_id, day) for officer_id, day in still | lately if day >= _yesterday(at)}


def _yesterday(at: datetime) -> date:
    """A day that is past in every zone is before this one."""
    return at.date() - timedelta(days=1)


def _said(fact: DueFact | None) -> tuple[object, ...] | None:
    return None if fact is None else (fact.y, fact.events, fact.service_id, fact.channel, fact.unit_id, fact.period)


def _standing(asked: DaysAsked) -> dict[FactKey, tuple[date, tuple[object, ...]]]:
    query = select(
        IndicatorFact.key,
        IndicatorFact.officer_id,
        IndicatorFact.component,
        IndicatorFact.day,
        IndicatorFact.y,
        IndicatorFact.events,
        IndicatorFact.service_id,
        IndicatorFact.channel,
        IndicatorFact.unit_id,
        IndicatorFact.period,
    ).where(
        IndicatorFact.feedback_id.is_(None),
        IndicatorFact.withdrawn_at.is_(None),
        IndicatorFact.day.in_(asked.days),
    )
    if asked.officer_ids is not None:
        query = query.where(IndicatorFact.officer_id.in_(asked.officer_ids))
    return {
        (row.key, row.officer_id, row.component): (row.day, tuple(row[4:]))
        for row in db.session.execute(query)
        if row.key.partition(":")[0] in DAY_SOURCES and row.day is not None
    }
