"""What days at the counter and at the desk come to as facts, and that they follow the records."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.applications import make_application, make_clerk, make_registry_service
from tests.factories.counter import make_visit
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.organisation import make_service, make_shift
from tests.factories.queue import Desk, make_desk, make_hall, make_line, make_ticket, open_session
from webapp.attribution.actions import decide_attribution
from webapp.counter.applications.access import current_stage
from webapp.counter.applications.catalogue import StageFacts, cause_of
from webapp.counter.applications.models import Application, ApplicationStage
from webapp.counter.applications.pauses import pause, resume
from webapp.counter.applications.stages import finish_stage
from webapp.counter.applications.turnaround_facts import record_turnaround
from webapp.counter.queue.calling import call_held, call_next, close_counter, finish_ticket, hold_ticket
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding
from webapp.indicators.actions import record_facts
from webapp.indicators.fact_sources.files import RETURNED_CAUSE
from webapp.indicators.fact_sources.usual_times import usual_seconds
from webapp.indicators.models import IndicatorFact, UsualServingTime
from webapp.indicators.summing_up import record_days, record_file_days, record_lately, record_visit_days
from webapp.organisation.models import Officer

#: A Tuesday, 10:00 in Jakarta; and the next morning.
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NEXT = NOON + timedelta(hours=20)
DAY = date(2026, 11, 24)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def facts_of(session: Session, officer: Officer) -> dict[tuple[str, str], tuple[float, float]]:
    """What stands: (source, component) with y and events, rounded."""
    rows = session.execute(
        select(IndicatorFact)
        .where(IndicatorFact.officer_id == officer.id, IndicatorFact.withdrawn_at.is_(None))
        .order_by(IndicatorFact.key, IndicatorFact.component)
    ).scalars()
    return {(row.key.partition(":")[0], row.component): (round(row.y, 6), round(row.events, 6)) for row in rows}


def test_a_day_is_one_fact_a_service_and_written_once(session: Session, agency: Agency) -> None:
    """15 minutes are the standard: visits of 15, 7.5 and 60 minutes are .5, 1 and 0."""
    sari = agency.sari_officer
    for shift, minutes in enumerate((15, 7.5, 60)):
        make_visit(
            session,
            agency.unit,
            NOON + shift * timedelta(hours=1),
            officer=sari,
            service=agency.service,
            counter=agency.counter,
            minutes=minutes,
        )
    other = make_service(session, agency.unit)
    other.standard_minutes = None  # nothing usual is known: served, but neither fast nor slow
    make_visit(session, agency.unit, NOON, officer=sari, service=other, counter=agency.counter)
    assert record_lately(NOON + timedelta(hours=2, minutes=30)) == 0  # the day still runs
    assert record_lately(NOON + timedelta(hours=4)) == 3
    speed, served = (0.5, 3.0), {(row.service_id, row.events) for row in session.scalars(select(IndicatorFact))}
    assert served == {(agency.service.id, 3.0), (other.id, 1.0)}
    assert facts_of(session, sari)["speed", "speed"] == speed
    ids = set(session.scalars(select(IndicatorFact.id)))
    assert record_days([DAY], NEXT) == 0
    assert set(session.scalars(select(IndicatorFact.id))) == ids
    fact = session.scalars(select(IndicatorFact).where(IndicatorFact.component == "speed")).one()
    assert (fact.key, fact.period, fact.unit_id, fact.feedback_id) == (
        f"speed:{sari.id}:{agency.unit.id}:{agency.service.id}:counter:2026-11-24",
        "2026-Q4",
        agency.unit.id,
        None,
    )
    assert fact.details == {"minutes": 27.5, "usual_minutes": 15.0}


def test_the_day_is_that_of_the_unit_and_a_correction_moves_it(session: Session, agency: Agency) -> None:
    agency.unit.timezone = "Asia/Jayapura"
    late = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # 01:00 of the 24th there
    visit = make_visit(session, agency.unit, late, officer=agency.sari_officer, service=agency.service)
    assert record_visit_days([visit.id], NEXT) == 2
    assert {row.day for row in session.scalars(select(IndicatorFact))} == {DAY}
    visit.officer_id = agency.budi_officer.id
    session.flush()
    record_visit_days([visit.id], NEXT)
    assert facts_of(session, agency.sari_officer) == {}
    assert facts_of(session, agency.budi_officer)["served", "conduct"] == (1.0, 1.0)
    gone = session.scalars(select(IndicatorFact.withdrawn_why).where(IndicatorFact.withdrawn_at.is_not(None))).all()
    assert set(gone) == {"corrected"}


def test_what_is_usual_is_the_median_of_the_year_before_and_stays(session: Session, agency: Agency) -> None:
    for number in range(100):
        make_visit(
            session,
            agency.unit,
            datetime(2026, 9, 1, tzinfo=UTC) + number * MINUTE * 30,
            officer=agency.sari_officer,
            service=agency.service,
            counter=agency.counter,
            minutes=4 + number % 5,
        )
    assert usual_seconds([agency.service.id], "2026-Q4") == {agency.service.id: 360.0}
    assert usual_seconds([agency.service.id], "2026-Q3") == {agency.service.id: 900.0}  # nothing before: the standard
    agency.service.standard_minutes = 99
    session.flush()
    assert usual_seconds([agency.service.id], "2026-Q3") == {agency.service.id: 900.0}
    kept = session.scalars(select(UsualServingTime.visits).order_by(UsualServingTime.period)).all()
    assert kept == [0, 100]


def _open_hall(session: Session, agency: Agency, at: datetime) -> tuple[Desk, Desk, list[int]]:
    """Two desks of a hall that are open, and people who wait: their tickets' ids."""
    hall = make_hall(session, agency.unit, always_open=True)
    line = make_line(session, hall, agency.service)
    desks = [make_desk(session, hall), make_desk(session, hall)]
    for desk in desks:
        make_shift(session, desk.officer, desk.counter, at, hours=4)
    tickets = [make_ticket(session, line, at - (10 - place) * MINUTE).id for place in range(7)]
    for late, desk in zip((3, 20), desks, strict=True):
        open_session(session, [line], at + late * MINUTE, desk)
    return desks[0], desks[1], tickets


