"""Out of the wrong hands: conflicts of interest, a superior's last word, and the reporter who comes back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.actions import is_repetition, move, say, seek_other_eyes
from webapp.feedback.clocks.actions import keep_clocks
from webapp.feedback.clocks.queries import reopening_ends
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.events import ComplaintMoved, ComplaintSettled, ReporterTold
from webapp.feedback.handling import hold_for_triage, send_to_unit
from webapp.feedback.life_cycle import OPEN_STATES, IllegalStep, State, Step
from webapp.feedback.models import Complaint, Recusal
from webapp.feedback.movement.errors import NobodyElse, WindowClosed
from webapp.feedback.movement.merging import release_merged
from webapp.feedback.movement.people import answered_what_is_disputed, is_concerned, list_colleagues, somebody_places
from webapp.feedback.movement.records import record_move
from webapp.feedback.vocabulary import Move
from webapp.messaging.notifications import take_back
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of
from webapp.outbox import publish

CONFLICT = "conflict"


def declare_conflict(complaint: Complaint, actor: Account, at: datetime) -> None:
    """`actor` says that he is too close to the matter: he sees nothing of it any more, and it leaves his desk.

    Where nobody in the unit is left who may work on it, it goes to the nearest unit above where somebody may, at last
    to triage. Raises NobodyElse where nobody at all would see it any more, IllegalStep where it is not open.
    """
    if complaint.state not in OPEN_STATES:
        raise IllegalStep(State(complaint.state), Step.SEND_TO_UNIT)
    if complaint.unit_id is None and not somebody_places(complaint, but=actor.id):
        raise NobodyElse
    db.session.execute(
        upsert(Recusal).values(complaint_id=complaint.feedback_id, account_id=actor.id, at=at).on_conflict_do_nothing()
    )
    take_back([actor.id], complaint.code)
    record_move(complaint, Move.RECUSED, at, by=actor.id, reason=CONFLICT)
    if complaint.unit_id is None:
        return
    colleagues = list_colleagues(complaint)
    if not colleagues:
        hold_for_triage(complaint, reason=CONFLICT, at=at, decided_by=actor, kind=Move.HELD)
        publish(ComplaintMoved(complaint.feedback_id))
    elif not colleagues[0].near:
        _send(complaint, db.session.get_one(Unit, colleagues[0].unit_id), actor, at)
    elif complaint.handler_id == actor.id:
        _send(complaint, db.session.get_one(Unit, complaint.unit_id), actor, at)


def _send(complaint: Complaint, unit: Unit, actor: Account, at: datetime) -> None:
    send_to_unit(complaint, unit, working_time_of(unit), reason=CONFLICT, at=at, decided_by=actor)


def close_unsolved(complaint: Complaint, actor: Account, text: str, *, write_key: str, at: datetime) -> None:
    """A superior closes what the agency can't solve; `text` tells the reporter why and what is left to him.

    Raises NotForThisPerson for whomever it concerns and whoever gave the disputed answer, IllegalStep. What was merged
    into it is looked at again by itself.
    """
    if is_repetition(State(complaint.state), Step.CLOSE_UNSOLVED, write_key):
        return
    if answered_what_is_disputed(complaint, actor.id) or is_concerned(complaint, actor.id):
        raise NotForThisPerson
    message_id = say(complaint, "agency", "farewell", text, write_key=write_key, at=at, account_id=actor.id)
    if message_id is None:
        return
    release_merged(complaint, at, by=actor.id)
    complaint.awaiting_reporter_since = None
    move(complaint, Step.CLOSE_UNSOLVED, at, actor.id)
    complaint.settled_at = at
    keep_clocks(complaint, at)
    record_move(complaint, Move.UNSOLVED, at, by=actor.id)
    publish(ReporterTold(complaint.feedback_id, message_id))
    publish(ComplaintSettled(complaint.feedback_id, State.UNSOLVED))


def reopen_complaint(complaint: Complaint, text: str, *, write_key: str, at: datetime) -> None:
    """The reporter comes back to what was closed or not solved: before another pair of eyes.

    The window is counted from the closing, whatever was said since. Raises WindowClosed, IllegalStep.
    """
    if is_repetition(State(complaint.state), Step.REOPEN, write_key):
        return
    until = reopening_ends(complaint)
    if until is not None and at > until:
        raise WindowClosed(until)
    if say(complaint, "reporter", "dispute", text, write_key=write_key, at=at) is None:
        return
    move(complaint, Step.REOPEN, at, None)
    complaint.reopened += 1
    complaint.settled_at = None
    complaint.handler_id = None
    record_move(complaint, Move.REOPENED, at, by=None)
    seek_other_eyes(complaint, at)
    keep_clocks(complaint, at)
    publish(ComplaintSettled(complaint.feedback_id, State.DISPUTED))
