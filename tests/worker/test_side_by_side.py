"""Several relays, workers and schedulers at the same time: each effect once. Threads with connections of their own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from tests.factories.city import SmallCity, make_small_city
from tests.factories.feedback import make_rating
from tests.pipeline import Pipeline
from tests.worker.conftest import Deliveries
from webapp.attribution.models import Attribution
from webapp.database import db, transaction
from webapp.indicators.models import IndicatorFact
from webapp.outbox.models import OutboxDelivery, OutboxEvent
from worker import jobs
from worker.relay import Relay
from worker.routing import ATTRIBUTION, routes_of
from worker.schedule import TASKS, announce_due

T = TypeVar("T")


def at_once(acts: list[Callable[[], T]]) -> list[T]:
    """Do all of it at the same moment, a thread each; what each returned. Raises what any of them raised."""
    start, results, errors = threading.Barrier(len(acts)), {}, []

    def run(number: int, act: Callable[[], T]) -> None:
        try:
            start.wait(10)
            results[number] = act()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(acts))]


@pytest.fixture
def city(database: SQLAlchemy) -> SmallCity:
    city = make_small_city(database.session(), datetime.now(UTC))
    database.session.commit()
    return city


def test_two_relays_hand_each_delivery_over_once(
    app: Flask, pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    now = datetime.now(UTC)
    for _ in range(40):
        make_rating(database.session(), now, unit_id=city.unit.id)
    database.session.commit()
    relays = [Relay(app, pipeline.redis) for _ in range(2)]
    moved = [sum(at_once([relay.round for relay in relays])) for _ in range(3)]
    waiting = pipeline.handed_over(ATTRIBUTION)
    assert sum(moved) == 42 and moved[-1] == 0
    assert Counter(waiting).most_common(1)[0][1] == 1 and len(waiting) == 42
    assert len(deliveries.of("attribute_feedback")) == 42
    pipeline.run()
    assert database.session.scalar(select(func.count(Attribution.id))) == 42


def test_two_workers_do_a_delivery_once(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    pipeline.relay.round()
    ids = [one.id for one in deliveries.of("attribute_feedback")]
    at_once([lambda id_=id_: jobs.deliver(id_) for id_ in ids for _ in range(3)])  # type: ignore[misc]
    database.session.rollback()
    assert database.session.scalar(select(func.count(Attribution.id))) == 2
    told = select(OutboxEvent.payload).where(OutboxEvent.name == "FeedbackAttributed")
    ids_told = [id_ for payload in database.session.scalars(told) for id_ in payload["feedback_ids"]]
    assert len(ids_told) == len(set(ids_told)) == 2
    pipeline.run()
    assert database.session.scalar(select(func.count(IndicatorFact.id))) == 1


def announce(app: Flask, now: datetime) -> None:
    with app.app_context():
        with transaction():
            announce_due(now)
        db.session.remove()


def test_two_schedulers_announce_once(app: Flask, database: SQLAlchemy) -> None:
    now = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
    for _ in range(2):
        at_once([lambda: announce(app, now) for _ in range(4)])
    keys = Counter(database.session.scalars(select(OutboxEvent.key)))
    assert len(keys) == len(TASKS) and set(keys.values()) == {1}
    at_once([lambda: announce(app, now + timedelta(hours=1)) for _ in range(2)])
    database.session.rollback()
    names = Counter(database.session.scalars(select(OutboxEvent.name)))
    assert names["SweepDue"] == 2 and names["ReferenceDue"] == 1  # the next hour, the same month


def test_what_the_clock_announces_is_done(app: Flask, pipeline: Pipeline, database: SQLAlchemy) -> None:
    announce(app, datetime.now(UTC))
    pipeline.run()
    database.session.rollback()
    ended = [(one.job, one.state, one.last_error) for one in database.session.scalars(select(OutboxDelivery))]
    announced = {route.job for task in TASKS for route in routes_of(task.event("2026-11").name)}
    assert {job for job, _state, _error in ended} >= announced
    assert {state for _job, state, _error in ended} == {"done"}, ended
