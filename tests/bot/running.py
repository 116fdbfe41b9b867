"""A bot that runs: in a thread of the test, or as the real process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask

from bot import runtime
from bot.simulator.control import RunningSimulator
from config import Settings

ROOT = Path(__file__).parents[2]
#: The machine of a test run has other things to do as well.
PATIENCE = 60.0


@contextmanager
def running_bot(app: Flask, settings: Settings, simulator: RunningSimulator, **changes: object) -> Iterator[Settings]:
    """The bot's runtime with everything in it, new from the ground, until the block ends."""
    mine = replace(settings, telegram_token=simulator.token, telegram_api_url=simulator.url, **changes)  # type: ignore[arg-type]
    failed: list[BaseException] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        ready.set()
        try:
            loop.run_until_complete(runtime.run(app, mine, stopping))
        except BaseException as error:
            failed.append(error)
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=run, name="bot")
    thread.start()
    ready.wait()
    try:
        yield mine
    finally:
        if thread.is_alive() and not loop.is_closed():
            loop.call_soon_threadsafe(stopping.set)
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the bot does not stop"
    if failed:
        raise failed[0]


def start_bot(environment: dict[str, str], simulator: RunningSimulator, log: Path) -> subprocess.Popen[bytes]:
    """`python -m bot` as a process of its own; what it logs goes to the end of `log`."""
    given = {"TELEGRAM_TOKEN": simulator.token, "TELEGRAM_API_URL": simulator.url, "LOG_LEVEL": "INFO"}
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "bot"],
            cwd=ROOT,
            env=os.environ | environment | given,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
