"""The administrator's choices: each a row of its own, told to the reporter once, and taken back where that is meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_placed
from webapp.feedback.handling import get_case
from webapp.feedback.life_cycle import IllegalStep, State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition
from webapp.feedback.movement.verifying import (
    ArchiveReason,
    archive_complaint,
    complete_complaint,
    defer_complaint,
    pass_on,
    restore_complaint,
    verify_complaint,
)
from webapp.outbox.models import OutboxEvent

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WORDS = "Sebutkan tanggal Anda datang dan nomor berkasnya."


def rows(session: Session, complaint: Complaint) -> list[tuple[str, int | None, str | None]]:
    session.flush()
    found = session.execute(
        select(Disposition.kind, Disposition.decided_by_id, Disposition.note)
        .where(Disposition.complaint_id == complaint.feedback_id)
        .order_by(Disposition.id)
    )
    return [(kind, by, note) for kind, by, note in found]


def said(session: Session, complaint: Complaint) -> list[tuple[str, str, str]]:
    found = session.execute(
        select(ComplaintMessage.author, ComplaintMessage.kind, ComplaintMessage.text)
        .where(ComplaintMessage.complaint_id == complaint.feedback_id)
        .order_by(ComplaintMessage.id)
    )
    return [(author, kind, text) for author, kind, text in found]


def events(session: Session, name: str) -> int:
    session.flush()
    return len(session.scalars(select(OutboxEvent.id).where(OutboxEvent.name == name)).all())


def in_triage(session: Session, **stated: object) -> tuple[Agency, Complaint]:
    agency = make_agency(session)
    complaint = make_placed(session, NOW - timedelta(hours=2), None, **stated)
    assert complaint.state == State.IN_TRIAGE
    return agency, complaint


def test_what_is_deferred_comes_back_when_its_reporter_completes_it(session: Session) -> None:
    agency, complaint = in_triage(session)
    for _ in range(2):
        defer_complaint(complaint, agency.triage, WORDS, write_key="tunda", at=NOW)
        session.flush()
    assert (complaint.state, complaint.awaiting_reporter_since) == (State.DEFERRED, NOW)
    later = NOW + timedelta(days=3)
    for _ in range(2):
        complete_complaint(complaint, "Tanggal 3, nomor 12.", write_key="lengkap", at=later)
        session.flush()
    assert (complaint.state, complaint.awaiting_reporter_since) == (State.IN_TRIAGE, None)
    assert said(session, complaint) == [("agency", "deferral", WORDS), ("reporter", "reply", "Tanggal 3, nomor 12.")]
    assert [(kind, by) for kind, by, _ in rows(session, complaint)] == [
        ("held", None),
        ("deferred", agency.triage.id),
        ("completed", None),
    ]
    assert (events(session, "ReporterTold"), events(session, "ReporterReplied")) == (1, 1)


def test_another_agencys_matter_is_passed_on_and_can_be_taken_back(session: Session) -> None:
    agency, complaint = in_triage(session)
    pass_on(complaint, agency.triage, "PLN Surakarta", "Sudah kami teruskan ke PLN.", write_key="alih", at=NOW)
    session.flush()
    assert (complaint.state, complaint.passed_on_to, complaint.settled_at) == (State.PASSED_ON, "PLN Surakarta", NOW)
    assert said(session, complaint) == [("agency", "farewell", "Sudah kami teruskan ke PLN.")]
    restore_complaint(complaint, agency.triage, "Ternyata lampu jalan milik kota. NIK 3372010101900001", NOW)
    session.flush()
    assert (complaint.state, complaint.passed_on_to, complaint.settled_at) == (State.IN_TRIAGE, None, None)
    kind, by, note = rows(session, complaint)[-1]
    assert (kind, by) == ("restored", agency.triage.id)
    assert note is not None and "3372010101900001" not in note


def test_archiving_says_why_and_time_can_do_it_too(session: Session) -> None:
    agency, complaint = in_triage(session)
    defer_complaint(complaint, agency.triage, WORDS, write_key="tunda", at=NOW)
    session.flush()
    archive_complaint(complaint, None, ArchiveReason.NOT_COMPLETED, "Tidak dilengkapi.", write_key="arsip", at=NOW)
    session.flush()
    assert (complaint.state, complaint.awaiting_reporter_since) == (State.ARCHIVED, None)
    last = session.scalars(select(Disposition).order_by(Disposition.id.desc()).limit(1)).one()
    assert (last.kind, last.reason, last.decided_by_id) == ("archived", "not_completed", None)


def test_what_was_sent_to_a_unit_is_not_deferred_any_more_and_nothing_is_said(session: Session) -> None:
    agency = make_agency(session)
    complaint = make_placed(session, NOW - timedelta(hours=2), agency.unit)
    with pytest.raises(IllegalStep):
        defer_complaint(complaint, agency.triage, WORDS, write_key="tunda", at=NOW)
    with pytest.raises(IllegalStep):
        archive_complaint(complaint, agency.triage, ArchiveReason.NO_COMPLAINT, "", write_key="arsip", at=NOW)
    assert said(session, complaint) == []


def test_verified_is_noted_once_with_its_moment(session: Session) -> None:
    agency, complaint = in_triage(session)
    for at in (NOW, NOW + timedelta(hours=1)):
        verify_complaint(complaint, agency.triage, None, at)
        session.flush()
    assert (complaint.state, complaint.verified_at) == (State.VERIFIED, NOW)
    assert [kind for kind, _, _ in rows(session, complaint)] == ["held", "verified"]
    assert get_case(agency.triage, complaint.code) is complaint
