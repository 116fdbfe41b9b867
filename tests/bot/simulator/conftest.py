"""A simulator for each test, and a real python-telegram-bot `Bot` against it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from telegram import Bot

from bot.simulator.control import RunningSimulator, SimulatedUser, running_simulator

Ask = Callable[[Callable[[Bot], Awaitable[Any]]], Any]


@pytest.fixture(autouse=True)
def _durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns each time it raises RetryAfter unless it may use its coming type for durations."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
def citizen(simulator: RunningSimulator) -> SimulatedUser:
    """Somebody who has pressed START."""
    person = simulator.control.user("Sri Wahyuni")
    person.start()
    return person


@pytest.fixture
def ask(simulator: RunningSimulator) -> Ask:
    """Run `use(bot)` with a bot that talks to the simulator."""
    return lambda use: ask_bot(simulator, use)


def ask_bot(simulator: RunningSimulator, use: Callable[[Bot], Awaitable[Any]], token: str | None = None) -> Any:
    async def run() -> Any:
        bot = Bot(token or simulator.token, base_url=simulator.base_url, base_file_url=simulator.base_file_url)
        async with bot:
            return await use(bot)

    return asyncio.run(run())
