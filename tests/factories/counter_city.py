"""A counter at work: every kind of number, file and report that a page may have to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tests.factories.applications import make_application, make_registry_service
from tests.factories.organisation import make_counter
from tests.factories.queue import Desk, make_hall, make_line, make_ticket
from webapp.accounts.models import Account
from webapp.counter.applications.actions import pause
from webapp.counter.applications.catalogue import cause_of
from webapp.counter.applications.models import Application
from webapp.counter.incoming.clients import create_client
from webapp.counter.incoming.intake import Sender
from webapp.counter.incoming.models import ApiClient
from webapp.counter.incoming.reports import VisitReport
from webapp.counter.incoming.visits import take_in_visits
from webapp.counter.queue.calling import call_next, finish_ticket, hold_ticket, mark_absent, open_counter
from webapp.counter.queue.drawing import cancel_ticket
from webapp.counter.queue.models import QueueHall, QueueLine, QueueTicket
from webapp.counter.queue.upkeep import close_past_days
from webapp.counter.queue.vocabulary import DrawChannel, TicketState
from webapp.organisation.models import Officer, Service, Unit


@dataclass(frozen=True)
class CounterCity:
    """A hall that is open at any hour with one ticket in each state, an officer at its counter, a file that is
    incomplete and one that waits for a cause, and a system with a report that is held."""

    hall: QueueHall
    line: QueueLine
    registry: Service
    desk: Desk
    tickets: dict[TicketState, QueueTicket]
    incomplete: Application
    paused: Application
    client: ApiClient
    token: str


def make_counter_city(
    session: Session, unit: Unit, service: Service, serving: tuple[Account, Officer], at: datetime
) -> CounterCity:
    """All that in `unit` at `at`; `serving` has the counter open, and works on the file that waits."""
    account, officer = serving
    hall = make_hall(session, unit, always_open=True)
    registry = make_registry_service(session, unit)
    line = make_line(session, hall, service)
    desk = Desk(account, officer, make_counter(session, unit))
    paused = make_application(session, unit, at - timedelta(hours=2), service=registry, officer=officer)
    pause(account, paused.id, cause_of("central_server").id, "Menunggu pusat.", at - timedelta(hours=1))
    client, token = create_client(unit, name="Mesin lobi", source="lobi", now=at)
    report = VisitReport(
        id="A-1", service=service.code, officer="P-77", drawn_at=at, called_at=at, finished_at=at + timedelta(minutes=1)
    )
    take_in_visits([report], Sender(client.source, unit, client), now=at)
    return CounterCity(
        hall=hall,
        line=line,
        registry=registry,
        desk=desk,
        tickets=_tickets(session, line, desk, at),
        incomplete=make_application(session, unit, at, service=registry, met=frozenset({0})),
        paused=paused,
        client=client,
        token=token,
    )


def _tickets(session: Session, line: QueueLine, desk: Desk, at: datetime) -> dict[TicketState, QueueTicket]:
    """One ticket in each state, by what officers and holders do. The last one called is at the counter."""
    expired = make_ticket(session, line, at - timedelta(days=1), channel=DrawChannel.KIOSK)
    close_past_days(at)
    open_counter(desk.account, desk.counter.id, [line.id], at)
    drawn = [make_ticket(session, line, at) for _ticket in range(6)]
    finished, held, absent, cancelled, called, waiting = drawn
    for ticket, do in ((finished, finish_ticket), (held, hold_ticket), (absent, mark_absent)):
        call_next(desk.account, at)
        do(desk.account, ticket.id, at)
    cancel_ticket(cancelled.code, at)
    call_next(desk.account, at)
    found = {TicketState(ticket.state): ticket for ticket in (expired, *drawn)}
    assert set(found) == set(TicketState) and found[TicketState.CALLED] is called, found
    assert found[TicketState.WAITING] is waiting
    return found
