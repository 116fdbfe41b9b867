"""Halls, lines, the numbers drawn in them, and counters that are open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.counter.models import Visit
from webapp.counter.queue.vocabulary import DrawChannel, Priority, Step, TicketState
from webapp.database import Base, BigId
from webapp.encryption import EncryptedText
from webapp.organisation.models import Counter, Officer, Service, Unit


def _in(column: str, values: type[DrawChannel | Priority | Step | TicketState]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


class QueueHall(Base):
    """A unit whose services are queued for. Its counters call from its lines, its display shows them.

    `kiosk_key` is the secret part of the kiosk page's address: who has it stands at the door.
    """

    __tablename__ = "queue_hall"
    __table_args__ = (
        CheckConstraint("priority_in_a_row >= 1", name="priority_in_a_row"),
        CheckConstraint("tell_ahead >= 0", name="tell_ahead"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: Numbers are drawn and called at any hour of any day, whatever hours the unit works: an emergency or night desk.
    always_open: Mapped[bool] = mapped_column(default=False, server_default="false")
    kiosk_key: Mapped[str] = mapped_column(unique=True)
    #: So many people with priority are called before one without has a turn, if both wait.
    priority_in_a_row: Mapped[int] = mapped_column(default=2, server_default="2")
    #: Whoever has at most so many people ahead is told that it is nearly his turn.
    tell_ahead: Mapped[int] = mapped_column(default=3, server_default="3")

    unit: Mapped[Unit] = relationship()


class QueueLine(Base):
    """A service that is queued for in a hall. Numbers are the line's prefix and a count from 1 each day: "A-012".

    `quotas` are the places of one slot by channel: {"portal": 3, "telegram": 3, "kiosk": 6}.
    """

    __tablename__ = "queue_line"
    __table_args__ = (
        UniqueConstraint("unit_id", "service_id"),
        UniqueConstraint("unit_id", "prefix"),
        CheckConstraint("prefix ~ '^[A-Z]{1,2}$'", name="prefix"),
        CheckConstraint("slot_minutes BETWEEN 10 AND 240", name="slot_minutes"),
        CheckConstraint("days_ahead BETWEEN 0 AND 60", name="days_ahead"),
        CheckConstraint("most_open >= 1", name="most_open"),
    )

    id: Mapped[BigId]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("queue_hall.unit_id"))
    service_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service.id"))
    prefix: Mapped[str]
    slot_minutes: Mapped[int] = mapped_column(default=60, server_default="60")
    quotas: Mapped[dict[str, Any]]
    #: How many days ahead a slot can be taken; 0: only for today.
    days_ahead: Mapped[int] = mapped_column(default=7, server_default="7")
    #: Open tickets that one person (device or chat) may have in this line at a time, all days together.
    most_open: Mapped[int] = mapped_column(default=2, server_default="2")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    service: Mapped[Service] = relationship()
    hall: Mapped[QueueHall] = relationship()


class QueueDay(Base):
    """A line's day: the last number drawn. Whoever draws holds this row, so numbers never repeat and never skip."""

    __tablename__ = "queue_day"

    line_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("queue_line.id", ondelete="CASCADE"), primary_key=True)
    #: The date in the unit's zone.
    day: Mapped[date] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The latest turn given to a number for now: with it, whoever has the lower number has the earlier turn.
    last_turn_at: Mapped[datetime | None]


class CounterSession(Base):
    """An officer has opened a counter and calls from some lines; it lasts until somebody closes it.

    It does not depend on a connection: whoever opens the page again goes on where the counter stood.
    """

    __tablename__ = "counter_session"
    __table_args__ = (
        Index(
            "ix_counter_session_counter_id_open", "counter_id", unique=True, postgresql_where=text("closed_at IS NULL")
        ),
        Index(
            "ix_counter_session_officer_id_open", "officer_id", unique=True, postgresql_where=text("closed_at IS NULL")
        ),
        Index("ix_counter_session_unit_id", "unit_id", "opened_at"),
        CheckConstraint(
            "(closed_by_id IS NULL) = (close_reason IS NULL) AND (closed_by_id IS NULL OR closed_at IS NOT NULL)",
            name="closed_by",
        ),
    )

    id: Mapped[BigId]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    counter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("counter.id"))
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"))
    line_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    #: Who closed it in the officer's stead, and why; null where he did, or the day ended.
    closed_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    close_reason: Mapped[str | None]

    counter: Mapped[Counter] = relationship()
    officer: Mapped[Officer] = relationship()


