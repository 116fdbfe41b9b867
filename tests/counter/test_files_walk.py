"""A file's way: registered, completed, through its stages and hands, waiting in between, told at each change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.applications import make_application, make_clerk, make_registry_service
from tests.factories.counter import make_visit
from tests.factories.organisation import make_calendar, make_officer, make_unit
from webapp.counter.applications.actions import (
    ApplicationDraft,
    finish_stage,
    hand_over,
    pause,
    register_application,
    resume,
    take_stage,
    tick_paper,
    withdraw,
)
from webapp.counter.applications.catalogue import StageFacts, cause_of, set_stages
from webapp.counter.applications.errors import (
    AlreadyRegistered,
    ApplicationGone,
    NoStages,
    NoSuchApplication,
    NotInHand,
    NotOffered,
    OfficerElsewhere,
    PapersMissing,
)
from webapp.counter.applications.models import Application, ApplicationStage, StageHolding
from webapp.counter.applications.pauses import open_pause
from webapp.counter.applications.vocabulary import ApplicationState, PaperState
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import db, transaction
from webapp.organisation.calendar_actions import set_day
from webapp.outbox.models import OutboxEvent

JAKARTA = ZoneInfo("Asia/Jakarta")


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 2nd is a Monday. The office works 07:30 to 12:00 and 13:00 to 16:00."""
    return datetime(2026, 11, day, hour, minute, tzinfo=JAKARTA).astimezone(UTC)


MONDAY = local(2, 8)


def running(file: Application) -> ApplicationStage:
    return next(stage for stage in file.stages if stage.started_at and not stage.finished_at)


def changes(session: Session) -> list[str]:
    session.flush()
    events = session.scalars(select(OutboxEvent).where(OutboxEvent.name == "ApplicationMoved").order_by(OutboxEvent.id))
    return [event.payload["change"] for event in events]


