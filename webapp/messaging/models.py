"""Messages on their way out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
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
