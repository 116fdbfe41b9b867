"""The reporter hands in what was missing, in time or after the complaint was put away for want of it."""

from __future__ import annotations

from datetime import datetime

from webapp.feedback.actions import reply_to_agency
from webapp.feedback.life_cycle import IllegalStep, State, Step
from webapp.feedback.models import Complaint
from webapp.feedback.movement.verifying import complete_complaint, restore_complaint
from webapp.feedback.reporter_case import never_completed
from webapp.feedback.reporter_history import list_messages, tell_history


def hand_in(complaint: Complaint, text: str, *, write_key: str, at: datetime) -> None:
    """Complete a complaint that was deferred; one that was archived meanwhile comes back to triage by it.

    Raises IllegalStep where nothing is missing, and where it was archived for another reason.
    """
    if complaint.state != State.ARCHIVED:
        complete_complaint(complaint, text, write_key=write_key, at=at)
        return
    if not never_completed(tell_history(complaint, list_messages(complaint))):
        raise IllegalStep(State.ARCHIVED, Step.COMPLETE)
    restore_complaint(complaint, None, None, at)
    reply_to_agency(complaint, text, write_key=write_key, at=at)
