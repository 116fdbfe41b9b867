"""The supervisor with real engines, a pretended product, and everything that can go wrong at a terminal."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.embedded.conftest import PATIENCE, ROOT, TinyCity
from tests.engines import Engines
from webapp.embedded.processes import birth, free_port, http_status

Start = Callable[..., TinyCity]


def _wait(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def _alone(city: TinyCity) -> str:
    """The one sentence with which a city did not open."""
    assert city.process.wait(PATIENCE) == 1
    assert city.out.read_text() == ""
    said = city.err.read_text().strip()
    assert "Traceback" not in said
    return said


def test_it_opens_tells_how_and_stops(start_city: Start, var: Path) -> None:
    city = start_city()
    city.wait_for("stop with Ctrl-C")
    told = city.out.read_text()
    assert told.startswith(f"ready http://127.0.0.1:{city.port} in ")
    assert "officer  petugas@contoh.test  bunga-melati" in told
    assert "chat simulator  http://127.0.0.1:" in told
    assert http_status(city.port, "/health") == 200
    assert (var / "secrets.json").stat().st_mode & 0o077 == 0
    running = city.running()
    assert set(running["children"]) == {"postgres", "valkey", "web", "worker-attribution", "stubborn"}
    born = {int(entry["pid"]): entry["born"] for entry in running["children"].values()}

    assert "settings" not in running, "status tells no passwords"
    printed = subprocess.run(
        [sys.executable, "-m", "webapp.embedded", "--var", str(var), "env"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = [line.removeprefix("export ").partition("=")[0] for line in printed.stdout.splitlines()]
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS"} <= set(names)

    assert city.end(signal.SIGINT) == 0
    assert "Traceback" not in city.said()
    assert "killed" not in city.said()
    assert [pid for pid in born if birth(pid) == born[pid]] == []
    assert http_status(city.port, "/health") is None
    assert city.running() == {"running": False}


def test_the_second_start_knows_the_sign_ins_and_loads_nothing(start_city: Start) -> None:
    first = start_city()
    first.wait_for("stop with Ctrl-C")
    assert "loading the demo city" in first.said()
    assert first.end(signal.SIGTERM) == 0
    second = start_city()
    second.wait_for("stop with Ctrl-C")
    assert "loading the demo city" not in second.said()
    assert "bunga-melati" in second.said()
    assert second.end() == 0


def test_who_dies_is_named_and_started_again(start_city: Start) -> None:
    city = start_city()
    city.wait_for("stop with Ctrl-C")
    before = city.pid("worker-attribution")
    os.kill(before, signal.SIGKILL)
    city.wait_for("worker attribution ended with signal 9 (SIGKILL); started again")
    assert city.pid("worker-attribution") != before
    again = city.pid("worker-attribution")
    os.kill(again, signal.SIGKILL)
    city.wait_for("worker attribution ended with signal 9 (SIGKILL); starting it again in 0.5 s")
    _wait(lambda: city.pid("worker-attribution") not in (before, again))
    os.kill(city.pid("web"), signal.SIGKILL)
    city.wait_for("web ended with signal 9 (SIGKILL); started again")
    _wait(lambda: http_status(city.port, "/health") == 200)
    os.kill(city.pid("valkey"), signal.SIGKILL)
    city.wait_for("valkey ended with signal 9 (SIGKILL); started again")
    os.kill(city.pid("postgres"), signal.SIGKILL)
    city.wait_for("postgres ended with signal 9 (SIGKILL); started again")
    assert city.running()["children"]["postgres"] == {
        "pid": city.pid("postgres"),
        "born": birth(city.pid("postgres")),
        "restarts": 1,
        "alive": True,
    }
    assert city.end() == 0


def test_a_killed_supervisor_leaves_nobody_behind(start_city: Start) -> None:
    city = start_city()
    city.wait_for("stop with Ctrl-C")
    born = {int(entry["pid"]): entry["born"] for entry in city.running()["children"].values()}
    city.process.kill()
    city.process.wait()
    _wait(lambda: all(birth(pid) != born[pid] for pid in born))
    again = start_city(PORT=str(city.port))
    again.wait_for("stop with Ctrl-C")
    assert again.end() == 0


def test_starting_twice(start_city: Start) -> None:
    city = start_city()
    city.wait_for("stop with Ctrl-C")
    assert _alone(start_city()) == (
        f"This city is running already at http://127.0.0.1:{city.port} (process {city.process.pid}): "
        "stop it there with Ctrl-C first."
    )
    assert http_status(city.port, "/health") == 200
    assert city.end() == 0


def test_a_taken_port(start_city: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = _alone(start_city(PORT=str(port)))
    assert said == f"Port {port} is taken by another program: choose another, for example PORT={port + 1} make run."


def test_all_wrong_settings_are_listed(start_city: Start) -> None:
    said = _alone(start_city(PORT="delapan", SECRET_KEY="short", DEFAULT_TIMEZONE="Asia/Atlantis", DATABASE_URL="x"))
    assert said.startswith("Settings to mend:\n")
    for name in ("PORT", "SECRET_KEY", "DEFAULT_TIMEZONE", "DATABASE_URL"):
        assert f"  - {name} must " in said


def test_given_engines_that_do_not_answer(start_city: Start) -> None:
    port = free_port()
    said = _alone(
        start_city(DATABASE_URL=f"postgresql://nobody@127.0.0.1:{port}/none", REDIS_URL=f"redis://127.0.0.1:{port}/0")
    )
    lines = said.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("The database that DATABASE_URL names does not answer: ")
    assert lines[1].startswith("The Redis that REDIS_URL names does not answer: ")


def test_given_engines_replace_the_embedded_ones(start_city: Start, var: Path, engines: Engines) -> None:
    engines.create_database("given")
    try:
        city = start_city(
            DATABASE_URL=engines.owner_url("given"),
            REDIS_URL=engines.redis_url(127),
            TELEGRAM_TOKEN="123456:given",
        )
        city.wait_for("stop with Ctrl-C")
        assert set(city.running()["children"]) == {"web", "worker-attribution", "stubborn"}
        assert "chat simulator" not in city.said()
        assert not (var / "postgres").exists()
        assert city.end() == 0
    finally:
        engines.drop_database("given")


def test_a_broken_var(start_city: Start, var: Path) -> None:
    city = start_city()
    city.wait_for("stop with Ctrl-C")
    assert city.end() == 0

    def sentence_with(name: str, damage: Callable[[Path], object]) -> str:
        """What is said while `var`/`name` is damaged; it is as before afterwards."""
        shutil.move(var / name, var / "kept")
        if (var / "kept").is_dir():
            subprocess.run(["cp", "-a", var / "kept", var / name], check=True)
        else:
            shutil.copy2(var / "kept", var / name)
        damage(var / name)
        said = _alone(start_city())
        assert "\n" not in said
        subprocess.run(["rm", "-rf", var / name], check=True)
        shutil.move(var / "kept", var / name)
        return said

    secrets = "secrets.json"
    assert "secrets.json is damaged" in sentence_with(secrets, lambda path: path.write_text('{"secret_key": '))
    assert "does not hold the secrets of a city" in sentence_with(secrets, lambda path: path.write_text("{}"))
    assert "secrets.json is missing, but the database beside it" in sentence_with(secrets, Path.unlink)
    assert "is broken (parts of it" in sentence_with("postgres", lambda path: (path / "PG_VERSION").unlink())
    assert "cannot be used: File exists" in sentence_with("log", lambda path: (shutil.rmtree(path), path.touch()))
    assert "cannot be used: Is a directory" in sentence_with("lock", lambda path: (path.unlink(), path.mkdir()))

    again = start_city()
    again.wait_for("stop with Ctrl-C")
    assert again.end() == 0


def test_a_failing_migration(start_city: Start) -> None:
    city = start_city(TINY_FAILS="migrate")
    assert city.process.wait(PATIENCE) == 1
    assert "The step 'migrate'" in city.said()
    assert "ended with exit code 3: the roof is missing" in city.said()
    assert "Traceback" not in city.said()


def test_a_web_server_that_never_opens(start_city: Start) -> None:
    city = start_city(TINY_FAILS="web")
    assert city.process.wait(PATIENCE) == 1
    assert "web ended 3 times while it was started" in city.said()
    assert "the roof is missing" in city.said()


def test_who_does_not_stop_is_killed_and_named(start_city: Start) -> None:
    city = start_city(TINY_FAILS="stop")
    city.wait_for("stop with Ctrl-C")
    _wait(lambda: "stubborn now" in (city.var / "log" / "stubborn.log").read_text())
    born = {int(entry["pid"]): entry["born"] for entry in city.running()["children"].values()}
    assert city.end() == 0
    assert "killed, because they did not stop: stubborn" in city.said()
    assert [pid for pid in born if birth(pid) == born[pid]] == []


def test_ctrl_c_while_the_city_opens(start_city: Start) -> None:
    city = start_city(TINY_FAILS="slow-migrate")
    city.wait_for("migrating the database")
    assert city.end() == 0
    assert "Traceback" not in city.said()


def test_the_product_works_under_a_role_that_owns_nothing(start_city: Start, var: Path) -> None:
    city = start_city()
    city.wait_for("stop with Ctrl-C")
    address, known = (var / "log" / "web.log").read_text().strip().split(" ", 1)
    assert known == "no owner", "only migrations get the owner's password"
    who = "SELECT current_database(), rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    with psycopg.connect(address) as link:
        assert link.execute(who).fetchone() == ("tanggap", "tanggap_app", False, False)
        owned = link.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole").fetchone()
        assert owned == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("DROP TABLE citizen")
    owner = json.loads((var / "run.json").read_text())["settings"]["DATABASE_OWNER_URL"]
    with psycopg.connect(owner) as link:
        assert link.execute(who).fetchone() == ("tanggap", "tanggap", False, False)
        link.execute("CREATE EXTENSION pg_trgm")  # what an owner may do without being a superuser
    assert city.end() == 0

    # As a city of an earlier version left it, which knew one role only.
    secrets = json.loads((var / "secrets.json").read_text())
    former = secrets.pop("postgres_application_password")
    (var / "secrets.json").write_text(json.dumps(secrets))
    again = start_city()
    again.wait_for("stop with Ctrl-C")
    assert "loading the demo city" not in again.said()
    kept = json.loads((var / "secrets.json").read_text())
    assert secrets.items() <= kept.items()
    assert kept["postgres_application_password"] != former
    assert again.end() == 0


def test_what_cannot_be_loaded_beforehand_is_started_alone(start_city: Start) -> None:
    city = start_city(TINY_LOAD="no_such_module")
    city.wait_for("stop with Ctrl-C")
    assert "No module named 'no_such_module'" in (city.var / "log" / "nursery.log").read_text()
    assert city.end() == 0
    assert "Traceback" not in city.said()
