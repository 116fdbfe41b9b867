"""Who may work on a complaint: what its unit, its secrecy and its past leave.

Imports no action, so that every action can ask here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select

from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission
from webapp.database import db
from webapp.feedback.models import Complaint, Exclusion, Recusal
from webapp.organisation.models import Officer, Unit


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may work on a complaint; `unit` is the nearest one for which he may."""

    id: int
    name: str
    unit_id: int
    unit: str
    #: Whether he may for the very unit where the complaint lies, not only for one above it.
    near: bool


def list_colleagues(complaint: Complaint) -> list[Colleague]:
    """Who may work on `complaint` where it lies: the nearest first, then by name; nobody where it lies nowhere.

    Neither whom it concerns, nor who declared a conflict, nor who gave the answer that is disputed. One that
    points at a person is only for those who may read such.
    """
    if complaint.unit_id is None:
        return []
    rows = db.session.execute(
        select(Account.id, Account.name, Unit.id.label("unit_id"), Unit.name.label("unit"), Unit.path)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(*_conditions(complaint))
    ).all()
    nearest = {row.id: row for row in sorted(rows, key=lambda row: len(row.path))}
    found = sorted(nearest.values(), key=lambda row: (-len(row.path), row.name.casefold(), row.id))
    return [Colleague(row.id, row.name, row.unit_id, row.unit, row.unit_id == complaint.unit_id) for row in found]


def may_work_on(complaint: Complaint, account_id: int) -> bool:
    """Whether this account may be given `complaint`, by the rules of `list_colleagues`."""
    return _any(complaint, Account.id == account_id)


def somebody_may(complaint: Complaint) -> bool:
    """Whether there is anybody at all who may work on `complaint` where it lies."""
    return _any(complaint)


def somebody_places(complaint: Complaint, *, but: int) -> bool:
    """Whether anybody but `but` may see a complaint that lies nowhere, and say where it belongs."""
    query = (
        select(Account.id)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .where(
            *not_kept_away(complaint),
            RoleAssignment.role.in_(_roles_with(Permission.COMPLAINT_TRIAGE)),
            Account.id != but,
        )
        .limit(1)
    )
    return db.session.scalar(query) is not None


def is_concerned(complaint: Complaint, account_id: int) -> bool:
    """Whether the complaint concerns this account's officer, or its owner declared a conflict of interest in it."""
    excluded = exists().where(
        Exclusion.complaint_id == complaint.feedback_id,
        Exclusion.officer_id == Officer.id,
        Officer.account_id == account_id,
    )
    recused = exists().where(Recusal.complaint_id == complaint.feedback_id, Recusal.account_id == account_id)
    return bool(db.session.scalar(select(excluded | recused)))


def answered_what_is_disputed(complaint: Complaint, account_id: int) -> bool:
    """Whether this account gave the answer that the reporter did not accept: another pair of eyes is due."""
    return complaint.reopened > 0 and complaint.answered_by_id == account_id


def _any(complaint: Complaint, *more: ColumnElement[bool]) -> bool:
    if complaint.unit_id is None:
        return False
    query = (
        select(Account.id)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .where(*_conditions(complaint), *more)
        .limit(1)
    )
    return db.session.scalar(query) is not None


def _conditions(complaint: Complaint) -> list[ColumnElement[bool]]:
    line = [int(part) for part in db.session.get_one(Unit, complaint.unit_id).path.strip("/").split("/")]
    conditions: list[ColumnElement[bool]] = [
        RoleAssignment.unit_id.in_(line),
        RoleAssignment.role.in_(_roles_with(Permission.COMPLAINT_ANSWER)),
        *not_kept_away(complaint),
    ]
    if complaint.points_at_person:
        reading = RoleAssignment.__table__.alias("reading")
        conditions.append(
            exists()
            .where(
                reading.c.account_id == Account.id,
                reading.c.unit_id.in_(line),
                reading.c.role.in_(_roles_with(Permission.COMPLAINT_READ_PERSONAL)),
            )
            .correlate(Account)
        )
    if complaint.reopened and complaint.answered_by_id is not None:
        conditions.append(Account.id != complaint.answered_by_id)
    return conditions


def not_kept_away(complaint: Complaint) -> list[ColumnElement[bool]]:
    """Of an account: active, not concerned by `complaint`, and without a declared conflict of interest in it."""
    return [
        Account.active.is_(True),
        ~exists().where(
            Exclusion.complaint_id == complaint.feedback_id,
            Exclusion.officer_id == Officer.id,
            Officer.account_id == Account.id,
        ),
        ~exists().where(Recusal.complaint_id == complaint.feedback_id, Recusal.account_id == Account.id),
    ]


def _roles_with(permission: Permission) -> list[str]:
    return sorted(role.value for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions)
