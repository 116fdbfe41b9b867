"""Finding accounts."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.accounts.models import Account, RoleAssignment
from webapp.database import db

#: Every page of staff begins with it: one way to the database, and a statement that is built once.
_WITH_ROLES = (
    select(Account)
    .where(Account.id == bindparam("account_id"))
    .options(joinedload(Account.grants).joinedload(RoleAssignment.unit))
)


def get_account(account_id: int) -> Account | None:
    """The account with this id, its roles with it."""
    return db.session.scalars(_WITH_ROLES, {"account_id": account_id}).unique().one_or_none()


def list_accounts() -> list[Account]:
    """All accounts by name, with their roles. Callers hold ACCOUNT_MANAGE."""
    return list(
        db.session.scalars(select(Account).options(selectinload(Account.grants)).order_by(Account.name, Account.id))
    )
