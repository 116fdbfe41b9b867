"""Who may do what with a file: officers where it was registered, and where one of its stages lies."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can, reach
from webapp.counter.applications.errors import ApplicationGone, LedElsewhere, NoSuchApplication
from webapp.counter.applications.models import Application, ApplicationStage
from webapp.counter.applications.vocabulary import OPEN_STATES
from webapp.counter.incoming.models import ApiClient
from webapp.database import db
from webapp.organisation.models import Officer, Unit
from webapp.organisation.queries import officer_of

#: A larger id in an address is simply not there.
_LARGEST_ID = 2**63 - 1


def within(viewer: Account, permission: Permission) -> ColumnElement[bool]:
    """The condition that `viewer` may do `permission` with a file: its unit or that of one of its stages is his."""
    paths = reach(viewer, permission)
    if not paths:
        return false()
    unit, stage = aliased(Unit), aliased(ApplicationStage)
    mine = or_(*(unit.path.startswith(path, autoescape=True) for path in paths))
    registered_here = exists().where(unit.id == Application.unit_id, mine)
    passes_here = exists().where(stage.application_id == Application.id, unit.id == stage.unit_id, mine)
    return or_(registered_here, passes_here)


def find_application(viewer: Account, key: int | str, permission: Permission, *, lock: bool = False) -> Application:
    """The file with this id or code, if `viewer` may do `permission` with it; NoSuchApplication else."""
    if isinstance(key, str):
        if "\x00" in key:  # no code holds one, and PostgreSQL would not even look
            raise NoSuchApplication
        named = Application.code == key
    elif 0 < key <= _LARGEST_ID:
        named = Application.id == key
    else:
        raise NoSuchApplication
    query = select(Application).where(named, within(viewer, permission))
    if lock:
        query = query.with_for_update(of=Application).execution_options(populate_existing=True)
    application = db.session.scalars(query).one_or_none()
    if application is None:
        raise NoSuchApplication
    return application


def open_application(account: Account, application_id: int) -> tuple[Application, Officer]:
    """A file that is still under way, locked for the transaction, and the officer who is going to change it.

    Raises NoSuchApplication where the account may not handle it, ApplicationGone where it has ended, LedElsewhere where
    a connected system reports it. Of a system that is connected no more the file is taken over with this: from now on
    it is led here, and what its system may still report of it is held (docs/decisions/0010).
    """
    officer = officer_of(account)
    if officer is None or not officer.active:
        raise NoSuchApplication
    application = find_application(account, application_id, Permission.APPLICATION_HANDLE, lock=True)
    if application.state not in OPEN_STATES:
        raise ApplicationGone
    system = led_by(application)
    if system is not None:
        raise LedElsewhere(system)
    application.source = None
    # What was read before the lock may have changed since.
    for name in ("papers", "stages", "pauses"):
        db.session.expire(application, [name])
    return application, officer


def led_by(application: Application) -> str | None:
    """The name of the connected system that reports a file and so leads it; None where officers lead it here."""
    if application.source is None:
        return None
    return db.session.scalar(select(ApiClient.name).where(ApiClient.source == application.source, ApiClient.active))


def application_of_stage(account: Account, stage_id: int) -> tuple[Application, ApplicationStage, Officer]:
    """As open_application, for the stage that the account wants to do something with in its own unit."""
    application_id = (
        db.session.scalar(select(ApplicationStage.application_id).where(ApplicationStage.id == stage_id))
        if 0 < stage_id <= _LARGEST_ID
        else None
    )
    if application_id is None:
        raise NoSuchApplication
    application, officer = open_application(account, application_id)
    stage = db.session.get_one(ApplicationStage, stage_id, populate_existing=True)
    if not can(account, Permission.APPLICATION_HANDLE, stage.unit):
        raise NoSuchApplication
    return application, stage, officer


def current_stage(application: Application) -> ApplicationStage | None:
    """The stage that a file is in; None before the first and after the last."""
    return next((stage for stage in application.stages if stage.started_at and not stage.finished_at), None)
