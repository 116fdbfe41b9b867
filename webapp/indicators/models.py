"""The facts that an indicator is computed from, the frozen reference, and the figure's state at a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId
from webapp.organisation.models import Officer


class IndicatorFact(Base):
    """One thing that counts towards one officer's component: y in [0,1] with the officer's share of it.

    Withdrawn when its attribution is superseded or a later decision changes it; never changed, never deleted.
    """

    __tablename__ = "indicator_fact"
    __table_args__ = (
        CheckConstraint("y BETWEEN 0 AND 1", name="y"),
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        Index(
            "ix_indicator_fact_standing",
            "key",
            "officer_id",
            "component",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_indicator_fact_officer_id_period", "officer_id", "period"),
    )

    id: Mapped[BigId]
    #: What it comes from: "rating:123", "complaint:45".
    key: Mapped[str]
    feedback_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feedback.id", ondelete="CASCADE"), index=True)
    attribution_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("attribution.id"))
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"))
    component: Mapped[str]
    #: The quarter in which it counts, "2026-Q4", by the day in the unit's zone.
    period: Mapped[str]
    #: Null where an import does not know it: then no day's crowd can be seen in it.
    day: Mapped[date | None]
    y: Mapped[float]
    share: Mapped[float]
    verified: Mapped[bool]
    rater: Mapped[str | None]
    service_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("service.id"))
    channel: Mapped[str]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class IndicatorOutdated(Base):
    """An officer's figure that facts have overtaken, until it is computed again."""

    __tablename__ = "indicator_outdated"

    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)


class IndicatorReference(Base):
    """What is usual in this city, fitted now and then and frozen in between."""

    __tablename__ = "indicator_reference"

    id: Mapped[BigId]
    version: Mapped[str] = mapped_column(unique=True)
    fitted_at: Mapped[datetime]
    #: As `webapp.indicators.formula.Reference` writes itself.
    content: Mapped[dict[str, Any]]


class IndicatorSnapshot(Base):
    """An officer's figure at a time, with everything needed to compute it again."""

    __tablename__ = "indicator_snapshot"
    __table_args__ = (
        CheckConstraint("status IN ('not_enough_data', 'provisional', 'sufficient')", name="status"),
        Index(
            "ix_indicator_snapshot_current",
            "officer_id",
            "period",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_indicator_snapshot_officer_id", "officer_id", "computed_at"),
    )

    id: Mapped[BigId]
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"))
    period: Mapped[str]
    computed_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    #: Points on the scale of 25 to 100.
    figure: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    expected: Mapped[float]
    reliability: Mapped[float]
    status: Mapped[str]
    formula_version: Mapped[str]
    preset_version: Mapped[str]
    rules_version: Mapped[str]
    reference_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("indicator_reference.id"))
    fact_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    #: Components, groups of lines and weekly trend, as shown.
    content: Mapped[dict[str, Any]]

    officer: Mapped[Officer] = relationship()
    reference: Mapped[IndicatorReference] = relationship()