def test_waiting_beginning_and_leaving_are_read_from_the_hall(session: Session, agency: Agency) -> None:
    at = NOON
    one, two, _tickets = _open_hall(session, agency, at)
    first = call_next(one.account, at + 5 * MINUTE)
    assert first is not None
    finish_ticket(one.account, first.id, at + 20 * MINUTE)  # called 2 minutes after opening: 15 minutes, .5
    second = call_next(one.account, at + 26 * MINUTE)  # six minutes free while it waited: .5
    assert second is not None
    hold_ticket(one.account, second.id, at + 27 * MINUTE)
    third = call_next(two.account, at + 30 * MINUTE)
    assert third is not None
    finish_ticket(two.account, third.id, at + 45 * MINUTE)
    close_counter(one.account, at + 120 * MINUTE)  # two hours before the end, and four wait
    close_counter(two.account, at + 245 * MINUTE)
    record_days([DAY], NEXT)
    mine = facts_of(session, one.officer)
    assert mine["speed", "speed"] == (0.6, 1.0)  # .8 x .5 + .2 x 1
    assert mine["shift", "time_discipline"] == (0.5, 1.0)  # began in time, left two hours early
    assert mine["left", "speed"] == (0.0, 2.0)  # four people, shared with the other counter
    other = facts_of(session, two.officer)
    assert other["shift", "time_discipline"] == (round((1 + 1 - 15 / 55) / 2, 6), 1.0)
    assert ("left", "speed") not in other  # nobody closed early


