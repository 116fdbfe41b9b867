"""Keeping the facts that sum up days and targets true to the records."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import select

from webapp.database import db
from webapp.feedback.clocks.models import ComplaintClock
from webapp.indicators.fact_sources.days import changed_days, days_of_visits
from webapp.indicators.fact_sources.files import days_of_files
from webapp.indicators.fact_sources.plans import targets_due
from webapp.indicators.fact_sources.visits import DaysAsked
from webapp.indicators.periods import day_of
from webapp.indicators.recording import record_due, record_facts

DAYS_TOGETHER: Final = 7
"""Days that are read at a time, so that a year of somebody else's records does not fill the memory."""


def record_days(
    days: Iterable[date], at: datetime, *, officer_ids: Collection[int] | None = None, at_once: bool = True
) -> int:
    """Bring what sums up these days up to the records; how many facts' keys changed.

    Days that still run for an officer are left until they rest. Doing it again changes nothing. Not `at_once`: figures
    are only marked.
    """
    wanted, changed = iter(sorted(set(days))), 0
    officers = frozenset(officer_ids) if officer_ids is not None else None
    while together := frozenset(islice(wanted, DAYS_TOGETHER)):
        keys, due = changed_days(DaysAsked(together, officers), at)
        if keys:
            record_due(keys, due, at, at_once=at_once)
        changed += len(keys)
    return changed


def record_lately(at: datetime) -> int:
    """Today and yesterday, in whatever zone of the country a unit is: it may be tomorrow there already."""
    return record_days((at.date() + timedelta(days=shift) for shift in (-1, 0, 1)), at)


def record_visit_days(visit_ids: Collection[int], at: datetime) -> int:
    """Bring past days up to visits that an agency's system reports or corrects."""
    asked = days_of_visits(visit_ids, at)
    return record_days(asked.days, at) if asked is not None else 0


def record_file_days(application_ids: Collection[int], at: datetime) -> int:
    """Bring the days of these files up to their turnaround, for the officers who had them in their hands."""
    asked = days_of_files(application_ids)
    return record_days(asked.days, at, officer_ids=asked.officer_ids) if asked is not None else 0


def record_targets(at: datetime, *, officer_ids: Collection[int] | None = None, at_once: bool = True) -> int:
    """Bring the facts of work plans up to what was done, agreed and confirmed; how many targets were looked at.

    Of the year before as well: its last month ends, and may be confirmed, when another year has begun.
    """
    looked_at = 0
    for year in (day_of(at).year - 1, day_of(at).year):
        keys, due = targets_due(year, at, officer_ids)
        if keys:
            record_due(keys, due, at, at_once=at_once)
        looked_at += len(keys)
    return looked_at


def record_missed_term(clock_id: int, at: datetime) -> None:
    """Bring the facts of a complaint up to a clock of it that ran out."""
    complaint_id = db.session.scalar(select(ComplaintClock.complaint_id).where(ComplaintClock.id == clock_id))
    if complaint_id is not None:
        record_facts([complaint_id], at)
