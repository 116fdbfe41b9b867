"""Jobs: what an event brings about. Each runs inside the one transaction that also marks its delivery as done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import structlog
from flask import Flask
from sqlalchemy import Select, select

from webapp.app import settings_of
from webapp.attribution import actions as attribution
from webapp.attribution.contests.notices import queue_contest_notices, tell_of_overdue
from webapp.attribution.events import ContestDecided, ContestFiled
from webapp.attribution.opinions import form_opinions
from webapp.attribution.repeats.actions import join_chosen, note_repeats
from webapp.attribution.signals.events import SignalRaised
from webapp.attribution.signals.notices import queue_signal_notices
from webapp.counter.applications import turnaround_facts
from webapp.counter.applications.notices import queue_application_notices
from webapp.counter.events import ApplicationMoved, QueueAdvanced, TicketMoved
from webapp.counter.queue.notices import halls_with_somebody_to_tell, queue_nearly_notices, queue_ticket_notice
from webapp.database import db, transaction
from webapp.feedback.delays import list_delayed_files
from webapp.feedback.events import (
    ClockMissed,
    ClockNearing,
    ColleagueMentioned,
    ComplaintAnswered,
    ComplaintMoved,
    ComplaintSettled,
    HandlingRecorded,
    QuestionAsked,
    ReporterReplied,
    ReporterTold,
)
from webapp.feedback.facts.recording import record_handling
from webapp.feedback.life_cycle import State
from webapp.feedback.notices import queue_notices
from webapp.feedback.staff_notices import queue_digests, queue_staff_notices
from webapp.indicators import actions as indicators
from webapp.indicators.objections.effects import apply_decision, apply_left_over
from webapp.indicators.objections.events import ObjectionDecided, ObjectionFiled
from webapp.indicators.objections.notices import queue_objection_notices
from webapp.indicators.objections.notices import tell_of_overdue as tell_of_overdue_objection
from webapp.indicators.periods import period_of
from webapp.indicators.work_plans.notices import PlanEvent, queue_plan_notices
from webapp.messaging.events import MailQueued
from webapp.messaging.mail import Postbox
from webapp.messaging.mail import send_mail as hand_in
from webapp.messaging.notifications import Sender
from webapp.outbox.actions import note_failure
from webapp.outbox.events import Event, event_from
from webapp.outbox.models import DeliveryState, OutboxDelivery, OutboxEvent
from worker.chores import (
    erase_ended_terms,
    fit_reference,
    learn,
    learn_strengths,
    learn_words,
    look_at_clocks,
    raise_signals,
    renew_opinions,
    seal_trail,
    sweep,
)
from worker.events import RemindersDue
from worker.summing_up import SUMMING_UP
from worker.together import APART, TOGETHER, subjects_of

log = structlog.get_logger()

#: Feedbacks or files that are taken together; fewer officers' figures than that are computed at once.
MOST_TOGETHER = 20

_app: Flask | None = None


def serve(app: Flask) -> None:
    """Make `app` the application that this process does its jobs in."""
    global _app
    _app = app


class JobFailed(Exception):
    """A job failed. Kind and place of what went wrong, never its values: RQ keeps and logs what a job raises."""


def deliver(*delivery_ids: int) -> None:
    """Do the jobs of these deliveries, each once in its effect however often it is called.

    A delivery's row is locked, so two workers never do it at a time, and it becomes done in the transaction of its
    effect. A failure is noted on the row, stops no other, and is raised as JobFailed in the end, so that RQ counts it.

    What waits behind one for the same job (see TOGETHER, APART) is taken along: when much feedback comes in at once, an
    officer's figure is computed once for all of it. Should that fail, this delivery is tried alone, and the others have
    their own turn.
    """
    assert _app is not None, "worker.jobs.serve(app) comes first"
    failures: list[str] = []
    done: set[int] = set()
    with _app.app_context():
        for delivery_id in delivery_ids:
            if delivery_id in done:
                continue
            failure = _try(delivery_id, done)
            if failure is not None:
                # Out of the handler, so that nothing that follows drags the error and its words along.
                log.error("job failed", delivery=delivery_id, error=failure)
                with transaction():
                    note_failure(delivery_id, failure, datetime.now(UTC))
                failures.append(failure)
    if failures:
        raise JobFailed("; ".join(failures))


def _try(delivery_id: int, done: set[int]) -> str | None:
    """Do one delivery with what can be taken along, else alone; what went wrong, in words without values.

    What was done with it is added to `done`.
    """
    for most in (MOST_TOGETHER, 1):
        try:
            done |= _do(delivery_id, most)
            return None
        except _FailedTogether:
            continue
        except Exception as error:
            return describe(error)
    raise AssertionError("alone, a delivery fails or succeeds")


class _FailedTogether(Exception):
    """One of several deliveries that were taken together failed, and nobody knows which."""


def _do(delivery_id: int, most: int) -> set[int]:
    with transaction() as session:
        row = session.execute(_deliveries().where(OutboxDelivery.id == delivery_id)).first()
        if row is None:
            return set()
        delivery, event = row
        now = datetime.now(UTC)
        said = event_from(event.name, event.payload)
        behind = []
        if (merged := TOGETHER.get(delivery.job)) is not None:
            ids = subjects_of(said)
            behind = _take_along(delivery, most - len(ids)) if len(ids) < most else []
            if behind:
                others = (id_ for _, other in behind for id_ in subjects_of(event_from(other.name, other.payload)))
                said = merged(sorted({*ids, *others}))
        elif delivery.job in APART and most > 1:
            behind = _waiting_behind(delivery, most - 1)
        try:
            JOBS[delivery.job](said, f"event:{event.id}", now)
            if delivery.job in APART:
                for _, other in behind:
                    JOBS[delivery.job](event_from(other.name, other.payload), f"event:{other.id}", now)
        except Exception:
            if behind:
                raise _FailedTogether from None
            raise
        finished = [delivery, *(other for other, _ in behind)]
        for one in finished:
            one.state = DeliveryState.DONE
            one.done_at = now
        return {one.id for one in finished}


def _deliveries() -> Select[OutboxDelivery, OutboxEvent]:
    return (
        select(OutboxDelivery, OutboxEvent)
        .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event_id)
        .where(OutboxDelivery.state.in_((DeliveryState.PENDING, DeliveryState.ENQUEUED)))
        .with_for_update(of=OutboxDelivery)
    )


def _take_along(delivery: OutboxDelivery, most: int) -> list[tuple[OutboxDelivery, OutboxEvent]]:
    """What waits behind for the same job, with at most `most` ids in all."""
    taken = []
    for other, event in _waiting_behind(delivery, most):
        most -= len(subjects_of(event_from(event.name, event.payload)))
        if most < 0:
            break
        taken.append((other, event))
    return taken


def _waiting_behind(delivery: OutboxDelivery, most: int) -> list[tuple[OutboxDelivery, OutboxEvent]]:
    """At most so many that were handed over for the same job and never failed yet."""
    waiting = (
        _deliveries()
        .where(
            OutboxDelivery.state == DeliveryState.ENQUEUED,
            OutboxDelivery.queue == delivery.queue,
            OutboxDelivery.job == delivery.job,
            OutboxDelivery.attempts == 0,
            OutboxDelivery.id != delivery.id,
        )
        .order_by(OutboxDelivery.id)
        .limit(most)
        .with_for_update(of=OutboxDelivery, skip_locked=True)
    )
    return [(other, event) for other, event in db.session.execute(waiting).all()]


def describe(error: Exception) -> str:
    """What an administrator may read of an error: its kind and place, never its values (they may be personal)."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__module__}.{type(error).__name__} at {place}"


