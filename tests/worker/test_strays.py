"""An event that no route knows, as another version of the product may leave behind."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_sqlalchemy import SQLAlchemy

from tests.factories.city import make_small_city
from tests.pipeline import Pipeline
from tests.worker.conftest import Deliveries
from webapp.outbox.models import OutboxEvent
from webapp.outbox.queries import list_dead_deliveries


def test_an_event_without_a_route_is_put_aside_and_stops_no_other(
    pipeline: Pipeline, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    database.session.add(OutboxEvent(name="SomethingForgotten", payload={}))
    make_small_city(database.session(), datetime.now(UTC))
    database.session.commit()
    pipeline.run()
    assert [one.state for one in deliveries.of("attribute_feedback")] == ["done", "done"]
    assert [(one.event_name, one.last_error) for one in list_dead_deliveries()] == [
        ("SomethingForgotten", "no route for this event")
    ]
