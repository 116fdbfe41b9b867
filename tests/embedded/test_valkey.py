"""Valkey as our launcher runs it."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.embedded.conftest import PATIENCE
from webapp.embedded import processes
from webapp.embedded.errors import EmbeddedError
from webapp.embedded.unprivileged import engine_user
from webapp.embedded.valkey import Valkey

Launch = Callable[..., Valkey]


@pytest.fixture
def server(var: Path) -> Iterator[Launch]:
    """Makes servers on `var`, and stops them."""
    made: list[Valkey] = []

    def make(**options: Any) -> Valkey:
        log = var / "valkey.log"
        options = {"password": "rahasia", "port": processes.free_port(), "log": log, "user": engine_user()} | options
        made.append(Valkey(var, **options))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None and one.process.poll() is None:
            one.stop(5)


def test_it_keeps_its_journal_and_never_evicts(server: Launch) -> None:
    one = server()
    one.start()
    assert one.process is not None
    with redis.Redis.from_url(one.url(), decode_responses=True) as link:
        link.set("kota", "contoh")
        wanted = ("appendonly", "maxmemory-policy", "bind")
        settings = {name: link.config_get(name)[name] for name in wanted}
        assert settings == {"appendonly": "yes", "maxmemory-policy": "noeviction", "bind": "127.0.0.1"}
        assert "rahasia" not in processes.command_line(one.process.pid)
        if os.geteuid() == 0:
            assert Path(f"/proc/{one.process.pid}").stat().st_uid == engine_user().uid  # type: ignore[union-attr]
        link.execute_command("WAITAOF", 1, 0, 2000)
    one.process.send_signal(signal.SIGKILL)
    one.process.wait(PATIENCE)
    one.launch()
    one.wait_ready()
    with redis.Redis.from_url(one.url(), decode_responses=True) as link:
        assert link.get("kota") == "contoh"
    one.stop()
    assert one.process.returncode == 0


def test_a_broken_journal_is_laid_aside(server: Launch, var: Path) -> None:
    one = server()
    one.start()
    with redis.Redis.from_url(one.url()) as link:
        link.set("kota", "contoh")
    one.stop()
    for part in (one.data / "appendonlydir").glob("*.aof"):
        part.write_bytes(b"*9\r\nno journal at all\r\n" * 20)
    one.start()
    with redis.Redis.from_url(one.url()) as link:
        assert link.get("kota") is None
    assert (var / "valkey.broken" / "appendonlydir").is_dir()
    assert "laid aside" in (var / "valkey.log").read_text()


def test_a_server_left_behind_is_ended_first(server: Launch) -> None:
    orphan, successor = server(), server()
    orphan.start()
    successor.start()
    assert orphan.process is not None
    assert orphan.process.poll() == 0
    assert successor.ready()


def test_a_taken_port_is_a_sentence(server: Launch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        one = server(port=taken.getsockname()[1])
        with pytest.raises(EmbeddedError, match="Valkey did not start"):
            one.start(5)