def attribute_feedback(event: Event, key: str, now: datetime) -> None:
    """Judge whom new feedback concerns.

    A delay that goes on grows without any event: what is complained of is judged by the facts of this moment.
    """
    ids = subjects_of(event)
    turnaround_facts.record_turnaround(list_delayed_files(ids), now)
    form_opinions(ids, now)
    note_repeats(ids, now)
    attribution.attribute_feedback(ids, now)
    join_chosen(ids, now)


def record_facts(event: Event, key: str, now: datetime) -> None:
    """Bring the facts up to what is now known of a feedback, and the figures that they move."""
    ids = subjects_of(event)
    record_handling(ids, now)
    indicators.record_facts(ids, now)


def refresh_handling(event: Event, key: str, now: datetime) -> None:
    """Bring the figures up to the facts of handling that changed; one that stands on them already stays as it is."""
    assert isinstance(event, HandlingRecorded)
    period = period_of(date.fromisoformat(f"{event.month}-01"))
    indicators.refresh_figures([(officer_id, period) for officer_id in event.officer_ids], now)


def refresh_outdated(event: Event, key: str, now: datetime) -> None:
    """Compute figures that a large batch outdated, some at a time."""
    indicators.refresh_outdated(now)


def notify_followers(event: Event, key: str, now: datetime) -> None:
    """Tell whoever follows a complaint, and the staff whom a move or a dispute concerns."""
    assert isinstance(event, ComplaintMoved | ComplaintAnswered | QuestionAsked | ComplaintSettled | ReporterTold)
    message_id = event.message_id if isinstance(event, ComplaintAnswered | QuestionAsked | ReporterTold) else None
    settled = State(event.state) if isinstance(event, ComplaintSettled) else None
    queue_notices(event.feedback_id, key=f"notice:{key}", message_id=message_id, settled=settled, sender=_sender())
    if isinstance(event, ComplaintMoved | ComplaintSettled):
        queue_staff_notices(event, key=key, at=now, sender=_sender())


def notify_staff(event: Event, key: str, now: datetime) -> None:
    """Tell the members of staff whom something on a case concerns."""
    assert isinstance(event, ReporterReplied | ColleagueMentioned | ClockNearing | ClockMissed)
    queue_staff_notices(event, key=key, at=now, sender=_sender())


