"""A file waits: for what, since when, until when. What lies outside the agency's control moves its due date."""

from __future__ import annotations

from datetime import datetime

from webapp.accounts.models import Account
from webapp.counter.applications.access import current_stage, open_application
from webapp.counter.applications.catalogue import WAITING_APPLICANT, cause_of
from webapp.counter.applications.due_dates import count_due
from webapp.counter.applications.errors import ApplicationGone, PapersMissing
from webapp.counter.applications.models import Application, ApplicationPause, PauseCause
from webapp.counter.applications.vocabulary import ApplicationState, Change, PaperState
from webapp.counter.events import ApplicationMoved
from webapp.database import db
from webapp.organisation.models import Officer
from webapp.outbox import publish


def pause(account: Account, application_id: int, cause_id: int, note: str | None, at: datetime) -> ApplicationPause:
    """Let a file in work wait for a cause. `note` is read by the applicant: the caller has masked it.

    Raises ApplicationGone where the file is not in work (any more), LookupError for a cause that is not in use.
    """
    application, officer = open_application(account, application_id)
    if application.state != ApplicationState.IN_WORK:
        raise ApplicationGone
    cause = db.session.get(PauseCause, cause_id)
    if cause is None or not cause.active:
        raise LookupError(f"no cause {cause_id}")
    begun = begin_pause(application, cause, (note or "").strip() or None, at, officer)
    publish(ApplicationMoved(application.id, Change.PAUSED, begun.id))
    return begun


def resume(account: Account, application_id: int, at: datetime) -> None:
    """Go on with a file that waits.

    Where papers are missing it waits for the applicant from now on; if that is what it waits for, PapersMissing.
    Raises ApplicationGone where the file does not wait (any more), or waits for nothing but to be collected.
    """
    application, _officer = open_application(account, application_id)
    running = open_pause(application)
    stage = current_stage(application)
    if running is None or (stage is not None and stage.waits_for_applicant and is_automatic(running)):
        raise ApplicationGone
    if missing_names(application):
        if running.cause.code == WAITING_APPLICANT:
            raise PapersMissing
        end_pause(application, at)
        begun = begin_pause(application, cause_of(WAITING_APPLICANT), missing_names(application), at, None)
        publish(ApplicationMoved(application.id, Change.PAUSED, begun.id))
        return
    end_pause(application, at)
    publish(ApplicationMoved(application.id, Change.RESUMED, running.id))


def begin_pause(
    application: Application, cause: PauseCause, note: str | None, at: datetime, officer: Officer | None
) -> ApplicationPause:
    """Write that a file waits from `at` on; without `officer` it does so by itself."""
    stage = current_stage(application)
    begun = ApplicationPause(
        stage_id=stage.id if stage is not None else None,
        cause=cause,
        outside_control=cause.outside_control,
        note=note,
        starts_at=at,
        started_by_id=officer.id if officer is not None else None,
    )
    application.pauses.append(begun)
    application.state = ApplicationState.PAUSED
    db.session.flush()
    return begun


def end_pause(application: Application, at: datetime) -> None:
    """Write that a file waits no longer; one outside control moves the due date by its working time."""
    running = open_pause(application)
    if running is None:
        return
    running.ends_at = max(at, running.starts_at)
    application.state = ApplicationState.IN_WORK
    if running.outside_control:
        count_due(application)
    db.session.flush()


def open_pause(application: Application) -> ApplicationPause | None:
    """What a file waits for now."""
    return next((one for one in application.pauses if one.ends_at is None), None)


def is_automatic(one: ApplicationPause) -> bool:
    """Whether a pause began by itself: a paper turned out to be missing, or the applicant has only to come."""
    return one.cause.code == WAITING_APPLICANT and one.started_by_id is None and one.external_id is None


def missing_names(application: Application) -> str | None:
    """The missing papers of a file in one line; None where none is missing."""
    return "; ".join(paper.name for paper in application.papers if paper.state == PaperState.MISSING) or None
