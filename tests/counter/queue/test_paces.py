"""Promises at drawing, what is expected now, whether promises held; and the board that shows it to everybody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.factories.queue import MORNING, Desk, make_hall, make_line, make_ticket, open_session
from webapp.counter.queue.board import NoSuchHall, current_board, forget_boards, read_board
from webapp.counter.queue.calling import call_next, close_counter, finish_ticket
from webapp.counter.queue.drawing import cancel_ticket
from webapp.counter.queue.models import QueueHall, QueueLine, QueueTicket
from webapp.counter.queue.paces import coverage_of, expected_range
from webapp.counter.queue.vocabulary import Priority
from webapp.database import db

MINUTE = timedelta(minutes=1)
#: Every number of the morning takes ten minutes at the counter.
SERVING = 10 * MINUTE


@pytest.fixture
def hall(session: Session) -> QueueHall:
    return make_hall(session)


@pytest.fixture
def line(session: Session, hall: QueueHall) -> QueueLine:
    return make_line(session, hall)


def serve(desk: Desk, at: datetime, times: int) -> datetime:
    """Call one after the other, each served for SERVING; when the last of them is being called."""
    current = None
    for number in range(times):
        called = call_next(desk.account, at + number * SERVING, finishing=current)
        assert called is not None
        current = called.id
    return at + (times - 1) * SERVING


def test_whoever_draws_is_promised_when_he_will_be_called(session: Session, hall: QueueHall, line: QueueLine) -> None:
    assert make_ticket(session, line, MORNING).promised_from is None  # nobody has ever called from this line
    desk, _ = open_session(session, [line], MORNING)
    for _number in range(9):
        make_ticket(session, line, MORNING + MINUTE)
    now = serve(desk, MORNING + 2 * MINUTE, 6) + MINUTE
    ticket = make_ticket(session, line, now)  # four ahead, one being served for a minute
    assert ticket.promised_from and ticket.promised_until and ticket.expected_at and ticket.expected_spread
    assert ticket.promised_from < ticket.expected_at < ticket.promised_until
    assert abs(ticket.expected_at - (now + 49 * MINUTE)) < 8 * MINUTE
    assert ticket.promised_from.second == ticket.promised_until.second == 0
    first = make_ticket(session, line, now + MINUTE, priority=Priority.ELDERLY)
    assert first.promised_until and first.promised_until < ticket.expected_at
    assert session.get_one(QueueTicket, ticket.id).promised_until == ticket.promised_until


def test_a_slot_is_promised_from_its_begin_on(session: Session, line: QueueLine) -> None:
    slot = MORNING + timedelta(days=1, minutes=30)
    ticket = make_ticket(session, line, MORNING, slot_starts_at=slot)
    assert ticket.promised_from == slot
    assert ticket.promised_until and slot < ticket.promised_until <= slot + 40 * MINUTE
    assert expected_range(ticket, MORNING) == (ticket.promised_from, ticket.promised_until)


def test_what_is_expected_moves_on_with_the_queue(session: Session, hall: QueueHall, line: QueueLine) -> None:
    desk, _ = open_session(session, [line], MORNING)
    tickets = [make_ticket(session, line, MORNING + number * MINUTE) for number in range(8)]
    last = tickets[-1]
    now = serve(desk, MORNING + 10 * MINUTE, 3)
    before = expected_range(last, now)
    assert before == expected_range((line.id, 4), now)
    behind = expected_range((line.id, None), now)
    assert before is not None and behind is not None and behind.latest > before.latest
    after = expected_range(last, now + 30 * MINUTE)  # nobody was called: it is not nearer than it was
    assert after is not None and after.earliest > before.earliest
    assert expected_range(tickets[0], now) is None  # it was called
    assert expected_range((line.id + 1000, None), now) is None
    other = make_line(session, hall, prefix="Z")
    forget_boards()
    assert expected_range((other.id, None), now) is None  # no counter calls from it


def test_before_opening_the_counters_of_the_last_day_are_expected(session: Session, line: QueueLine) -> None:
    desk, _ = open_session(session, [line], MORNING)
    make_ticket(session, line, MORNING)
    called = call_next(desk.account, MORNING + MINUTE)
    assert called is not None
    finish_ticket(desk.account, called.id, MORNING + MINUTE + SERVING)
    close_counter(desk.account, MORNING + 60 * MINUTE)
    early = MORNING + timedelta(hours=23)  # 07:00 of the next day; it opens at 07:30
    ticket = make_ticket(session, line, early)
    assert ticket.promised_from == early + 30 * MINUTE


def test_whether_promises_held_is_counted(session: Session, hall: QueueHall, line: QueueLine) -> None:
    now = MORNING + 60 * MINUTE
    tickets = [make_ticket(session, line, MORNING) for _ in range(6)]
    outcome = [
        now - 30 * MINUTE,
        now - 10 * MINUTE,
        now - MINUTE,
        None,
        None,
        None,
    ]  # kept, early, late, and not called
    spans = [(-40, -20), (-5, 5), (-30, -20), (-30, -20), (-5, 5), (-30, -20)]
    for ticket, called, (begin, end) in zip(tickets, outcome, spans, strict=True):
        ticket.first_called_at = called
        ticket.promised_from, ticket.promised_until = now + begin * MINUTE, now + end * MINUTE
    cancel_ticket(tickets[5].code, now - 15 * MINUTE)
    session.flush()
    coverage = coverage_of(hall.unit_id, 7, now)
    assert (coverage.promised, coverage.kept, coverage.early, coverage.late) == (4, 1, 1, 2)
    assert coverage.share == 0.25 and coverage.minutes == pytest.approx(12.5)
    assert coverage_of(hall.unit_id, 7, now + timedelta(days=10)).share is None


def test_the_board_shows_labels_and_counters_and_nothing_else(
    session: Session, hall: QueueHall, line: QueueLine
) -> None:
    desk, _ = open_session(session, [line], MORNING)
    tickets = [make_ticket(session, line, MORNING + number * MINUTE) for number in range(4)]
    elderly = make_ticket(session, line, MORNING + 5 * MINUTE, priority=Priority.ELDERLY)
    called = call_next(desk.account, MORNING + 6 * MINUTE)
    assert called is not None and called.id == elderly.id
    board = read_board(hall.unit_id, MORNING + 7 * MINUTE)
    (shown,) = board["lines"]
    assert shown["waiting"] == [ticket.label for ticket in tickets]
    assert len(shown["ranges"]) == 4 and all(low <= high for low, high in shown["ranges"]) and shown["open"]
    assert board["counters"] == [{"counter": desk.counter.name, "label": elderly.label}]
    (call,) = board["calls"]
    assert set(call) == {"id", "label", "counter", "say"} and call["label"] == elderly.label
    text = current_board(hall.unit_id, MORNING + 7 * MINUTE).text.decode()
    for secret in (desk.account.name, desk.officer.name, elderly.code, "elderly", hall.kiosk_key):
        assert secret not in text
    with pytest.raises(NoSuchHall):
        read_board(hall.unit_id + 1000, MORNING)


def test_asking_again_costs_neither_the_database_nor_many_bytes(
    session: Session, client: FlaskClient, hall: QueueHall, line: QueueLine
) -> None:
    hall.always_open = True
    session.commit()
    path = f"/antrean/{hall.unit_id}/papan.json"
    first = client.get(path)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        whole = client.get(path, headers={"If-None-Match": '"older"'})
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert statements == []
    assert (again.status_code, again.data) == (304, b"") and again.headers["ETag"] == first.headers["ETag"]
    assert whole.json == first.json and whole.json["lines"][0]["prefix"] == "A"
    assert "Set-Cookie" not in first.headers
    for other in (f"/antrean/{hall.unit_id + 1000}/papan.json", f"/antrean/{2**70}/layar"):
        assert client.get(other).status_code == 404
    hall.active = False
    session.commit()
    forget_boards()
    assert client.get(path).status_code == 404
