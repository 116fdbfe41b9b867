"""Objections, what was sent with them, the decisions about them, and what no longer counts because of one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId
from webapp.encryption import EncryptedBytes, EncryptedText


class LineSeen(Base):
    """An officer's own page showed him a line for the first time: his term to object runs from then on."""

    __tablename__ = "line_seen"

    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id", ondelete="CASCADE"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    #: Tells one line of an officer's quarter from the others, and tells nobody who rated.
    line_key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class IndicatorObjection(Base):
    """An officer says that a line of his figure is wrong, and why. Its decision is a row of its own."""

    __tablename__ = "indicator_objection"
    __table_args__ = (
        Index("ix_indicator_objection_officer_id", "officer_id", "filed_at"),
        Index("ix_indicator_objection_due_at", "due_at"),
        Index(
            "ix_indicator_objection_line",
            "officer_id",
            "period",
            "line_key",
        ),
    )

    id: Mapped[BigId]
    write_key: Mapped[str] = mapped_column(unique=True)
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    period: Mapped[str]
    line_key: Mapped[str]
    component: Mapped[str]
    #: The snapshot in which he read the line, and the facts that it stood for then: never shown to him one by one.
    snapshot_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("indicator_snapshot.id"))
    fact_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    #: What the line moved the figure by when he objected, in points of 25 to 100.
    points: Mapped[float]
    #: The officer's words, masked; as he wrote them they are nowhere.
    reason: Mapped[str] = mapped_column(EncryptedText)
    filed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    #: When its words and files were erased, at the end of their term.
    erased_at: Mapped[datetime | None]

    files: Mapped[list[ObjectionFile]] = relationship(order_by="ObjectionFile.id")
    decision: Mapped[ObjectionDecision | None] = relationship(back_populates="objection")


class ObjectionFile(Base):
    """What an officer sent as proof; encrypted at rest."""

    __tablename__ = "objection_file"
    __table_args__ = (
        UniqueConstraint("upload_key", "digest"),
        Index("ix_objection_file_objection_id", "objection_id"),
    )

    id: Mapped[BigId]
    #: Null while the form it came with is being corrected; what is never sent is swept away.
    objection_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("indicator_objection.id", ondelete="CASCADE")
    )
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    upload_key: Mapped[str]
    #: Tells the same file sent twice; made with the city's secret.
    digest: Mapped[bytes]
    filename: Mapped[str] = mapped_column(EncryptedText)
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(EncryptedBytes, deferred=True)
    created_at: Mapped[datetime]


class ObjectionDecision(Base):
    """What was decided about an objection, by whom and why. One, and final (PermenPANRB 6/2022)."""

    __tablename__ = "objection_decision"
    __table_args__ = (CheckConstraint("outcome IN ('upheld', 'partly', 'refused')", name="outcome"),)

    id: Mapped[BigId]
    objection_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("indicator_objection.id", ondelete="CASCADE"), unique=True
    )
    outcome: Mapped[str]
    #: Why, as the officer reads it. Encrypted: it may say what his case was.
    reasons: Mapped[str] = mapped_column(EncryptedText)
    #: What outside of his control it was put down to, if anything.
    cause_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("pause_cause.id"))
    decided_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    at: Mapped[datetime]

    objection: Mapped[IndicatorObjection] = relationship(back_populates="decision")
    exclusions: Mapped[list[FactExclusion]] = relationship()


class FactExclusion(Base):
    """A fact that counts for this officer no more because an objection was upheld; the fact itself stays."""

    __tablename__ = "fact_exclusion"
    __table_args__ = (UniqueConstraint("officer_id", "component", "key"),)

    id: Mapped[BigId]
    decision_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("objection_decision.id", ondelete="CASCADE"), index=True
    )
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"))
    component: Mapped[str]
    #: The key of the fact: IndicatorFact.key.
    key: Mapped[str]
    at: Mapped[datetime]
