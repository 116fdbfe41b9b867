"""The pipeline, and jobs that fail when they are told to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, text

from tests.pipeline import Pipeline, pipeline_of
from webapp.outbox.events import Event
from webapp.outbox.models import OutboxDelivery
from worker import jobs


@pytest.fixture
def pipeline(app: Flask, environment: dict[str, str], database: SQLAlchemy) -> Iterator[Pipeline]:
    """Relay and workers in this process."""
    with pipeline_of(app, environment["REDIS_URL"]) as pipeline:
        yield pipeline


class Stumbling:
    """A job that fails so many times before it does what it is for."""

    def __init__(self, name: str, failures: int, error: Exception) -> None:
        self.does, self.failures, self.error = jobs.JOBS[name], failures, error
        self.calls = 0

    def __call__(self, event: Event, key: str, now: datetime) -> None:
        self.calls += 1
        self.does(event, key, now)
        if self.calls <= self.failures:
            raise self.error  # after its effect: it must be undone with it


@pytest.fixture
def deliveries(database: SQLAlchemy) -> Deliveries:
    return Deliveries(database)


class Deliveries:
    """What the database says of deliveries, read anew each time."""

    def __init__(self, database: SQLAlchemy) -> None:
        self._database = database

    def of(self, job: str) -> list[OutboxDelivery]:
        self._database.session.rollback()
        self._database.session.expire_all()
        return list(
            self._database.session.scalars(
                select(OutboxDelivery).where(OutboxDelivery.job == job).order_by(OutboxDelivery.id)
            )
        )

    def one(self, job: str) -> OutboxDelivery:
        [delivery] = self.of(job)
        return delivery

    def make_due(self, in_seconds: int = -1) -> None:
        """Let every lease and every pause run out, or run out so much later."""
        self._database.session.execute(
            text("UPDATE outbox_delivery SET due_at = clock_timestamp() + make_interval(secs => :seconds)"),
            {"seconds": in_seconds},
        )
        self._database.session.commit()
