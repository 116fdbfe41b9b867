"""PostgreSQL as our launcher runs it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.embedded.conftest import PATIENCE
from webapp.embedded import processes
from webapp.embedded.errors import EmbeddedError
from webapp.embedded.postgres import Postgres
from webapp.embedded.unprivileged import data_folder, engine_user

Launch = Callable[..., Postgres]


@pytest.fixture
def server(var: Path) -> Iterator[Launch]:
    """Makes servers on `var`, and stops them."""
    made: list[Postgres] = []

    def make(folder: Path = var, **options: Any) -> Postgres:
        log = folder / "postgres.log"
        options = {"password": "rahasia", "port": processes.free_port(), "log": log, "user": engine_user()} | options
        made.append(Postgres(folder, **options))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None and one.process.poll() is None:
            one.stop(5)


def test_kill_9_and_start_again_keeps_every_row(server: Launch) -> None:
    first = server()
    first.start()
    assert first.process is not None
    first.ensure_database("city", "clerk", "clerk-password")
    address = first.url("city", "clerk", "clerk-password")
    with psycopg.connect(address, autocommit=True) as link:
        link.execute("CREATE TABLE word (number int PRIMARY KEY)")
        for number in range(50):
            link.execute("INSERT INTO word VALUES (%s)", [number])
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(PATIENCE)
    # At once, on the same port, as the supervisor does: sessions of the dead server still hold its memory.
    first.launch()
    first.wait_ready(PATIENCE)
    with psycopg.connect(address) as link:
        assert link.execute("SELECT count(*) FROM word").fetchone() == (50,)
    first.stop()
    assert first.process.returncode == 0

    second = server()
    second.start()
    with psycopg.connect(second.url("city", "clerk", "clerk-password")) as link:
        assert link.execute("SELECT count(*) FROM word").fetchone() == (50,)


def test_only_a_password_on_loopback_opens_it(server: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c nonsense=1")  # the caller's environment is none of the server's business
    monkeypatch.setenv("LC_ALL", "xx_YY.UTF-8")
    one = server(durable=False)
    one.start()
    with psycopg.connect(one.url("postgres"), options="") as link:
        settings = dict(link.execute("SELECT name, setting FROM pg_settings").fetchall())
        method = link.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
        lower = link.execute("SELECT lower('ÉTÉ'), 'émosi' < 'fajar'").fetchone()
    assert settings["listen_addresses"] == "127.0.0.1"
    assert settings["unix_socket_directories"] == ""
    assert settings["jit"] == "off"
    assert settings["fsync"] == "off"
    assert method == [("scram-sha-256",)]
    assert lower == ("été", False)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(one.url("postgres", password="tebakan"), options="")
    assert one.process is not None
    assert "rahasia" not in processes.command_line(one.process.pid)
    if os.geteuid() == 0:
        assert Path(f"/proc/{one.process.pid}").stat().st_uid == engine_user().uid  # type: ignore[union-attr]


def test_a_server_left_behind_is_ended_first(server: Launch) -> None:
    orphan, successor = server(durable=False), server()
    orphan.start()
    assert orphan.process is not None
    successor.start()
    assert orphan.process.poll() == 0
    assert successor.query("SELECT 1") == [["1"]]


def test_the_number_of_a_dead_server_may_belong_to_somebody_else_by_now(server: Launch) -> None:
    one = server(durable=False)
    one.start()
    mark = (one.data / "postmaster.pid").read_text()
    one.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (one.data / "postmaster.pid").write_text(mark.replace(mark.split("\n")[0], str(stranger.pid), 1))
        one.start()
        assert stranger.poll() is None
        stranger.kill()


def test_broken_folders_are_named_in_one_sentence(server: Launch, var: Path) -> None:
    one = server(durable=False)
    one.start()
    one.stop()
    kept = var / "kept"
    shutil.copytree(one.data, kept)

    def broken(how: Callable[[Path], object]) -> str:
        shutil.rmtree(one.data)
        # As root, the owner of the folder must stay the engines' user.
        subprocess.run(["cp", "-a", str(kept), str(one.data)], check=True)
        if (user := engine_user()) is not None:
            subprocess.run(["chown", "-R", f"{user.uid}:{user.gid}", str(one.data)], check=True)
        how(one.data)
        with pytest.raises(EmbeddedError) as caught:
            one.start(15)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    assert "is broken (parts of it are missing)" in broken(lambda data: (data / "PG_VERSION").unlink())
    assert "is broken (parts of it are missing)" in broken(lambda data: shutil.rmtree(data / "global"))
    assert "made by PostgreSQL '16'" in broken(lambda data: (data / "PG_VERSION").write_text("16\n"))
    assert "seems broken" in broken(lambda data: (data / "global" / "pg_control").write_bytes(b"x" * 8192))
    assert "seems broken" in broken(lambda data: shutil.rmtree(data / "pg_wal"))


def test_another_password_is_a_sentence(server: Launch) -> None:
    server(durable=False).start()
    with pytest.raises(EmbeddedError, match=r"does not take the password in .*secrets\.json"):
        server(durable=False, password="lain").start()


def test_a_taken_port_is_a_sentence(server: Launch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        one = server(durable=False, port=taken.getsockname()[1])
        with pytest.raises(EmbeddedError, match=r"PostgreSQL did not start: .*taken"):
            one.start(10)


def test_half_made_data_is_made_anew(server: Launch, var: Path) -> None:
    (var / "postgres.new").mkdir()
    (var / "postgres.new" / "PG_VERSION").write_text("18\n")
    one = server(durable=False)
    one.start()
    assert one.query("SELECT 1") == [["1"]]
    assert not (var / "postgres.new").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the engines as somebody else")
def test_a_project_that_the_engines_user_cannot_enter(server: Launch, var: Path, tmp_path: Path) -> None:
    assert tmp_path.stat().st_mode & 0o077 == 0
    home = var / "home"
    one = server(tmp_path, durable=False, home=home)
    one.start()
    assert one.data.is_relative_to(home)
    assert (tmp_path / "postgres.elsewhere").read_text().strip() == str(one.data)
    one.query("CREATE TABLE word AS SELECT 1")
    one.stop()
    again = server(tmp_path, durable=False, home=home)
    again.start()
    assert again.query("SELECT * FROM word") == [["1"]]
    again.stop()
    shutil.rmtree(one.data.parent)
    with pytest.raises(EmbeddedError, match="that folder is gone"):
        data_folder(tmp_path, "postgres", engine_user(), home)


def test_it_stops_at_the_first_request_though_somebody_is_connected(server: Launch, var: Path) -> None:
    one = server(durable=False)
    one.start()
    link = psycopg.connect(one.url("postgres"))
    link.execute("SELECT 1")
    one.stop(60)
    told = (var / "postgres.log").read_text()
    assert "received fast shutdown request" in told and "database system is shut down" in told
    assert "received immediate shutdown request" not in told, "it had to be asked harder"
    link.close()
