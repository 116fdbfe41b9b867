"""What the bot remembers: every update it was given, and where each conversation stands.

Both are in Postgres and not in memory, so that a bot that is killed in the middle goes on where it was.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base
from webapp.encryption import EncryptedText


class TelegramUpdate(Base):
    """One update as Telegram gave it. Stored before it is confirmed, so that nothing said to the bot is lost.

    Telegram counts updates for each bot, so another token begins another count. A repeated update meets the primary
    key. `payload` (the JSON, encrypted) is emptied once the update has been processed.
    """

    __tablename__ = "telegram_update"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state"),
        Index(
            "ix_telegram_update_waiting", "chat_key", "bot_id", "update_id", postgresql_where=text("state = 'waiting'")
        ),
        Index("ix_telegram_update_received_at", "received_at"),
    )

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    #: Keyed hash of the chat: updates of one chat are processed in their order.
    chat_key: Mapped[bytes]
    payload: Mapped[str | None] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    received_at: Mapped[datetime]
    #: Not before this time: a step that failed waits a little.
    due_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Kind of the last failure; never what somebody said.
    last_error: Mapped[str | None]


class TelegramConversation(Base):
    """Where the conversation with one chat stands. `data` (JSON) holds what was said and not yet sent: encrypted."""

    __tablename__ = "telegram_conversation"

    #: Keyed hash of the chat's id.
    chat_key: Mapped[bytes] = mapped_column(primary_key=True)
    chat_id: Mapped[str] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(default="id", server_default="id")
    #: Name of the step that hears the next words; null between errands.
    step: Mapped[str | None]
    data: Mapped[str | None] = mapped_column(EncryptedText)
    updated_at: Mapped[datetime]
