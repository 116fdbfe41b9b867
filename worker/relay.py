"""The relay: hands what is in the outbox to the queues, and again whatever was handed over and never done.

The database is the truth: a delivery is done when its job's own transaction says so. Until then it holds a lease; when
that runs out, whether Redis was wiped or a worker killed, the relay hands it over again. Several relays may run: each
takes other rows (SKIP LOCKED).
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable
from datetime import timedelta
from types import FrameType

import structlog
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from webapp.database import db, transaction
from worker.routing import QUEUES, is_routed, routes_of

log = structlog.get_logger()

#: How long a job may take before its delivery is handed over again. Doing it twice does nothing twice.
LEASE = timedelta(seconds=30)
#: Jobs that may take longer than a few leases: while one runs, its row is locked and is not handed over again.
LONG_JOBS = frozenset({"learn", "learn_strengths"})
LONGEST_JOB = timedelta(minutes=20)
#: Events expanded in one round.
BATCH = 500
#: Deliveries that are handed over as one.
MOST_TOGETHER = 20
#: Deliveries of one queue that are with its worker at a time: what waits longer than its lease would be handed over
#: twice, so a backlog waits here and not in Redis.
MOST_UNDER_WAY = 300
BUSY_PAUSE = 0.02
IDLE_PAUSE = 0.1
LONGEST_PAUSE = 5.0

_EXPAND = text(
    """
    SELECT id, name FROM outbox_event WHERE expanded_at IS NULL ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
    """
)
_DELIVER = text(
    """
    INSERT INTO outbox_delivery (event_id, job, queue) VALUES (:event_id, :job, :queue) ON CONFLICT DO NOTHING
    """
)
#: An event that no route knows (from another version of the product) is shown to the administrator, and stops no other.
_PUT_ASIDE = text(
    """
    INSERT INTO outbox_delivery (event_id, job, queue, state, last_error)
    VALUES (:event_id, :job, 'messages', 'dead', 'no route for this event') ON CONFLICT DO NOTHING
    """
)
_MARK_EXPANDED = text("UPDATE outbox_event SET expanded_at = clock_timestamp() WHERE id = ANY(:ids)")
# Chosen first, once: within the condition of the UPDATE a plan may choose anew for each row, and take too many.
_LEASE_DUE = text(
    """
    WITH chosen AS MATERIALIZED (
        SELECT id FROM outbox_delivery
        WHERE state IN ('pending', 'enqueued') AND due_at <= clock_timestamp() AND queue = :queue
        ORDER BY id
        LIMIT greatest(0, :most - (
            SELECT count(*) FROM outbox_delivery
            WHERE state = 'enqueued' AND due_at > clock_timestamp() AND queue = :queue
        ))
        FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox_delivery SET state = 'enqueued', due_at = clock_timestamp() + :lease
    FROM chosen WHERE outbox_delivery.id = chosen.id
    RETURNING outbox_delivery.id, outbox_delivery.job
    """
)
_RELEASE = text("UPDATE outbox_delivery SET due_at = clock_timestamp() WHERE state = 'enqueued' AND queue = :queue")


class Relay:
    """Moves rows of the outbox to RQ until it is told to stop."""

    def __init__(self, app: Flask, redis: Redis) -> None:
        self._app = app
        self._queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES}
        self._redis = redis
        self._stopping = False

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End after the round that is under way."""
        self._stopping = True

    def run(self) -> None:
        """Relay until stopped; an absent database or Redis is waited for."""
        pause = IDLE_PAUSE
        while not self._stopping:
            try:
                moved = self.round()
                pause = BUSY_PAUSE if moved else IDLE_PAUSE
            except (OperationalError, RedisError) as error:
                pause = min(max(pause, IDLE_PAUSE) * 2, LONGEST_PAUSE)
                log.warning("relay waits", error=type(error).__name__)
            time.sleep(pause)

    def round(self) -> int:
        """One round: expand new events into deliveries, hand over those that are due. How many were handed over."""
        with self._app.app_context():
            with transaction():
                expand_events()
            with transaction() as session:
                due = {
                    queue: session.execute(_LEASE_DUE, {"queue": queue, "most": MOST_UNDER_WAY, "lease": LEASE}).all()
                    for queue in QUEUES
                }
            # Enqueued after the lease is committed: a job can never look for a delivery that isn't there. Should this
            # process die in between, the lease runs out and a later round does it.
            for queue, rows in due.items():
                if rows:
                    long = {row.id for row in rows if row.job in LONG_JOBS}
                    self._enqueue(queue, bundles((row.id, row.job) for row in rows), long)
            return sum(map(len, due.values()))

    def _enqueue(self, queue: str, bundled: list[list[int]], long: set[int]) -> None:
        with self._redis.pipeline() as pipe:
            data = [
                Queue.prepare_data(
                    "worker.jobs.deliver",
                    tuple(ids),
                    job_id=f"delivery-{ids[0]}",
                    timeout=int((LONGEST_JOB if ids[0] in long else LEASE * 5).total_seconds()),
                    result_ttl=0,
                    failure_ttl=3600,
                )
                for ids in bundled
            ]
            self._queues[queue].enqueue_many(data, pipeline=pipe)
            pipe.execute()


def bundles(due: Iterable[tuple[int, str]]) -> list[list[int]]:
    """Deliveries (id, job) that go to the worker together: of one job, at most MOST_TOGETHER, in their order.

    Handing one over costs as much as many a job; when much comes in at once, that is what the time would go to.
    """
    by_job: dict[str, list[int]] = {}
    for delivery_id, job in sorted(due):
        by_job.setdefault(job, []).append(delivery_id)
    return sorted(
        ids[start : start + MOST_TOGETHER] for ids in by_job.values() for start in range(0, len(ids), MOST_TOGETHER)
    )


def expand_events() -> int:
    """Make one delivery for each job that a new event is routed to; how many events. Flushes only."""
    session = db.session()
    events = session.execute(_EXPAND, {"batch": BATCH}).all()
    rows = [
        {"event_id": event_id, "job": route.job, "queue": route.queue}
        for event_id, name in events
        for route in routes_of(name)
    ]
    if rows:
        session.execute(_DELIVER, rows)
    strays = [{"event_id": event_id, "job": name} for event_id, name in events if not is_routed(name)]
    if strays:
        log.error("events without a route", names=sorted({stray["job"] for stray in strays}))
        session.execute(_PUT_ASIDE, strays)
    if events:
        session.execute(_MARK_EXPANDED, {"ids": [event_id for event_id, _name in events]})
    return len(events)


def release_leases(queue: str) -> None:
    """A worker of `queue` has just started: what its predecessor died with is handed over at once."""
    db.session.execute(_RELEASE, {"queue": queue})


def run_relay(app: Flask, redis: Redis) -> None:
    """Run a relay in this process until SIGTERM or SIGINT."""
    relay = Relay(app, redis)
    signal.signal(signal.SIGTERM, relay.stop)
    signal.signal(signal.SIGINT, relay.stop)
    relay.run()
