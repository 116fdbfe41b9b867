"""What time does to complaints: reminders before a term runs out, escalation after, an end to what nobody answers."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select, tuple_

from webapp.database import db
from webapp.feedback.actions import close_after_silence
from webapp.feedback.clocks.actions import case_of, keep_clocks, read_clocks, timing_of, write_clocks
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.clocks.running import Look, Ticking, look_at, unlooked
from webapp.feedback.clocks.vocabulary import Clock
from webapp.feedback.events import ClockMissed, ClockNearing
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Disposition
from webapp.feedback.movement.verifying import ArchiveReason, archive_complaint
from webapp.feedback.vocabulary import Move
from webapp.outbox import publish

#: Complaints looked at in one transaction: well within the time that a job may take.
MOST_AT_ONCE = 200


def look_at_clocks(now: datetime) -> bool:
    """Do what has come due on the clocks of complaints by `now`; whether there may be more.

    However many look at a time, and whatever dies in between, each thing is done once: a complaint is locked while it
    is looked at, whoever comes second skips it, and what was done is written down in the same transaction.
    """
    due = (
        select(Complaint)
        .join(ComplaintClock, ComplaintClock.complaint_id == Complaint.feedback_id)
        .where(
            ComplaintClock.stopped_at.is_(None),
            ComplaintClock.next_look_at.is_not(None),
            ComplaintClock.next_look_at <= now,
        )
        .order_by(ComplaintClock.next_look_at)
        .limit(MOST_AT_ONCE)
        .with_for_update(of=Complaint, skip_locked=True)
    )
    complaints = db.session.scalars(due).all()
    for complaint in dict.fromkeys(complaints):
        _look_at_clocks_of(complaint, now)
        db.session.flush()
    return len(complaints) == MOST_AT_ONCE


def _look_at_clocks_of(complaint: Complaint, now: datetime) -> None:
    keep_clocks(complaint, now)  # what a step forgot is made good before anybody is told anything
    clocks, inherited = read_clocks(complaint)
    case, timing = case_of(complaint), timing_of(inherited)
    ran_out = []
    for one in clocks:
        if not one.runs or one.next_look_at is None or one.next_look_at > now:
            continue
        look = look_at(one, case, now, timing)
        if look.run_out:
            ran_out.append(one)
            continue
        write_clocks(complaint, [look.after or unlooked(one)])
        _tell(complaint, one, look, now)
    for one in ran_out:
        _end(complaint, one, now)


def _tell(complaint: Complaint, one: Ticking, look: Look, now: datetime) -> None:
    if look.remind:
        clock_id = _id_of(complaint, one)
        publish(ClockNearing(clock_id), key=f"clock_nearing:{clock_id}")
    if look.level is not None:
        _write_down(complaint, one, now)
        clock_id = _id_of(complaint, one)
        publish(ClockMissed(clock_id, look.level), key=f"clock_missed:{clock_id}:{look.level}")


def _end(complaint: Complaint, one: Ticking, now: datetime) -> None:
    """The reporter's time is over: his complaint is closed, put away, or goes on without what he was asked."""
    if one.clock == Clock.VERDICT and complaint.state == State.ANSWERED:
        close_after_silence(complaint, now)
    elif one.clock == Clock.COMPLETE and complaint.state == State.DEFERRED:
        archive_complaint(
            complaint,
            None,
            ArchiveReason.NOT_COMPLETED,
            _(
                "Data yang kami minta belum kami terima sampai batas waktunya, jadi laporan ini diarsipkan. "
                "Anda masih dapat melengkapinya; laporan akan kami periksa lagi."
            ),
            write_key=f"clock:{complaint.feedback_id}:{one.clock}:{one.round}",
            at=now,
        )
    elif one.clock == Clock.COMPLETE:
        complaint.awaiting_reporter_since = None
        clock_id = _id_of(complaint, one)
        publish(ClockMissed(clock_id, 0), key=f"clock_missed:{clock_id}:0")
    keep_clocks(complaint, now)


def _write_down(complaint: Complaint, one: Ticking, now: datetime) -> None:
    db.session.add(
        Disposition(
            complaint_id=complaint.feedback_id,
            unit_id=complaint.unit_id,
            handler_id=complaint.handler_id,
            at=now,
            reason=f"{one.clock}_missed",
            kind=Move.ESCALATED,
        )
    )


def _id_of(complaint: Complaint, one: Ticking) -> int:
    named = tuple_(ComplaintClock.complaint_id, ComplaintClock.clock, ComplaintClock.round)
    return db.session.execute(
        select(ComplaintClock.id).where(named == (complaint.feedback_id, one.clock, one.round))
    ).scalar_one()
