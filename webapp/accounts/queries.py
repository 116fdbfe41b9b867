"""Finding accounts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.accounts.models import Account
from webapp.database import db


def get_account(account_id: int) -> Account | None:
    """The account with this id, its roles with it."""
    return db.session.get(Account, account_id)


def list_accounts() -> list[Account]:
    """All accounts by name, with their roles. Callers hold ACCOUNT_MANAGE."""
    return list(
        db.session.scalars(select(Account).options(selectinload(Account.grants)).order_by(Account.name, Account.id))
    )
