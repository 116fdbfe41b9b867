"""The requirements of a file: ticking the last missing one makes it complete, and its clock begins."""

from __future__ import annotations

from datetime import datetime

from webapp.accounts.models import Account
from webapp.counter.applications.access import current_stage, open_application
from webapp.counter.applications.catalogue import WAITING_APPLICANT, cause_of
from webapp.counter.applications.due_dates import count_due
from webapp.counter.applications.errors import NoSuchApplication
from webapp.counter.applications.models import Application, ApplicationPaper
from webapp.counter.applications.pauses import begin_pause, end_pause, is_automatic, missing_names, open_pause
from webapp.counter.applications.vocabulary import ApplicationState, Change, PaperState
from webapp.counter.events import ApplicationMoved
from webapp.database import db
from webapp.outbox import publish


def tick_paper(account: Account, paper_id: int, state: PaperState, at: datetime) -> Application:
    """Say that a paper is there, missing after all, or not needed; its file, in which it is so now.

    The last missing one makes a file complete: its clock begins, once and for all. When one turns out to be missing
    later, the file waits for the applicant by itself, and goes on by itself when the paper has come. Setting what is
    set already changes nothing. Raises NoSuchApplication, ApplicationGone.
    """
    paper = db.session.get(ApplicationPaper, paper_id) if 0 < paper_id < 2**63 else None
    if paper is None:
        raise NoSuchApplication
    application, officer = open_application(account, paper.application_id)
    db.session.refresh(paper)
    if paper.state == state:
        return application
    paper.state, paper.changed_at, paper.changed_by_id = state, at, officer.id
    db.session.flush()
    if application.complete_at is None:
        complete_if_all_there(application, at)
    elif state == PaperState.MISSING:
        _wait_for(application, paper, at)
    else:
        _go_on(application, at)
    return application


def complete_if_all_there(application: Application, at: datetime) -> None:
    """Begin the clock of a file that has no missing paper."""
    if any(paper.state == PaperState.MISSING for paper in application.papers):
        return
    application.complete_at = at
    application.state = ApplicationState.IN_WORK
    count_due(application)
    db.session.flush()
    publish(ApplicationMoved(application.id, Change.COMPLETED))


def _wait_for(application: Application, paper: ApplicationPaper, at: datetime) -> None:
    """A paper of a complete file is missing: wait for the applicant, unless something else outside control holds it."""
    running = open_pause(application)
    if running is not None and is_automatic(running):
        running.note = missing_names(application)
    elif running is None or not running.outside_control:
        end_pause(application, at)
        begin_pause(application, cause_of(WAITING_APPLICANT), missing_names(application), at, None)
    db.session.flush()
    publish(ApplicationMoved(application.id, Change.PAPER_MISSING, paper.id))


def _go_on(application: Application, at: datetime) -> None:
    """A paper of a complete file has come: if it was the last, what waited for it goes on."""
    running = open_pause(application)
    if running is None or not is_automatic(running):
        return
    stage = current_stage(application)
    missing = missing_names(application)
    if missing is not None or (stage is not None and stage.waits_for_applicant):
        running.note = missing
        db.session.flush()
        return
    end_pause(application, at)
    publish(ApplicationMoved(application.id, Change.RESUMED, running.id))
