"""Systems that may report, and what they reported."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.counter.applications.models import Application
from webapp.counter.models import Visit
from webapp.database import Base, BigId
from webapp.organisation.models import Unit


class ApiClient(Base):
    """A system of the agency that reports visits and stages of a unit and those below, with a token of its own.

    Only the token's SHA-256 is stored: 256 random bits need no slow hash.
    """

    __tablename__ = "api_client"

    id: Mapped[BigId]
    name: Mapped[str] = mapped_column(unique=True)
    #: Short name that everything it reports is kept under, and that a CSV file of the same system is imported under.
    source: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    #: First characters of the token, to tell tokens apart in lists.
    token_hint: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    #: Its clock against ours when it last said what time it had, in seconds; positive: it is behind.
    clock_offset_seconds: Mapped[int | None]

    unit: Mapped[Unit] = relationship()


class IncomingRecord(Base):
    """One visit or stage as it was reported, and what became of it. Nothing that arrived is dropped.

    `source` names the client or file it came from; `external_id` is its own name for the thing. A repeated report is
    the same row; one with other content is a correction and raises `revision`.
    """

    __tablename__ = "incoming_record"
    __table_args__ = (
        UniqueConstraint("source", "kind", "external_id"),
        CheckConstraint("kind IN ('visit', 'stage')", name="kind"),
        CheckConstraint("state IN ('accepted', 'held', 'discarded')", name="state"),
        Index(
            "ix_incoming_record_application_id",
            "application_id",
            postgresql_where=text("application_id IS NOT NULL"),
        ),
        Index("ix_incoming_record_held", "unit_id", "received_at", postgresql_where=text("state = 'held'")),
    )

    id: Mapped[BigId]
    source: Mapped[str]
    client_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("api_client.id"))
    #: Where the reporting system belongs: who administers that unit sees the record.
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    kind: Mapped[str]
    external_id: Mapped[str]
    #: As reported; the schema has no field for who the citizen was.
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    state: Mapped[str]
    #: Codes of what is wrong or was corrected: "unknown_officer", "clock_offset", "late", ...
    problems: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    visit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("visit.id"))
    application_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("application.id"))
    #: How far the sender's clock was behind ours, where its times were corrected by that.
    clock_offset_seconds: Mapped[int | None]
    #: Of a stage: what stands of it, in our ids and our time. A correction that is held leaves it as it was.
    standing: Mapped[dict[str, Any] | None]

    client: Mapped[ApiClient | None] = relationship()
    unit: Mapped[Unit] = relationship()
    visit: Mapped[Visit | None] = relationship()
    application: Mapped[Application | None] = relationship()


class DiscardedReport(Base):
    """Somebody said that a report that waited is not wanted: who, when and why, and who took that back."""

    __tablename__ = "discarded_report"
    __table_args__ = (
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_by_id IS NULL)", name="taken_back"),
        Index("ix_discarded_report_record_id", "record_id"),
    )

    id: Mapped[BigId]
    record_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("incoming_record.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    discarded_at: Mapped[datetime]
    #: Masked.
    reason: Mapped[str]
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))

    record: Mapped[IncomingRecord] = relationship()


class SourceAlias(Base):
    """What a reporting system calls one of our officers, services, counters or units, where it uses no name of ours."""

    __tablename__ = "source_alias"
    __table_args__ = (
        UniqueConstraint("source", "kind", "alias"),
        CheckConstraint("kind IN ('officer', 'service', 'counter', 'unit')", name="kind"),
        CheckConstraint("num_nonnulls(officer_id, service_id, counter_id, unit_id) = 1", name="target"),
    )

    id: Mapped[BigId]
    source: Mapped[str]
    kind: Mapped[str]
    #: For a counter with the unit's code before it: "PKM-1/3".
    alias: Mapped[str]
    officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))
    service_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("service.id"))
    counter_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("counter.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
