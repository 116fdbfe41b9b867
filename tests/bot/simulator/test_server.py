"""The simulator as a program, and who may reach it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from bot.simulator.control import RunningSimulator, SimulatorControl, wait_for

ROOT = Path(__file__).resolve().parents[3]
MOST_RESIDENT_BYTES = 45 * 2**20


@contextmanager
def program(**environment: str) -> Iterator[subprocess.Popen[str]]:
    """`python -m bot.simulator`, ended with the block."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SIMULATOR_", "TELEGRAM_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.simulator"],
        cwd=ROOT,
        env={**inherited, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def reachable(url: str) -> bool | None:
    try:
        return httpx.get(url, trust_env=False).is_success or None
    except httpx.TransportError:
        return None


def test_the_program_serves_three_citizens_in_little_memory_until_it_is_told_to_stop(tmp_path: Path) -> None:
    port = free_port()
    state = tmp_path / "simulator.sqlite"
    url = f"http://127.0.0.1:{port}"
    names: list[list[str]] = []
    for _ in range(2):
        with program(SIMULATOR_PORT=str(port), TELEGRAM_TOKEN="1:x", SIMULATOR_STATE=str(state)) as process:
            wait_for(lambda: reachable(url), "the simulator", timeout=20)
            me = httpx.get(f"{url}/bot1:x/getMe", trust_env=False).json()
            assert me["result"]["id"] == 1
            control = SimulatorControl(url)
            names.append([user["profile"]["first_name"] for user in control.ask("GET", "users")])
            control.close()
            assert psutil.Process(process.pid).memory_info().rss < MOST_RESIDENT_BYTES
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            assert process.stdout is not None
            assert process.stdout.read() == f"chat simulator: {url}/\n"
    assert len(names[0]) == 3
    assert names[0] == names[1]


def test_a_killed_program_has_lost_nothing(tmp_path: Path) -> None:
    port = free_port()
    state = str(tmp_path / "simulator.sqlite")
    url = f"http://127.0.0.1:{port}"
    with program(SIMULATOR_PORT=str(port), SIMULATOR_STATE=state) as process:
        wait_for(lambda: reachable(url), "the simulator", timeout=20)
        control = SimulatorControl(url)
        sent = control.user("Budi Santoso").start()
        control.close()
        process.kill()
    with program(SIMULATOR_PORT=str(port), SIMULATOR_STATE=state):
        wait_for(lambda: reachable(url), "the simulator", timeout=20)
        control = SimulatorControl(url)
        (record,) = control.updates()
        control.close()
    assert record == {"update": {"update_id": sent["update_id"], "message": sent["message"]}, "confirmed": False}


def test_what_keeps_it_from_starting_is_said_in_one_sentence(tmp_path: Path, simulator: RunningSimulator) -> None:
    spoilt = tmp_path / "spoilt.sqlite"
    spoilt.write_text("this is no database, and long enough to be seen as none")
    cases = {
        "SIMULATOR_PORT must be a port from 1 to 65535, not 'many'": {"SIMULATOR_PORT": "many"},
        f"port {simulator.port} is taken; choose another one with SIMULATOR_PORT": {
            "SIMULATOR_PORT": str(simulator.port)
        },
        f"the state file {spoilt} cannot be used (file is not a database); move it away to start anew": {
            "SIMULATOR_PORT": str(free_port()),
            "SIMULATOR_STATE": str(spoilt),
        },
    }
    for sentence, environment in cases.items():
        with program(**environment) as process:
            out, error = process.communicate(timeout=20)
        assert (process.returncode, out, error) == (1, "", f"chat simulator: {sentence}\n")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
@pytest.mark.parametrize("path", ["/", "/control/users", "/control/calls"])
def test_other_sites_in_the_same_browser_are_kept_out(
    simulator: RunningSimulator, path: str, headers: dict[str, str]
) -> None:
    assert httpx.get(simulator.url + path, headers=headers, trust_env=False).status_code == 403


def test_the_page_forbids_everything_from_elsewhere(simulator: RunningSimulator) -> None:
    answer = httpx.get(simulator.url, trust_env=False)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "http" not in answer.text.replace("http-equiv", "")
    for text in ("<style", " style=", " onclick=", "<script>"):
        assert text not in answer.text
    for name in ("..%2Fserver.py", "nothing.js", "chat.html"):
        assert httpx.get(f"{simulator.url}/page/{name}", trust_env=False).status_code == 404


def test_files_that_citizens_sent_are_not_run_in_the_page(simulator: RunningSimulator) -> None:
    sent = simulator.control.user().send_document(b"<script>alert(1)</script>", "page.html", "text/html")
    address = f"{simulator.url}/control/files/{sent['message']['document']['file_id']}"
    answer = httpx.get(address, trust_env=False)
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_simulator_knows_nothing_of_the_product() -> None:
    """It must stay small, and must not be able to help the bot by accident."""
    code = "import sys, bot.simulator.__main__; print([m for m in sys.modules if m.split('.')[0] in %r])"
    forbidden = ("webapp", "worker", "config", "flask", "sqlalchemy", "telegram", "PIL", "httpx")
    done = subprocess.run(
        [sys.executable, "-c", code % (forbidden,)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
