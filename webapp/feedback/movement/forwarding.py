"""Handing a complaint out, on and back. Hands that passed it on are counted: no wrong door."""

from __future__ import annotations

from datetime import datetime

from webapp.accounts.models import Account
from webapp.feedback.actions import move
from webapp.feedback.clocks.actions import keep_clocks
from webapp.feedback.clocks.queries import preset_for
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.events import ComplaintMoved
from webapp.feedback.handling import hold_for_triage, send_to_unit
from webapp.feedback.life_cycle import State, Step
from webapp.feedback.models import Complaint
from webapp.feedback.movement.errors import AlreadyThere, NotAssignable
from webapp.feedback.movement.people import Colleague, answered_what_is_disputed, may_work_on
from webapp.feedback.movement.records import masked_note, record_move
from webapp.feedback.vocabulary import Move
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of
from webapp.outbox import publish

#: Reason of a move to triage because too many hands had passed it on.
CEILING = "forward_ceiling"


def assign_complaint(
    complaint: Complaint, actor: Account, account: Account | Colleague, note: str | None, at: datetime
) -> None:
    """Give a complaint to somebody who has not begun; raises NotAssignable, IllegalStep.

    Never to whom it concerns, who declared a conflict, who may not read it, or who gave the answer that is disputed.
    A Colleague was listed for this complaint under its lock: of him that is known already.
    """
    if complaint.handler_id == account.id and complaint.state in (State.ASSIGNED, State.IN_WORK):
        return
    if not isinstance(account, Colleague) and not may_work_on(complaint, account.id):
        raise NotAssignable
    move(complaint, Step.ASSIGN, at, actor.id)
    complaint.handler_id = account.id
    keep_clocks(complaint, at)
    record_move(complaint, Move.ASSIGNED, at, by=actor.id, note=note, handler_id=account.id)
    publish(ComplaintMoved(complaint.feedback_id))


def forward_complaint(complaint: Complaint, actor: Account, unit: Unit, note: str, at: datetime) -> bool:
    """Hand a complaint on to another unit. True if it went there, False if the administrator decides.

    He does once it was handed on as often as its unit's preset allows. Raises AlreadyThere, IllegalStep, and
    NotForThisPerson for whoever gave the answer that is disputed.
    """
    _refuse_own_answer(complaint, actor)
    if complaint.unit_id == unit.id:
        raise AlreadyThere
    if is_handed_on_enough(complaint):
        hold_for_triage(complaint, reason=CEILING, at=at, decided_by=actor, kind=Move.FORWARDED, note=masked_note(note))
        publish(ComplaintMoved(complaint.feedback_id))
        return False
    complaint.forwards += 1
    send_to_unit(
        complaint,
        unit,
        working_time_of(unit),
        reason=Move.FORWARDED.value,
        at=at,
        decided_by=actor,
        kind=Move.FORWARDED,
        note=masked_note(note),
    )
    return True


def send_back(complaint: Complaint, actor: Account, note: str, at: datetime) -> None:
    """Hand a complaint back to the administrator, who decides anew where it belongs.

    Raises IllegalStep, and NotForThisPerson for whoever gave the answer that is disputed.
    """
    if complaint.state == State.IN_TRIAGE:
        return
    _refuse_own_answer(complaint, actor)
    reason = CEILING if is_handed_on_enough(complaint) else Move.SENT_BACK.value
    complaint.forwards += 1
    hold_for_triage(complaint, reason=reason, at=at, decided_by=actor, kind=Move.SENT_BACK, note=masked_note(note))
    publish(ComplaintMoved(complaint.feedback_id))


def change_term(complaint: Complaint, actor: Account, needs_inspection: bool, at: datetime) -> None:
    """Say whether it takes an inspection to decide: then the longer term holds, from the filing on."""
    if complaint.needs_inspection == needs_inspection:
        return
    complaint.needs_inspection = needs_inspection
    keep_clocks(complaint, at)
    record_move(
        complaint, Move.TERM_CHANGED, at, by=actor.id, reason="inspection" if needs_inspection else "no_inspection"
    )


def is_handed_on_enough(complaint: Complaint) -> bool:
    """Whether units have handed it on as often as the preset that holds for them allows."""
    return complaint.forwards >= preset_for(complaint.unit_id).forwards


def _refuse_own_answer(complaint: Complaint, actor: Account) -> None:
    if complaint.state == State.DISPUTED and answered_what_is_disputed(complaint, actor.id):
        raise NotForThisPerson
