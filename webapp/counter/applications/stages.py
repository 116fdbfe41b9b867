"""The stages of a file: into whose hands it goes, and when it leaves them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, literal, or_, select

from webapp.accounts.models import Account
from webapp.counter.applications.access import application_of_stage, current_stage
from webapp.counter.applications.catalogue import WAITING_APPLICANT, cause_of
from webapp.counter.applications.errors import ApplicationGone, NotInHand, OfficerElsewhere, PapersMissing
from webapp.counter.applications.models import Application, ApplicationStage, StageHolding
from webapp.counter.applications.pauses import begin_pause, end_pause, is_automatic, missing_names, open_pause
from webapp.counter.applications.vocabulary import ApplicationState, Change
from webapp.counter.events import ApplicationMoved
from webapp.database import db
from webapp.organisation.models import Officer, Posting, Unit
from webapp.outbox import publish


def take_stage(account: Account, stage_id: int, at: datetime, *, over: bool = False) -> ApplicationStage:
    """Take the running stage of a file out of the unit's tray; with `over` also out of a colleague's hands.

    What the account holds already stays as it is. Raises NotInHand where a colleague has it, ApplicationGone where the
    stage is not the running one (any more), NoSuchApplication.
    """
    application, stage, officer = _running(account, stage_id)
    holding = open_holding(stage)
    holder = holding.officer_id if holding is not None else None
    if holder == officer.id:
        return stage
    if holder is not None and not over:
        raise NotInHand
    _pass_on(application, stage, officer.id, at)
    return stage


def hand_over(account: Account, stage_id: int, officer_id: int | None, at: datetime) -> ApplicationStage:
    """Give a stage to an officer of its unit; None puts it back into the tray.

    Who holds it may do so, and anybody of the unit while it lies in the tray. Raises NotInHand, OfficerElsewhere,
    ApplicationGone, NoSuchApplication.
    """
    application, stage, officer = _running(account, stage_id)
    holding = open_holding(stage)
    holder = holding.officer_id if holding is not None else None
    if holder not in (None, officer.id):
        raise NotInHand
    if officer_id == holder:
        return stage
    if officer_id is not None and not _works_in(officer_id, stage.unit):
        raise OfficerElsewhere
    _pass_on(application, stage, officer_id, at)
    return stage


def finish_stage(account: Account, stage_id: int, at: datetime) -> Application:
    """End the stage that the account holds; the next one begins, after the last one the file is finished.

    Raises PapersMissing before the file is complete, NotInHand, ApplicationGone where the file waits for something
    else than its applicant's coming or the stage is not the running one (any more), NoSuchApplication.
    """
    application, stage, officer = _running(account, stage_id)
    if application.state == ApplicationState.INCOMPLETE or missing_names(application):
        raise PapersMissing
    running = open_pause(application)
    if running is not None and not (stage.waits_for_applicant and is_automatic(running)):
        raise ApplicationGone
    holding = open_holding(stage)
    if holding is None or holding.officer_id != officer.id:
        raise NotInHand
    end_pause(application, at)
    end_stage(stage, at)
    following = next((one for one in application.stages if one.started_at is None), None)
    if following is None:
        application.state = ApplicationState.FINISHED
        application.finished_at = at
        db.session.flush()
        publish(ApplicationMoved(application.id, Change.FINISHED, stage.id))
    else:
        begin_stage(application, following, at)
        publish(ApplicationMoved(application.id, Change.STAGE_BEGUN, following.id))
    return application


def begin_stage(
    application: Application, stage: ApplicationStage, at: datetime, *, officer_id: int | None = None
) -> None:
    """A stage begins, in the hands of `officer_id`, else of the officer that it names, else in the tray."""
    stage.started_at = at
    _hold(stage, officer_id or _present(stage.officer_id), at)
    if stage.waits_for_applicant and application.complete_at is not None and open_pause(application) is None:
        begin_pause(application, cause_of(WAITING_APPLICANT), None, at, None)
    db.session.flush()


def end_stage(stage: ApplicationStage, at: datetime) -> None:
    """A stage ends, and leaves the hands that it is in."""
    assert stage.started_at is not None
    stage.finished_at = max(at, stage.started_at)
    _let_go(stage, at)
    db.session.flush()


def open_holding(stage: ApplicationStage) -> StageHolding | None:
    """In whose hands a stage is now."""
    return next((one for one in stage.holdings if one.ends_at is None), None)


def _running(account: Account, stage_id: int) -> tuple[Application, ApplicationStage, Officer]:
    application, stage, officer = application_of_stage(account, stage_id)
    if current_stage(application) is not stage:
        raise ApplicationGone
    db.session.expire(stage, ["holdings"])
    return application, stage, officer


def _pass_on(application: Application, stage: ApplicationStage, officer_id: int | None, at: datetime) -> None:
    _let_go(stage, at)
    _hold(stage, officer_id, at)
    db.session.flush()
    publish(ApplicationMoved(application.id, Change.HANDED_OVER, stage.id))


def _hold(stage: ApplicationStage, officer_id: int | None, at: datetime) -> None:
    stage.holdings.append(StageHolding(unit_id=stage.unit_id, officer_id=officer_id, starts_at=at))


def _let_go(stage: ApplicationStage, at: datetime) -> None:
    holding = open_holding(stage)
    if holding is not None:
        holding.ends_at = max(at, holding.starts_at)


def _present(officer_id: int | None) -> int | None:
    """The officer whom a stage names, if he is still there: nothing goes to a desk that nobody sits at."""
    officer = db.session.get(Officer, officer_id) if officer_id is not None else None
    return officer.id if officer is not None and officer.active else None


def _works_in(officer_id: int, unit: Unit) -> bool:
    """Whether an active officer who signs in is posted in the unit, below it or above it."""
    below = Unit.path.startswith(unit.path, autoescape=True)
    above = literal(unit.path).startswith(Unit.path)
    posted = exists(
        select(Posting.id)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Posting.officer_id == Officer.id, Posting.ends_on.is_(None), or_(below, above))
    )
    query = select(Officer.id).where(Officer.id == officer_id, Officer.active, Officer.account_id.is_not(None), posted)
    return 0 < officer_id < 2**63 and db.session.scalar(query) is not None