def test_a_file_from_the_counter_passes_its_stages_and_is_told_of_each(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    file = make_application(session, unit, MONDAY, officer=officer)
    assert (file.state, file.complete_at) == (ApplicationState.IN_WORK, MONDAY)
    assert file.due_at == local(3, 8, 30)  # 8 working hours: 7 on Monday, the last one of them on Tuesday
    at = MONDAY
    for _ in range(6):
        at += timedelta(minutes=30)
        stage = running(file)
        if stage.code != "received":  # that one he received himself
            with pytest.raises(NotInHand):
                finish_stage(account, stage.id, at)
            take_stage(account, stage.id, at)
        finish_stage(account, stage.id, at)
    assert (file.state, file.finished_at) == (ApplicationState.FINISHED, at)
    told = ["registered", "completed", *["stage_begun", "handed_over"] * 5, "finished"]
    assert changes(session) == told
    (waited,) = file.pauses  # for the applicant to collect it
    assert (waited.cause.code, waited.ends_at, waited.outside_control) == ("waiting_applicant", at, True)
    for act in (lambda: withdraw(account, file.id, at), lambda: finish_stage(account, file.stages[-1].id, at)):
        with pytest.raises(ApplicationGone):
            act()


def test_what_an_applicant_says_he_has_is_complete_only_when_an_officer_has_seen_it(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    file = make_application(session, unit, local(2, 7), met=frozenset({0, 1, 2, 4}))
    assert (file.state, file.complete_at, file.due_at) == (ApplicationState.INCOMPLETE, None, None)
    assert [paper.at_hand for paper in file.papers] == [True, True, True, False, True]
    stage = take_stage(account, running(file).id, MONDAY)
    for paper in file.papers[:4]:
        tick_paper(account, paper.id, PaperState.MET, MONDAY)
    with pytest.raises(PapersMissing):
        finish_stage(account, stage.id, MONDAY)
    tick_paper(account, file.papers[4].id, PaperState.NOT_NEEDED, local(2, 9))
    assert (file.state, file.complete_at, file.due_at) == (
        ApplicationState.IN_WORK,
        local(2, 9),
        local(3, 9, 30),
    )
    assert file.papers[4].changed_by_id == officer.id
    finish_stage(account, stage.id, local(2, 10))
    assert changes(session) == ["registered", "handed_over", "completed", "stage_begun"]


def test_a_paper_missing_after_all_makes_it_wait_by_itself_and_moves_the_due_date(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    file = make_application(session, unit, MONDAY, officer=officer)
    marriage, card = file.papers[2], file.papers[3]
    tick_paper(account, card.id, PaperState.MISSING, local(2, 9))
    tick_paper(account, marriage.id, PaperState.MISSING, local(2, 10))
    waiting = open_pause(file)
    assert waiting is not None
    assert (file.state, waiting.note) == (ApplicationState.PAUSED, f"{marriage.name}; {card.name}")
    with pytest.raises(PapersMissing):
        resume(account, file.id, local(2, 10))
    with pytest.raises(PapersMissing):
        finish_stage(account, running(file).id, local(2, 10))
    tick_paper(account, card.id, PaperState.MET, local(2, 14))
    assert (file.state, waiting.note) == (ApplicationState.PAUSED, marriage.name)
    tick_paper(account, marriage.id, PaperState.MET, local(2, 15))
    # Waited from 9 to 15, of which 12 to 13 is not worked: 5 hours more, over noon.
    assert (file.state, file.due_at) == (ApplicationState.IN_WORK, local(3, 14, 30))
    assert changes(session) == ["registered", "completed", "paper_missing", "paper_missing", "resumed"]


def test_a_pause_outside_control_moves_the_due_date_and_one_of_the_office_does_not(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    file = make_application(session, unit, MONDAY, officer=officer)
    due = file.due_at
    pause(account, file.id, cause_of("waiting_signature").id, None, local(2, 9))
    with pytest.raises(ApplicationGone):  # it waits already
        pause(account, file.id, cause_of("central_server").id, None, local(2, 9))
    resume(account, file.id, local(2, 11))
    assert file.due_at == due
    server = pause(account, file.id, cause_of("central_server").id, " SIAK mati ", local(2, 11))
    with pytest.raises(ApplicationGone):
        finish_stage(account, running(file).id, local(2, 11))
    # The card turns out to be missing meanwhile: the server still holds the file, afterwards its applicant does.
    tick_paper(account, file.papers[3].id, PaperState.MISSING, local(2, 11, 30))
    assert open_pause(file) is server
    resume(account, file.id, local(3, 8))
    assert (server.note, server.ends_at, file.state) == ("SIAK mati", local(3, 8), ApplicationState.PAUSED)
    waiting = open_pause(file)
    assert waiting is not None and waiting.cause.code == "waiting_applicant"
    tick_paper(account, file.papers[3].id, PaperState.MET, local(3, 9))
    # 11-12, 13-16 and 7:30-8 for the server, an hour for the applicant: 5:30 more, over noon.
    assert file.due_at == local(3, 15)
    cause = cause_of("no_blanks")
    cause.active = False
    with pytest.raises(LookupError):
        pause(account, file.id, cause.id, None, local(3, 9))


def test_hands_change_only_by_who_holds_it_and_only_to_who_works_there(session: Session) -> None:
    office = make_unit(session)
    unit = make_unit(session, office)
    budi, budis = make_clerk(session, unit)
    ani, anis = make_clerk(session, unit)
    elsewhere, far = make_clerk(session, make_unit(session))
    file = make_application(session, unit, MONDAY, officer=budis)
    stage = running(file)
    with pytest.raises(NotInHand):
        take_stage(ani, stage.id, local(2, 9))
    with pytest.raises(NotInHand):
        hand_over(ani, stage.id, anis.id, local(2, 9))
    for nobody in (far.id, make_officer(session, unit).id, 2**70):  # elsewhere, without sign-in, not there
        with pytest.raises(OfficerElsewhere):
            hand_over(budi, stage.id, nobody, local(2, 9))
    with pytest.raises(NoSuchApplication):
        take_stage(elsewhere, stage.id, local(2, 9))
    hand_over(budi, stage.id, anis.id, local(2, 9))
    hand_over(ani, stage.id, None, local(2, 10))
    take_stage(budi, stage.id, local(2, 11))
    take_stage(ani, stage.id, local(2, 14), over=True)
    take_stage(ani, stage.id, local(2, 15))  # pressed twice
    finish_stage(ani, stage.id, local(2, 15))
    held = [(one.officer_id, one.starts_at, one.ends_at) for one in stage.holdings]
    hours = [local(2, hour) for hour in (8, 9, 10, 11, 14, 15)]
    assert held == list(zip([budis.id, anis.id, None, budis.id, anis.id], hours, hours[1:], strict=False))


def test_a_stage_goes_to_the_unit_and_officer_that_it_names_unless_he_has_left(session: Session) -> None:
    office = make_unit(session)
    unit, printers = make_unit(session, office), make_unit(session, office)
    account, officer = make_clerk(session, unit)
    printer_account, printer = make_clerk(session, printers)
    stages = [
        StageFacts("received", "Diterima", 30),
        StageFacts("produced", "Diterbitkan", 60, unit_id=printers.id, officer_id=printer.id),
    ]
    service = make_registry_service(session, office, stages=stages)
    for active in (True, False):
        printer.active = True
        file = make_application(session, unit, MONDAY, service=service, officer=officer)
        printer.active = active
        finish_stage(account, running(file).id, local(2, 9))
        (holding,) = running(file).holdings
        assert (holding.unit_id, holding.officer_id) == (printers.id, printer.id if active else None)
        with pytest.raises(NoSuchApplication):  # the desk is another unit's
            take_stage(account, running(file).id, local(2, 9), over=True)
    printer.active = True
    set_stages(service, stages[:1])
    take_stage(printer_account, running(file).id, local(2, 9))
    finish_stage(printer_account, running(file).id, local(2, 10))  # files keep the stages they began with
    assert file.state == ApplicationState.FINISHED


def test_registering_again_is_registering_once(session: Session) -> None:
    unit = make_unit(session)
    service = make_registry_service(session, unit)

    def register(key: str, name: str = "Siti", **more: object) -> Application:
        draft = ApplicationDraft(unit.id, service.id, name, **more)  # type: ignore[arg-type]
        return register_application(draft, channel=DrawChannel.PORTAL, write_key=key, at=MONDAY)

    first = register("a")
    assert register("a", " Siti ").id == first.id != register("b").id
    with pytest.raises(AlreadyRegistered) as refused:
        register("a", "Siti Aminah")
    assert refused.value.code == first.code
    assert changes(session) == ["registered", "registered"]
    session.refresh(first)
    stored = session.execute(
        select(func.concat(Application.__table__.c.applicant_name, "")).where(Application.id == first.id)
    ).scalar_one()
    assert "Siti" not in stored and first.applicant_name == "Siti"


def test_only_what_the_unit_offers_is_registered_and_only_ones_own_visits_belong_to_it(session: Session) -> None:
    unit, other = make_unit(session), make_unit(session)
    _account, officer = make_clerk(session, unit)
    service = make_registry_service(session, unit)
    visit = make_visit(session, unit, MONDAY, officer=officer, service=service)
    foreign = make_visit(session, unit, MONDAY, service=service)

    def register(by: object = None, **values: object) -> Application:
        facts = {"unit_id": unit.id, "service_id": service.id, "applicant_name": "Siti", **values}
        draft = ApplicationDraft(**facts)  # type: ignore[arg-type]
        return register_application(
            draft,
            channel=DrawChannel.KIOSK,
            write_key=str(facts),
            at=MONDAY,
            officer=by,  # type: ignore[arg-type]
        )

    assert register(officer, visit_id=visit.id).visit_id == visit.id
    for wrong in (
        lambda: register(unit_id=other.id),
        lambda: register(service_id=2**70),
        lambda: register(officer, visit_id=foreign.id),
        lambda: register(visit_id=visit.id),
        lambda: register(make_clerk(session, other)[1]),
    ):
        with pytest.raises(NotOffered):
            wrong()
    set_stages(service, [])
    with pytest.raises(NoStages):
        register()


def test_a_withdrawn_file_ends_where_it_is(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    file = make_application(session, unit, MONDAY, officer=officer)
    pause(account, file.id, cause_of("no_blanks").id, None, local(2, 9))
    withdraw(account, file.id, local(2, 10))
    assert (file.state, file.finished_at) == (ApplicationState.WITHDRAWN, local(2, 10))
    assert [one.ends_at for one in file.pauses] == [local(2, 10)]
    assert session.scalar(select(func.count()).where(StageHolding.ends_at.is_(None))) == 0


def test_a_due_date_keeps_the_calendar_that_it_was_counted_with(session: Session) -> None:
    calendar = make_calendar(session)
    unit = make_unit(session, calendar=calendar)
    account, officer = make_clerk(session, unit)
    file = make_application(session, unit, MONDAY, officer=officer)
    counted_with, due = file.due_calendar, file.due_at
    assert counted_with == f"{calendar.id}:{calendar.version}"
    set_day(calendar, local(3, 8).date(), "Libur", working=False)
    pause(account, file.id, cause_of("no_blanks").id, None, local(2, 10))
    resume(account, file.id, local(2, 11))
    assert due is not None
    assert (file.due_at, file.due_calendar) == (due + timedelta(hours=1), counted_with)
    later = make_application(session, unit, MONDAY, officer=officer)
    assert (later.due_at, later.due_calendar) == (local(4, 8, 30), f"{calendar.id}:{calendar.version}")


def test_of_two_who_press_at_once_one_is_too_late(app: Flask, session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    file = make_application(session, unit, MONDAY, officer=officer)
    draft = ApplicationDraft(unit.id, file.service_id, "Siti")
    file_id, stage_id, account_id = file.id, running(file).id, account.id
    session.commit()

    def at_once(act: Callable[[], object]) -> list[str]:
        def press(_number: int) -> str:
            with app.app_context():
                try:
                    with transaction():
                        act()
                except ApplicationGone:
                    return "gone"
                return "done"

        with ThreadPoolExecutor(4) as pool:
            return sorted(pool.map(press, range(4)))

    def finish() -> None:
        finish_stage(db.session.get_one(type(account), account_id), stage_id, local(2, 9))

    def register() -> None:
        register_application(draft, channel=DrawChannel.PORTAL, write_key="one", at=MONDAY)

    assert at_once(finish) == ["done", "gone", "gone", "gone"]
    assert at_once(register) == ["done"] * 4
    session.expire_all()
    assert session.scalar(select(func.count()).where(Application.id != file_id)) == 1
    assert [stage.started_at is not None for stage in session.get_one(Application, file_id).stages].count(True) == 2
