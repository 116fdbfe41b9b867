"""Open files in lists, the most urgent first: on an officer's desk and in his trays, and of a whole unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, undefer

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.counter.applications.access import within
from webapp.counter.applications.models import (
    Application,
    ApplicationPaper,
    ApplicationPause,
    ApplicationStage,
    PauseCause,
    StageHolding,
)
from webapp.counter.applications.urgencies import Standing, urgencies
from webapp.counter.applications.urgency import Urgency
from webapp.counter.applications.views import FileEntry, OfficerFiles
from webapp.counter.applications.vocabulary import OPEN_STATES, PaperState
from webapp.database import db
from webapp.organisation.models import Officer, Service, Unit
from webapp.organisation.queries import officer_of

#: Files of one list, those due first: what lies beyond them is not read by anybody.
LONGEST_LIST = 500

_ORDER = {urgency: number for number, urgency in enumerate(Urgency)}
_StageUnit = aliased(Unit)


def list_for_officer(account: Account, now: datetime) -> OfficerFiles:
    """The open files whose running stage is in the account's hands, in the trays of its units, or with colleagues."""
    officer = officer_of(account)
    if officer is None or not officer.active:
        return OfficerFiles((), (), ())
    paths = reach(account, Permission.APPLICATION_HANDLE)
    if not paths:
        return OfficerFiles((), (), ())
    mine = StageHolding.officer_id == officer.id
    lies_here = or_(*(_StageUnit.path.startswith(path, autoescape=True) for path in paths))
    entries = _entries(lies_here, officer, now, names=True)
    mine_first = _entries(and_(lies_here, mine), officer, now, names=True) if len(entries) == LONGEST_LIST else entries
    return OfficerFiles(
        mine=tuple(entry for entry in mine_first if entry.mine),
        tray=tuple(entry for entry in entries if entry.holder is None),
        colleagues=tuple(entry for entry in entries if entry.holder is not None and not entry.mine),
    )


def list_for_unit(viewer: Account, now: datetime, unit_id: int | None = None) -> list[FileEntry]:
    """The open files of the units that `viewer` supervises, or of one of them and those below: no applicants' names.

    Overdue ones first, then those due soon, then the rest; within these by due date.
    """
    condition = within(viewer, Permission.APPLICATION_READ_UNIT)
    if unit_id is not None:
        unit = db.session.get(Unit, unit_id) if 0 < unit_id < 2**63 else None
        if unit is None:
            return []
        condition = and_(condition, Unit.path.startswith(unit.path, autoescape=True))
    return _entries(condition, officer_of(viewer), now, names=False)


def _entries(condition: ColumnElement[bool], officer: Officer | None, now: datetime, *, names: bool) -> list[FileEntry]:
    missing = (
        select(func.count())
        .where(ApplicationPaper.application_id == Application.id, ApplicationPaper.state == PaperState.MISSING)
        .scalar_subquery()
    )
    query = (
        select(
            Application,
            ApplicationStage.id,
            ApplicationStage.name,
            StageHolding.officer_id,
            StageHolding.starts_at,
            Officer.name,
            ApplicationPause.starts_at,
            ApplicationPause.outside_control,
            PauseCause.code,
            PauseCause.name,
            missing,
        )
        .join(Application.unit)
        .join(Application.service)
        .outerjoin(
            ApplicationStage,
            and_(
                ApplicationStage.application_id == Application.id,
                ApplicationStage.started_at.is_not(None),
                ApplicationStage.finished_at.is_(None),
            ),
        )
        .outerjoin(_StageUnit, _StageUnit.id == ApplicationStage.unit_id)
        .outerjoin(StageHolding, and_(StageHolding.stage_id == ApplicationStage.id, StageHolding.ends_at.is_(None)))
        .outerjoin(Officer, Officer.id == StageHolding.officer_id)
        .outerjoin(
            ApplicationPause,
            and_(ApplicationPause.application_id == Application.id, ApplicationPause.ends_at.is_(None)),
        )
        .outerjoin(PauseCause, PauseCause.id == ApplicationPause.cause_id)
        .where(Application.state.in_(OPEN_STATES), condition)
        .order_by(Application.due_at.asc().nulls_last(), Application.registered_at, Application.id)
        .limit(LONGEST_LIST)
        .options(contains_eager(Application.unit), contains_eager(Application.service))
    )
    if names:
        query = query.options(undefer(Application.applicant_name))
    rows = _one_a_file(db.session.execute(query).all())
    levels = urgencies((_standing(row) for row in rows), now)
    entries = [_entry(row, level, officer, names=names) for row, level in zip(rows, levels, strict=True)]
    return sorted(entries, key=lambda entry: _ORDER[entry.urgency])  # stable: within these by due date


def _one_a_file(rows: Sequence[Any]) -> list[Any]:
    """Each file once, though an agency's system may report two stages of it as running."""
    return list({row[0].id: row for row in reversed(rows)}.values())[::-1]


def _standing(row: Any) -> Standing:
    application: Application = row[0]
    return Standing(
        application.unit,
        application.state,
        application.standard_minutes,
        application.due_at,
        application.due_calendar,
        row[6] if row[7] else None,
    )


def _entry(row: Any, urgency: Urgency, officer: Officer | None, *, names: bool) -> FileEntry:
    application, stage_id, stage, holder_id, since, holder, _paused_at, _outside, cause_code, cause, missing = row
    service: Service = application.service
    return FileEntry(
        id=application.id,
        code=application.code,
        service=service.name,
        unit_id=application.unit_id,
        unit=application.unit.name,
        timezone=application.unit.timezone,
        applicant=application.applicant_name if names else None,
        state=application.state,
        urgency=urgency,
        stage_id=stage_id,
        stage=stage,
        holder=holder,
        mine=officer is not None and holder_id == officer.id,
        since=since,
        registered_at=application.registered_at,
        complete_at=application.complete_at,
        due_at=application.due_at,
        missing=missing,
        cause_code=cause_code,
        cause=cause,
    )
