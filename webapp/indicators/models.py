"""The facts that an indicator is computed from, the frozen reference, and the figure's state at a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId
from webapp.indicators.packed_ids import PackedIds
from webapp.organisation.models import Officer


class IndicatorFact(Base):
    """One thing that counts towards one officer's component: y in [0,1] with the officer's share of it.

    Withdrawn when its attribution is superseded or a later decision changes it; never changed, never deleted.
    """

    __tablename__ = "indicator_fact"
    __table_args__ = (
        CheckConstraint("y BETWEEN 0 AND 1", name="y"),
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint("events > 0", name="events"),
        Index(
            "ix_indicator_fact_standing",
            "key",
            "officer_id",
            "component",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_indicator_fact_officer_id_period", "officer_id", "period"),
        # What is summed up by day: looked at again when a day's records change.
        Index(
            "ix_indicator_fact_day",
            "day",
            "officer_id",
            postgresql_where=text("feedback_id IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[BigId]
    #: What it comes from: "rating:123", "complaint:45", "served:7:3:counter:2026-11-22".
    key: Mapped[str]
    #: Null where it sums up visits, files or a target, rather than one feedback.
    feedback_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("feedback.id", ondelete="CASCADE"), index=True
    )
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
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    #: How many cases it sums up: it weighs as much as so many.
    events: Mapped[float] = mapped_column(default=1.0, server_default="1")
    #: What a line says of a fact that sums up cases: {"minutes": 7.5, "usual_minutes": 9.0}; names no person.
    details: Mapped[dict[str, Any] | None]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    #: Why it counts no more: attribution, objection, evidence (came late), decision (of a complaint), corrected,
    #: plan (another was agreed on), repeated.
    withdrawn_why: Mapped[str | None]


class UsualServingTime(Base):
    """How long a service usually took at the counter before a quarter began: its median of a year, else its standard.

    Frozen for the quarter, so that what is usual does not follow those who are measured by it.
    """

    __tablename__ = "usual_serving_time"

    service_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    #: Null: neither visits enough nor a standard, so nothing is said of speed.
    seconds: Mapped[float | None]
    #: The visits whose median it is; 0: it is the standard.
    visits: Mapped[int]


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
    #: How surely the effects are known, component by component: large, hence not in the JSON.
    doubt: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class IndicatorPreset(Base):
    """A preset as it was used or written: never changed, so that every figure can be computed again.

    Shipped ones are stored when they are first used; an agency's own are copies that were edited.
    """

    __tablename__ = "indicator_preset"
    __table_args__ = (Index("ix_indicator_preset_name", "name", "id"),)

    id: Mapped[BigId]
    version: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    title: Mapped[str]
    #: The TOML text, as `webapp.indicators.presets.read_preset` takes it.
    content: Mapped[str]
    #: The version it was edited from.
    based_on: Mapped[str | None]
    note: Mapped[str | None]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))


class PresetInForce(Base):
    """From which period on a preset holds. The latest row for the latest period not after the one asked for holds,
    of those that were not withdrawn."""

    __tablename__ = "preset_in_force"
    __table_args__ = (Index("ix_preset_in_force_from_period", "from_period", "id"),)

    id: Mapped[BigId]
    preset_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("indicator_preset.id"))
    #: "2027-Q1".
    from_period: Mapped[str]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    decided_at: Mapped[datetime]

    preset: Mapped[IndicatorPreset] = relationship()


class PresetWithdrawal(Base):
    """That a preset shall not hold after all, decided before its quarter began; its row in force stays as it was."""

    __tablename__ = "preset_withdrawal"

    id: Mapped[BigId]
    in_force_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("preset_in_force.id"), unique=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    reason: Mapped[str]
    at: Mapped[datetime]


def _number_of_ids(context: Any) -> int:
    return len(context.get_current_parameters()["fact_ids"])


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
    #: The calendars that days and terms were counted with: "3:7,4:1".
    calendar_version: Mapped[str | None]
    #: Rising.
    fact_ids: Mapped[list[int]] = mapped_column(PackedIds)
    #: How many those are.
    facts: Mapped[int] = mapped_column(default=_number_of_ids)
    #: Components, groups of lines and weekly trend, as shown.
    content: Mapped[dict[str, Any]]

    officer: Mapped[Officer] = relationship()
    reference: Mapped[IndicatorReference] = relationship()
