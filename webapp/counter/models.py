"""What happens at the counter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId
from webapp.organisation.models import Counter, Officer, Service, Unit


class Visit(Base):
    """A citizen being served once: who served whom is not stored, only who served, where, when and what for."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("finished_at >= started_at", name="order"),
        CheckConstraint("waited_seconds >= 0", name="waited"),
        Index("ix_visit_officer_id_finished_at", "officer_id", "finished_at"),
        Index("ix_visit_unit_id_finished_at", "unit_id", "finished_at"),
        # A day of all units: visits are written in nearly the order of time, so a few pages of index do.
        Index("ix_visit_finished_at", "finished_at", postgresql_using="brin"),
    )

    id: Mapped[BigId]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    service_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service.id"))
    counter_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("counter.id"))
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"))
    waited_seconds: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    external_id: Mapped[str | None] = mapped_column(unique=True)

    unit: Mapped[Unit] = relationship()
    service: Mapped[Service] = relationship()
    counter: Mapped[Counter | None] = relationship()
    officer: Mapped[Officer] = relationship()
