"""Processes die and engines lose their memory while 500 feedbacks are under way: what was accepted is there, once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.cities.running import SMALL_CITY, RunningCity, running_city, wait_for
from tests.faults.crowd import PATIENCE, Chats, Crowd
from tests.faults.ledger import Ledger

FEEDBACKS = 500
#: Limits are in force, and each citizen has an address of its own, as behind a proxy.
SETTINGS = {"TRUSTED_PROXIES": "1", "LOG_LEVEL": "WARNING"}


@pytest.fixture
def city() -> Iterator[RunningCity]:
    with running_city(command=SMALL_CITY, env=SETTINGS) as running:
        yield running


def busy(ledger: Ledger, queue: str) -> None:
    """Wait until a worker has something to do that can be taken from it."""
    wait_for(lambda: ledger.waiting_in(queue) or None, f"work in the queue {queue}", PATIENCE, 0.1)


def killed_and_back(city: RunningCity, name: str) -> None:
    """SIGKILL, and wait until the supervisor has started it again."""
    before = city.pid(name)
    city.kill(name)
    city.wait_restarted(name, before)


def server_processes(city: RunningCity) -> list[int]:
    """The processes of the web server that serve, below the one that watches over them."""
    children = Path(f"/proc/{city.pid('web')}/task/{city.pid('web')}/children").read_text()
    return [int(pid) for pid in children.split()]


def kill_serving(city: RunningCity, crowd: Crowd, how_many: int) -> None:
    """SIGKILL to processes of the web server that hold requests which they will not answer any more."""
    held = server_processes(city)[:how_many]
    for pid in held:
        os.kill(pid, signal.SIGSTOP)
    crowd.wait_under_way(how_many * 3)
    for pid in held:
        os.kill(pid, signal.SIGKILL)


def wipe_waiting_jobs(city: RunningCity, ledger: Ledger) -> None:
    """Valkey forgets everything while jobs wait in it: their worker stands still until there are some."""
    worker = city.pid("worker-attribution")
    with redis.Redis.from_url(city.settings["REDIS_URL"]) as valkey:
        os.kill(worker, signal.SIGSTOP)
        try:
            wait_for(lambda: valkey.llen("rq:queue:attribution") or None, "jobs in Valkey", PATIENCE)
            valkey.flushall()
            assert valkey.dbsize() == 0 or ledger.waiting_in("attribution")
        finally:
            os.kill(worker, signal.SIGCONT)


def kill_a_session(ledger: Ledger) -> None:
    """One session of the server dies: PostgreSQL ends all others and recovers by itself."""
    [[session]] = ledger.rows("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' LIMIT 1")
    os.kill(session, signal.SIGKILL)


def test_whatever_dies_in_the_middle_of_work(city: RunningCity) -> None:
    ledger = Ledger(city)
    crowd, chats = Crowd(city, FEEDBACKS, rate=40), Chats(city, 6)
    chats.begin()
    crowd.begin()
    part = FEEDBACKS // 12

    crowd.wait_accepted(part)
    busy(ledger, "attribution")
    killed_and_back(city, "worker-attribution")

    crowd.wait_accepted(2 * part)
    kill_serving(city, crowd, 1)
    chats.wait_steps(12)
    killed_and_back(city, "bot")

    crowd.wait_accepted(3 * part)
    busy(ledger, "indicators")
    killed_and_back(city, "worker-indicators")

    crowd.wait_accepted(4 * part)
    killed_and_back(city, "relay")

    crowd.wait_accepted(5 * part)
    kill_serving(city, crowd, 2)
    killed_and_back(city, "web")
    chats.wait_steps(30)
    killed_and_back(city, "bot")

    crowd.wait_accepted(6 * part)
    busy(ledger, "messages")
    killed_and_back(city, "worker-messages")

    crowd.wait_accepted(7 * part)
    wipe_waiting_jobs(city, ledger)

    crowd.wait_accepted(8 * part)
    busy(ledger, "attribution")
    killed_and_back(city, "valkey")

    crowd.wait_accepted(9 * part)
    killed_and_back(city, "postgres")

    crowd.wait_accepted(10 * part)
    kill_a_session(ledger)

    crowd.wait_all()
    chats.wait_all()
    ledger.wait_at_rest()
    ledger.assert_true_to(crowd.accepted.values(), chats.stories)
    assert crowd.interrupted, "nobody was interrupted: nothing was tried here"
