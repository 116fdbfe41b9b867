"""Counters that call: opening, order, presses, and what becomes of a number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.organisation import make_counter, make_officer
from tests.factories.queue import MORNING, make_desk, make_hall, make_line, make_ticket, open_session
from webapp.accounts.permissions import Role
from webapp.counter.models import Visit
from webapp.counter.queue.calling import (
    call_held,
    call_next,
    close_counter,
    finish_ticket,
    hold_ticket,
    mark_absent,
    open_counter,
    recall_ticket,
    transfer_ticket,
)
from webapp.counter.queue.drawing import cancel_ticket
from webapp.counter.queue.errors import CounterClosed, CounterTaken, NoQueueHere, StillServing, TicketGone
from webapp.counter.queue.models import QueueTicket, TicketEvent
from webapp.counter.queue.vocabulary import Priority
from webapp.organisation.errors import NotManaged
from webapp.outbox.models import OutboxEvent

MINUTE = timedelta(minutes=1)


def steps_of(session: Session, ticket: QueueTicket) -> list[str]:
    query = select(TicketEvent.step).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return list(session.scalars(query))


def test_finishing_and_calling_is_one_press_and_leaves_a_visit(session: Session) -> None:
    line = make_line(session, make_hall(session))
    desk, opened = open_session(session, [line], MORNING)
    first = make_ticket(session, line, MORNING)
    slot = MORNING + 30 * MINUTE
    second = make_ticket(session, line, MORNING, slot_starts_at=slot)
    at = slot + 5 * MINUTE
    called = call_next(desk.account, at)
    assert called is first and (first.state, first.label, first.session_id) == ("called", "A-001", opened.id)
    # Pressed again without anything to finish: the officer sees what is called already.
    assert call_next(desk.account, at) is first
    assert call_next(desk.account, at + 10 * MINUTE, finishing=first.id) is second
    # The same press again finishes nobody and calls nobody.
    assert call_next(desk.account, at + 10 * MINUTE, finishing=first.id) is second
    assert call_next(desk.account, at + 12 * MINUTE, finishing=second.id) is None
    assert call_next(desk.account, at + 12 * MINUTE, finishing=second.id) is None
    visits = session.scalars(select(Visit).order_by(Visit.id)).all()
    assert [(one.waited_seconds, one.finished_at - one.started_at) for one in visits] == [
        (35 * 60, 10 * MINUTE),
        (15 * 60, 2 * MINUTE),  # of a slot one waits from its begin on
    ]
    assert {(one.officer_id, one.counter_id, one.service_id, one.unit_id) for one in visits} == {
        (desk.officer.id, desk.counter.id, line.service_id, line.unit_id)
    }
    assert (first.state, first.visit_id, second.visit_id) == ("finished", visits[0].id, visits[1].id)
    assert steps_of(session, first) == steps_of(session, second) == ["drawn", "called", "finished"]
    told = session.execute(select(OutboxEvent.name, OutboxEvent.payload).order_by(OutboxEvent.id)).all()
    assert [payload.get("step", payload.get("day")) for _name, payload in told] == [
        "drawn", "drawn", "called", "2026-11-24", "finished", "called", "2026-11-24", "finished",
    ]  # fmt: skip


def test_counters_call_from_their_lines_in_the_order_of_turns(session: Session) -> None:
    hall = make_hall(session, priority_in_a_row=1)
    one, two = make_line(session, hall), make_line(session, hall)
    narrow, _ = open_session(session, [one], MORNING)
    wide, _ = open_session(session, [one, two], MORNING)
    plain = [make_ticket(session, line, MORNING + n * MINUTE) for n, line in enumerate([two, one, two, one])]
    elderly = make_ticket(session, two, MORNING + 9 * MINUTE, priority=Priority.ELDERLY)
    disabled = make_ticket(session, two, MORNING + 9 * MINUTE, priority=Priority.DISABLED)
    at = MORNING + 10 * MINUTE
    order = []
    for desk in (wide, narrow, wide, wide, wide, wide):
        ticket = call_next(desk.account, at)
        assert ticket is not None
        finish_ticket(desk.account, ticket.id, at)
        order.append(ticket)
    assert order == [elderly, plain[1], disabled, plain[0], plain[2], plain[3]]


def test_nobody_is_called_before_his_slot_or_after_he_left(session: Session) -> None:
    line = make_line(session, make_hall(session))
    desk, _ = open_session(session, [line], MORNING)
    slot = MORNING + 30 * MINUTE
    booked = make_ticket(session, line, MORNING, slot_starts_at=slot)
    gone = make_ticket(session, line, MORNING)
    cancel_ticket(gone.code, MORNING)
    assert call_next(desk.account, slot - MINUTE) is None
    assert call_next(desk.account, slot) is booked


def test_a_number_that_is_put_aside_can_be_called_by_any_counter_of_its_line(session: Session) -> None:
    hall = make_hall(session)
    line, other = make_line(session, hall), make_line(session, hall)
    desk, _ = open_session(session, [line], MORNING)
    colleague, _ = open_session(session, [line], MORNING)
    stranger, _ = open_session(session, [other], MORNING)
    ticket, second = (make_ticket(session, line, MORNING) for _ in range(2))
    call_next(desk.account, MORNING)
    hold_ticket(desk.account, ticket.id, MORNING)
    assert call_next(desk.account, MORNING) is second
    with pytest.raises(StillServing):
        call_held(desk.account, ticket.id, MORNING)
    with pytest.raises(TicketGone):
        call_held(stranger.account, ticket.id, MORNING)
    call_held(colleague.account, ticket.id, MORNING + 5 * MINUTE)
    visit = finish_ticket(colleague.account, ticket.id, MORNING + 6 * MINUTE)
    assert (visit.officer_id, visit.waited_seconds, visit.started_at) == (
        colleague.officer.id, 0, MORNING + 5 * MINUTE,
    )  # fmt: skip
    with pytest.raises(TicketGone):
        call_held(colleague.account, ticket.id, MORNING)
    assert steps_of(session, ticket) == ["drawn", "called", "held", "called", "finished"]


def test_who_comes_too_late_can_be_called_again(session: Session) -> None:
    line = make_line(session, make_hall(session))
    desk, _ = open_session(session, [line], MORNING)
    ticket = make_ticket(session, line, MORNING)
    call_next(desk.account, MORNING)
    recall_ticket(desk.account, ticket.id, MORNING)
    mark_absent(desk.account, ticket.id, MORNING)
    assert ticket.state == "no_show" and not session.scalars(select(Visit)).all()
    call_held(desk.account, ticket.id, MORNING + MINUTE)
    assert (ticket.state, ticket.finished_at) == ("called", None)
    assert steps_of(session, ticket) == ["drawn", "called", "recalled", "no_show", "called"]


def test_a_transferred_number_keeps_its_label_and_its_turn(session: Session) -> None:
    hall = make_hall(session)
    line, other = make_line(session, hall), make_line(session, hall)
    closed, elsewhere = make_line(session, hall, active=False), make_line(session, make_hall(session))
    desk, _ = open_session(session, [line], MORNING)
    colleague, _ = open_session(session, [other], MORNING)
    ticket = make_ticket(session, line, MORNING)
    make_ticket(session, other, MORNING + MINUTE)
    call_next(desk.account, MORNING + 2 * MINUTE)
    for wrong in (line, closed, elsewhere):
        with pytest.raises(NoQueueHere):
            transfer_ticket(desk.account, ticket.id, wrong.id, MORNING + 3 * MINUTE)
    transfer_ticket(desk.account, ticket.id, other.id, MORNING + 3 * MINUTE)
    assert call_next(colleague.account, MORNING + 4 * MINUTE) is ticket
    visit = finish_ticket(colleague.account, ticket.id, MORNING + 5 * MINUTE)
    assert (ticket.label, visit.service_id, visit.waited_seconds) == ("A-001", other.service_id, 120)
    moved = session.scalars(select(TicketEvent).where(TicketEvent.step == "transferred")).one()
    assert moved.line_id == other.id


@pytest.mark.parametrize("act", [finish_ticket, recall_ticket, hold_ticket, mark_absent])
def test_only_the_counter_that_called_a_number_does_anything_with_it(session: Session, act: Callable[..., Any]) -> None:
    line = make_line(session, make_hall(session))
    desk, _ = open_session(session, [line], MORNING)
    colleague, _ = open_session(session, [line], MORNING)
    ticket = make_ticket(session, line, MORNING)
    call_next(desk.account, MORNING)
    with pytest.raises(TicketGone):
        act(colleague.account, ticket.id, MORNING)
    act(desk.account, ticket.id, MORNING)
    close_counter(colleague.account, MORNING)
    with pytest.raises(CounterClosed):
        act(colleague.account, ticket.id, MORNING)


def test_a_counter_is_opened_by_one_officer_and_resumed_by_him(session: Session) -> None:
    hall = make_hall(session)
    line, other = make_line(session, hall), make_line(session, hall)
    desk, opened = open_session(session, [line], MORNING)
    colleague = make_desk(session, hall)
    with pytest.raises(CounterTaken) as taken:
        open_counter(colleague.account, desk.counter.id, [line.id], MORNING)
    assert taken.value.officer == desk.officer.name
    again = open_counter(desk.account, desk.counter.id, [other.id, line.id], MORNING + MINUTE)
    assert again.id == opened.id and again.line_ids == [line.id, other.id]
    # One counter at a time: the next is opened only when nobody is being served at the first.
    make_ticket(session, line, MORNING)
    ticket = call_next(desk.account, MORNING + MINUTE)
    assert ticket is not None
    with pytest.raises(StillServing):
        close_counter(desk.account, MORNING)
    with pytest.raises(StillServing):
        open_counter(desk.account, colleague.counter.id, [line.id], MORNING + MINUTE)
    finish_ticket(desk.account, ticket.id, MORNING + MINUTE)
    there = open_counter(desk.account, colleague.counter.id, [line.id], MORNING + 2 * MINUTE)
    assert there.id != opened.id and opened.closed_at == MORNING + 2 * MINUTE
    open_counter(colleague.account, desk.counter.id, [line.id], MORNING + 3 * MINUTE)


def test_a_counter_that_was_left_open_overnight_is_nobodys(session: Session) -> None:
    line = make_line(session, make_hall(session))
    desk, opened = open_session(session, [line], MORNING)
    late, tomorrow = make_ticket(session, line, MORNING), MORNING + 24 * 60 * MINUTE
    call_next(desk.account, MORNING)
    with pytest.raises(CounterClosed):
        call_next(desk.account, tomorrow, finishing=late.id)
    colleague = make_desk(session, line.hall)
    open_counter(colleague.account, desk.counter.id, [line.id], tomorrow)
    session.expire_all()
    assert opened.closed_at == tomorrow and (late.state, late.visit_id) == ("expired", None)


def test_who_may_open_what(session: Session) -> None:
    hall, elsewhere = make_hall(session), make_hall(session)
    line, strange = make_line(session, hall), make_line(session, elsewhere)
    desk = make_desk(session, hall)
    supervisor = make_account(session, (Role.SUPERVISOR, hall.unit))
    make_officer(session, hall.unit, account=supervisor)
    no_officer = make_account(session, (Role.OFFICER, hall.unit))
    out_of_use = make_counter(session, hall.unit, active=False)
    foreign = make_counter(session, elsewhere.unit)
    for account, counter in (
        (supervisor, desk.counter), (no_officer, desk.counter), (desk.account, out_of_use), (desk.account, foreign),
    ):  # fmt: skip
        with pytest.raises(NotManaged):
            open_counter(account, counter.id, [line.id], MORNING)
    for lines in ([], [strange.id], [line.id, strange.id]):
        with pytest.raises(NoQueueHere):
            open_counter(desk.account, desk.counter.id, lines, MORNING)
