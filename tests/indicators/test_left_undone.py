"""What is left undone counts: an answer that never came, a file that lies there, a date that passed (law 1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.applications import make_application, make_clerk, make_registry_service
from tests.factories.desk import Agency, make_agency
from tests.factories.feedback import make_complaint
from webapp.counter.applications.access import current_stage
from webapp.counter.applications.catalogue import StageFacts
from webapp.counter.applications.stages import finish_stage, take_stage
from webapp.counter.applications.turnaround_facts import record_turnaround
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.clocks.upkeep import look_at_clocks
from webapp.feedback.handling import answer_complaint, send_to_unit, take_complaint
from webapp.feedback.models import Complaint
from webapp.feedback.movement.forwarding import send_back
from webapp.feedback.vocabulary import Finding
from webapp.indicators.models import IndicatorFact
from webapp.indicators.summing_up import record_file_days, record_missed_term
from webapp.organisation.models import Officer
from webapp.organisation.queries import working_time_of

#: A Monday, 10:00 in Jakarta.
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def taken(session: Session, agency: Agency) -> Complaint:
    """A complaint on Sari's desk."""
    complaint = make_complaint(session, NOW, unit_id=agency.unit.id)
    send_to_unit(complaint, agency.unit, working_time_of(agency.unit), reason="uji", at=NOW)
    take_complaint(complaint, agency.sari, NOW)
    session.flush()
    return complaint


def missed(session: Session, complaint: Complaint, at: datetime) -> None:
    """Let the clock run out, as the scheduler and the worker do."""
    look_at_clocks(at)
    session.flush()
    clock_id = session.scalars(
        select(ComplaintClock.id).where(
            ComplaintClock.complaint_id == complaint.feedback_id, ComplaintClock.clock == "settle"
        )
    ).one()
    record_missed_term(clock_id, at)


def standing(session: Session, officer: Officer) -> dict[str, float]:
    rows = session.execute(
        select(IndicatorFact.key, IndicatorFact.y)
        .where(IndicatorFact.officer_id == officer.id, IndicatorFact.withdrawn_at.is_(None))
        .order_by(IndicatorFact.key)
    )
    return {row.key.partition(":")[0]: row.y for row in rows}


def test_an_answer_that_never_came_counts_until_it_comes(session: Session, agency: Agency) -> None:
    complaint = taken(session, agency)
    missed(session, complaint, NOW + DAY)
    assert standing(session, agency.sari_officer) == {}  # the term still runs
    missed(session, complaint, NOW + 30 * DAY)
    assert standing(session, agency.sari_officer) == {"unanswered": 0.0}
    answer_complaint(complaint, agency.sari, "Maaf.", Finding.FOUNDED, write_key="a", at=NOW + 31 * DAY)
    session.flush()
    missed(session, complaint, NOW + 31 * DAY)
    assert standing(session, agency.sari_officer) == {"answer": 0.0}  # late, and no worse than never


def test_it_stays_his_on_whose_desk_it_lay_and_nobodys_where_it_was_outside_control(
    session: Session, agency: Agency
) -> None:
    complaint = taken(session, agency)
    missed(session, complaint, NOW + 30 * DAY)
    send_back(complaint, agency.sari, "Bukan wewenang kami.", NOW + 31 * DAY)
    session.flush()
    missed(session, complaint, NOW + 32 * DAY)
    assert standing(session, agency.sari_officer) == {"unanswered": 0.0}  # handing it on wins nothing
    complaint.finding = Finding.OUTSIDE_CONTROL
    session.flush()
    missed(session, complaint, NOW + 33 * DAY)
    assert standing(session, agency.sari_officer) == {}


def test_a_file_that_lies_there_counts_as_if_it_came_far_too_late(session: Session, agency: Agency) -> None:
    stages = [StageFacts("received", "Diterima", 60), StageFacts("verified", "Diverifikasi", 60)]
    service = make_registry_service(session, agency.unit, standard_hours=2, requirements=["KTP"], stages=stages)
    account, officer = make_clerk(session, agency.unit)
    file = make_application(session, agency.unit, NOW, service=service, officer=officer)

    def look(at: datetime) -> dict[str, float]:
        record_turnaround([file.id], at)
        record_file_days([file.id], at + 2 * DAY)
        return standing(session, officer)

    assert look(NOW + HOUR) == {}
    overdue = look(NOW + 5 * DAY)
    assert overdue == {"deadline": 0.0, "turnaround": 0.0}
    for late in (5 * DAY, 5 * DAY + HOUR):
        stage = current_stage(file)
        assert stage is not None
        if late > 5 * DAY:
            take_stage(account, stage.id, NOW + 5 * DAY)
        finish_stage(account, stage.id, NOW + late)
    done = look(NOW + 6 * DAY)
    assert done["deadline"] == 0.0
    assert 0.0 <= done["turnaround"] <= 0.5
    assert done["finished"] == 1.0
