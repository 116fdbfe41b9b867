"""Accounts that an administrator manages: those with a role in his units.

An account may hold roles elsewhere as well. Then its roles in his units are his business, but not its password, address
or activity: whoever sets a password can sign in with all its roles.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import selectinload

from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.organisation.errors import NotManaged
from webapp.organisation.managed import LARGEST_ID, belongs_to, in_reach, manages_wholly
from webapp.organisation.models import Officer, Unit

_MANAGE = Permission.ACCOUNT_MANAGE


@dataclass(frozen=True, slots=True)
class ManagedAccount:
    """An account and what the viewer may do with it. `wholly`: password, address and activity are his to change."""

    account: Account
    officer: Officer | None
    wholly: bool


def list_managed_accounts(viewer: Account, words: str = "") -> list[ManagedAccount]:
    """Accounts with a role in the viewer's units, and those without any role of his own officers, by name."""
    query = (
        select(Account, Officer)
        .outerjoin(Officer, Officer.account_id == Account.id)
        .where(_is_managed(viewer))
        .options(selectinload(Account.grants), selectinload(Officer.postings))
        .order_by(Account.name, Account.id)
    )
    if words:
        query = query.where(
            or_(Account.name.icontains(words, autoescape=True), Account.email.icontains(words, autoescape=True))
        )
    return [
        ManagedAccount(account, officer, _wholly(viewer, account, officer))
        for account, officer in db.session.execute(query)
    ]


def get_managed_account(viewer: Account, account_id: int | None) -> ManagedAccount:
    """The account with this id; raises NotManaged."""
    if account_id is None or not 0 < account_id <= LARGEST_ID:
        raise NotManaged
    row = db.session.execute(
        select(Account, Officer)
        .outerjoin(Officer, Officer.account_id == Account.id)
        .where(Account.id == account_id, _is_managed(viewer))
    ).one_or_none()
    if row is None:
        raise NotManaged
    return ManagedAccount(row[0], row[1], _wholly(viewer, *row))


def list_free_accounts(viewer: Account, officer: Officer) -> list[Account]:
    """Accounts that `officer` could sign in with: wholly the viewer's, and no other officer's."""
    return [
        managed.account
        for managed in list_managed_accounts(viewer)
        if managed.wholly and (managed.officer is None or managed.officer.id == officer.id)
    ]


def _is_managed(viewer: Account) -> ColumnElement[bool]:
    """The condition that a row of Account, outer joined with its Officer, is the viewer's to manage."""
    role_here = exists(
        select(RoleAssignment.id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(RoleAssignment.account_id == Account.id, in_reach(viewer, _MANAGE))
    )
    no_role = ~exists(select(RoleAssignment.id).where(RoleAssignment.account_id == Account.id))
    return or_(role_here, no_role & Officer.id.is_not(None) & belongs_to(viewer, _MANAGE))


def _wholly(viewer: Account, account: Account, officer: Officer | None) -> bool:
    return all(can(viewer, _MANAGE, grant.unit) for grant in account.grants) and (
        officer is None or manages_wholly(viewer, officer, _MANAGE)
    )
