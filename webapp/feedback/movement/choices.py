"""What somebody who moves a complaint chooses from: units, what others can be merged into; and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.feedback.handling import visible_to
from webapp.feedback.life_cycle import OPEN_STATES, State
from webapp.feedback.models import Complaint
from webapp.organisation.models import Unit
from webapp.organisation.queries import list_units

_WORKED_ON = tuple(sorted(OPEN_STATES - {State.FILED}))


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit that can be chosen; `depth` is its level in the tree."""

    id: int
    name: str
    depth: int


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
