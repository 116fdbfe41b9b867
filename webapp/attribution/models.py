"""Whom a feedback concerns, how surely, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId
from webapp.feedback.models import Feedback
from webapp.organisation.models import Officer, Topic, Unit


class Attribution(Base):
    """One judgement of whom a feedback concerns. A later one supersedes it and both are kept (law 6)."""

    __tablename__ = "attribution"
    __table_args__ = (
        CheckConstraint("made_by IN ('rules', 'triage', 'import', 'contest')", name="made_by"),
        Index("ix_attribution_current", "feedback_id", unique=True, postgresql_where=text("superseded_at IS NULL")),
        Index("ix_attribution_feedback_id", "feedback_id"),
        # What people decided lately: whether there is enough new to learn from.
        Index("ix_attribution_decided", "at", postgresql_where=text("made_by <> 'rules' AND superseded_at IS NULL")),
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


#: Among the particulars of the strongest evidence: [[unit, officer, share], ...] of those who may be meant and are not
#: charged. For whoever decides about persons alone: no sentence and no list of reasons shows it.
LEADS = "leads"


class Evidence(Base):
    """Why: the rule that spoke, its version, and the particulars of its sentence."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_attribution_id", "attribution_id"),)

    id: Mapped[BigId]
    attribution_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("attribution.id", ondelete="CASCADE"))
    rule: Mapped[str]
    rule_version: Mapped[int]
    particulars: Mapped[dict[str, Any]]
    #: How much it counted beside the others, 0 to 1; null where one piece of evidence decided alone.
    weight: Mapped[float | None]

    attribution: Mapped[Attribution] = relationship(back_populates="evidence")


class LearnedModel(Base):
    """Something learned from decided cases, with what it was learned from and how well it did; kept, never changed.

    The one that is used is adopted and not retired. `figures` are those on the latest decided cases, which it had not
    seen; `verdict` says why it was adopted or not.
    """

    __tablename__ = "learned_model"
    __table_args__ = (
        CheckConstraint("kind IN ('routing', 'strengths')", name="kind"),
        Index(
            "ix_learned_model_used",
            "kind",
            unique=True,
            postgresql_where=text("adopted_at IS NOT NULL AND retired_at IS NULL"),
        ),
    )

    id: Mapped[BigId]
    kind: Mapped[str]
    version: Mapped[str]
    learned_at: Mapped[datetime]
    #: How many decided cases it was learned from, and when the first and the last of them were filed.
    cases: Mapped[int]
    first_case_at: Mapped[datetime | None]
    last_case_at: Mapped[datetime | None]
    figures: Mapped[dict[str, Any]]
    #: The figures of the model that was used then, on the same cases; null where there was none.
    former_figures: Mapped[dict[str, Any] | None]
    verdict: Mapped[str]
    adopted_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class TextOpinion(Base):
    """What the words and the place of a complaint say by themselves: units with probabilities, topic, kind.

    `candidates`: [{"unit_id": 4, "probability": .71, "words": [["antre", .8], ...]}, ...], the likeliest first.
    `outside`: {"agency": ..., "probability": ..., "words": [...]}, where it seems to be another agency's matter.
    `parts`: [{"unit_id": 4, "from": 0, "to": 120, "probability": .9}, ...], where it seems to be about two matters.
    `teaches`: how much a person's decision would teach, 0 to 1.
    """

    __tablename__ = "text_opinion"

    feedback_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True
    )
    #: Null where nothing is learned yet: then the catalogue alone spoke.
    model_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("learned_model.id"))
    version: Mapped[str]
    candidates: Mapped[list[Any]]
    unknown: Mapped[float]
    sure: Mapped[bool]
    topic_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("topic.id"), index=True)
    topic_probability: Mapped[float | None]
    kind: Mapped[str | None]
    kind_probability: Mapped[float | None]
    outside: Mapped[dict[str, Any] | None]
    parts: Mapped[list[Any]]
    teaches: Mapped[float]
    at: Mapped[datetime]

    topic: Mapped[Topic | None] = relationship()


class Contest(Base):
    """An officer says that something attributed to him was not his. Decided by somebody else, with reasons; kept."""

    __tablename__ = "contest"
    __table_args__ = (
        UniqueConstraint("attribution_id", "officer_id"),
        CheckConstraint("outcome IN ('upheld', 'refused')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("ix_contest_open", "due_at", postgresql_where=text("decided_at IS NULL")),
        Index("ix_contest_officer_id", "officer_id", "at"),
    )

    id: Mapped[BigId]
    feedback_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feedback.id", ondelete="CASCADE"), index=True)
    attribution_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("attribution.id", ondelete="CASCADE"))
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    #: Masked like all free text.
    reason: Mapped[str]
    at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    outcome: Mapped[str | None]
    decision: Mapped[str | None]
    resulting_attribution_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("attribution.id"))
