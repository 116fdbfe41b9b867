"""What complaints are found by. PostgreSQL keeps it: triggers write it in the transaction that changes a complaint."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base


class ComplaintWords(Base):
    """The words of a complaint, stemmed, beside the few facts that every search narrows by.

    In a table of its own, so that a step in the complaint's life does not write its words anew. Words of the text have
    weight A, those of the place weight B; "#17" says in which unit it lies ("#0": in none), so that the index itself
    leaves out other units. Nothing here says who may see it: a search goes on to the complaint and asks.
    """

    __tablename__ = "complaint_words"
    __table_args__ = (
        Index("ix_complaint_words_words", "words", postgresql_using="gin"),
        Index("ix_complaint_words_filed_at", "filed_at", "complaint_id"),
        Index("ix_complaint_words_unit_id", "unit_id", "filed_at", "complaint_id"),
    )

    complaint_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    filed_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(TSVECTOR)


class LexiconWord(Base):
    """A word as it is written in complaints, to recognise a misspelt one by. Nothing says in which.

    Only what several complaints hold is ever proposed; what hardly anybody wrote is forgotten again.
    """

    __tablename__ = "lexicon_word"
    __table_args__ = (
        Index("ix_lexicon_word_word", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    )

    word: Mapped[str] = mapped_column(primary_key=True)
    complaints: Mapped[int]
    seen_on: Mapped[date]


class LexiconProgress(Base):
    """Up to which complaint the lexicon has been learned; the one before last that was looked at, so that a complaint
    whose transaction was still open then is not left out."""

    __tablename__ = "lexicon_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    learned_to: Mapped[int] = mapped_column(BigInteger)
    seen_to: Mapped[int] = mapped_column(BigInteger)
