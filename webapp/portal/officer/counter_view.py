"""An open counter in the words of its page."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.counter.queries import receipt_of
from webapp.counter.queue.desk import CounterDesk, DeskLine, DeskTicket
from webapp.portal.dates import clock
from webapp.portal.staff.queue_words import minutes_in_words, priority_in_words


@dataclass(frozen=True, slots=True)
class ShownTicket:
    """A number with what the officer should know of it."""

    id: int
    label: str
    service: str
    priority: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LastServed:
    """Whom the officer served last: the code of the receipt, for who wants it on paper, and what a file comes from."""

    label: str
    receipt: str
    visit_id: int


@dataclass(frozen=True, slots=True)
class DeskView:
    """All that the page shows. `elsewhere` are the lines that the current number can be sent to; `said` is read out
    where the page changed by itself."""

    counter: str
    unit: str
    current: ShownTicket | None
    lines: tuple[DeskLine, ...]
    next: tuple[ShownTicket, ...]
    aside: tuple[tuple[str, tuple[ShownTicket, ...]], ...]
    elsewhere: tuple[DeskLine, ...]
    waiting: int
    served: int
    last: LastServed | None
    said: str


def desk_view(desk: CounterDesk) -> DeskView:
    """The counter as its page shows it."""
    current = desk.current
    piles = (
        (_("Ditahan"), tuple(_shown(ticket, desk) for ticket in desk.held)),
        (_("Tidak hadir"), tuple(_shown(ticket, desk) for ticket in desk.missed)),
    )
    served = desk.served
    return DeskView(
        counter=desk.counter,
        unit=desk.unit,
        current=_shown(current, desk) if current else None,
        lines=desk.lines,
        next=tuple(_shown(ticket, desk) for ticket in desk.next),
        aside=tuple((title, tickets) for title, tickets in piles if tickets),
        elsewhere=tuple(line for line in desk.hall_lines if current and line.id != current.line_id),
        waiting=desk.waiting,
        served=desk.served_today,
        last=LastServed(served.label, receipt_of(served.visit_id), served.visit_id)
        if served and served.visit_id
        else None,
        said=_("Nomor %(label)s dipanggil: %(service)s.", label=current.label, service=current.service)
        if current
        else "",
    )


def _shown(ticket: DeskTicket, desk: CounterDesk) -> ShownTicket:
    facts = []
    if ticket.slot_starts_at is not None:
        facts.append(_("slot pukul %(time)s", time=clock(ticket.slot_starts_at, desk.timezone)))
    if ticket.called_at is not None:
        facts.append(_("dipanggil %(time)s", time=clock(ticket.called_at, desk.timezone)))
    if ticket.waited is not None:
        facts.append(_("menunggu %(minutes)s", minutes=minutes_in_words(ticket.waited.total_seconds())))
    return ShownTicket(ticket.id, ticket.label, ticket.service, priority_in_words(ticket.priority), tuple(facts))
