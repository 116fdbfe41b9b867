"""The same matter twice: one complaint is worked on for both. Can be undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.actions import move
from webapp.feedback.clocks.actions import keep_clocks
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.events import ComplaintMoved, MatterJoined
from webapp.feedback.life_cycle import OPEN_STATES, State, Step, next_state
from webapp.feedback.models import Complaint, Disposition, StateChange
from webapp.feedback.movement.errors import Hindrance, NotMergeable
from webapp.feedback.movement.kept_away import copy_kept_away
from webapp.feedback.movement.people import answered_what_is_disputed, is_concerned, may_work_on
from webapp.feedback.movement.records import record_move
from webapp.feedback.movement.shared_answers import merged_into
from webapp.feedback.vocabulary import Move
from webapp.outbox import publish


def merge_complaints(
    main: Complaint, duplicate: Complaint, actor: Account | None, note: str | None, at: datetime
) -> None:
    """Work on `main` for `duplicate`, too; its answer goes to both. No `actor`: the reporter of `duplicate` joined.

    Raises NotMergeable with what hinders it, IllegalStep where `duplicate` is past it, NotForThisPerson for whoever
    gave an answer that is disputed. From now on neither concerns anybody whom the other must be kept from.
    """
    if duplicate.state == State.MERGED and duplicate.merged_into_id == main.feedback_id:
        return
    next_state(State(duplicate.state), Step.MERGE)
    by = actor.id if actor else None
    if by is not None and (answered_what_is_disputed(main, by) or answered_what_is_disputed(duplicate, by)):
        raise NotForThisPerson
    hindrance = hindrance_to_merge(main, duplicate)
    if hindrance is not None:
        raise NotMergeable(hindrance)
    copy_kept_away(main.feedback_id, duplicate.feedback_id, at)
    copy_kept_away(duplicate.feedback_id, main.feedback_id, at)
    handler_id = duplicate.handler_id
    duplicate.merged_into_id = main.feedback_id
    move(duplicate, Step.MERGE, at, by)
    duplicate.handler_id = None
    keep_clocks(duplicate, at)
    record_move(duplicate, Move.MERGED, at, by=by, note=note, handler_id=handler_id, other_id=main.feedback_id)
    _tell_of_matter(main, duplicate)
    publish(ComplaintMoved(duplicate.feedback_id))


def hindrance_to_merge(main: Complaint, duplicate: Complaint) -> Hindrance | None:
    """What keeps two complaints from being worked on as one, if anything."""
    if main.feedback_id == duplicate.feedback_id:
        return Hindrance.ITSELF
    if main.state not in OPEN_STATES or main.state == State.FILED:
        return Hindrance.NOT_OPEN
    if main.points_at_person != duplicate.points_at_person:
        return Hindrance.SECRECY
    if merged_into(duplicate.feedback_id):
        return Hindrance.HAS_OTHERS
    if main.handler_id is not None and is_concerned(duplicate, main.handler_id):
        return Hindrance.CONCERNS_HANDLER
    return None


def separate_complaint(duplicate: Complaint, actor: Account | None, note: str | None, at: datetime) -> None:
    """Undo a merge: the complaint is worked on by itself again, where it was before. Raises IllegalStep.

    Onto the desk of whoever had it, if he still may; else into its unit, or to triage.
    """
    if duplicate.merged_into_id is None and duplicate.state != State.MERGED:
        return
    by = actor.id if actor else None
    before = db.session.scalars(
        select(Disposition)
        .where(Disposition.complaint_id == duplicate.feedback_id, Disposition.kind == Move.MERGED)
        .order_by(Disposition.id.desc())
        .limit(1)
    ).one_or_none()
    had_begun = _state_before_merge(duplicate) == State.IN_WORK
    main_id = duplicate.merged_into_id
    move(duplicate, Step.SEPARATE, at, by)
    duplicate.merged_into_id = None
    duplicate.joins_id = None  # by itself in every count, too
    record_move(duplicate, Move.SEPARATED, at, by=by, note=note, other_id=main_id)
    if duplicate.unit_id is not None:
        db.session.flush()
        move(duplicate, Step.SEND_TO_UNIT, at, by)
        if before is not None and before.handler_id is not None and may_work_on(duplicate, before.handler_id):
            db.session.flush()
            move(duplicate, Step.TAKE if had_begun else Step.ASSIGN, at, by)
            duplicate.handler_id = before.handler_id
    keep_clocks(duplicate, at)
    if main_id is not None:
        _tell_of_matter(db.session.get_one(Complaint, main_id), duplicate)
    publish(ComplaintMoved(duplicate.feedback_id))


def _tell_of_matter(main: Complaint, duplicate: Complaint) -> None:
    """What counts of both is another thing now, where something was found of one of them."""
    if main.finding is not None or duplicate.finding is not None:
        publish(MatterJoined([main.feedback_id, duplicate.feedback_id]))


def release_merged(main: Complaint, at: datetime, *, by: int | None) -> list[Complaint]:
    """Separate everything that waits for an answer which `main` will not get; what was released."""
    waiting = merged_into(main.feedback_id, lock=True)
    actor = db.session.get(Account, by) if by is not None and waiting else None
    for one in waiting:
        separate_complaint(one, actor, None, at)
    return waiting


def _state_before_merge(duplicate: Complaint) -> State | None:
    states = db.session.scalars(
        select(StateChange.state)
        .where(StateChange.complaint_id == duplicate.feedback_id)
        .order_by(StateChange.id.desc())
        .limit(2)
    ).all()
    return State(states[1]) if len(states) == 2 else None
