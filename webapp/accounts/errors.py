"""What can go wrong with accounts."""

from __future__ import annotations

from datetime import datetime


class AccountError(Exception):
    """Base of the errors of this room."""


class SignInRefused(AccountError):
    """E-mail and password do not belong together, or the account is inactive: never said which."""


class AccountLocked(AccountError):
    """Too many failed attempts; `until` says when the next one is heard."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"locked until {until.isoformat()}")


class PasswordTooWeak(AccountError):
    """The new password is shorter than MIN_PASSWORD_LENGTH or too common."""


class EmailTaken(AccountError):
    """Another account already signs in with this address."""


class NotPermitted(AccountError):
    """The actor may not do this here."""
