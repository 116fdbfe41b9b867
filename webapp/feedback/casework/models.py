"""What those who work on cases write for themselves and each other. The reporter sees none of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, BigId


class CaseNote(Base):
    """An internal note on a case, masked like all free text; colleagues can be named in it."""

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_complaint_id", "complaint_id"),)

    id: Mapped[BigId]
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    text: Mapped[str]
    write_key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]


class CaseMention(Base):
    """A colleague named in a note, who may see the case."""

    __tablename__ = "case_mention"

    note_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("case_note.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), primary_key=True, index=True)


class ReplyTemplate(Base):
    """Words that a unit answers with again and again; {placeholders} are filled in from the case."""

    __tablename__ = "reply_template"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)

    id: Mapped[BigId]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    name: Mapped[str]
    text: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    changed_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    changed_at: Mapped[datetime]


class SavedFilter(Base):
    """A look at the queue that somebody wants to have again by one press."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str]
    #: The query of the page as {"name": "value"}.
    conditions: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class CasePresence(Base):
    """Who has a case open just now, and whether he is writing. Stale after a minute; nothing of it is kept."""

    __tablename__ = "case_presence"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012  read once

    complaint_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime]
    writing: Mapped[bool] = mapped_column(default=False, server_default="false")


class PhotoFlag(Base):
    """Something odd about the photo of a remedy, for a human to look at. It accuses nobody by itself."""

    __tablename__ = "photo_flag"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('same_as_report', 'seen_before', 'older_than_complaint', 'elsewhere', 'edited', 'no_date')",
            name="kind",
        ),
        CheckConstraint("verdict IN ('fine', 'not_fine')", name="verdict"),
        UniqueConstraint("photo_id", "kind"),
        Index("ix_photo_flag_open", "photo_id", postgresql_where=text("verdict IS NULL")),
    )

    id: Mapped[BigId]
    photo_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("photo.id", ondelete="CASCADE"))
    kind: Mapped[str]
    #: What was compared: {"photo": id, "distance": bits}, {"taken": day}, {"metres": n}. No place, no person.
    particulars: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    verdict: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
