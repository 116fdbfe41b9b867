"""One complaint about two matters: the second half becomes a complaint of its own, for another unit."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, insert, literal, select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.codes import new_code
from webapp.feedback.events import ComplaintSubmitted
from webapp.feedback.handling import send_to_unit
from webapp.feedback.life_cycle import OPEN_STATES, IllegalStep, State, Step
from webapp.feedback.models import Complaint, Feedback, Follower, Photo
from webapp.feedback.movement.errors import AlreadyThere
from webapp.feedback.movement.kept_away import copy_kept_away
from webapp.feedback.movement.records import masked_note, record_move
from webapp.feedback.vocabulary import Move
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of
from webapp.outbox import publish

_STATED = ("channel", "place", "latitude", "longitude", "occurred_at", "occurred_exactly", "filed_at", "rater_key")
_SAID = (
    "secret_word", "complaint_kind", "text", "original_text", "secret", "anonymous", "points_at_person",
    "contact_name", "contact_phone", "contact_email", "verified_at", "needs_inspection",
)  # fmt: skip


def split_complaint(complaint: Complaint, actor: Account, unit: Unit, note: str, at: datetime) -> Complaint:
    """Give the part of a complaint that is `unit`'s matter a life of its own there; the second half.

    It has its own code and the same secret word, words, photos, contact and followers, is kept from the same people,
    and its clocks count from the same filing. Splitting off for the same unit again returns what was split off before.
    Raises AlreadyThere where the complaint itself lies in that unit, IllegalStep where it is not open.
    """
    if complaint.unit_id == unit.id:
        raise AlreadyThere
    write_key = f"split:{complaint.feedback_id}:{unit.id}"
    earlier = db.session.scalars(select(Complaint).join(Feedback).where(Feedback.write_key == write_key)).one_or_none()
    if earlier is not None:
        return earlier
    if complaint.state not in OPEN_STATES:
        raise IllegalStep(State(complaint.state), Step.SEND_TO_UNIT)
    half = _write_down(complaint, unit, write_key)
    copy_kept_away(complaint.feedback_id, half.feedback_id, at)
    send_to_unit(
        half,
        unit,
        working_time_of(unit),
        reason=Move.SPLIT.value,
        at=at,
        decided_by=actor,
        kind=Move.SPLIT,
        note=masked_note(note),
    )
    record_move(complaint, Move.SPLIT, at, by=actor.id, note=note, other_id=half.feedback_id)
    # Attributed like everything filed; that the agency decided on the unit is the evidence.
    publish(ComplaintSubmitted(half.feedback_id))
    return half


def _write_down(complaint: Complaint, unit: Unit, write_key: str) -> Complaint:
    feedback = Feedback(
        kind="complaint",
        write_key=write_key,
        decided_unit_id=unit.id,
        **{name: getattr(complaint.feedback, name) for name in _STATED},
    )
    db.session.add(feedback)
    db.session.flush()
    half = Complaint(
        feedback_id=feedback.id,
        code=_free_code(),
        split_from_id=complaint.feedback_id,
        feedback=feedback,
        **{name: getattr(complaint, name) for name in _SAID},
    )
    db.session.add(half)
    db.session.flush()
    _copy_followers(complaint.feedback_id, half.feedback_id)
    _copy_photos(complaint.feedback_id, half.feedback_id)
    return half


def _free_code() -> str:
    code = new_code()
    while db.session.scalar(select(Complaint.feedback_id).where(Complaint.code == code)) is not None:
        code = new_code()
    return code


def _copy_followers(source_id: int, target_id: int) -> None:
    columns = ["complaint_id", "channel", "address", "address_key", "language"]
    table = cast(Table, Follower.__table__)
    rows = select(literal(target_id), *(table.c[name] for name in columns[1:])).where(table.c.complaint_id == source_id)
    db.session.execute(insert(table).from_select(columns, rows))


def _copy_photos(source_id: int, target_id: int) -> None:
    """What the reporter sent along belongs to both halves; an upload key of its own keeps the copies apart."""
    table = cast(Table, Photo.__table__)
    columns = ["digest", "content", "media_type", "width", "height", "created_at", "kind", "look", "look_pieces"]
    rows = select(
        literal(target_id),
        func.concat("split:", literal(target_id), ":", table.c.id),
        *(table.c[name] for name in columns),
    ).where(table.c.complaint_id == source_id, table.c.kind == "report")
    db.session.execute(insert(table).from_select(["complaint_id", "upload_key", *columns], rows))
