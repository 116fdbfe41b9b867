"""What is seen of the queue: by who queues, and at the counter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories.queue import MORNING, make_hall, make_line, make_ticket, open_session
from webapp.counter.codes import clean_ticket_code
from webapp.counter.queries import receipt_of
from webapp.counter.queue.calling import call_next, finish_ticket, hold_ticket, mark_absent
from webapp.counter.queue.desk import desk_of
from webapp.counter.queue.errors import NoQueueHere, NoSuchTicket
from webapp.counter.queue.queries import hall_of_kiosk, list_halls, list_lines, ticket_of
from webapp.counter.queue.vocabulary import DrawChannel, Priority

MINUTE = timedelta(minutes=1)


def test_a_ticket_is_seen_by_its_code_from_drawing_to_the_receipt(session: Session) -> None:
    line = make_line(session, make_hall(session))
    desk, _ = open_session(session, [line], MORNING)
    first = make_ticket(session, line, MORNING)
    second = make_ticket(session, line, MORNING + MINUTE)
    elderly = make_ticket(session, line, MORNING + 2 * MINUTE, priority=Priority.ELDERLY)
    at = MORNING + 3 * MINUTE
    typed = second.code.lower().replace("-", " ")
    assert clean_ticket_code(typed) == second.code
    assert [ticket_of(one.code, at).ahead for one in (elderly, first, second)] == [0, 1, 2]
    assert call_next(desk.account, at) is elderly
    seen = ticket_of(elderly.code, at)
    assert (seen.state, seen.counter, seen.ahead, seen.receipt) == ("called", desk.counter.name, None, None)
    visit = finish_ticket(desk.account, elderly.id, at + MINUTE)
    assert ticket_of(elderly.code, at).receipt == receipt_of(visit.id)
    assert ticket_of(typed, at).ahead == 1
    with pytest.raises(NoSuchTicket):
        ticket_of("AN-22222-22222", at)


def test_halls_lines_and_kiosks_that_are_open(session: Session) -> None:
    hall = make_hall(session, kiosk_key="depan")
    line = make_line(session, hall, quotas={"kiosk": 1, "portal": 0, "telegram": 1})
    make_line(session, make_hall(session, active=False))
    make_hall(session)
    assert [one.unit_id for one in list_halls()] == [hall.unit_id]
    assert hall_of_kiosk("depan").unit_id == hall.unit_id
    with pytest.raises(NoQueueHere):
        hall_of_kiosk("belakang")
    before = MORNING - timedelta(hours=1)
    make_ticket(session, line, before, channel=DrawChannel.KIOSK)
    found = {channel: list_lines(hall.unit_id, channel, before)[0].open_now for channel in DrawChannel}
    assert found == {"portal": False, "telegram": True, "kiosk": False}
    [choice] = list_lines(hall.unit_id, DrawChannel.PORTAL, MORNING)  # what Telegram left is open to all now
    assert choice.open_now and (choice.waiting, choice.service) == (1, line.service.name)
    assert not list_lines(hall.unit_id, DrawChannel.PORTAL, MORNING + timedelta(hours=12))[0].open_now


def test_a_counter_sees_who_is_called_put_aside_and_next(session: Session) -> None:
    hall = make_hall(session)
    mine, other = make_line(session, hall), make_line(session, hall)
    desk, _ = open_session(session, [mine], MORNING)
    tickets = [make_ticket(session, mine, MORNING + number * MINUTE) for number in range(5)]
    make_ticket(session, other, MORNING)
    later = MORNING + timedelta(hours=5)
    make_ticket(session, mine, MORNING, slot_starts_at=later)
    at = MORNING + 10 * MINUTE
    call_next(desk.account, at)
    hold_ticket(desk.account, tickets[0].id, at)
    call_next(desk.account, at)
    mark_absent(desk.account, tickets[1].id, at)
    call_next(desk.account, at)
    call_next(desk.account, at + MINUTE, finishing=tickets[2].id)
    seen = desk_of(desk.account, at + MINUTE)
    assert seen is not None and seen.current is not None
    assert (seen.current.id, seen.current.waited) == (tickets[3].id, 8 * MINUTE)
    assert [one.id for one in seen.held] == [tickets[0].id]
    assert [one.id for one in seen.missed] == [tickets[1].id]
    assert [one.id for one in seen.next] == [tickets[4].id]
    assert (seen.waiting, seen.served_today) == (1, 1)
    assert seen.served is not None and seen.served.visit_id == tickets[2].visit_id
    assert [(line.id, line.waiting, line.mine) for line in seen.hall_lines] == [
        (mine.id, 1, True),
        (other.id, 1, False),
    ]
    assert desk_of(desk.account, at + timedelta(days=1)) is None
