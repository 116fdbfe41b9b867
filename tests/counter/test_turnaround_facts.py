"""The facts of turnaround: what they say of real files, and that they are kept once and superseded when they change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.applications import make_application, make_clerk, make_registry_service
from tests.factories.organisation import make_unit
from webapp.accounts.permissions import Role
from webapp.counter.applications.actions import finish_stage, pause, resume, take_stage, tick_paper, withdraw
from webapp.counter.applications.catalogue import StageFacts, cause_of
from webapp.counter.applications.errors import NoSuchApplication
from webapp.counter.applications.models import Application, TurnaroundFact
from webapp.counter.applications.queries import turnaround_of
from webapp.counter.applications.turnaround_columns import facts_of
from webapp.counter.applications.turnaround_facts import record_overdue, record_turnaround
from webapp.counter.applications.vocabulary import PaperState
from webapp.outbox.models import OutboxEvent

HOUR = 3600
STAGES = [StageFacts("verified", "Diverifikasi", 120), StageFacts("produced", "Diterbitkan", 120)]


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 2nd is a Monday. The office works 07:30 to 12:00 and 13:00 to 16:00."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Jakarta")).astimezone(UTC)


def standing(session: Session, file: Application) -> list[TurnaroundFact]:
    session.expire_all()
    return list(
        session.scalars(
            select(TurnaroundFact)
            .where(TurnaroundFact.application_id == file.id, TurnaroundFact.superseded_at.is_(None))
            .order_by(TurnaroundFact.stage_id.asc().nulls_first(), TurnaroundFact.officer_id.asc().nulls_first())
        )
    )


def recorded(session: Session) -> list[list[int]]:
    events = session.scalars(
        select(OutboxEvent).where(OutboxEvent.name == "TurnaroundRecorded").order_by(OutboxEvent.id)
    )
    return [event.payload["application_ids"] for event in events]


def test_a_file_that_waited_for_paper_and_server_was_late_and_nobody_is_to_blame(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit, name="Budi")
    service = make_registry_service(session, unit, standard_hours=4, stages=STAGES)
    file = make_application(session, unit, local(2, 8), service=service, officer=officer)
    promised = file.due_at
    tick_paper(account, file.papers[0].id, PaperState.MISSING, local(2, 9))
    tick_paper(account, file.papers[0].id, PaperState.MET, local(2, 11))
    finish_stage(account, file.stages[0].id, local(2, 11, 30))
    take_stage(account, file.stages[1].id, local(2, 11, 30))
    pause(account, file.id, cause_of("central_server").id, None, local(2, 12))
    resume(account, file.id, local(4, 8))
    finish_stage(account, file.stages[1].id, local(4, 9))
    assert promised is not None and file.finished_at is not None and file.finished_at > promised
    assert record_turnaround([file.id], local(4, 10)) == [file.id]
    whole, verified, produced = standing(session, file)
    # Worked on from 8 to 9, 11 to 12, and 8 to 9: three hours of four.
    assert (whole.counted_seconds, whole.delay_seconds, whole.target_seconds) == (3 * HOUR, 0, 4 * HOUR)
    # The server: Monday afternoon, Tuesday, Wednesday from 7:30 to 8.
    assert whole.outside_seconds == {"waiting_applicant": 2 * HOUR, "central_server": round((3 + 7.5 + 0.5) * HOUR)}
    assert (whole.started_at, whole.ended_at, whole.elapsed_seconds) == (local(2, 8), local(4, 9), 49 * HOUR)
    assert (verified.officer_id, verified.counted_seconds, verified.outside_seconds) == (
        officer.id,
        round(1.5 * HOUR),
        {"waiting_applicant": 2 * HOUR},
    )
    assert (produced.counted_seconds, produced.delay_seconds) == (round(1.5 * HOUR), 0)
    told = turnaround_of(account, file.id, local(20, 8))
    assert told is not None
    assert [(one.cause, one.seconds) for one in told.outside] == [
        ("Gangguan server pusat", 11 * HOUR),
        ("Menunggu pemohon", 2 * HOUR),
    ]
    assert [(line.stage, line.officer, line.delay) for line in told.lines] == [
        ("Diverifikasi", "Budi", 0),
        ("Diterbitkan", "Budi", 0),
    ]


def late_file(session: Session) -> tuple[Application, int, int]:
    """Two hours in the tray, then three in hands whose target was two: five of two hours, the rest unused."""
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    service = make_registry_service(session, unit, standard_hours=2, requirements=[], stages=STAGES)
    file = make_application(session, unit, local(2, 8), service=service)
    take_stage(account, file.stages[0].id, local(2, 9))
    finish_stage(account, file.stages[0].id, local(2, 9))
    take_stage(account, file.stages[1].id, local(2, 10))
    finish_stage(account, file.stages[1].id, local(2, 14))
    return file, officer.id, unit.id


def test_who_had_it_too_long_answers_for_his_part_and_the_tray_for_its_own(session: Session) -> None:
    file, officer_id, unit_id = late_file(session)
    record_turnaround([file.id], local(3, 8))
    whole, *hands = standing(session, file)
    assert (whole.counted_seconds, whole.delay_seconds) == (5 * HOUR, 3 * HOUR)
    # Only the second stage overran: 4 hours of 2, of which 3 in his hands. He answers for 1, the tray for 1; the last
    # hour is nobody's overrun but a standard below the targets: the unit's.
    by_officer = {
        officer: sum(one.delay_seconds for one in hands if one.officer_id == officer) for officer in (officer_id, None)
    }
    assert by_officer == {officer_id: HOUR, None: 2 * HOUR}
    assert {one.unit_id for one in hands} == {unit_id}
    second = [one for one in hands if one.stage_id == file.stages[1].id]
    assert sum(one.counted_seconds for one in second) == 4 * HOUR


def test_recording_twice_writes_nothing_and_a_change_supersedes_what_it_changed(session: Session) -> None:
    file, officer_id, _unit_id = late_file(session)
    other, _, _ = late_file(session)
    assert record_turnaround([other.id, file.id, file.id], local(3, 8)) == sorted((file.id, other.id))
    before = {fact.id for fact in standing(session, file)}
    assert record_turnaround([file.id, other.id], local(9, 8)) == []
    assert recorded(session) == [sorted((file.id, other.id))]
    # The agency corrects it: he took it an hour later, so the tray had it for two.
    tray, in_hands = file.stages[1].holdings
    tray.ends_at = in_hands.starts_at = local(2, 11)
    session.flush()
    assert record_turnaround([file.id, other.id], local(10, 8)) == [file.id]
    now = standing(session, file)
    superseded = session.scalars(select(TurnaroundFact).where(TurnaroundFact.superseded_at == local(10, 8))).all()
    assert {fact.id for fact in superseded} == before - {fact.id for fact in now}
    assert {(fact.stage_id, fact.officer_id) for fact in superseded} == {
        (file.stages[1].id, None),
        (file.stages[1].id, officer_id),
    }
    assert sum(fact.delay_seconds for fact in now if fact.stage_id) == 3 * HOUR
    # It was never complete after all: nothing of it counts.
    file.complete_at = None
    session.flush()
    assert record_turnaround([file.id], local(11, 8)) == [file.id]
    assert standing(session, file) == []


def test_the_due_date_is_the_last_moment_without_delay(session: Session) -> None:
    unit = make_unit(session, timezone="Asia/Makassar")
    account, officer = make_clerk(session, unit)
    file = make_application(session, unit, local(5, 9, 17), officer=officer)
    for cause, begins, ends in (
        ("waiting_signature", local(5, 10), local(5, 11)),
        ("no_blanks", local(5, 11, 1), local(5, 13, 2)),
        ("other_agency", local(5, 14), local(6, 22)),
    ):
        pause(account, file.id, cause_of(cause).id, None, begins)
        resume(account, file.id, ends)
    assert file.due_at is not None
    delays = []
    for beyond in (-60, 0, 60):
        file.finished_at = file.due_at + timedelta(seconds=beyond)
        delays.append(facts_of([file], file.finished_at)[0].delay_seconds)
    assert delays == [0, 0, 60]


def test_of_a_file_under_way_the_facts_are_those_of_the_moment(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    service = make_registry_service(session, unit, standard_hours=2, requirements=["KK"], stages=STAGES)
    waiting = make_application(session, unit, local(2, 8), service=service)
    file = make_application(session, unit, local(2, 8), service=service, officer=officer)
    assert record_turnaround([waiting.id, file.id], local(2, 9)) == [file.id]
    assert turnaround_of(account, waiting.id, local(2, 9)) is None
    assert [(fact.ended_at, fact.counted_seconds) for fact in standing(session, file)] == [(None, HOUR)] * 2
    told = turnaround_of(account, file.id, local(2, 12))
    assert told is not None
    assert (told.counted, told.delay, [line.delay for line in told.lines]) == (4 * HOUR, 2 * HOUR, [2 * HOUR])
    withdraw(account, file.id, local(2, 10))
    record_turnaround([file.id], local(3, 8))
    assert [fact.ended_at for fact in standing(session, file)] == [local(2, 10)] * 2


def test_turnaround_is_for_who_handles_or_supervises_it(session: Session) -> None:
    unit = make_unit(session)
    _, officer = make_clerk(session, unit)
    file = make_application(session, unit, local(2, 8), officer=officer)
    chief = make_account(session, (Role.SUPERVISOR, unit))
    assert turnaround_of(chief, file.id, local(2, 9)) is not None
    for nobody in (
        make_clerk(session, make_unit(session))[0],
        make_account(session, (Role.TRIAGE, unit)),
        make_account(session, (Role.SUPERVISOR, unit), active=False),
    ):
        with pytest.raises(NoSuchApplication):
            turnaround_of(nobody, file.id, local(2, 9))


def test_a_file_that_only_lies_there_becomes_overdue_in_the_facts_too(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    file, waiting = (make_application(session, unit, local(2, 8), officer=officer) for _ in range(2))
    pause(account, waiting.id, cause_of("no_blanks").id, None, local(2, 9))
    record_turnaround([file.id, waiting.id], local(2, 10))
    assert record_overdue(local(3, 8)) == []  # due at 8:30
    assert record_overdue(local(3, 9, 30)) == [file.id]
    assert standing(session, file)[0].delay_seconds == HOUR
    assert record_overdue(local(3, 10, 30)) == []
    assert record_overdue(local(4, 9)) == [file.id]
