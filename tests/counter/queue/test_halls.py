"""What administrators change, and what supervisors see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.organisation import make_service, make_unit
from tests.factories.queue import MANY, MORNING, make_hall, make_line, make_ticket, open_session
from webapp.accounts.permissions import Role
from webapp.counter.queue.calling import call_next, mark_absent
from webapp.counter.queue.drawing import cancel_ticket
from webapp.counter.queue.errors import PrefixTaken, ServiceTaken
from webapp.counter.queue.halls import add_line, change_hall, change_line, new_kiosk_key, open_hall
from webapp.counter.queue.overview import hall_overview, list_halls_to_see
from webapp.counter.queue.vocabulary import Priority
from webapp.organisation.errors import NotManaged

MINUTE = timedelta(minutes=1)
RULES = {"quotas": {"kiosk": 3}, "slot_minutes": 30, "days_ahead": 0, "most_open": 1}


def test_a_hall_is_opened_once_and_its_kiosk_gets_a_new_address(session: Session) -> None:
    unit = make_unit(session)
    hall = open_hall(unit)
    before = hall.kiosk_key
    change_hall(hall, active=False, priority_in_a_row=3, tell_ahead=0, always_open=True)
    assert new_kiosk_key(hall) == hall.kiosk_key != before
    assert open_hall(unit) is hall and (hall.active, hall.priority_in_a_row, hall.always_open) == (True, 3, True)


def test_the_letters_of_a_line_are_its_own_while_its_numbers_are_about(session: Session) -> None:
    hall = make_hall(session)
    line = add_line(hall, make_service(session, hall.unit), "A", quotas=MANY)
    with pytest.raises(PrefixTaken):
        add_line(hall, make_service(session, hall.unit), "A", quotas=MANY)
    with pytest.raises(ServiceTaken):
        add_line(hall, line.service, "B", quotas=MANY)
    make_ticket(session, line, MORNING)
    change_line(line, prefix="K", active=True, **RULES)
    assert make_ticket(session, line, MORNING + MINUTE).label == "K-002"
    # A-001 may still be waiting: a line that took the letter now would draw it a second time.
    with pytest.raises(PrefixTaken):
        add_line(hall, make_service(session, hall.unit), "A", quotas=MANY)
    change_line(line, prefix="A", active=False, **RULES)
    elsewhere = make_hall(session)
    assert add_line(elsewhere, make_service(session, elsewhere.unit), "A", **RULES).slot_minutes == 30


def test_a_supervisor_sees_how_the_hall_runs_today(session: Session) -> None:
    hall = make_hall(session)
    line, other = make_line(session, hall), make_line(session, hall)
    supervisor = make_account(session, (Role.SUPERVISOR, hall.unit))
    desk, _ = open_session(session, [line, other], MORNING)
    at = MORNING + 10 * MINUTE
    served, absent, gone, called, waiting = (make_ticket(session, line, MORNING + n * MINUTE) for n in range(5))
    make_ticket(session, other, at, priority=Priority.PREGNANT)
    make_ticket(session, line, MORNING, slot_starts_at=MORNING + 30 * MINUTE)
    make_ticket(session, line, MORNING - timedelta(days=1))
    cancel_ticket(gone.code, at)
    # The one with priority comes first; its visit takes four minutes.
    first = call_next(desk.account, at)
    assert first is not None
    call_next(desk.account, at + 4 * MINUTE, finishing=first.id)
    call_next(desk.account, at + 6 * MINUTE, finishing=served.id)
    mark_absent(desk.account, absent.id, at + 7 * MINUTE)
    call_next(desk.account, at + 8 * MINUTE)
    now = at + 10 * MINUTE
    seen = hall_overview(supervisor, hall.unit_id, now)
    mine = seen.lines[0]
    assert (mine.waiting, mine.longest_wait, mine.later, mine.drawn) == (1, 16 * 60, 1, 6)
    assert (mine.served, mine.no_shows, mine.cancelled) == (1, 1, 1)
    assert (mine.mean_wait, mine.mean_service) == ((14 + 15 + 15) / 3 * 60, 2 * 60)
    assert (seen.waiting, seen.served, seen.no_shows, seen.longest_wait) == (1, 2, 1, 16 * 60)
    assert (seen.mean_wait, seen.mean_service) == ((14 + 15 + 15 + 0) / 4 * 60, 3 * 60)
    [counter] = seen.counters
    assert (counter.officer, counter.label, counter.served) == (desk.officer.name, called.label, 2)
    assert counter.prefixes == ("A", "B") and waiting.state == "waiting"


def test_only_those_who_answer_for_a_hall_see_it(session: Session) -> None:
    hall = make_hall(session)
    officer = make_account(session, (Role.OFFICER, hall.unit))
    elsewhere = make_account(session, (Role.SUPERVISOR, make_unit(session)))
    above = make_account(session, (Role.INSPECTOR, hall.unit.parent))
    for viewer in (officer, elsewhere):
        assert list_halls_to_see(viewer) == []
        with pytest.raises(NotManaged):
            hall_overview(viewer, hall.unit_id, MORNING)
    assert list_halls_to_see(above) == [(hall.unit_id, hall.unit.name)]
    with pytest.raises(NotManaged):
        hall_overview(above, hall.unit.parent_id or 0, MORNING)
