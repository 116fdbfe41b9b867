"""The relay, the workers and the scheduler within a test's own process, on its real database and queue."""

from __future__ import annotations

import base64
import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import redis
from flask import Flask
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from worker.jobs import serve
from worker.relay import Relay
from worker.routing import QUEUES


class _Worker(SimpleWorker):
    """A worker that leaves the signals of the test's process alone."""

    def _install_signal_handlers(self) -> None:
        pass


class Pipeline:
    """Rounds of the relay and bursts of the workers, as often as a test wants them."""

    def __init__(self, app: Flask, redis_url: str) -> None:
        self.app = app
        self.redis: redis.Redis = redis.Redis.from_url(redis_url)
        self.relay = Relay(app, self.redis)
        serve(app)

    def work(self, *queues: str) -> None:
        """Do everything that waits in the queues, as the worker processes do it."""
        with _quiet("rq.worker"):
            for name in queues or [name for name in QUEUES if self.waiting(name)]:
                queue = Queue(name, connection=self.redis, serializer=JSONSerializer)
                worker = _Worker([queue], connection=self.redis, serializer=JSONSerializer, log_job_description=False)
                worker.work(burst=True, logging_level="WARNING", with_scheduler=False)

    def run(self, rounds: int = 20) -> None:
        """Relay and work until nothing is handed over or waits any more. AssertionError if that does not end."""
        for _ in range(rounds):
            if not self.relay.round() and not any(self.waiting(queue) for queue in QUEUES):
                return
            self.work()
        raise AssertionError(f"after {rounds} rounds there is still something to hand over")

    def waiting(self, queue: str) -> list[str]:
        """Ids of the jobs that wait in a queue."""
        return [str(id_) for id_ in Queue(queue, connection=self.redis, serializer=JSONSerializer).job_ids]

    def handed_over(self, queue: str) -> list[int]:
        """Ids of the deliveries that wait in a queue, several in one job where they are for the same."""
        jobs = Queue(queue, connection=self.redis, serializer=JSONSerializer).jobs
        return sorted(delivery_id for job in jobs for delivery_id in job.args)

    def everything_in_redis(self) -> list[bytes]:
        """Every key and value of the queue's database; what RQ compresses is read as well."""
        found: list[bytes] = []
        for key in self.redis.scan_iter():
            found.append(key)
            kind = self.redis.type(key)
            if kind == b"hash":
                found += [part for pair in self.redis.hgetall(key).items() for part in pair]
            elif kind == b"stream":
                found += [part for _id, entry in self.redis.xrange(key) for pair in entry.items() for part in pair]
            else:
                found.append(self.redis.dump(key) or b"")
        return [*found, *(plain for value in found for plain in _unpacked(value))]

    def close(self) -> None:
        """Close the connection to the queue."""
        self.redis.close()


def _unpacked(value: bytes) -> Iterator[bytes]:
    """What is in a value that was compressed, or compressed and written in base 64."""
    for packed in (value, _from_base64(value)):
        with suppress(zlib.error):
            yield zlib.decompress(packed)


def _from_base64(value: bytes) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        return b""


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """RQ gives its logger a handler on first use; what it says is taken by pytest as well."""
    logger = logging.getLogger(name)
    handlers = list(logger.handlers)
    try:
        yield
    finally:
        logger.handlers = handlers


@contextmanager
def pipeline_of(app: Flask, redis_url: str) -> Iterator[Pipeline]:
    """A pipeline that is closed afterwards."""
    pipeline = Pipeline(app, redis_url)
    try:
        yield pipeline
    finally:
        pipeline.close()
