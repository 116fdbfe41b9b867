"""Whom a feedback concerns, how surely, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId
from webapp.feedback.models import Feedback
from webapp.organisation.models import Officer, Unit


class Attribution(Base):
    """One judgement of whom a feedback concerns. A later one supersedes it and both are kept (law 6)."""

    __tablename__ = "attribution"
    __table_args__ = (
        CheckConstraint("made_by IN ('rules', 'triage', 'import')", name="made_by"),
        Index("ix_attribution_current", "feedback_id", unique=True, postgresql_where=text("superseded_at IS NULL")),
        Index("ix_attribution_feedback_id", "feedback_id"),
    )

    id: Mapped[BigId]
    feedback_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feedback.id", ondelete="CASCADE"))
    made_by: Mapped[str]
    #: Version of the rules that judged, or that were in force when a human did.
    rules_version: Mapped[str]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    reason: Mapped[str | None]
    at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]

    feedback: Mapped[Feedback] = relationship()
    shares: Mapped[list[AttributionShare]] = relationship(
        back_populates="attribution", cascade="all, delete-orphan", order_by="AttributionShare.id"
    )
    evidence: Mapped[list[Evidence]] = relationship(
        back_populates="attribution", cascade="all, delete-orphan", order_by="Evidence.id"
    )


class AttributionShare(Base):
    """A part of a feedback: an officer's, a unit's, or nobody's we know (both null). The shares sum to 1."""

    __tablename__ = "attribution_share"
    __table_args__ = (
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint("officer_id IS NULL OR unit_id IS NOT NULL", name="officer_in_unit"),
        Index("ix_attribution_share_attribution_id", "attribution_id"),
        Index("ix_attribution_share_officer_id", "officer_id"),
        Index("ix_attribution_share_nobodys", "attribution_id", postgresql_where=text("unit_id IS NULL")),
    )

    id: Mapped[BigId]
    attribution_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("attribution.id", ondelete="CASCADE"))
    officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))
    #: The unit concerned; for an officer, the unit in which he served.
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    share: Mapped[float]

    attribution: Mapped[Attribution] = relationship(back_populates="shares")
    officer: Mapped[Officer | None] = relationship()
    unit: Mapped[Unit | None] = relationship()


class Evidence(Base):
    """Why: the rule that spoke, its version, and the particulars of its sentence."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_attribution_id", "attribution_id"),)

    id: Mapped[BigId]
    attribution_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("attribution.id", ondelete="CASCADE"))
    rule: Mapped[str]
    rule_version: Mapped[int]
    particulars: Mapped[dict[str, Any]]

    attribution: Mapped[Attribution] = relationship(back_populates="evidence")
