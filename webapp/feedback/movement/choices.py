"""What somebody who moves a complaint chooses from: units, complaints about the same matter; and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.feedback.handling import visible_to
from webapp.feedback.life_cycle import OPEN_STATES, State
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.movement.likeness import likeness, words_of
from webapp.organisation.models import Unit
from webapp.organisation.queries import list_units

#: How far apart in time two complaints about one matter are looked for, and how many are compared.
NEAR = timedelta(days=30)
_COMPARED = 200
#: Part of the words in common from which on two texts are shown as alike.
_ALIKE = 0.12
_WORKED_ON = tuple(sorted(OPEN_STATES - {State.FILED}))


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit that can be chosen; `depth` is its level in the tree."""

    id: int
    name: str
    depth: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open complaint that may be about the same matter.

    `same_reporter`: sent from the same device; it tells nothing of who it is. `likeness`: part of the words in common.
    """

    code: str
    excerpt: str
    state: str
    filed_at: datetime
    unit: str | None
    same_reporter: bool
    likeness: float


@dataclass(frozen=True, slots=True)
class Relation:
    """A complaint that belongs to another: `how` is main, merged, whole or half."""

    code: str
    how: str
    state: str


def unit_choices(complaint: Complaint) -> list[UnitChoice]:
    """The units to which a complaint can be handed on, in the order of the tree; not the one where it lies."""
    return [
        UnitChoice(unit.id, unit.name, unit.path.count("/") - 2)
        for unit in list_units()
        if unit.id != complaint.unit_id
    ]


def list_candidates(viewer: Account, complaint: Complaint, limit: int = 8) -> list[Candidate]:
    """Open complaints that `viewer` sees, may hand out, and that may be about the same matter: the likeliest first.

    Looked for among those from the same device, and those of the same unit or service filed near in time.
    """
    feedback = complaint.feedback
    places: list[ColumnElement[bool]] = []
    unit_id = complaint.unit_id or feedback.unit_id
    if unit_id is not None:
        places += [Complaint.unit_id == unit_id, and_(Complaint.unit_id.is_(None), Feedback.unit_id == unit_id)]
    if feedback.service_id is not None:
        places.append(Feedback.service_id == feedback.service_id)
    if complaint.unit_id is None:
        places.append(Complaint.unit_id.is_(None))
    near = and_(or_(*places), Feedback.filed_at.between(feedback.filed_at - NEAR, feedback.filed_at + NEAR))
    rows = list(_candidates(viewer, complaint, near)) if places else []
    if feedback.rater_key is not None:
        seen = {row.code for row in rows}
        own = _candidates(viewer, complaint, Feedback.rater_key == feedback.rater_key)
        rows += [row for row in own if row.code not in seen]
    words = words_of(complaint.text)
    found = []
    for row in rows:
        same = feedback.rater_key is not None and row.rater_key == feedback.rater_key
        share = likeness(words, words_of(row.text))
        if same or share >= _ALIKE:
            found.append(Candidate(row.code, row.text[:240], row.state, row.filed_at, row.unit, same, share))
    found.sort(key=lambda one: (-one.likeness - (0.5 if one.same_reporter else 0.0), one.filed_at, one.code))
    return found[:limit]


def may_be_main(viewer: Account) -> ColumnElement[bool]:
    """Whether others may be merged into a complaint by `viewer`; over Complaint outer-joined with Unit."""
    assigns = or_(
        *(Unit.path.startswith(path, autoescape=True) for path in reach(viewer, Permission.COMPLAINT_ASSIGN)),
        Complaint.unit_id.is_(None),
    )
    return and_(visible_to(viewer), assigns, Complaint.state.in_(_WORKED_ON))


def list_relations(viewer: Account, complaint: Complaint) -> list[Relation]:
    """What is worked on together with a complaint or was split from it, as far as `viewer` may see it."""
    id_ = complaint.feedback_id
    rows = db.session.execute(
        select(
            Complaint.code, Complaint.feedback_id, Complaint.merged_into_id, Complaint.split_from_id, Complaint.state
        )
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(
            or_(
                Complaint.merged_into_id == id_,
                Complaint.split_from_id == id_,
                Complaint.feedback_id.in_([complaint.merged_into_id or 0, complaint.split_from_id or 0]),
            ),
            visible_to(viewer),
        )
        .order_by(Complaint.feedback_id)
        .limit(50)
    )
    relations = []
    for row in rows:
        if row.merged_into_id == id_:
            how = "merged"
        elif row.split_from_id == id_:
            how = "half"
        else:
            how = "main" if row.feedback_id == complaint.merged_into_id else "whole"
        relations.append(Relation(row.code, how, row.state))
    return relations


def _candidates(viewer: Account, complaint: Complaint, condition: ColumnElement[bool]) -> Sequence[Row[Any]]:
    return db.session.execute(
        select(
            Complaint.code,
            func.left(Complaint.text, 2000).label("text"),
            Complaint.state,
            Feedback.filed_at,
            Feedback.rater_key,
            Unit.name.label("unit"),
        )
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(
            may_be_main(viewer),
            Complaint.feedback_id != complaint.feedback_id,
            Complaint.points_at_person == complaint.points_at_person,
            condition,
        )
        .order_by(Complaint.feedback_id.desc())
        .limit(_COMPARED)
    ).all()
