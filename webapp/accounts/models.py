"""People who sign in, and the roles they hold for units."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.permissions import Role
from webapp.database import Base, BigId

if TYPE_CHECKING:
    from webapp.organisation.models import Unit


class Account(Base):
    """A member of staff who signs in. Citizens need no account.

    `session_version` goes up when all sessions shall end (new password, deactivation).
    """

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_email_lower", func.lower(text("email")), unique=True),)

    id: Mapped[BigId]
    email: Mapped[str]
    name: Mapped[str]
    #: Argon2id; null for somebody who has not been given a password yet.
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    language: Mapped[str] = mapped_column(default="id", server_default="id")
    failed_sign_ins: Mapped[int] = mapped_column(default=0, server_default="0")
    locked_until: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    session_version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))

    grants: Mapped[list[RoleAssignment]] = relationship(
        back_populates="account", cascade="all, delete-orphan", lazy="selectin", order_by="RoleAssignment.id"
    )


class RoleAssignment(Base):
    """A role held for a unit; it reaches the units below."""

    __tablename__ = "role_assignment"
    __table_args__ = (
        UniqueConstraint("account_id", "role", "unit_id"),
        CheckConstraint("role IN ({})".format(", ".join(f"'{role}'" for role in Role)), name="role"),
    )

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))

    account: Mapped[Account] = relationship(back_populates="grants")
    unit: Mapped[Unit] = relationship("Unit", lazy="joined")
