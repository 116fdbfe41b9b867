"""The tools of the tests do what they promise."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from flask import g
from sqlalchemy import func, select

from tests import chromium
from tests.engines import Engines, shared_engines
from tests.network import NetworkRefused
from webapp.embedded.processes import http_status

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Page
    from sqlalchemy.orm import Session, scoped_session


def test_engines_are_the_same_for_whoever_asks(engines: Engines) -> None:
    assert shared_engines(Path(engines.folder)) == engines


def test_a_database_is_made_from_a_template_and_dropped_with_its_connections(
    engines: Engines, process_number: int
) -> None:
    first, second = f"first_{process_number}", f"second_{process_number}"
    engines.create_database(first)
    with psycopg.connect(engines.database_url(first)) as link:
        link.execute("CREATE TABLE word (text text)")
        link.execute("INSERT INTO word VALUES ('selamat')")
    engines.create_database(second, first)
    with psycopg.connect(engines.database_url(second)) as link:
        assert link.execute("SELECT text FROM word").fetchall() == [("selamat",)]
        superuser = link.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert superuser == (False,)
        engines.drop_database(second)
        with pytest.raises(psycopg.OperationalError):
            link.execute("SELECT 1")
        with contextlib.suppress(psycopg.Error):
            link.close()
    engines.drop_database(first)


def test_the_queue_takes_its_password_only(engines: Engines, process_number: int) -> None:
    with redis.Redis.from_url(engines.redis_url(process_number)) as queue:
        assert queue.ping()
    with socket.create_connection(("127.0.0.1", engines.valkey_port), 5) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")


def test_other_machines_are_out_of_reach() -> None:
    with socket.socket() as link, pytest.raises(NetworkRefused, match="only this machine"):
        link.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkRefused, match="only this machine"):
        socket.create_connection(("example.org", 80), 1)


def test_a_missing_browser_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(chromium, "find", lambda: None)
    monkeypatch.setattr(chromium, "install", lambda: None)
    monkeypatch.setenv("CI", "true")
    assert chromium.main() == 1
    monkeypatch.setenv("CI", "")
    assert chromium.main() == 0
    assert capsys.readouterr().err.count("apt-get install chromium") == 2


def test_each_test_finds_its_tables_empty_and_its_numbers_anew(session: scoped_session[Session]) -> None:
    _leave_a_row(session)


def test_each_test_finds_its_tables_empty_and_its_numbers_anew_again(session: scoped_session[Session]) -> None:
    _leave_a_row(session)


def _leave_a_row(session: scoped_session[Session]) -> None:
    from webapp.organisation.models import WorkingCalendar

    calendar = WorkingCalendar(name="Libur")
    session.add(calendar)
    session.commit()
    assert calendar.id == 1
    assert session.scalar(select(func.count()).select_from(WorkingCalendar)) == 1


def test_requests_of_a_client_have_contexts_of_their_own(app: Flask, client: FlaskClient) -> None:
    seen: list[str | None] = []

    def remember() -> None:
        seen.append(getattr(g, "before", None))
        g.before = "was here"

    app.before_request_funcs.setdefault(None, []).insert(0, remember)
    try:
        assert client.get("/health").status_code == 200
        assert client.get("/health").json == {"status": "ok"}
    finally:
        app.before_request_funcs[None].remove(remember)
    assert seen == [None, None]


def test_the_server_of_this_process_answers(live_server: str) -> None:
    assert http_status(urlsplit(live_server).port or 0, "/health") == 200


def test_a_browser_opens_pages(page: Page) -> None:
    answer = page.goto("/")
    assert answer is not None
    assert answer.ok
    assert page.title()
