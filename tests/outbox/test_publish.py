"""An event is told if and only if its transaction is committed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from webapp.attribution.events import FeedbackAttributed
from webapp.database import transaction
from webapp.feedback.events import ComplaintSettled, ComplaintSubmitted
from webapp.outbox import publish, unheard
from webapp.outbox.events import Event, event_from
from webapp.outbox.models import DeliveryState, OutboxDelivery, OutboxEvent
from webapp.outbox.upkeep import KEPT_FOR, forget_old_events

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def told(database: SQLAlchemy) -> list[tuple[str, dict[str, object]]]:
    database.session.rollback()
    return [(one.name, one.payload) for one in database.session.scalars(select(OutboxEvent).order_by(OutboxEvent.id))]


def test_it_is_told_with_its_transaction(database: SQLAlchemy) -> None:
    with transaction():
        publish(ComplaintSubmitted(7))
    assert told(database) == [("ComplaintSubmitted", {"feedback_id": 7})]


def test_it_falls_with_its_transaction(database: SQLAlchemy) -> None:
    with pytest.raises(RuntimeError), transaction():
        publish(ComplaintSubmitted(7))
        publish(ComplaintSubmitted(8), key="once")
        raise RuntimeError
    assert told(database) == []


def test_an_interrupt_undoes_it_as_well(database: SQLAlchemy) -> None:
    with pytest.raises(KeyboardInterrupt), transaction():
        publish(ComplaintSubmitted(7))
        raise KeyboardInterrupt
    assert told(database) == []


def test_what_is_published_unheard_is_not_told_and_silence_ends_with_the_block(database: SQLAlchemy) -> None:
    with pytest.raises(RuntimeError), unheard():
        raise RuntimeError
    with transaction():
        with unheard():
            publish(ComplaintSubmitted(7))
        publish(ComplaintSubmitted(8))
    assert told(database) == [("ComplaintSubmitted", {"feedback_id": 8})]


def test_under_one_key_only_the_first_is_told(database: SQLAlchemy) -> None:
    for number in (7, 8):
        with transaction():
            publish(ComplaintSubmitted(number), key="once")
    with transaction():
        publish(ComplaintSubmitted(9), key="twice")
    assert told(database) == [("ComplaintSubmitted", {"feedback_id": 7}), ("ComplaintSubmitted", {"feedback_id": 9})]


@pytest.mark.parametrize(
    "event", [ComplaintSubmitted(7), FeedbackAttributed([1, 2]), ComplaintSettled(3, "accepted")], ids=lambda e: e.name
)
def test_what_is_read_is_what_was_published(app: Flask, database: SQLAlchemy, event: Event) -> None:
    with transaction():
        publish(event)
    [(name, payload)] = told(database)
    assert event_from(name, payload) == event


def test_an_event_that_is_not_there_any_more_is_named() -> None:
    with pytest.raises(KeyError, match="WordThatNobodyKnows"):
        event_from("WordThatNobodyKnows", {})


def test_only_old_events_that_are_done_are_forgotten(database: SQLAlchemy) -> None:
    long_ago, lately = NOW - KEPT_FOR - timedelta(days=1), NOW - KEPT_FOR + timedelta(days=1)
    kept = {
        "done long ago": (long_ago, True, [DeliveryState.DONE], False),
        "nobody heard it": (long_ago, True, [], False),
        "done lately": (lately, True, [DeliveryState.DONE], True),
        "one is dead": (long_ago, True, [DeliveryState.DONE, DeliveryState.DEAD], True),
        "one still waits": (long_ago, True, [DeliveryState.PENDING], True),
        "not handed on": (long_ago, False, [], True),
    }
    for name, (at, expanded, states, _stays) in kept.items():
        event = OutboxEvent(name=name, payload={}, created_at=at, expanded_at=at if expanded else None)
        database.session.add(event)
        database.session.flush()
        for number, state in enumerate(states):
            database.session.add(OutboxDelivery(event_id=event.id, job=f"job_{number}", queue="x", state=state))
    database.session.flush()
    forget_old_events(NOW)
    left = set(database.session.scalars(select(OutboxEvent.name)))
    assert left == {name for name, (_at, _expanded, _states, stays) in kept.items() if stays}
