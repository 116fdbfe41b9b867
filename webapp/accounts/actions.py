"""Signing in, passwords, and giving roles."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select

from webapp.accounts.errors import AccountLocked, EmailTaken, PasswordTooWeak, SignInRefused
from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import Role
from webapp.database import db

MIN_PASSWORD_LENGTH = 10
#: After this many failures in a row the account is locked, doubling from LOCK_STEP up to LONGEST_LOCK.
FAILURES_BEFORE_LOCK = 5
LOCK_STEP = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Argon2id hash; raises PasswordTooWeak for one that is too short or a single repeated character."""
    if len(password) < MIN_PASSWORD_LENGTH or len(set(password)) < 4:
        raise PasswordTooWeak
    return _hasher.hash(password)


def sign_in(email: str, password: str, now: datetime) -> Account:
    """The account that `email` and `password` open.

    Raises AccountLocked while too many failures are recent, SignInRefused otherwise; the failure is counted on the
    account, so the caller commits in either case. An unknown address takes as long as a wrong password.
    """
    account = db.session.scalars(
        select(Account).where(func.lower(Account.email) == email.strip().lower()).with_for_update(of=Account)
    ).one_or_none()
    if account is None or account.password_hash is None or not account.active:
        _verify(_unknown_hash(), password)
        raise SignInRefused
    if account.locked_until is not None and account.locked_until > now:
        _verify(_unknown_hash(), password)  # a locked account takes as long as any other
        raise AccountLocked(account.locked_until)
    if not _verify(account.password_hash, password):
        account.failed_sign_ins += 1
        beyond = account.failed_sign_ins - FAILURES_BEFORE_LOCK
        if beyond >= 0:
            account.locked_until = now + min(LOCK_STEP * 2 ** min(beyond, 10), LONGEST_LOCK)
        db.session.flush()
        raise SignInRefused
    account.failed_sign_ins = 0
    account.locked_until = None
    account.last_sign_in_at = now
    if _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = _hasher.hash(password)
    db.session.flush()
    return account


def create_account(email: str, name: str, password: str | None) -> Account:
    """Open an account; raises EmailTaken or PasswordTooWeak."""
    _refuse_taken_email(email, None)
    account = Account(
        email=email.strip(), name=name.strip(), password_hash=hash_password(password) if password else None
    )
    db.session.add(account)
    db.session.flush()
    return account


def change_account(account: Account, *, email: str, name: str, active: bool) -> None:
    """Change who an account is for; deactivating it ends its sessions. Raises EmailTaken."""
    _refuse_taken_email(email, account.id)
    account.email, account.name = email.strip(), name.strip()
    if account.active and not active:
        account.session_version += 1
    account.active = active
    db.session.flush()


def set_password(account: Account, password: str) -> None:
    """Set a new password, unlock the account and end all its sessions; raises PasswordTooWeak."""
    account.password_hash = hash_password(password)
    account.session_version += 1
    account.failed_sign_ins = 0
    account.locked_until = None
    db.session.flush()


def unlock_account(account: Account) -> None:
    """Forget failed attempts, so that the next one is heard."""
    account.failed_sign_ins = 0
    account.locked_until = None
    db.session.flush()


def give_role(account: Account, role: Role, unit_id: int) -> None:
    """Give `account` a role for a unit; giving it twice changes nothing."""
    if not any(grant.role == role and grant.unit_id == unit_id for grant in account.grants):
        account.grants.append(RoleAssignment(role=role, unit_id=unit_id))
        db.session.flush()


def take_role(account: Account, assignment_id: int) -> None:
    """Take a role from `account`; one that is gone already changes nothing."""
    account.grants = [grant for grant in account.grants if grant.id != assignment_id]
    db.session.flush()


def _refuse_taken_email(email: str, own_id: int | None) -> None:
    taken = db.session.scalar(select(Account.id).where(func.lower(Account.email) == email.strip().lower()))
    if taken is not None and taken != own_id:
        raise EmailTaken


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _unknown_hash() -> str:
    return _hasher.hash("no account has this password")