class QueueTicket(Base):
    """A number drawn for a service at a unit on a day. Who drew it is not known, only by which device or chat.

    `line_id` is the line it waits in, `drawn_line_id` the one whose number it has; they differ after a transfer.
    `turn_at` orders: the time of drawing, or the begin of the chosen slot; not before it is the ticket called.
    """

    __tablename__ = "queue_ticket"
    __table_args__ = (
        UniqueConstraint("drawn_line_id", "day", "number"),
        CheckConstraint(_in("channel", DrawChannel), name="channel"),
        CheckConstraint(_in("priority", Priority), name="priority"),
        CheckConstraint(_in("state", TicketState), name="state"),
        Index(
            "ix_queue_ticket_waiting", "line_id", "day", "turn_at", "number", postgresql_where=text("state = 'waiting'")
        ),
        Index("ix_queue_ticket_unit_id_day", "unit_id", "day"),
        Index(
            "ix_queue_ticket_line_id_day_first_called",
            "line_id",
            "day",
            "first_called_at",
            postgresql_where=text("first_called_at IS NOT NULL"),
        ),
        Index(
            "ix_queue_ticket_session_called",
            "session_id",
            unique=True,
            postgresql_where=text("state = 'called'"),
        ),
        Index(
            "ix_queue_ticket_person_open",
            "person_key",
            postgresql_where=text("state IN ('waiting', 'called', 'held')"),
        ),
        Index(
            "ix_queue_ticket_chat_open",
            "chat_key",
            postgresql_where=text("state IN ('waiting', 'called', 'held')"),
        ),
    )

    id: Mapped[BigId]
    #: What opens the ticket's page to whoever drew it.
    code: Mapped[str] = mapped_column(unique=True)
    write_key: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    line_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("queue_line.id"))
    drawn_line_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("queue_line.id"))
    day: Mapped[date]
    number: Mapped[int]
    #: As shown and spoken: "A-012".
    label: Mapped[str]
    channel: Mapped[str]
    priority: Mapped[str] = mapped_column(default=Priority.ORDINARY, server_default="ordinary")
    #: Null where it was drawn for now.
    slot_starts_at: Mapped[datetime | None]
    turn_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=TicketState.WAITING, server_default="waiting")
    drawn_at: Mapped[datetime]
    #: The first call ended the waiting; `called_at` is the standing one.
    first_called_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    #: Who has called it, while it is called; after that who served it.
    session_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("counter_session.id"))
    visit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("visit.id"))
    #: Keyed hash of the device or chat; null at the kiosk.
    person_key: Mapped[bytes | None]
    #: Where it is told what happens, if drawn in a chat or followed from one.
    chat_address: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    #: Keyed hash of the address: what is followed from a chat is found by it.
    chat_key: Mapped[bytes | None]
    chat_language: Mapped[str] = mapped_column(default="id", server_default="id")
    nearly_told_at: Mapped[datetime | None]
    #: The 80 % range in which the first call was promised when the number was drawn.
    promised_from: Mapped[datetime | None]
    promised_until: Mapped[datetime | None]
    #: The forecast behind the promise, and how far it may be off by the same reckoning, in seconds of working time:
    #: what later promises are calibrated by.
    expected_at: Mapped[datetime | None]
    expected_spread: Mapped[float | None]

    line: Mapped[QueueLine] = relationship(foreign_keys=[line_id])
    drawn_line: Mapped[QueueLine] = relationship(foreign_keys=[drawn_line_id])
    unit: Mapped[Unit] = relationship()
    session: Mapped[CounterSession | None] = relationship()
    visit: Mapped[Visit | None] = relationship()


class TicketEvent(Base):
    """What happened to a ticket, in order of id; calls among them are what the display speaks aloud."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        CheckConstraint(_in("step", Step), name="step"),
        Index("ix_ticket_event_ticket_id", "ticket_id"),
        Index(
            "ix_ticket_event_unit_id_calls", "unit_id", "id", postgresql_where=text("step IN ('called', 'recalled')")
        ),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("queue_ticket.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    step: Mapped[str]
    at: Mapped[datetime]
    session_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("counter_session.id"))
    #: The line it was transferred to.
    line_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("queue_line.id"))
