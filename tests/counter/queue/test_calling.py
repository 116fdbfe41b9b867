"""Counters that call: order, priority, presses, and what becomes of a number."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from tests.factories.queue import MORNING, make_hall, make_line, make_ticket, open_session
from webapp.counter.queue.calling import call_next

MINUTE = timedelta(minutes=1)


def test_first_come_first_called(session: Session) -> None:
    line = make_line(session, make_hall(session))
    desk, _ = open_session(session, [line], MORNING)
    first, second = (make_ticket(session, line, MORNING + n * MINUTE) for n in range(2))
    at = MORNING + 5 * MINUTE
    called = call_next(desk.account, at)
    assert called is not None and (called.id, called.label, called.state) == (first.id, "A-001", "called")
    again = call_next(desk.account, at + MINUTE)
    assert again is called
    called = call_next(desk.account, at + MINUTE, finishing=first.id)
    assert called is not None and called.id == second.id
    assert first.state == "finished" and first.visit is not None
    assert first.visit.waited_seconds == 300
    assert call_next(desk.account, at + 2 * MINUTE, finishing=second.id) is None
