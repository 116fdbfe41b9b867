"""The end of the day, in each unit's own zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.organisation import make_unit
from tests.factories.queue import make_hall, make_line, make_ticket, open_session
from webapp.counter.queue.calling import call_next, hold_ticket
from webapp.counter.queue.models import TicketEvent
from webapp.counter.queue.upkeep import close_past_days


def test_what_was_left_expires_at_midnight_of_the_units_zone(session: Session) -> None:
    evening = datetime(2026, 11, 24, 22, 30, tzinfo=ZoneInfo("Asia/Jakarta"))  # 23:30 in Makassar
    halls = {
        zone: make_line(session, make_hall(session, make_unit(session, timezone=zone), always_open=True))
        for zone in ("Asia/Jakarta", "Asia/Makassar")
    }
    left = {}
    for zone, line in halls.items():
        desk, opened = open_session(session, [line], evening)
        held, called, waiting, done = (make_ticket(session, line, evening) for _ in range(4))
        tomorrow = make_ticket(session, line, evening, slot_starts_at=datetime(2026, 11, 25, 9, tzinfo=ZoneInfo(zone)))
        call_next(desk.account, evening)
        hold_ticket(desk.account, held.id, evening)
        call_next(desk.account, evening)
        left[zone] = (opened, held, called, waiting, tomorrow)
        done.state = "finished"
    session.flush()
    assert close_past_days(evening) == 0
    after = evening + timedelta(hours=1)
    assert close_past_days(after) == 3 and close_past_days(after) == 0
    session.expire_all()
    opened, *tickets, tomorrow = left["Asia/Makassar"]
    assert opened.closed_at == after
    assert {(one.state, one.visit_id) for one in tickets} == {("expired", None)} and tomorrow.state == "waiting"
    opened, *tickets, tomorrow = left["Asia/Jakarta"]
    assert opened.closed_at is None
    assert [one.state for one in tickets] == ["held", "called", "waiting"]
    assert len(session.scalars(select(TicketEvent.id).where(TicketEvent.step == "expired")).all()) == 3
