"""What a viewer may do with a complaint now: by his permissions where it lies, its state, and what he did before."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.feedback.errors import FeedbackError
from webapp.feedback.handling import get_case
from webapp.feedback.life_cycle import OPEN_STATES, STEPS, State, Step
from webapp.feedback.models import Complaint, Disposition
from webapp.feedback.movement.people import answered_what_is_disputed
from webapp.feedback.vocabulary import Move

#: How long after a move the same form, sent again, is taken for the same press.
_SAME_PRESS = timedelta(minutes=10)


class Option(StrEnum):
    """A move that somebody may choose."""

    VERIFY = "verify"
    DEFER = "defer"
    PASS_ON = "pass_on"  # noqa: S105  no password
    ARCHIVE = "archive"
    RESTORE = "restore"
    ASSIGN = "assign"
    FORWARD = "forward"
    SEND_BACK = "send_back"
    CHANGE_TERM = "change_term"
    SPLIT = "split"
    MERGE = "merge"
    SEPARATE = "separate"
    CONFLICT = "conflict"
    CLOSE_UNSOLVED = "close_unsolved"


class NotNow(FeedbackError):
    """This can't be done with the complaint any more, or not by this viewer."""


#: What whoever gave the disputed answer leaves to others.
_NOT_FOR_ITS_AUTHOR = frozenset(
    {
        Option.FORWARD,
        Option.SEND_BACK,
        Option.CHANGE_TERM,
        Option.SPLIT,
        Option.MERGE,
        Option.CLOSE_UNSOLVED,
    }
)
_TRIAGE = {
    Option.VERIFY: Step.VERIFY,
    Option.DEFER: Step.DEFER,
    Option.PASS_ON: Step.PASS_ON,
    Option.ARCHIVE: Step.ARCHIVE,
    Option.RESTORE: Step.RESTORE,
}
_WITH_A_UNIT = frozenset({State.SENT, State.ASSIGNED, State.IN_WORK, State.DISPUTED})


def options_for(viewer: Account, complaint: Complaint) -> frozenset[Option]:
    """The moves that `viewer`, who sees `complaint`, may make with it now."""
    state, unit = State(complaint.state), complaint.unit
    found: set[Option] = set()
    may_place = can(viewer, Permission.COMPLAINT_TRIAGE, unit)
    may_assign = unit is not None and can(viewer, Permission.COMPLAINT_ASSIGN, unit)
    may_answer = unit is not None and can(viewer, Permission.COMPLAINT_ANSWER, unit)
    if may_place:
        found |= {option for option, step in _TRIAGE.items() if (state, step) in STEPS}
    if may_assign and (state, Step.ASSIGN) in STEPS:
        found.add(Option.ASSIGN)
    if may_place or may_assign:
        if state in OPEN_STATES and state != State.FILED:
            found |= {Option.CHANGE_TERM, Option.SPLIT}
        if (state, Step.MERGE) in STEPS and state != State.FILED:
            found.add(Option.MERGE)
        if state == State.MERGED:
            found.add(Option.SEPARATE)
    if may_answer and state in _WITH_A_UNIT and (may_assign or complaint.handler_id in (None, viewer.id)):
        found |= {Option.FORWARD, Option.SEND_BACK}
    if (may_place or may_assign or may_answer) and state in OPEN_STATES and state != State.FILED:
        found.add(Option.CONFLICT)
    if unit is not None and can(viewer, Permission.COMPLAINT_DECIDE, unit) and (state, Step.CLOSE_UNSOLVED) in STEPS:
        found.add(Option.CLOSE_UNSOLVED)
    if answered_what_is_disputed(complaint, viewer.id):
        found -= _NOT_FOR_ITS_AUTHOR
    return frozenset(found)


def may_hand_out(viewer: Account, complaint: Complaint) -> bool:
    """Whether `viewer` may say what becomes of a complaint: triage where it lies nowhere, else who assigns there."""
    if complaint.unit is None:
        return can(viewer, Permission.COMPLAINT_TRIAGE)
    return can(viewer, Permission.COMPLAINT_ASSIGN, complaint.unit)


def open_for_move(viewer: Account, code: str, option: Option, *, lock: bool = False) -> Complaint:
    """The complaint, if `viewer` may make this move with it now.

    Raises NotForThisPerson where he may not see it, NotNow where he sees it and may not.
    """
    complaint = get_case(viewer, code, lock=lock)
    if option not in options_for(viewer, complaint):
        raise NotNow
    return complaint


def was_just_moved(viewer: Account, code: str, kind: Move, at: datetime) -> bool:
    """Whether the last thing done with the complaint is this move by this viewer: a second press of the same button.

    Told to him also where the move took the complaint out of his sight.
    """
    rows = db.session.execute(
        select(Disposition.kind, Disposition.decided_by_id, Disposition.at)
        .join(Complaint, Complaint.feedback_id == Disposition.complaint_id)
        .where(Complaint.code == code.replace("\x00", ""))
        .order_by(Disposition.id.desc())
        .limit(4)
    ).all()
    # One press can be several moves: out of somebody's hands and into a unit.
    latest = [row for row in rows if row.at == rows[0].at and row.at > at - _SAME_PRESS]
    return any(row.kind == kind and row.decided_by_id == viewer.id for row in latest)
