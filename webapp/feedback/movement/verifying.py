"""The administrator's choices before a complaint is sent anywhere: verify, defer, not ours, archive; and back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.actions import is_repetition, move, say
from webapp.feedback.clocks.actions import keep_clocks
from webapp.feedback.events import ComplaintMoved, ReporterReplied, ReporterTold
from webapp.feedback.life_cycle import State, Step
from webapp.feedback.models import Complaint
from webapp.feedback.movement.merging import release_merged
from webapp.feedback.movement.records import record_move
from webapp.feedback.vocabulary import Move
from webapp.outbox import publish


class ArchiveReason(StrEnum):
    """Why a complaint is put away without an answer."""

    #: What was missing was never handed in.
    NOT_COMPLETED = "not_completed"
    #: Nothing is complained of, suggested or asked: thanks, a test, advertising.
    NO_COMPLAINT = "no_complaint"
    #: The same person said the same before, and it was answered.
    REPEATED = "repeated"
    #: The reporter took it back.
    WITHDRAWN = "withdrawn"


def verify_complaint(complaint: Complaint, actor: Account, note: str | None, at: datetime) -> None:
    """It is ours and complete, though not yet sent anywhere; raises IllegalStep."""
    if complaint.state == State.VERIFIED:
        return
    move(complaint, Step.VERIFY, at, actor.id)
    complaint.verified_at = complaint.verified_at or at
    keep_clocks(complaint, at)
    record_move(complaint, Move.VERIFIED, at, by=actor.id, note=note)


def defer_complaint(complaint: Complaint, actor: Account, text: str, *, write_key: str, at: datetime) -> None:
    """Ask the reporter to complete the complaint; `text` tells him what is missing. Raises IllegalStep.

    Until he does, the clocks rest and his own runs.
    """
    if is_repetition(State(complaint.state), Step.DEFER, write_key):
        return
    message_id = say(complaint, "agency", "deferral", text, write_key=write_key, at=at, account_id=actor.id)
    if message_id is None:
        return
    complaint.awaiting_reporter_since = at
    move(complaint, Step.DEFER, at, actor.id)
    complaint.handler_id = None
    keep_clocks(complaint, at)
    record_move(complaint, Move.DEFERRED, at, by=actor.id)
    publish(ReporterTold(complaint.feedback_id, message_id))


def complete_complaint(complaint: Complaint, text: str, *, write_key: str, at: datetime) -> None:
    """The reporter hands in what was missing: the complaint goes back to triage. Raises IllegalStep."""
    if is_repetition(State(complaint.state), Step.COMPLETE, write_key):
        return
    if say(complaint, "reporter", "reply", text, write_key=write_key, at=at) is None:
        return
    complaint.awaiting_reporter_since = None
    move(complaint, Step.COMPLETE, at, None)
    keep_clocks(complaint, at)
    record_move(complaint, Move.COMPLETED, at, by=None)
    publish(ReporterReplied(complaint.feedback_id))


def pass_on(complaint: Complaint, actor: Account, agency: str, text: str, *, write_key: str, at: datetime) -> None:
    """Hand another agency's matter on to it, and tell the reporter what happens there. Raises IllegalStep.

    No wrong door: the reporter has nothing to do. What was merged into this one is passed on with it, and each
    reporter is told.
    """
    if is_repetition(State(complaint.state), Step.PASS_ON, write_key):
        return
    merged = release_merged(complaint, at, by=actor.id)
    _pass_on(complaint, actor, agency, text, write_key, at)
    if merged:
        db.session.flush()
        for one in merged:
            if one.unit_id is None:  # one that lay with a unit is looked at by itself
                _pass_on(one, actor, agency, text, f"{write_key}:{one.feedback_id}", at)


def _pass_on(complaint: Complaint, actor: Account, agency: str, text: str, write_key: str, at: datetime) -> None:
    message_id = say(complaint, "agency", "farewell", text, write_key=write_key, at=at, account_id=actor.id)
    if message_id is None:
        return
    complaint.passed_on_to = agency.strip()
    _end(complaint, Step.PASS_ON, at, actor.id)
    record_move(complaint, Move.PASSED_ON, at, by=actor.id, note=agency)
    publish(ReporterTold(complaint.feedback_id, message_id))


def archive_complaint(
    complaint: Complaint, actor: Account | None, reason: ArchiveReason, text: str, *, write_key: str, at: datetime
) -> None:
    """Put a complaint away without an answer; `text` tells the reporter why and how he can come back.

    `actor` is None where time did it. What was merged into this one is looked at again by itself. Raises IllegalStep.
    """
    if is_repetition(State(complaint.state), Step.ARCHIVE, write_key):
        return
    by = actor.id if actor else None
    message_id = say(complaint, "agency", "farewell", text, write_key=write_key, at=at, account_id=by)
    if message_id is None:
        return
    release_merged(complaint, at, by=by)
    _end(complaint, Step.ARCHIVE, at, by)
    record_move(complaint, Move.ARCHIVED, at, by=by, reason=ArchiveReason(reason).value)
    publish(ReporterTold(complaint.feedback_id, message_id))


def restore_complaint(complaint: Complaint, actor: Account | None, note: str | None, at: datetime) -> None:
    """Take back that a complaint was passed on or archived: triage looks at it again. Raises IllegalStep.

    `actor` is None where the reporter came back with what was missing.
    """
    if complaint.state == State.IN_TRIAGE:
        return
    by = actor.id if actor else None
    move(complaint, Step.RESTORE, at, by)
    complaint.unit_id = None
    complaint.passed_on_to = None
    complaint.settled_at = None
    keep_clocks(complaint, at)
    record_move(complaint, Move.RESTORED, at, by=by, note=note)
    publish(ComplaintMoved(complaint.feedback_id))


def _end(complaint: Complaint, step: Step, at: datetime, by: int | None) -> None:
    complaint.awaiting_reporter_since = None
    move(complaint, step, at, by)
    complaint.handler_id = None
    complaint.settled_at = at
    keep_clocks(complaint, at)
