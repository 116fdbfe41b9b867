"""`python -m worker relay | work QUEUE | schedule | queues`."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from contextlib import suppress
from typing import Final

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from config import Settings, SettingsError
from webapp.app import create_app
from webapp.database import db, transaction
from webapp.indicators.warming import warm_up
from worker.jobs import serve
from worker.relay import release_leases, run_relay
from worker.routing import QUEUES
from worker.schedule import run_scheduler

#: A priority (nice) behind that of all else.
_LATER: Final = 10

USAGE = f"usage: python -m worker relay | work {{{','.join(QUEUES)}}} | schedule | queues"


def connect_redis(settings: Settings) -> Redis:
    """A connection to Redis that outlives a restart of it."""
    return Redis.from_url(
        settings.redis_url,
        retry=Retry(ExponentialBackoff(cap=2, base=0.05), 20),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
        health_check_interval=10,
    )


def work(settings: Settings, queue: str) -> None:
    """Do the jobs of one queue until SIGTERM.

    The application is loaded once and jobs run in this very process: the outbox, not RQ, remembers what a killed worker
    was doing, so a fork for each job would buy nothing.
    """
    app = create_app(settings, pool_size=2)
    serve(app)
    with app.app_context():
        with transaction():
            release_leases(queue)
        db.session.remove()
    if queue == "indicators":
        warm_up_beside()
    redis = connect_redis(settings)
    worker = SimpleWorker(
        [Queue(queue, connection=redis, serializer=JSONSerializer)],
        connection=redis,
        serializer=JSONSerializer,
        worker_ttl=30,
        job_monitoring_interval=5,
        log_job_description=False,
    )
    worker.work(logging_level="WARNING", with_scheduler=False)


def warm_up_beside() -> threading.Thread:
    """Load what scores figures while the worker waits for its first job, so that no rating waits for it.

    Whatever the machine has to do meanwhile comes first, such as the web server that starts at the same time.
    """

    def load() -> None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LATER)
        warm_up()

    thread = threading.Thread(target=load, name="warm-up", daemon=True)
    thread.start()
    return thread


def main(arguments: list[str]) -> int:
    """Run one process of the worker face."""
    match arguments:
        case ["queues"]:
            sys.stdout.write(json.dumps(list(QUEUES)) + "\n")
            return 0
        case ["relay"] | ["schedule"]:
            pass
        case ["work", queue] if queue in QUEUES:
            pass
        case _:
            sys.stderr.write(USAGE + "\n")
            return 2
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    logging.getLogger("rq").setLevel(logging.WARNING)
    if arguments[0] == "relay":
        run_relay(create_app(settings, pool_size=2), connect_redis(settings))
    elif arguments[0] == "schedule":
        run_scheduler(create_app(settings, pool_size=1))
    else:
        work(settings, arguments[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
