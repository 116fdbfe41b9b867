"""Yearly work plans (sasaran kinerja): targets by quarter, their steps, and what was done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId
from webapp.organisation.models import Officer


class WorkPlan(Base):
    """What an officer means to reach in a year. Counts once it is agreed; a change is a new version that supersedes."""

    __tablename__ = "work_plan"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'proposed', 'returned', 'agreed', 'superseded')", name="state"),
        UniqueConstraint("officer_id", "year", "version"),
        Index(
            "ix_work_plan_agreed",
            "officer_id",
            "year",
            unique=True,
            postgresql_where=text("state = 'agreed'"),
        ),
    )

    id: Mapped[BigId]
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"))
    year: Mapped[int]
    version: Mapped[int]
    state: Mapped[str]
    created_at: Mapped[datetime]

    officer: Mapped[Officer] = relationship()
    targets: Mapped[list[WorkTarget]] = relationship(order_by="WorkTarget.position", cascade="all, delete-orphan")
    steps: Mapped[list[WorkPlanStep]] = relationship(order_by="WorkPlanStep.id")


class WorkTarget(Base):
    """A row of the plan (SKP): result, aspect, indicator and its target for each quarter."""

    __tablename__ = "work_target"
    __table_args__ = (
        UniqueConstraint("plan_id", "position"),
        CheckConstraint("aspect IN ('quantity', 'quality', 'time', 'cost')", name="aspect"),
        CheckConstraint(
            "measure IN ('visits_served', 'stages_finished', 'answers_given', 'own_count')", name="measure"
        ),
        CheckConstraint("NOT less_is_better OR measure = 'own_count'", name="limit"),
        CheckConstraint("quarter_1 >= 0 AND quarter_2 >= 0 AND quarter_3 >= 0 AND quarter_4 >= 0", name="quarters"),
    )

    id: Mapped[BigId]
    plan_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("work_plan.id", ondelete="CASCADE"))
    position: Mapped[int]
    #: Rencana hasil kerja atasan yang diintervensi.
    superior_result: Mapped[str]
    #: Rencana hasil kerja.
    result: Mapped[str]
    aspect: Mapped[str]
    #: Indikator kinerja individu.
    indicator: Mapped[str]
    #: What counts as done: counted by the product, or told by the officer and confirmed (own_count).
    measure: Mapped[str]
    #: "berkas", "kunjungan": what the numbers count.
    unit_of_measure: Mapped[str]
    quarter_1: Mapped[float]
    quarter_2: Mapped[float]
    quarter_3: Mapped[float]
    quarter_4: Mapped[float]
    #: The numbers are limits of a month's average, not to be exceeded, instead of amounts to be reached in the quarter.
    less_is_better: Mapped[bool] = mapped_column(default=False)

    reports: Mapped[list[WorkReport]] = relationship(order_by="WorkReport.id")


class WorkPlanStep(Base):
    """Who did what with a plan: proposed, returned, agreed, and why."""

    __tablename__ = "work_plan_step"
    __table_args__ = (
        CheckConstraint("step IN ('drafted', 'proposed', 'returned', 'agreed', 'superseded')", name="step"),
        Index("ix_work_plan_step_plan_id", "plan_id"),
    )

    id: Mapped[BigId]
    plan_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("work_plan.id", ondelete="CASCADE"))
    step: Mapped[str]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    note: Mapped[str | None]
    at: Mapped[datetime]


class WorkReport(Base):
    """What an officer says he did of a target in a month. Counts once his superior confirmed it; the latest holds."""

    __tablename__ = "work_report"
    __table_args__ = (
        CheckConstraint("done >= 0", name="done"),
        CheckConstraint("outcome IN ('confirmed', 'returned')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("ix_work_report_target_id", "target_id", "month"),
    )

    id: Mapped[BigId]
    write_key: Mapped[str] = mapped_column(unique=True)
    target_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("work_target.id", ondelete="CASCADE"))
    #: "2026-11".
    month: Mapped[str]
    done: Mapped[float]
    #: What proves it (bukti dukung).
    evidence: Mapped[str]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    at: Mapped[datetime]
    outcome: Mapped[str | None]
    note: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