def test_whoever_is_called_and_left_to_a_colleague_counts_for_who_called_first(
    session: Session, agency: Agency
) -> None:
    one, two, _tickets = _open_hall(session, agency, NOON)
    called = call_next(one.account, NOON + 30 * MINUTE)
    assert called is not None
    hold_ticket(one.account, called.id, NOON + 31 * MINUTE)
    close_counter(one.account, NOON + 245 * MINUTE)
    call_held(two.account, called.id, NOON + 40 * MINUTE)
    finish_ticket(two.account, called.id, NOON + 50 * MINUTE)
    record_lately(NOON + timedelta(hours=3))
    assert facts_of(session, two.officer) == {}  # his counter is still open
    close_counter(two.account, NOON + 245 * MINUTE)
    record_days([DAY], NEXT)
    assert facts_of(session, one.officer)["left", "speed"] == (0.0, 1.0)
    assert ("left", "speed") not in facts_of(session, two.officer)


def _running(file: Application) -> int:
    stage = current_stage(file)
    assert stage is not None
    return stage.id


def test_files_count_for_whose_hands_they_were_in(session: Session, agency: Agency) -> None:
    stages = [StageFacts("received", "Diterima", 60), StageFacts("verified", "Diverifikasi", 60)]
    service = make_registry_service(session, agency.unit, standard_hours=2, requirements=["KTP"], stages=stages)
    account, officer = make_clerk(session, agency.unit)
    file = make_application(session, agency.unit, NOON - timedelta(hours=1), service=service, officer=officer)
    finish_stage(account, _running(file), NOON)  # an hour: on target
    stage = session.scalars(select(ApplicationStage).where(ApplicationStage.code == "verified")).one()
    assert stage.started_at == NOON
    record_turnaround([file.id], NOON)
    record_file_days([file.id], NEXT)
    facts = facts_of(session, officer)
    assert facts["turnaround", "speed"] == (0.5, 1.0)
    assert facts["finished", "accuracy"] == facts["finished", "conduct"] == (1.0, 1.0)
    assert ("deadline", "time_discipline") not in facts  # neither finished nor overdue


def test_a_file_that_comes_back_is_an_error_of_the_stage_before(session: Session, agency: Agency) -> None:
    account, officer = make_clerk(session, agency.unit)
    other_account, other = make_clerk(session, agency.unit)
    file = make_application(session, agency.unit, NOON - timedelta(hours=1), officer=officer)
    finish_stage(account, _running(file), NOON)
    cause = cause_of(RETURNED_CAUSE)
    assert not cause.outside_control
    pause(other_account, file.id, cause.id, None, NOON + 10 * MINUTE)
    resume(other_account, file.id, NOON + 40 * MINUTE)
    record_turnaround([file.id], NOON + timedelta(hours=1))
    record_file_days([file.id], NEXT)
    assert facts_of(session, officer)["returned", "accuracy"] == (0.0, 1.0)
    assert ("returned", "accuracy") not in facts_of(session, other)


def _founded(session: Session, agency: Agency, text: str) -> Complaint:
    complaint = make_placed(session, NOON, agency.unit, text=text)
    decide_attribution(
        complaint.feedback_id,
        unit_id=agency.unit.id,
        officer_id=agency.sari_officer.id,
        actor=agency.triage,
        reason="Struk.",
        at=NOON,
    )
    complaint.finding = Finding.FOUNDED
    session.flush()
    return complaint


def test_a_founded_complaint_counts_where_its_words_say_also_when_they_are_erased(
    session: Session, agency: Agency
) -> None:
    rude = _founded(session, agency, "Petugas ketus dan membentak saya di loket.")
    wrong = _founded(session, agency, "Nama anak saya salah ketik di akta yang terbit.")
    hot = _founded(session, agency, "Saya menunggu dua jam padahal sepi.")
    ids = [rude.feedback_id, wrong.feedback_id, hot.feedback_id]
    record_facts(ids, NOON)
    said = {
        row.feedback_id: row.component
        for row in session.scalars(select(IndicatorFact).where(IndicatorFact.withdrawn_at.is_(None)))
    }
    assert said == dict(zip(ids, ("conduct", "accuracy", "satisfaction"), strict=True))
    for complaint in (rude, wrong, hot):
        complaint.text = "[dihapus setelah masa simpan]"
    session.flush()
    record_facts(ids, NEXT)
    assert session.scalars(select(IndicatorFact.id).where(IndicatorFact.withdrawn_at.is_not(None))).all() == []
