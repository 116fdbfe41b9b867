"""Run the simulator: `python -m bot.simulator`.

Environment: SIMULATOR_PORT (default 8081), SIMULATOR_TOKEN or TELEGRAM_TOKEN (the token that the bot uses),
SIMULATOR_STATE (a file that keeps everything across restarts; without it all is forgotten at the end).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from pathlib import Path

from bot.simulator.server import HOST, start_server
from bot.simulator.simulation import Simulation
from bot.simulator.store import Store

DEFAULT_PORT = 8081
#: Opens nothing but a chat with made-up people on this machine.
DEFAULT_TOKEN = "7000000001:only-on-this-machine"  # noqa: S105  no secret
DEMO_PEOPLE = 3


class StartError(Exception):
    """The simulator cannot start; the text is one sentence for whoever started it."""


async def serve(port: int, token: str, state: Path | None) -> None:
    """Serve until SIGINT or SIGTERM. Raises StartError."""
    os.umask(0o077)  # what people wrote in a chat is nobody else's on this machine
    try:
        store = Store(state)
    except sqlite3.Error as error:
        raise StartError(f"the state file {state} cannot be used ({error}); move it away to start anew") from error
    try:
        sim = Simulation(store, token)
        while len(store.users()) < DEMO_PEOPLE:
            sim.add_user()
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        try:
            runner, port = await start_server(sim, port)
        except OSError as error:
            raise StartError(f"port {port} is taken; choose another one with SIMULATOR_PORT") from error
        print(f"chat simulator: http://{HOST}:{port}/", flush=True)  # noqa: T201  for whoever started it
        await stopped.wait()
        await runner.cleanup()
    finally:
        store.close()


def main() -> int:
    """Read the environment and serve; returns the exit status."""
    port = os.environ.get("SIMULATOR_PORT", "").strip() or str(DEFAULT_PORT)
    token = os.environ.get("SIMULATOR_TOKEN") or os.environ.get("TELEGRAM_TOKEN") or DEFAULT_TOKEN
    state = os.environ.get("SIMULATOR_STATE", "").strip()
    try:
        if not port.isdecimal() or not 1 <= int(port) <= 65535:
            raise StartError(f"SIMULATOR_PORT must be a port from 1 to 65535, not {port!r}")
        asyncio.run(serve(int(port), token, Path(state) if state else None))
    except StartError as error:
        print(f"chat simulator: {error}", file=sys.stderr)  # noqa: T201  one clear sentence
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
