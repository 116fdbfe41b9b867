"""Messages on their way out."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, BigId
from webapp.encryption import EncryptedText


class OutgoingMessage(Base):
    """One message to one person, sent by the single sender of its channel.

    The address and the content can tell who complained, so both are encrypted; `content` is emptied once sent.
    `key` makes a repeated request to say the same thing the same message.
    """

    __tablename__ = "outgoing_message"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed', 'blocked')", name="state"),
        Index("ix_outgoing_message_due", "channel", "due_at", postgresql_where=text("state IN ('pending', 'sending')")),
    )

    id: Mapped[BigId]
    channel: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(EncryptedText)
    #: Keyed hash of the address: messages to one person leave in the order in which they were written.
    address_key: Mapped[bytes]
    #: JSON of the call (method and parameters), encrypted.
    content: Mapped[str | None] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    #: What the channel answered (message id), without personal data.
    receipt: Mapped[dict[str, Any] | None]


class Notification(Base):
    """Something that a member of staff is told: on the page always, by other ways as he chose.

    `key` makes telling twice telling once. `particulars` hold codes and short facts, never what a citizen said.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_account_id", "account_id", "id"),
        Index("ix_notification_unread", "account_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notification_digest", "account_id", postgresql_where=text("digest_due AND digested_at IS NULL")),
    )

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    #: Code of the case it is about: what is opened by pressing it.
    code: Mapped[str | None]
    particulars: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    #: To go out with the next digest, and when it went.
    digest_due: Mapped[bool] = mapped_column(default=False, server_default="false")
    digested_at: Mapped[datetime | None]


class NotificationChoice(Base):
    """How somebody wants to be told: his ways, his quiet hours, whether at once or once a day."""

    __tablename__ = "notification_choice"

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    by_telegram: Mapped[bool] = mapped_column(default=True, server_default="true")
    by_email: Mapped[bool] = mapped_column(default=False, server_default="false")
    #: Kinds that he does not want elsewhere than on the page.
    muted: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    #: Local time of the daily digest; null: at once.
    digest_at: Mapped[time | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class AccountChat(Base):
    """The chat in which a member of staff is told things; he linked it himself."""

    __tablename__ = "account_chat"
    __table_args__ = (UniqueConstraint("address_key"),)

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(EncryptedText)
    address_key: Mapped[bytes]
    linked_at: Mapped[datetime]


class ChatLink(Base):
    """A link that ties a chat to an account, once and for a short time; the token itself is not kept."""

    __tablename__ = "chat_link"

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
