"""Drawing a number, for now or for a slot, and giving it back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.organisation import make_calendar, make_unit
from tests.factories.queue import MORNING, make_hall, make_line, make_ticket, open_session
from webapp.counter.events import TicketMoved
from webapp.counter.queue.calling import call_next, hold_ticket
from webapp.counter.queue.drawing import (
    TicketDraft,
    cancel_ticket,
    draw_ticket,
    follow_ticket,
    offer_slots,
    places_now,
)
from webapp.counter.queue.errors import (
    HallClosed,
    NoQueueHere,
    NoSuchTicket,
    SlotFull,
    SlotGone,
    TicketGone,
    TooManyTickets,
)
from webapp.counter.queue.models import QueueLine, QueueTicket, TicketEvent
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.messaging.addresses import ChatAddress
from webapp.outbox.models import OutboxEvent

HOUR = timedelta(hours=1)
PORTAL, TELEGRAM, KIOSK = DrawChannel.PORTAL, DrawChannel.TELEGRAM, DrawChannel.KIOSK
SCARCE = {"portal": 1, "telegram": 1, "kiosk": 2}
#: 09:30 in Jakarta, when the third slot of the morning begins.
LATER = MORNING + 1.5 * HOUR


def draw(line: QueueLine, at: datetime, key: str, slot: datetime | None = None, **more: bytes) -> str:
    draft = TicketDraft(line.id, slot)
    return draw_ticket(draft, channel=PORTAL, write_key=key, at=at, **more).label  # type: ignore[arg-type]


def test_numbers_count_from_one_in_each_line_and_day(session: Session) -> None:
    hall = make_hall(session)
    first, second = make_line(session, hall), make_line(session, hall, prefix="KK")
    labels = [make_ticket(session, line, MORNING).label for line in (first, second, first)]
    tomorrow = make_ticket(session, first, MORNING, slot_starts_at=LATER + 24 * HOUR)
    assert labels == ["A-001", "KK-001", "A-002"]
    assert (tomorrow.label, tomorrow.day, tomorrow.turn_at) == ("A-001", date(2026, 11, 25), LATER + 24 * HOUR)
    steps = session.scalars(select(TicketEvent.step).where(TicketEvent.ticket_id == tomorrow.id)).all()
    told = session.scalars(select(OutboxEvent.payload).where(OutboxEvent.name == TicketMoved.name)).all()
    assert steps == ["drawn"] and told[-1] == {"ticket_id": tomorrow.id, "step": "drawn"} and len(told) == 4


def test_the_day_is_that_of_the_units_zone(session: Session) -> None:
    """At 22:40 UTC it is the next day at 05:40 in Jakarta and at 06:40 in Makassar."""
    evening = datetime.fromisoformat("2026-11-23T22:40:00+00:00")
    line = make_line(session, make_hall(session, make_unit(session, timezone="Asia/Makassar")))
    ticket = make_ticket(session, line, evening)
    assert ticket.day == date(2026, 11, 24)
    # 00:05 in Makassar of the day after: numbers begin anew, while it is the same day in Jakarta.
    after = datetime(2026, 11, 25, 0, 5, tzinfo=ZoneInfo("Asia/Makassar"))
    again = make_ticket(session, line, after)
    assert (again.label, again.day) == ("A-001", date(2026, 11, 25))


def test_the_same_form_again_draws_nothing_even_when_all_is_full(session: Session) -> None:
    line = make_line(session, make_hall(session), quotas={"portal": 1})
    draft = TicketDraft(line.id)
    first = draw_ticket(draft, channel=PORTAL, write_key="form:1", at=MORNING)
    again = draw_ticket(draft, channel=PORTAL, write_key="form:1", at=MORNING + 12 * HOUR)
    assert first.created and not again.created
    assert (again.ticket_id, again.code, again.label) == (first.ticket_id, first.code, first.label)
    with pytest.raises(SlotFull):
        draw(line, MORNING, "form:2")
    make_ticket(session, line, MORNING + HOUR)
    assert session.scalars(select(QueueTicket.label).order_by(QueueTicket.number)).all() == ["A-001", "A-002"]


def test_before_a_slot_begins_no_channel_takes_the_places_of_another(session: Session) -> None:
    line = make_line(session, make_hall(session), quotas=SCARCE)
    early = MORNING - HOUR  # 07:00: what is drawn for now takes places of the slot that begins at 07:30
    make_ticket(session, line, early)
    with pytest.raises(SlotFull):
        draw(line, early, "form:full")
    assert [places_now(line.id, channel, early) for channel in DrawChannel] == [0, 1, 2]
    assert [places_now(line.id, channel, MORNING) for channel in DrawChannel] == [3, 3, 3]
    for _ in range(3):
        make_ticket(session, line, MORNING)
    with pytest.raises(SlotFull):
        draw(line, MORNING, "form:full")
    assert draw(line, MORNING + HOUR / 2, "form:next slot") == "A-005"


def test_slots_of_days_ahead_are_offered_with_what_is_left(session: Session) -> None:
    calendar = make_calendar(session, (date(2026, 11, 26),))
    hall = make_hall(session, make_unit(session, calendar=calendar))
    line = make_line(session, hall, quotas=SCARCE, days_ahead=5)
    make_ticket(session, line, MORNING, slot_starts_at=LATER)
    days = offer_slots(line.id, PORTAL, MORNING)
    assert [one.day.isoformat() for one in days] == ["2026-11-24", "2026-11-25", "2026-11-27"]
    assert [(slot.starts_at - MORNING) / HOUR for slot in days[0].slots] == [0.5, 1.5, 2.5, 3.5, 5, 6, 7]
    assert [slot.left for slot in days[0].slots] == [1, 0, 1, 1, 1, 1, 1]
    assert offer_slots(line.id, KIOSK, MORNING)[0].slots[1].left == 2
    with pytest.raises(SlotFull):
        draw(line, MORNING, "form:full", LATER)


@pytest.mark.parametrize(
    ("hours", "days_ahead"),
    [(-0.5, 2), (0.75, 2), (4, 2), (24 * 3 + 1.5, 2), (24 * 5 + 1.5, 7)],
    ids=["begun", "no slot", "at the break", "too far ahead", "Sunday"],
)
def test_a_slot_that_cannot_be_had(session: Session, hours: float, days_ahead: int) -> None:
    line = make_line(session, make_hall(session), days_ahead=days_ahead)
    with pytest.raises(SlotGone):
        draw(line, MORNING, "form:1", MORNING + hours * HOUR)


def test_closed_halls_give_no_numbers(session: Session) -> None:
    line = make_line(session, make_hall(session))
    with pytest.raises(HallClosed):
        draw(line, MORNING + 8 * HOUR, "form:evening")
    with pytest.raises(HallClosed):
        draw(line, MORNING - 48 * HOUR, "form:sunday")
    assert places_now(line.id, PORTAL, MORNING + 8 * HOUR) == 0
    line.hall.always_open = True
    session.flush()
    assert draw(line, MORNING + 8 * HOUR, "form:night desk") == "A-001"
    line.hall.active = False
    session.flush()
    for attempt in (draw, lambda *_: places_now(line.id, PORTAL, MORNING)):
        with pytest.raises(NoQueueHere):
            attempt(line, MORNING, "form:closed")


def test_a_person_has_so_many_open_numbers_in_a_line(session: Session) -> None:
    hall = make_hall(session)
    line, other = make_line(session, hall, most_open=2), make_line(session, hall)
    mine = b"device"
    first = make_ticket(session, line, MORNING, person_key=mine)
    draw(line, MORNING, "form:2", LATER + 24 * HOUR, person_key=mine)
    with pytest.raises(TooManyTickets):
        draw(line, MORNING, "form:3", person_key=mine)
    draw(other, MORNING, "form:4", person_key=mine)
    draw(line, MORNING, "form:5", person_key=b"somebody")
    make_ticket(session, line, MORNING, channel=KIOSK)
    cancel_ticket(first.code, MORNING)
    assert draw(line, MORNING, "form:3", person_key=mine) == "A-004"
    # What was left open yesterday stands in nobody's way.
    assert draw(line, MORNING + 24 * HOUR, "form:6", person_key=mine) == "A-002"


def test_giving_a_number_back_frees_its_place_and_never_its_number(session: Session) -> None:
    line = make_line(session, make_hall(session), quotas={"portal": 1})
    ticket = make_ticket(session, line, MORNING, slot_starts_at=LATER)
    cancel_ticket(f" {ticket.code.lower()} ", MORNING)
    cancel_ticket(ticket.code, MORNING)
    session.refresh(ticket)
    assert ticket.state == "cancelled"
    assert draw(line, MORNING, "form:2", LATER) == "A-002"
    events = session.scalars(
        select(TicketEvent.step).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    )
    assert events.all() == ["drawn", "cancelled"]
    with pytest.raises(NoSuchTicket):
        cancel_ticket("AN-22222-22222", MORNING)


def test_what_is_called_cannot_be_given_back_what_was_put_aside_can(session: Session) -> None:
    line = make_line(session, make_hall(session))
    desk, _ = open_session(session, [line], MORNING)
    ticket = make_ticket(session, line, MORNING)
    call_next(desk.account, MORNING)
    with pytest.raises(TicketGone):
        cancel_ticket(ticket.code, MORNING)
    hold_ticket(desk.account, ticket.id, MORNING)
    cancel_ticket(ticket.code, MORNING)
    session.refresh(ticket)
    assert ticket.state == "cancelled"


def test_turns_for_now_follow_the_numbers_whatever_the_clocks_of_the_servers_say(session: Session) -> None:
    line = make_line(session, make_hall(session))
    first = make_ticket(session, line, MORNING + timedelta(milliseconds=3))
    second = make_ticket(session, line, MORNING)
    assert (first.number, second.number) == (1, 2)
    assert (first.turn_at, first.number) < (second.turn_at, second.number)


def test_a_chat_follows_a_number_that_was_drawn_elsewhere(session: Session) -> None:
    line = make_line(session, make_hall(session))
    ticket = make_ticket(session, line, MORNING)
    follow_ticket(ticket.code, ChatAddress("telegram", "4711", "en"), MORNING)
    session.expire_all()
    assert (ticket.chat_address, ticket.chat_language) == ("4711", "en")
    with pytest.raises(TicketGone):
        follow_ticket(ticket.code, ChatAddress("telegram", "4711"), MORNING + 24 * HOUR)
    cancel_ticket(ticket.code, MORNING)
    with pytest.raises(TicketGone):
        follow_ticket(ticket.code, ChatAddress("telegram", "4711"), MORNING)
