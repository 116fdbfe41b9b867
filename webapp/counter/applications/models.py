"""A service's stages, and the files that pass them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.counter.applications.vocabulary import ApplicationState, PaperState
from webapp.counter.models import Visit
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import Base, BigId
from webapp.encryption import EncryptedText
from webapp.organisation.models import Officer, Service, Unit


def _in(column: str, values: type[ApplicationState | PaperState | DrawChannel]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


class ServiceStage(Base):
    """A stage that files of a service pass, in order of `position`; files keep the stages they began with."""

    __tablename__ = "service_stage"
    __table_args__ = (
        UniqueConstraint("service_id", "code"),
        CheckConstraint("target_minutes > 0", name="target_minutes"),
        Index("ix_service_stage_service_id_position", "service_id", "position"),
    )

    id: Mapped[BigId]
    service_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service.id", ondelete="CASCADE"))
    position: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    #: Working time that this stage may take, in minutes of the unit's calendar.
    target_minutes: Mapped[int]
    #: Whose tray it goes to; null: the unit that registered the file.
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    #: Who gets it at once; null: it waits in the tray until somebody takes it.
    officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))
    #: Nothing is left to do but for the applicant to come, as for handing over: the file waits for him from its start.
    waits_for_applicant: Mapped[bool] = mapped_column(default=False, server_default="false")

    service: Mapped[Service] = relationship()
    unit: Mapped[Unit | None] = relationship()
    officer: Mapped[Officer | None] = relationship()


class PauseCause(Base):
    """Why a file waits. `outside_control`: nobody of the agency could have prevented it, so it counts for nobody."""

    __tablename__ = "pause_cause"

    id: Mapped[BigId]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    outside_control: Mapped[bool]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")


class Application(Base):
    """A citizen's file. The code opens its page; the page shows no name.

    `complete_at` is when the last missing paper came: turnaround counts from there (Permendagri 19/2018).
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(_in("state", ApplicationState), name="state"),
        CheckConstraint(f"{_in('channel', DrawChannel)} OR channel = 'agency'", name="channel"),
        UniqueConstraint("source", "external_id"),
        Index(
            "ix_application_open",
            "unit_id",
            "due_at",
            postgresql_where=text("state IN ('incomplete', 'in_work', 'paused')"),
        ),
        Index("ix_application_finished", "unit_id", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    )

    id: Mapped[BigId]
    code: Mapped[str] = mapped_column(unique=True)
    write_key: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    service_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service.id"))
    #: portal, telegram, kiosk (at the counter) or agency (reported by its own system).
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(default=ApplicationState.INCOMPLETE, server_default="incomplete")
    #: Encrypted; null where an agency's system reports a file without telling whose it is.
    applicant_name: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    applicant_phone: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    registered_at: Mapped[datetime]
    complete_at: Mapped[datetime | None]
    #: The service's standard when it was registered, in working minutes of the unit; null: none is promised.
    standard_minutes: Mapped[int | None]
    due_at: Mapped[datetime | None]
    #: The calendar and version that `due_at` was counted with: "3:7"; null without calendar.
    due_calendar: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    #: The visit at which it was registered.
    visit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("visit.id"))
    source: Mapped[str | None]
    external_id: Mapped[str | None]

    unit: Mapped[Unit] = relationship()
    service: Mapped[Service] = relationship()
    visit: Mapped[Visit | None] = relationship()
    papers: Mapped[list[ApplicationPaper]] = relationship(order_by="ApplicationPaper.position")
    stages: Mapped[list[ApplicationStage]] = relationship(order_by="ApplicationStage.position")
    pauses: Mapped[list[ApplicationPause]] = relationship(order_by="ApplicationPause.starts_at")


class ApplicationPaper(Base):
    """A requirement of a file: to tick."""

    __tablename__ = "application_paper"
    __table_args__ = (
        UniqueConstraint("application_id", "position"),
        CheckConstraint(_in("state", PaperState), name="state"),
    )

    id: Mapped[BigId]
    application_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("application.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default=PaperState.MISSING, server_default="missing")
    #: The applicant says that he has it. An officer's look makes it met: complete means complete and correct.
    at_hand: Mapped[bool] = mapped_column(default=False, server_default="false")
    changed_at: Mapped[datetime | None]
    changed_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))


