"""Conflicts of interest, a superior's last word, and the reporter who comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import give_role, make_account
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.organisation import make_unit
from webapp.accounts.permissions import Role
from webapp.feedback.actions import close_after_silence, dispute_answer, reply_to_agency
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import answer_complaint, get_case, take_complaint
from webapp.feedback.life_cycle import IllegalStep, State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition
from webapp.feedback.movement.conflicts import close_unsolved, declare_conflict, reopen_complaint
from webapp.feedback.movement.errors import NobodyElse, WindowClosed
from webapp.feedback.vocabulary import Finding

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def placed(session: Session, agency: Agency) -> Complaint:
    return make_placed(session, NOW - timedelta(hours=2), agency.unit)


def answered_by(session: Session, complaint: Complaint, actor: object) -> None:
    answer_complaint(complaint, actor, "Sudah.", Finding.FOUNDED, write_key="jawab", at=NOW)  # type: ignore[arg-type]
    session.flush()


def test_one_click_and_the_case_is_off_the_desk(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency)
    take_complaint(complaint, agency.sari, NOW)
    session.flush()
    declare_conflict(complaint, agency.sari, NOW)
    session.flush()
    assert (complaint.state, complaint.unit_id, complaint.handler_id) == (State.SENT, agency.unit.id, None)
    with pytest.raises(NotForThisPerson):
        get_case(agency.sari, complaint.code)
    assert get_case(agency.budi, complaint.code) is complaint
    recused = session.scalars(select(Disposition).where(Disposition.kind == "recused")).one()
    assert recused.decided_by_id == agency.sari.id


def test_a_colleagues_work_is_not_disturbed(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency)
    take_complaint(complaint, agency.budi, NOW)
    session.flush()
    declare_conflict(complaint, agency.sari, NOW)
    session.flush()
    assert (complaint.state, complaint.handler_id) == (State.IN_WORK, agency.budi.id)


def test_where_nobody_is_left_it_goes_up_and_at_last_to_triage(session: Session, agency: Agency) -> None:
    chief = make_account(session, (Role.SUPERVISOR, agency.city))
    complaint = placed(session, agency)
    for one in (agency.sari, agency.budi):
        declare_conflict(complaint, one, NOW)
        session.flush()
    assert complaint.unit_id == agency.unit.id
    declare_conflict(complaint, agency.rina, NOW)
    session.flush()
    assert (complaint.state, complaint.unit_id) == (State.SENT, agency.city.id)
    declare_conflict(complaint, chief, NOW)
    session.flush()
    left: int | None = complaint.unit_id
    assert (complaint.state, left) == (State.IN_TRIAGE, None)
    with pytest.raises(NobodyElse):
        declare_conflict(complaint, agency.triage, NOW)
    give_role(session, make_account(session), Role.TRIAGE, agency.city)
    declare_conflict(complaint, agency.triage, NOW)


def test_a_superior_closes_what_cannot_be_solved(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency)
    take_complaint(complaint, agency.sari, NOW)
    session.flush()
    for _ in range(2):
        close_unsolved(complaint, agency.rina, "Lahan itu milik swasta.", write_key="tutup", at=NOW)
        session.flush()
    assert (complaint.state, complaint.settled_at) == (State.UNSOLVED, NOW)
    assert session.scalars(select(ComplaintMessage.kind)).all() == ["farewell"]


def test_nobody_closes_what_disputes_his_own_answer(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency)
    answered_by(session, complaint, agency.rina)
    dispute_answer(complaint, "Belum.", write_key="sanggah", at=NOW)
    session.flush()
    with pytest.raises(NotForThisPerson):
        close_unsolved(complaint, agency.rina, "Tidak bisa.", write_key="tutup", at=NOW)
    assert session.scalars(select(ComplaintMessage.id).where(ComplaintMessage.kind == "farewell")).all() == []


def test_what_only_its_own_author_could_judge_goes_to_triage(session: Session) -> None:
    unit = make_unit(session)
    alone = make_account(session, (Role.OFFICER, unit))
    complaint = make_placed(session, NOW - timedelta(hours=2), unit)
    answered_by(session, complaint, alone)
    dispute_answer(complaint, "Belum.", write_key="sanggah", at=NOW)
    session.flush()
    assert (complaint.state, complaint.unit_id, complaint.reopened) == (State.IN_TRIAGE, None, 1)


def test_the_window_is_counted_from_the_closing_not_from_the_last_word(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency)
    answered_by(session, complaint, agency.sari)
    close_after_silence(complaint, NOW)
    session.flush()
    reply_to_agency(complaint, "Saya masih menunggu.", write_key="balas", at=NOW + timedelta(days=29))
    with pytest.raises(WindowClosed):
        reopen_complaint(complaint, "Rusak lagi.", write_key="buka", at=NOW + timedelta(days=32))
    assert complaint.state == State.CLOSED
    for _ in range(2):
        reopen_complaint(complaint, "Rusak lagi.", write_key="buka", at=NOW + timedelta(days=29))
        session.flush()
    assert (complaint.state, complaint.reopened, complaint.settled_at) == (State.DISPUTED, 1, None)


def test_what_was_accepted_is_not_reopened(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency)
    answered_by(session, complaint, agency.sari)
    with pytest.raises(IllegalStep):
        reopen_complaint(complaint, "Rusak lagi.", write_key="buka", at=NOW)
