"""What time does to complaints, with the clock set forward: once each, however many look."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.desk import Agency, make_agency
from tests.factories.feedback import make_complaint
from webapp.accounts.permissions import Role
from webapp.database import transaction
from webapp.feedback.actions import dispute_answer, reply_to_agency
from webapp.feedback.clocks import upkeep
from webapp.feedback.clocks.actions import keep_clocks
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.clocks.queries import preset_for, reopening_ends
from webapp.feedback.clocks.upkeep import look_at_clocks
from webapp.feedback.clocks.vocabulary import Clock, Outcome
from webapp.feedback.events import ClockMissed, ClockNearing
from webapp.feedback.handling import answer_complaint, ask_reporter, hold_for_triage, send_to_unit, take_complaint
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition
from webapp.feedback.movement.forwarding import change_term
from webapp.feedback.movement.verifying import defer_complaint
from webapp.feedback.staff_notices import queue_staff_notices
from webapp.feedback.vocabulary import Channel, Finding, Move
from webapp.messaging.models import Notification
from webapp.messaging.notifications import Sender
from webapp.messaging.vocabulary import NoticeKind
from webapp.organisation.calendar_actions import create_calendar, set_day
from webapp.organisation.queries import working_time_of
from webapp.outbox.models import OutboxEvent

#: A Monday, 10:00 in Jakarta.
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def agency(database: SQLAlchemy) -> Agency:
    return make_agency(database.session())


def sent(session: Session, agency: Agency, at: datetime = NOW, **stated: object) -> Complaint:
    complaint = make_complaint(session, at, unit_id=agency.unit.id, **stated)  # type: ignore[arg-type]
    send_to_unit(complaint, agency.unit, working_time_of(agency.unit), reason="uji", at=at)
    session.flush()
    return complaint


def answered(session: Session, agency: Agency, at: datetime = NOW) -> Complaint:
    complaint = sent(session, agency, at)
    answer_complaint(
        complaint, agency.sari, "Sudah jadi.", Finding.FOUNDED, write_key=f"j{complaint.feedback_id}", at=at
    )
    session.flush()
    return complaint


def clock(complaint: Complaint, name: Clock, round_: int = 1) -> ComplaintClock:
    from webapp.database import db

    return db.session.scalars(
        select(ComplaintClock)
        .where(
            ComplaintClock.complaint_id == complaint.feedback_id,
            ComplaintClock.clock == name,
            ComplaintClock.round == round_,
        )
        .execution_options(populate_existing=True)
    ).one()


def told(session: Session, *names: str) -> list[tuple[str, int | None]]:
    rows = session.execute(
        select(OutboxEvent.name, OutboxEvent.payload).where(OutboxEvent.name.in_(names)).order_by(OutboxEvent.id)
    )
    return [(name, payload.get("level")) for name, payload in rows]


def test_reminded_then_escalated_once_each(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    take_complaint(complaint, agency.sari, NOW)
    for hour in range(0, 24 * 40, 12):
        look_at_clocks(NOW + timedelta(hours=hour))
    assert told(session, "ClockNearing", "ClockMissed") == [
        ("ClockNearing", None),
        ("ClockMissed", 1),
        ("ClockMissed", 2),
    ]
    escalated = session.scalars(
        select(Disposition).where(Disposition.kind == Move.ESCALATED).order_by(Disposition.id)
    ).all()
    assert [(one.reason, one.decided_by_id, one.handler_id) for one in escalated] == [
        ("settle_missed", None, agency.sari.id)
    ] * 2
    settle = clock(complaint, Clock.SETTLE)
    assert settle.level == 2 and settle.reminded_at < settle.due_at <= settle.escalated_at
    assert complaint.state == State.IN_WORK and complaint.due_at == settle.due_at


def test_nobody_is_told_before_or_of_what_is_answered(session: Session, agency: Agency) -> None:
    early, done = sent(session, agency), answered(session, agency)
    look_at_clocks(NOW + timedelta(hours=1))
    assert told(session, "ClockNearing", "ClockMissed") == []
    assert clock(done, Clock.SETTLE).next_look_at is None and clock(early, Clock.SETTLE).next_look_at is not None


def test_two_who_look_at_the_same_time_tell_it_once(app: Flask, session: Session, agency: Agency) -> None:
    for _ in range(6):
        sent(session, agency)
    session.commit()
    start, errors = threading.Barrier(3), []

    def look() -> None:
        try:
            with app.app_context():
                start.wait(10)
                with transaction():
                    look_at_clocks(NOW + timedelta(days=90))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    session.expire_all()
    look_at_clocks(NOW + timedelta(days=90))
    # BEGIN and SETTLE of each, straight to the level that is due by now.
    assert sorted(told(session, "ClockMissed")) == [("ClockMissed", 2)] * 12


def test_what_died_half_way_is_done_again_and_once(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency)
    session.commit()
    later = NOW + timedelta(days=30)
    look_at_clocks(later)
    session.rollback()  # the worker was killed before its transaction ended
    assert session.get_one(Complaint, complaint.feedback_id).state == State.ANSWERED
    look_at_clocks(later)
    look_at_clocks(later)
    assert session.get_one(Complaint, complaint.feedback_id).state == State.CLOSED
    assert told(session, "ComplaintSettled") == [("ComplaintSettled", None)]


def test_silence_closes_after_ten_working_days_whatever_is_said_meanwhile(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency)
    verdict = clock(complaint, Clock.VERDICT)
    reply_to_agency(complaint, "Terima kasih, saya lihat dulu.", write_key="r", at=NOW + timedelta(days=9))
    assert clock(complaint, Clock.VERDICT).due_at == verdict.due_at
    look_at_clocks(verdict.due_at - timedelta(minutes=1))
    assert complaint.state == State.ANSWERED
    look_at_clocks(verdict.due_at + timedelta(minutes=1))
    assert complaint.state == State.CLOSED
    assert clock(complaint, Clock.VERDICT).outcome == Outcome.MISSED


def test_reopening_counts_from_the_closing_and_not_from_what_was_said_since(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency)
    assert reopening_ends(complaint) is None
    look_at_clocks(NOW + timedelta(days=20))
    ends = reopening_ends(complaint)
    assert ends == datetime(2027, 1, 12, 17, 0, tzinfo=UTC)  # the end of the 30th day after 13 December
    complaint.awaiting_reporter_since = None
    session.add(
        ComplaintMessage(
            complaint_id=complaint.feedback_id,
            author="reporter",
            kind="reply",
            text="Masih belum.",
            write_key="komentar",
            at=NOW + timedelta(days=40),
        )
    )
    session.flush()
    assert reopening_ends(complaint) == ends


def test_what_is_never_completed_is_archived_and_told(session: Session, agency: Agency) -> None:
    complaint = make_complaint(session, NOW)
    hold_for_triage(complaint, reason="uji", at=NOW)
    session.flush()
    defer_complaint(complaint, agency.triage, "Mohon nomor berkasnya.", write_key="tunda", at=NOW)
    session.flush()
    keep_clocks(complaint, NOW)
    due = clock(complaint, Clock.COMPLETE).due_at
    assert due == datetime(2026, 12, 3, 17, 0, tzinfo=UTC)  # the end of the 10th day
    look_at_clocks(due - timedelta(minutes=1))
    assert complaint.state == State.DEFERRED
    for _ in range(2):
        look_at_clocks(due + timedelta(minutes=1))
    assert complaint.state == State.ARCHIVED
    farewell = session.scalars(select(ComplaintMessage).where(ComplaintMessage.kind == "farewell")).all()
    assert len(farewell) == 1 and "diarsipkan" in farewell[0].text
    assert clock(complaint, Clock.COMPLETE).outcome == Outcome.MISSED
    assert told(session, "ClockMissed", "ClockNearing") == []


def test_a_question_that_is_never_answered_holds_no_case_for_ever(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    take_complaint(complaint, agency.sari, NOW)
    asked = NOW + timedelta(days=1)
    ask_reporter(complaint, agency.sari, "Nomor berkas berapa?", write_key="tanya", at=asked)
    before = complaint.due_at
    assert clock(complaint, Clock.SETTLE).paused_at == asked
    later = clock(complaint, Clock.COMPLETE).due_at + timedelta(minutes=1)
    look_at_clocks(later)
    session.flush()
    assert complaint.awaiting_reporter_since is None and complaint.state == State.IN_WORK
    settle = clock(complaint, Clock.SETTLE)
    assert settle.paused_at is None and before is not None and complaint.due_at == settle.due_at > before
    assert told(session, "ClockMissed") == [("ClockMissed", 0)]


def test_a_pause_for_the_reporter_does_not_make_an_answer_late(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    take_complaint(complaint, agency.sari, NOW)
    ask_reporter(complaint, agency.sari, "Nomor berkas berapa?", write_key="tanya", at=NOW + timedelta(days=1))
    reply_to_agency(complaint, "A-12.", write_key="balas", at=NOW + timedelta(days=8))
    at = clock(complaint, Clock.SETTLE).due_at
    assert at > NOW + timedelta(days=22)
    answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="jawab", at=at)
    assert clock(complaint, Clock.SETTLE).outcome == Outcome.MET


def test_a_dispute_counts_its_own_round(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency)
    disputed = NOW + timedelta(days=3)
    dispute_answer(complaint, "Belum jadi.", write_key="sanggah", at=disputed)
    session.flush()
    settle = clock(complaint, Clock.SETTLE, 2)
    assert settle.started_at == disputed and complaint.due_at == settle.due_at
    assert clock(complaint, Clock.SETTLE, 1).outcome == Outcome.MET


def test_units_hand_their_preset_down_and_an_inspection_takes_longer(session: Session, agency: Agency) -> None:
    agency.city.clock_preset = "surakarta"
    session.flush()
    assert preset_for(agency.unit.id).name == "surakarta"
    complaint = sent(session, agency)
    assert complaint.due_at == NOW + timedelta(hours=72)
    assert clock(complaint, Clock.SETTLE).preset == "surakarta"
    change_term(complaint, agency.rina, True, NOW + timedelta(hours=1))
    assert complaint.due_at > NOW + timedelta(days=80)
    agency.unit.clock_preset = "semarang"
    session.flush()
    assert preset_for(agency.unit.id).name == "semarang" and preset_for(agency.elsewhere.id).name == "surakarta"
    # What runs keeps the terms that it started with.
    change_term(complaint, agency.rina, False, NOW + timedelta(hours=2))
    assert complaint.due_at == NOW + timedelta(hours=72)


def test_a_due_date_keeps_the_version_of_its_calendar(session: Session, agency: Agency) -> None:
    calendar = create_calendar("Kota", agency.city)
    complaint = sent(session, agency)
    take_complaint(complaint, agency.sari, NOW)
    due = complaint.due_at
    assert complaint.due_calendar == f"{calendar.id}:1"
    set_day(calendar, datetime(2026, 12, 1, tzinfo=UTC).date(), "Libur mendadak", working=False)
    ask_reporter(complaint, agency.sari, "Nomor?", write_key="t", at=NOW + timedelta(days=1))
    reply_to_agency(complaint, "A-12", write_key="b", at=NOW + timedelta(days=1, hours=1))
    settle = clock(complaint, Clock.SETTLE)
    assert settle.due_calendar == f"{calendar.id}:1"
    # An hour of rest: from Friday 16:30 to Monday 08:30.
    assert due == datetime(2026, 12, 11, 9, 30, tzinfo=UTC)
    assert complaint.due_at == datetime(2026, 12, 14, 1, 30, tzinfo=UTC)
    later = sent(session, agency)
    assert later.due_calendar == f"{calendar.id}:2" and later.due_at > due


def test_nobody_is_told_of_what_came_out_of_an_export(session: Session, agency: Agency) -> None:
    complaint = make_complaint(session, NOW - timedelta(days=400), unit_id=agency.unit.id, channel=Channel.IMPORT)
    send_to_unit(complaint, agency.unit, working_time_of(agency.unit), reason="uji", at=NOW)
    look_at_clocks(NOW + timedelta(days=90))
    assert told(session, "ClockMissed", "ClockNearing") == []


def test_more_than_one_transaction_takes_is_left_for_the_next(
    session: Session, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        answered(session, agency)
    monkeypatch.setattr(upkeep, "MOST_AT_ONCE", 2)
    later = NOW + timedelta(days=30)
    assert [look_at_clocks(later) for _ in range(3)] == [True, True, False]
    assert len(told(session, "ComplaintSettled")) == 5


def test_each_rung_of_the_ladder_tells_whom_the_preset_names(session: Session, agency: Agency) -> None:
    mayor = make_account(session, (Role.SUPERVISOR, agency.city), name="Wali Kota")
    complaint = sent(session, agency)
    take_complaint(complaint, agency.sari, NOW)
    settle = clock(complaint, Clock.SETTLE).id
    sender = Sender("Kota Uji", "http://uji", False)
    for number, event_ in enumerate(
        (ClockNearing(settle), ClockMissed(settle, 0), ClockMissed(settle, 1), ClockMissed(settle, 2))
    ):
        queue_staff_notices(event_, key=str(number), at=NOW, sender=sender)
    session.flush()
    told_to = session.execute(select(Notification.account_id, Notification.kind).order_by(Notification.id)).all()
    assert [tuple(row) for row in told_to] == [
        (agency.sari.id, NoticeKind.NEARING),
        (agency.sari.id, NoticeKind.MISSED),
        (agency.rina.id, NoticeKind.MISSED),
        (mayor.id, NoticeKind.MISSED),
    ]


def test_a_step_costs_two_statements_for_its_clocks(app: Flask, session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    session.flush()
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    from webapp.database import db

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        take_complaint(complaint, agency.sari, NOW)
        about_clocks = [one for one in statements if "complaint_clock" in one]
        statements.clear()
        answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="jawab", at=NOW)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(about_clocks) == 2
    assert len([one for one in statements if "complaint_clock" in one or "working_calendar" in one]) == 2
