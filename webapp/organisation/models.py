"""The agency as it stands: units, services, officers, postings, counters, shifts, working calendars."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Account
from webapp.database import Base, BigId
from webapp.encryption import EncryptedText


class WorkingCalendar(Base):
    """A named calendar of days off.

    `version` goes up with each change, so that a due date can say what it was counted with.
    """

    __tablename__ = "working_calendar"

    id: Mapped[BigId]
    name: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    days: Mapped[list[CalendarDay]] = relationship(
        back_populates="calendar", cascade="all, delete-orphan", order_by="CalendarDay.day"
    )
    seasons: Mapped[list[CalendarSeason]] = relationship(
        back_populates="calendar", cascade="all, delete-orphan", order_by="CalendarSeason.first_day"
    )


class CalendarDay(Base):
    """A day that differs from the week's rule: a holiday (`working` false) or a day worked after all."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("calendar_id", "day"),)

    id: Mapped[BigId]
    calendar_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("working_calendar.id", ondelete="CASCADE"))
    day: Mapped[date]
    name: Mapped[str]
    working: Mapped[bool] = mapped_column(default=False, server_default="false")

    calendar: Mapped[WorkingCalendar] = relationship(back_populates="days")


class CalendarSeason(Base):
    """A time of other hours, Ramadan above all: from its first to its last day units work by their season hours."""

    __tablename__ = "calendar_season"
    __table_args__ = (
        UniqueConstraint("calendar_id", "first_day"),
        CheckConstraint("last_day >= first_day", name="order"),
    )

    id: Mapped[BigId]
    calendar_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("working_calendar.id", ondelete="CASCADE"))
    name: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]

    calendar: Mapped[WorkingCalendar] = relationship(back_populates="seasons")


class CalendarVersion(Base):
    """A calendar as it stood at a version, so that a due date can be counted again as it was then.

    `content`: {"days": {"2026-12-25": false, ...}, "seasons": [["2026-02-18", "2026-03-19"], ...]}.
    """

    __tablename__ = "calendar_version"

    calendar_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("working_calendar.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]


class Unit(Base):
    """Part of the agency, in a tree.

    `path` is "/1/4/9/": the ids from the root to the unit itself; "below or at" is `path LIKE '/1/4/%'`.
    `weekly_hours` maps "0" (Monday) .. "6" to spans of local time: {"0": [["07:30", "12:00"], ["13:00", "16:00"]]}.
    """

    __tablename__ = "unit"
    __table_args__ = (Index("ix_unit_path", "path", postgresql_ops={"path": "text_pattern_ops"}, unique=True),)

    id: Mapped[BigId]
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"), index=True)
    path: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="unit", server_default="unit")
    timezone: Mapped[str] = mapped_column(default="Asia/Jakarta", server_default="Asia/Jakarta")
    weekly_hours: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    #: The same for the seasons of its calendar (Ramadan); {}: as the unit above, at last RAMADAN_WEEK.
    season_hours: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    calendar_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("working_calendar.id"))
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: Which preset of complaint clocks holds here and below; null: as the unit above, at last the national one.
    clock_preset: Mapped[str | None]
    #: Where the row came from in an agency's export: "source:id".
    external_id: Mapped[str | None] = mapped_column(unique=True)

    parent: Mapped[Unit | None] = relationship(remote_side="Unit.id")
    calendar: Mapped[WorkingCalendar | None] = relationship()


class Service(Base):
    """What a citizen comes for, with its standard. Offered by its unit and the units below."""

    __tablename__ = "service"

    id: Mapped[BigId]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: Serving time at the counter that the standard promises, in minutes.
    standard_minutes: Mapped[int | None]
    #: Turnaround of a complete file that the standard promises, in working hours of the unit.
    standard_hours: Mapped[int | None]
    #: In rupiah; civil registry services are free of charge.
    fee: Mapped[int] = mapped_column(default=0, server_default="0")
    requirements: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    external_id: Mapped[str | None] = mapped_column(unique=True)

    unit: Mapped[Unit] = relationship()


class Topic(Base):
    """What complaints are about, in the agency's own list; `unit_id` says whose matter it usually is, if one unit's."""

    __tablename__ = "topic"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[BigId]
    name: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    external_id: Mapped[str | None] = mapped_column(unique=True)

    unit: Mapped[Unit | None] = relationship()


class Officer(Base):
    """A civil servant who serves or answers. May sign in (`account`), need not.

    The NIP reveals birth date and sex: encrypted, found by keyed hash, never shown in public.
    """

    __tablename__ = "officer"

    id: Mapped[BigId]
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"), unique=True)
    name: Mapped[str]
    nip: Mapped[str | None] = mapped_column(EncryptedText)
    nip_key: Mapped[bytes | None] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    external_id: Mapped[str | None] = mapped_column(unique=True)

    account: Mapped[Account | None] = relationship()
    postings: Mapped[list[Posting]] = relationship(back_populates="officer", order_by="Posting.starts_on")


class Posting(Base):
    """Where an officer belongs, from when to when (`ends_on` is the last day, null while it lasts)."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        UniqueConstraint("officer_id", "unit_id", "starts_on"),
        Index("ix_posting_unit_id", "unit_id"),
    )

    id: Mapped[BigId]
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(default="", server_default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    officer: Mapped[Officer] = relationship(back_populates="postings")
    unit: Mapped[Unit] = relationship()


class Counter(Base):
    """A place in a unit where officers serve."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("unit_id", "code"),)

    id: Mapped[BigId]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    code: Mapped[str]
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    unit: Mapped[Unit] = relationship()


class Shift(Base):
    """An officer's time at a counter, [starts_at, ends_at)."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        UniqueConstraint("counter_id", "officer_id", "starts_at"),
        Index("ix_shift_counter_id_starts_at", "counter_id", "starts_at"),
        Index("ix_shift_officer_id", "officer_id"),
    )

    id: Mapped[BigId]
    counter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("counter.id"))
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    counter: Mapped[Counter] = relationship()
    officer: Mapped[Officer] = relationship()


class StagedImport(Base):
    """A CSV file that an administrator has sent and not yet confirmed, or just imported; swept after a day.

    It names people, so it is encrypted. `result` holds the counts of what was done.
    """

    __tablename__ = "staged_import"
    __table_args__ = (Index("ix_staged_import_created_at", "created_at"),)

    id: Mapped[BigId]
    kind: Mapped[str]
    filename: Mapped[str]
    content: Mapped[str] = mapped_column(EncryptedText, deferred=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
