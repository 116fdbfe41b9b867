"""Handing out, on and back: to nobody who must not have it, counted, and to the administrator at last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.accounts.permissions import Role
from webapp.feedback.actions import dispute_answer
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import answer_complaint, exclude_officers, get_case
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Disposition
from webapp.feedback.movement.conflicts import declare_conflict
from webapp.feedback.movement.errors import AlreadyThere, NotAssignable
from webapp.feedback.movement.forwarding import (
    CEILING,
    assign_complaint,
    change_term,
    forward_complaint,
    send_back,
)
from webapp.feedback.movement.people import list_colleagues
from webapp.feedback.vocabulary import Finding
from webapp.organisation.models import Unit

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def placed(session: Session, unit: Unit, **stated: object) -> Complaint:
    return make_placed(session, NOW - timedelta(hours=2), unit, **stated)


def disputed(session: Session, agency: Agency) -> Complaint:
    complaint = placed(session, agency.unit)
    answer_complaint(complaint, agency.sari, "Sudah selesai.", Finding.FOUNDED, write_key="jawab", at=NOW)
    session.flush()
    dispute_answer(complaint, "Belum.", write_key="sanggah", at=NOW)
    session.flush()
    return complaint


def test_a_complaint_is_given_to_an_officer_who_may_have_it(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency.unit)
    assign_complaint(complaint, agency.rina, agency.budi, "Budi tahu berkasnya.", NOW)
    session.flush()
    assert (complaint.state, complaint.handler_id) == (State.ASSIGNED, agency.budi.id)
    last = session.scalars(select(Disposition).order_by(Disposition.id.desc()).limit(1)).one()
    assert (last.kind, last.handler_id, last.decided_by_id, last.note) == (
        "assigned",
        agency.budi.id,
        agency.rina.id,
        "Budi tahu berkasnya.",
    )


def test_nobody_gets_what_concerns_him_or_what_he_stepped_back_from(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency.unit)
    exclude_officers(complaint.feedback_id, [agency.sari_officer.id], NOW)
    declare_conflict(complaint, agency.budi, NOW)
    session.flush()
    gone = make_account(session, (Role.OFFICER, agency.unit), active=False)
    for account in (agency.sari, agency.budi, agency.tono, agency.triage, gone):
        with pytest.raises(NotAssignable):
            assign_complaint(complaint, agency.rina, account, None, NOW)
    assert [one.name for one in list_colleagues(complaint)] == ["Rina Kusuma"]


def test_what_points_at_a_person_goes_only_to_who_may_read_such(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency.unit)
    complaint.points_at_person = True
    session.flush()
    with pytest.raises(NotAssignable):
        assign_complaint(complaint, agency.rina, agency.budi, None, NOW)
    assign_complaint(complaint, agency.rina, agency.rina, None, NOW)


def test_whoever_answered_gets_it_back_from_nobody(session: Session, agency: Agency) -> None:
    complaint = disputed(session, agency)
    with pytest.raises(NotAssignable):
        assign_complaint(complaint, agency.rina, agency.sari, None, NOW)
    for away in (
        lambda: forward_complaint(complaint, agency.sari, agency.elsewhere, "Bukan kami.", NOW),
        lambda: send_back(complaint, agency.sari, "Bukan kami.", NOW),
    ):
        with pytest.raises(NotForThisPerson):
            away()
    assign_complaint(complaint, agency.rina, agency.budi, None, NOW)


def test_after_three_hands_the_administrator_decides(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency.unit)
    places = [agency.elsewhere, agency.unit, agency.elsewhere]
    for unit in places:
        assert forward_complaint(complaint, agency.rina, unit, "Urusan unit itu.", NOW)
        session.flush()
        assert (complaint.state, complaint.unit_id) == (State.SENT, unit.id)
    assert complaint.forwards == 3
    assert not forward_complaint(complaint, agency.tono, agency.unit, "Bukan urusan kami.", NOW)
    session.flush()
    assert (complaint.state, complaint.unit_id, complaint.forwards) == (State.IN_TRIAGE, None, 3)
    last = session.scalars(select(Disposition).order_by(Disposition.id.desc()).limit(1)).one()
    assert (last.kind, last.reason, last.note) == ("forwarded", CEILING, "Bukan urusan kami.")
    with pytest.raises(NotForThisPerson):
        get_case(agency.tono, complaint.code)


def test_sending_back_counts_and_needs_another_unit_to_go_on(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency.unit)
    with pytest.raises(AlreadyThere):
        forward_complaint(complaint, agency.sari, agency.unit, "Ke sini lagi.", NOW)
    send_back(complaint, agency.sari, "Bukan urusan akta.", NOW)
    session.flush()
    send_back(complaint, agency.sari, "Bukan urusan akta.", NOW)
    assert (complaint.state, complaint.forwards) == (State.IN_TRIAGE, 1)


def test_an_inspection_gives_the_longer_term_counted_from_the_filing(session: Session, agency: Agency) -> None:
    complaint = placed(session, agency.unit)
    before = complaint.due_at
    change_term(complaint, agency.rina, True, NOW + timedelta(days=2))
    session.flush()
    assert before is not None and complaint.due_at is not None and complaint.due_at > before + timedelta(days=40)
    change_term(complaint, agency.rina, False, NOW + timedelta(days=3))
    session.flush()
    assert complaint.due_at == before
