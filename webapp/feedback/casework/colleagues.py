"""Who of the staff may see a case: the reverse of `visible_to`, for mentions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select

from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission
from webapp.database import db
from webapp.feedback.models import Complaint, Exclusion, Recusal
from webapp.organisation.models import Officer


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may see a case."""

    id: int
    name: str


def list_colleagues(viewer: Account, complaint: Complaint) -> list[Colleague]:
    """Those besides `viewer` who may see `complaint`, by name; for a caller that has read it as `viewer`.

    Holds to what `handling.visible_to` says of each of them: a test asks both.
    """
    rows = db.session.execute(
        select(Account.id, Account.name)
        .where(
            Account.active,
            Account.id != viewer.id,
            exists().where(RoleAssignment.account_id == Account.id, *_role_reaches(complaint)),
            ~exists().where(Recusal.complaint_id == complaint.feedback_id, Recusal.account_id == Account.id),
            ~exists().where(
                Exclusion.complaint_id == complaint.feedback_id,
                Exclusion.officer_id == Officer.id,
                Officer.account_id == Account.id,
            ),
        )
        .order_by(Account.name, Account.id)
    )
    return [Colleague(*row) for row in rows]


def _role_reaches(complaint: Complaint) -> tuple[ColumnElement[bool], ...]:
    if complaint.unit is None:
        return (RoleAssignment.role.in_(_roles_with(Permission.COMPLAINT_TRIAGE)),)
    if complaint.points_at_person:
        roles = _roles_with(Permission.COMPLAINT_READ_PERSONAL)
    else:
        roles = _roles_with(Permission.COMPLAINT_READ, Permission.COMPLAINT_ANSWER)
    above = [int(id_) for id_ in complaint.unit.path.strip("/").split("/")]
    return RoleAssignment.role.in_(roles), RoleAssignment.unit_id.in_(above)


def _roles_with(*permissions: Permission) -> list[str]:
    return [role for role, held in ROLE_PERMISSIONS.items() if not held.isdisjoint(permissions)]