def notify_contest(event: Event, key: str, now: datetime) -> None:
    """Tell whoever may decide that somebody contests what is attributed to him; tell him what was decided."""
    assert isinstance(event, ContestFiled | ContestDecided)
    queue_contest_notices(event, key=key, at=now, sender=_sender())


def tell_of_overdue_contests(event: Event, key: str, now: datetime) -> None:
    """Tell of contests that wait longer than they may."""
    tell_of_overdue(now, _sender())


def notify_objection(event: Event, key: str, now: datetime) -> None:
    """Tell whoever may decide that an officer objects to a line of his figure; tell him what was decided."""
    assert isinstance(event, ObjectionFiled | ObjectionDecided)
    queue_objection_notices(event, key=key, at=now, sender=_sender())


def notify_plan(event: Event, key: str, now: datetime) -> None:
    """Tell who may agree that a work plan, or what was told of a month, waits; tell its officer what became of it."""
    assert isinstance(event, PlanEvent)
    queue_plan_notices(event, key=key, at=now, sender=_sender())


def apply_objection(event: Event, key: str, now: datetime) -> None:
    """Let figures follow what was decided about objections; daily, too, in case something was left."""
    if isinstance(event, ObjectionDecided):
        apply_decision(event.objection_id, now)
    else:
        apply_left_over(now)


def tell_of_overdue_objections(event: Event, key: str, now: datetime) -> None:
    """Tell of objections that wait longer than they may."""
    tell_of_overdue_objection(now, _sender())


def notify_signal(event: Event, key: str, now: datetime) -> None:
    """Tell whoever leads the unit that something is complained of more than usual."""
    assert isinstance(event, SignalRaised)
    queue_signal_notices(event, at=now, sender=_sender())


def send_digests(event: Event, key: str, now: datetime) -> None:
    """Send the daily digests that have come due."""
    queue_digests(now, _sender())


def send_mail(event: Event, key: str, now: datetime) -> None:
    """Hand a letter to the mail server."""
    assert isinstance(event, MailQueued) and _app is not None
    settings = settings_of(_app)
    name = f"Tanggap {settings.city_name}"
    hand_in(event.message_id, now, Postbox(settings.smtp_url, settings.mail_from, name) if settings.smtp_url else None)


def _sender() -> Sender:
    assert _app is not None
    settings = settings_of(_app)
    return Sender(settings.city_name, settings.public_url, bool(settings.smtp_url))


def notify_ticket_holder(event: Event, key: str, now: datetime) -> None:
    """Tell the holder of a number what happened to it."""
    assert isinstance(event, TicketMoved)
    queue_ticket_notice(event.ticket_id, event.step, key=f"notice:{key}")


def tell_who_is_near(event: Event, key: str, now: datetime) -> None:
    """Tell whoever waits that his turn has nearly come: after a call in that hall, and by the clock in all halls."""
    assert isinstance(event, QueueAdvanced | RemindersDue)
    for unit_id in [event.unit_id] if isinstance(event, QueueAdvanced) else halls_with_somebody_to_tell(now):
        queue_nearly_notices(unit_id, now)


def record_turnaround(event: Event, key: str, now: datetime) -> None:
    """Bring the facts of files' turnaround up to what is now known of their stages."""
    turnaround_facts.record_turnaround(subjects_of(event), now)


def attribute_delayed(event: Event, key: str, now: datetime) -> None:
    """Judge complaints about the delay of files again: the facts of their turnaround changed."""
    attribution.attribute_applications(subjects_of(event), now)


def attribute_corrected(event: Event, key: str, now: datetime) -> None:
    """Judge feedback about visits again: an agency's system tells of them now, or that somebody else served."""
    attribution.attribute_visits(subjects_of(event), now)


def notify_applicant(event: Event, key: str, now: datetime) -> None:
    """Tell whoever follows a file what changed on it."""
    assert isinstance(event, ApplicationMoved)
    queue_application_notices(event.application_id, event.change, event.detail_id, key=f"notice:{key}")


JOBS: dict[str, Callable[[Event, str, datetime], None]] = {
    job.__name__: job
    for job in (
        attribute_feedback,
        learn,
        learn_strengths,
        renew_opinions,
        record_facts,
        refresh_handling,
        refresh_outdated,
        fit_reference,
        *SUMMING_UP,
        notify_followers,
        notify_ticket_holder,
        tell_who_is_near,
        record_turnaround,
        attribute_delayed,
        attribute_corrected,
        notify_applicant,
        notify_staff,
        notify_contest,
        tell_of_overdue_contests,
        notify_objection,
        notify_plan,
        apply_objection,
        tell_of_overdue_objections,
        raise_signals,
        notify_signal,
        send_digests,
        send_mail,
        look_at_clocks,
        learn_words,
        seal_trail,
        erase_ended_terms,
        sweep,
    )
}