class ApplicationStage(Base):
    """A stage of a file: when it lay there, and what it may take."""

    __tablename__ = "application_stage"
    __table_args__ = (
        UniqueConstraint("application_id", "code"),
        CheckConstraint("finished_at >= started_at", name="order"),
    )

    id: Mapped[BigId]
    application_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    target_minutes: Mapped[int | None]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    #: Who gets it when it begins; null: the tray.
    officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))
    waits_for_applicant: Mapped[bool] = mapped_column(default=False, server_default="false")
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()
    holdings: Mapped[list[StageHolding]] = relationship(order_by="StageHolding.starts_at")


class StageHolding(Base):
    """In whose hands a stage was, from when to when: an officer's, or the unit's tray (officer null)."""

    __tablename__ = "stage_holding"
    __table_args__ = (
        CheckConstraint("ends_at >= starts_at", name="order"),
        Index("ix_stage_holding_stage_id", "stage_id"),
        Index("ix_stage_holding_open", "officer_id", postgresql_where=text("ends_at IS NULL")),
    )

    id: Mapped[BigId]
    stage_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("application_stage.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]

    officer: Mapped[Officer | None] = relationship()


class ApplicationPause(Base):
    """A file waits for a cause. Whether that lies outside the officer's control is kept as it was decided then."""

    __tablename__ = "application_pause"
    __table_args__ = (
        CheckConstraint("ends_at >= starts_at", name="order"),
        Index("ix_application_pause_application_id", "application_id"),
        Index("ix_application_pause_open", "application_id", unique=True, postgresql_where=text("ends_at IS NULL")),
    )

    id: Mapped[BigId]
    application_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("application.id", ondelete="CASCADE"))
    stage_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("application_stage.id"))
    cause_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("pause_cause.id"))
    outside_control: Mapped[bool]
    #: For the applicant, masked: "menunggu blangko dari Ditjen Dukcapil".
    note: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    started_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))
    external_id: Mapped[str | None]

    cause: Mapped[PauseCause] = relationship()


class ApplicationFollower(Base):
    """A chat that is told what becomes of a file."""

    __tablename__ = "application_follower"
    __table_args__ = (UniqueConstraint("application_id", "channel", "address_key"),)

    id: Mapped[BigId]
    application_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("application.id", ondelete="CASCADE"))
    channel: Mapped[str]
    address: Mapped[str] = mapped_column(EncryptedText)
    address_key: Mapped[bytes]
    language: Mapped[str] = mapped_column(default="id", server_default="id")


class TurnaroundFact(Base):
    """What a file's turnaround was in one stage and pair of hands; with `stage_id` null, of the file as a whole.

    Times in seconds. Never changed: facts that no longer hold are superseded by new rows.
    """

    __tablename__ = "turnaround_fact"
    __table_args__ = (
        Index(
            "ix_turnaround_fact_standing",
            "application_id",
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(
            "ix_turnaround_fact_officer_id", "officer_id", "ended_at", postgresql_where=text("superseded_at IS NULL")
        ),
    )

    id: Mapped[BigId]
    application_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("application.id", ondelete="CASCADE"))
    stage_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("application_stage.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    #: Null: the unit's tray, or the file as a whole.
    officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))
    started_at: Mapped[datetime]
    #: Null while it goes on.
    ended_at: Mapped[datetime | None]
    #: By the clock on the wall.
    elapsed_seconds: Mapped[int] = mapped_column(BigInteger)
    #: Working time of the unit since the file was complete, without what was nobody's fault.
    counted_seconds: Mapped[int] = mapped_column(BigInteger)
    #: Working time taken out because of causes outside control, by cause code: {"central_server": 7200}.
    outside_seconds: Mapped[dict[str, Any]]
    target_seconds: Mapped[int | None] = mapped_column(BigInteger)
    #: Part of the file's delay (counted time over the standard) that these hands answer for; of the file: its delay.
    delay_seconds: Mapped[int] = mapped_column(BigInteger)
    calendar: Mapped[str | None]
    rules_version: Mapped[str]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
