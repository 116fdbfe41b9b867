"""Jobs: what an event brings about. Each runs inside the one transaction that also marks its delivery as done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from flask import Flask
from sqlalchemy import select

from webapp.attribution import actions as attribution
from webapp.attribution.events import FeedbackAttributed
from webapp.database import transaction
from webapp.feedback import upkeep
from webapp.feedback.events import (
    ComplaintAnswered,
    ComplaintMoved,
    ComplaintSettled,
    ComplaintSubmitted,
    FeedbackImported,
    QuestionAsked,
    RatingSubmitted,
)
from webapp.feedback.notices import queue_notices
from webapp.indicators import actions as indicators
from webapp.indicators.events import ReferenceDue
from webapp.organisation.csv_import import forget_staged_imports
from webapp.outbox.actions import note_failure
from webapp.outbox.events import Event, event_from
from webapp.outbox.models import DeliveryState, OutboxDelivery, OutboxEvent
from webapp.outbox.upkeep import forget_old_events
from worker.events import SweepDue

log = structlog.get_logger()

_app: Flask | None = None


def serve(app: Flask) -> None:
    """Make `app` the application that this process does its jobs in."""
    global _app
    _app = app


class JobFailed(Exception):
    """A job failed. Kind and place of what went wrong, never its values: RQ keeps and logs what a job raises."""


def deliver(delivery_id: int) -> None:
    """Do the job of one delivery, once in its effect however often it is called.

    The delivery's row is locked, so two workers never do it at a time, and it becomes done in the transaction of its
    effect. A failure is noted on the row and raised as JobFailed, so that RQ counts it as one.
    """
    assert _app is not None, "worker.jobs.serve(app) comes first"
    failure = None
    with _app.app_context():
        try:
            with transaction() as session:
                row = session.execute(
                    select(OutboxDelivery, OutboxEvent)
                    .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event_id)
                    .where(
                        OutboxDelivery.id == delivery_id,
                        OutboxDelivery.state.in_((DeliveryState.PENDING, DeliveryState.ENQUEUED)),
                    )
                    .with_for_update(of=OutboxDelivery)
                ).first()
                if row is None:
                    return
                delivery, event = row
                now = datetime.now(UTC)
                JOBS[delivery.job](event_from(event.name, event.payload), f"event:{event.id}", now)
                delivery.state = DeliveryState.DONE
                delivery.done_at = now
        except Exception as error:
            failure = describe(error)
        if failure is not None:  # out of the handler, so that nothing that follows drags the error and its words along
            log.error("job failed", delivery=delivery_id, error=failure)
            with transaction():
                note_failure(delivery_id, failure, datetime.now(UTC))
            raise JobFailed(failure)


def describe(error: Exception) -> str:
    """What an administrator may read of an error: its kind and place, never its values (they may be personal)."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__module__}.{type(error).__name__} at {place}"


def attribute_feedback(event: Event, key: str, now: datetime) -> None:
    """Judge whom new feedback concerns."""
    if isinstance(event, FeedbackImported):
        attribution.attribute_feedback(event.feedback_ids, now)
    else:
        assert isinstance(event, ComplaintSubmitted | RatingSubmitted)
        attribution.attribute_feedback([event.feedback_id], now)


def record_facts(event: Event, key: str, now: datetime) -> None:
    """Bring the facts up to what is now known of a feedback, and the figures that they move."""
    if isinstance(event, FeedbackAttributed):
        indicators.record_facts(event.feedback_ids, now)
    else:
        assert isinstance(event, ComplaintAnswered | ComplaintSettled)
        indicators.record_facts([event.feedback_id], now)


def refresh_outdated(event: Event, key: str, now: datetime) -> None:
    """Compute figures that a large batch outdated, some at a time."""
    indicators.refresh_outdated(now)


def fit_reference(event: Event, key: str, now: datetime) -> None:
    """Fit what is usual in the city anew."""
    assert isinstance(event, ReferenceDue)
    indicators.renew_reference(event.version, now)


def notify_followers(event: Event, key: str, now: datetime) -> None:
    """Tell whoever follows a complaint."""
    assert isinstance(event, ComplaintMoved | ComplaintAnswered | QuestionAsked | ComplaintSettled)
    message_id = event.message_id if isinstance(event, ComplaintAnswered | QuestionAsked) else None
    queue_notices(event.feedback_id, key=f"notice:{key}", message_id=message_id)


def sweep(event: Event, key: str, now: datetime) -> None:
    """Close what was left unanswered, go on with figures whose computing was given up, throw away what nobody needs."""
    assert isinstance(event, SweepDue)
    upkeep.close_silent_complaints(now)
    upkeep.forget_unsent_photos(now)
    forget_staged_imports(now)
    indicators.resume_rounds()
    forget_old_events(now)


JOBS: dict[str, Callable[[Event, str, datetime], None]] = {
    job.__name__: job
    for job in (attribute_feedback, record_facts, refresh_outdated, fit_reference, notify_followers, sweep)
}
