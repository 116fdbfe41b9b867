"""What complaints are recognised again by, and which of them seem to be about the same matter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base


class ComplaintSketch(Base):
    """A complaint as numbers that alike texts share; no word can be read back from it.

    `pieces` are the keys that alike complaints are looked up by. Only complaints that point at nobody have one that
    `told` may use: what the public is told of others' complaints.
    """

    __tablename__ = "complaint_sketch"
    __table_args__ = (
        Index("ix_complaint_sketch_pieces", "pieces", postgresql_using="gin"),
        Index("ix_complaint_sketch_filed_at", "filed_at"),
    )

    complaint_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"), primary_key=True
    )
    pieces: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    filed_at: Mapped[datetime]
    told: Mapped[bool]


class RepeatLink(Base):
    """Two complaints that seem to be about the same matter; `other_id` was filed first."""

    __tablename__ = "repeat_link"
    __table_args__ = (
        CheckConstraint("likeness > 0 AND likeness <= 1", name="likeness"),
        CheckConstraint("how IN ('same_text', 'alike', 'same_place')", name="how"),
        Index("ix_repeat_link_other_id", "other_id"),
    )

    complaint_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"), primary_key=True
    )
    likeness: Mapped[float]
    how: Mapped[str]
    found_at: Mapped[datetime]
