"""Jobs that keep the facts which sum up days, targets and what was left undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from webapp.feedback.events import ClockMissed
from webapp.indicators import summing_up
from webapp.indicators.work_plans.events import WorkConfirmed
from webapp.outbox.events import Event
from worker.together import subjects_of


def record_service_days(event: Event, key: str, now: datetime) -> None:
    """Sum up the days of officers that have come to rest."""
    summing_up.record_lately(now)


def record_visit_days(event: Event, key: str, now: datetime) -> None:
    """Sum up past days anew whose visits an agency's system tells of now, or tells otherwise."""
    summing_up.record_visit_days(subjects_of(event), now)


def record_file_days(event: Event, key: str, now: datetime) -> None:
    """Sum up the days anew on which these files were in somebody's hands."""
    summing_up.record_file_days(subjects_of(event), now)


def record_targets(event: Event, key: str, now: datetime) -> None:
    """Hold what was done against work plans: each day, and when a superior agreed or confirmed."""
    officers = event.officer_ids if isinstance(event, WorkConfirmed) else None
    summing_up.record_targets(now, officer_ids=officers)


def record_unanswered(event: Event, key: str, now: datetime) -> None:
    """Note a complaint whose term for an answer ran out."""
    assert isinstance(event, ClockMissed)
    summing_up.record_missed_term(event.clock_id, now)


SUMMING_UP: Final[tuple[Callable[[Event, str, datetime], None], ...]] = (
    record_service_days,
    record_visit_days,
    record_file_days,
    record_targets,
    record_unanswered,
)
