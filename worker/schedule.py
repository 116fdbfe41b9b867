"""The scheduler: announces what is due by the clock, once each however many schedulers run.

A task's announcement carries a key made of its name and its slot of time; the outbox keeps one of each key.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from webapp.attribution.events import ContestsDue
from webapp.attribution.signals.events import SignalsDue
from webapp.audit.events import TrailSealingDue
from webapp.database import transaction
from webapp.indicators.events import ReferenceDue, ServiceDaysDue
from webapp.indicators.objections.events import ObjectionsDue
from webapp.indicators.work_plans.events import PlansDue
from webapp.messaging.mail import announce_due_mail
from webapp.outbox import Event, publish
from webapp.retention.events import RetentionDue
from worker.events import ClocksDue, DigestsDue, LearningDue, LexiconDue, RemindersDue, StrengthsDue, SweepDue

log = structlog.get_logger()

TICK = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Task:
    """Something to announce once in each slot; `slot` names the slot of a moment."""

    name: str
    slot: Callable[[datetime], str]
    event: Callable[[str], Event]


TASKS = (
    Task("sweep", lambda now: now.strftime("%Y-%m-%dT%H"), lambda _slot: SweepDue()),
    Task("tell_who_is_near", lambda now: f"{now:%Y-%m-%dT%H}:{now.minute // 5 * 5:02}", lambda _slot: RemindersDue()),
    Task("look_at_clocks", lambda now: now.strftime("%Y-%m-%dT%H:%M"), lambda _slot: ClocksDue()),
    Task("seal_trail", lambda now: f"{now:%Y-%m-%dT%H}:{now.minute // 5 * 5:02}", lambda _slot: TrailSealingDue()),
    Task("learn_words", lambda now: f"{now:%Y-%m-%dT%H}:{now.minute // 5 * 5:02}", lambda _slot: LexiconDue()),
    Task("send_digests", lambda now: f"{now:%Y-%m-%dT%H}:{now.minute // 15 * 15:02}", lambda _slot: DigestsDue()),
    Task("tell_of_overdue_contests", lambda now: now.strftime("%Y-%m-%d"), lambda _slot: ContestsDue()),
    Task("tell_of_overdue_objections", lambda now: now.strftime("%Y-%m-%d"), lambda _slot: ObjectionsDue()),
    # Several times a day: what comes today is held against a whole day, so that looking early costs no false alarm.
    Task("raise_signals", lambda now: f"{now:%Y-%m-%d}T{now.hour // 3 * 3:02}", lambda _slot: SignalsDue()),
    Task("erase_ended_terms", lambda now: now.strftime("%Y-%m-%d"), lambda _slot: RetentionDue()),
    Task("learn_hourly", lambda now: now.strftime("%Y-%m-%dT%H"), lambda _slot: LearningDue(weekly=False)),
    # At the end of Sunday, by our clocks: nobody waits for the queue then.
    Task(
        "learn_weekly",
        lambda now: (now + timedelta(hours=8)).strftime("%G-W%V"),
        lambda _slot: LearningDue(weekly=True),
    ),
    # A quarter of an hour behind what it sums up: a day that rests is in the figure soon after.
    Task(
        "record_service_days",
        lambda now: f"{now:%Y-%m-%dT%H}:{now.minute // 15 * 15:02}",
        lambda _slot: ServiceDaysDue(),
    ),
    Task("record_targets", lambda now: now.strftime("%Y-%m-%d"), lambda _slot: PlansDue()),
    Task("learn_strengths", lambda now: now.strftime("%Y-%m"), lambda _slot: StrengthsDue()),
    Task("fit_reference", lambda now: now.strftime("%Y-%m"), lambda slot: ReferenceDue(slot)),
)


def announce_due(now: datetime) -> None:
    """Publish what is due at `now` and was not announced yet in its slot. Flushes only."""
    for task in TASKS:
        slot = task.slot(now)
        publish(task.event(slot), key=f"schedule:{task.name}:{slot}")
    announce_due_mail(now)


def run_scheduler(app: Flask) -> None:
    """Announce until SIGTERM or SIGINT; an absent database is waited for."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping.is_set():
        try:
            with app.app_context(), transaction():
                announce_due(datetime.now(UTC))
        except OperationalError as error:
            log.warning("scheduler waits", error=type(error).__name__)
        stopping.wait(TICK.total_seconds())
