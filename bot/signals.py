"""Waiting for something to do, without asking the database all the time."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

#: The database is not there, or not for us at this moment: what was begun is begun again later.
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
_LONGEST_PAUSE_SECONDS = 30.0


class Signal:
    """Wakes one loop. A signal that is set while nobody waits is not lost, and never the only way to learn of work."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake whoever waits. Only from the event loop's own thread."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until it is set, at most `seconds`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()


async def pause(failures: int, stopping: asyncio.Event) -> int:
    """Wait after the `failures`-th failure in a row, longer each time, but not longer than until `stopping`."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), min(0.5 * 2 ** min(failures, 10), _LONGEST_PAUSE_SECONDS))
    return failures + 1
