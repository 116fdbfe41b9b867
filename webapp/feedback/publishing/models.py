"""What the public sees of complaints."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, BigId


class Publication(Base):
    """A complaint shown to everybody, in the words that somebody chose and looked at as the public will see them.

    At most one stands for a complaint; taking it back keeps the row.
    """

    __tablename__ = "publication"
    __table_args__ = (
        Index("uq_publication_standing", "complaint_id", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        Index("ix_publication_published_at", "published_at", postgresql_where=text("withdrawn_at IS NULL")),
        Index("ix_publication_words", "words", postgresql_using="gin"),
    )

    id: Mapped[BigId]
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"))
    text: Mapped[str]
    answer: Mapped[str | None]
    #: Stems of text and answer, to be found by.
    words: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    published_at: Mapped[datetime]
    published_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    withdrawn_reason: Mapped[str | None]
