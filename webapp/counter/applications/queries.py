"""Reading files: by their code, on an officer's desk, in a unit. Every query for staff takes its viewer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.counter.applications.access import current_stage, find_application, led_by
from webapp.counter.applications.catalogue import WAITING_APPLICANT
from webapp.counter.applications.errors import NoSuchApplication
from webapp.counter.applications.file_lists import list_for_officer, list_for_unit
from webapp.counter.applications.finished_lists import FinishedFile, FinishedFiles, list_finished
from webapp.counter.applications.models import Application, ApplicationStage
from webapp.counter.applications.pauses import is_automatic, missing_names, open_pause
from webapp.counter.applications.turnaround_lines import outcome_of, turnaround_of
from webapp.counter.applications.urgencies import Standing, urgencies
from webapp.counter.applications.urgency import Urgency
from webapp.counter.applications.views import (
    FileEntry,
    FileOutcome,
    FileView,
    HoldingView,
    OfficerFiles,
    OutsideTime,
    PaperView,
    PauseView,
    StageView,
    TrackedApplication,
    TrackedPaper,
    TrackedPause,
    TrackedStage,
    Turnaround,
    TurnaroundLine,
)
from webapp.counter.applications.vocabulary import OPEN_STATES
from webapp.counter.codes import clean_application_code
from webapp.database import db
from webapp.organisation.models import Officer
from webapp.organisation.queries import officer_of

__all__ = [
    "FileEntry",
    "FileOutcome",
    "FileView",
    "FinishedFile",
    "FinishedFiles",
    "HoldingView",
    "OfficerFiles",
    "OutsideTime",
    "PaperView",
    "PauseView",
    "StageView",
    "TrackedApplication",
    "TrackedPaper",
    "TrackedPause",
    "TrackedStage",
    "Turnaround",
    "TurnaroundLine",
    "Urgency",
    "get_file",
    "list_finished",
    "list_for_officer",
    "list_for_unit",
    "track",
    "turnaround_of",
]


def track(code: str, now: datetime) -> TrackedApplication:
    """The file with this code, for whoever has it: no names, neither the applicant's nor an officer's.

    Raises NoSuchApplication.
    """
    application = db.session.scalars(
        select(Application).where(Application.code == clean_application_code(code))
    ).one_or_none()
    if application is None:
        raise NoSuchApplication
    return TrackedApplication(
        code=application.code,
        service_id=application.service_id,
        service=application.service.name,
        unit_id=application.unit_id,
        unit=application.unit.name,
        timezone=application.unit.timezone,
        state=application.state,
        urgency=_urgency(application, now),
        registered_at=application.registered_at,
        complete_at=application.complete_at,
        finished_at=application.finished_at,
        standard_minutes=application.standard_minutes,
        due_at=application.due_at,
        papers=tuple(TrackedPaper(paper.name, paper.state, paper.at_hand) for paper in application.papers),
        stages=tuple(
            TrackedStage(
                stage.id, stage.code, stage.name, stage.waits_for_applicant, stage.started_at, stage.finished_at
            )
            for stage in application.stages
        ),
        pauses=tuple(
            TrackedPause(
                one.id,
                one.cause.code,
                one.cause.name,
                one.outside_control,
                one.note,
                one.stage_id,
                one.starts_at,
                one.ends_at,
            )
            for one in application.pauses
        ),
        outcome=outcome_of(application, now),
    )


def get_file(viewer: Account, key: int | str, now: datetime) -> FileView:
    """The file with this id or code, for staff of the units that it was registered in or passes through.

    Who handles files there sees whose it is; who only reads does not. Raises NoSuchApplication.
    """
    try:
        application = find_application(viewer, key, Permission.APPLICATION_HANDLE)
        may_handle = True
    except NoSuchApplication:
        application = find_application(viewer, key, Permission.APPLICATION_READ_UNIT)
        may_handle = False
    officer = officer_of(viewer)
    names = _names_of(application)
    running = open_pause(application)
    stage = current_stage(application)
    system = led_by(application) if application.state in OPEN_STATES else None
    may_act = may_handle and officer is not None and officer.active and application.state in OPEN_STATES and not system
    collecting = running is not None and is_automatic(running) and stage is not None and stage.waits_for_applicant
    waits_for_papers = (
        running is not None and running.cause.code == WAITING_APPLICANT and missing_names(application) is not None
    )
    return FileView(
        id=application.id,
        code=application.code,
        service_id=application.service_id,
        service=application.service.name,
        unit_id=application.unit_id,
        unit=application.unit.name,
        timezone=application.unit.timezone,
        channel=application.channel,
        state=application.state,
        urgency=_urgency(application, now),
        applicant_name=application.applicant_name if may_handle else None,
        applicant_phone=application.applicant_phone if may_handle else None,
        registered_at=application.registered_at,
        complete_at=application.complete_at,
        finished_at=application.finished_at,
        standard_minutes=application.standard_minutes,
        due_at=application.due_at,
        due_calendar=application.due_calendar,
        papers=tuple(
            PaperView(
                paper.id,
                paper.name,
                paper.state,
                paper.at_hand,
                paper.changed_at,
                names.get(paper.changed_by_id or 0),
            )
            for paper in application.papers
        ),
        stages=tuple(_stage(viewer, one, officer, current=one is stage, may_act=may_act) for one in application.stages),
        pauses=tuple(
            PauseView(
                one.id,
                one.cause.code,
                one.cause.name,
                one.outside_control,
                one.note,
                one.stage_id,
                one.starts_at,
                one.ends_at,
                is_automatic(one),
            )
            for one in application.pauses
        ),
        may_handle=may_act,
        may_resume=may_act and running is not None and not collecting and not waits_for_papers,
        led_by=system,
    )


def _stage(
    viewer: Account, stage: ApplicationStage, officer: Officer | None, *, current: bool, may_act: bool
) -> StageView:
    return StageView(
        id=stage.id,
        code=stage.code,
        name=stage.name,
        target_minutes=stage.target_minutes,
        unit_id=stage.unit_id,
        unit=stage.unit.name,
        waits_for_applicant=stage.waits_for_applicant,
        started_at=stage.started_at,
        finished_at=stage.finished_at,
        holdings=tuple(
            HoldingView(one.officer_id, one.officer.name if one.officer else None, one.starts_at, one.ends_at)
            for one in stage.holdings
        ),
        current=current,
        mine=current
        and officer is not None
        and any(one.ends_at is None and one.officer_id == officer.id for one in stage.holdings),
        may_act=may_act and current and can(viewer, Permission.APPLICATION_HANDLE, stage.unit),
    )


def _urgency(application: Application, now: datetime) -> Urgency:
    running = open_pause(application)
    waits_since = running.starts_at if running is not None and running.outside_control else None
    standing = Standing(
        application.unit,
        application.state,
        application.standard_minutes,
        application.due_at,
        application.due_calendar,
        waits_since,
    )
    return urgencies([standing], now)[0]


def _names_of(application: Application) -> dict[int, str]:
    """Names of the officers who ticked papers of a file."""
    ids = {paper.changed_by_id for paper in application.papers} - {None}
    return dict(db.session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(ids))).all())
