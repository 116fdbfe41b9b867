"""What the supervisor says to the person at the terminal."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from webapp.embedded import processes

#: A line of a log that somebody should see: as structlog writes it in JSON, and as the standard library does.
_SERIOUS = re.compile(r'"level": ?"(?:error|critical)"|^(?:ERROR|CRITICAL)\b')


def say(text: str) -> None:
    """One line about what goes on, on standard error."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def announce(text: str) -> None:
    """The block that tells that the city is open, on standard output."""
    print(text, flush=True)  # noqa: T201


def ready_block(
    address: str,
    seconds: float,
    demo: Mapping[str, Sequence[Mapping[str, str]]],
    simulator: str | None,
    absent: Sequence[str],
    mailbox: str | None = None,
) -> str:
    """The one block: where the city is, how to sign in, what to rate, where the chat is, how to stop.

    `demo` has, of the demo city if any, "sign_ins" (role, email, password), "receipts" (receipt, service, officer),
    "halls" (unit, display, kiosk: paths) and "files" (code, state, cause).
    """
    sign_ins, receipts = demo.get("sign_ins", ()), demo.get("receipts", ())
    lines = [f"ready {address} in {seconds:.1f} s", ""]
    if sign_ins:
        lines.append("  demo sign-ins")
        rows = [(str(s.get("role", "")), str(s.get("email", "")), str(s.get("password", ""))) for s in sign_ins]
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        lines += [f"    {role:<{widths[0]}}  {email:<{widths[1]}}  {password}" for role, email, password in rows]
    if receipts:
        lines.append("  receipts to rate with")
        lines += [f"    {r['receipt']}  {r['service']}, served by {r['officer']}" for r in receipts]
    for hall in demo.get("halls", ()):
        lines.append(f"  queue at any hour: {hall['unit']}")
        lines.append(f"    draw a number {address}/antrean   at the door {address}{hall['kiosk']}")
        lines.append(f"    display of the hall {address}{hall['display']}")
    if files := demo.get("files", ()):
        lines.append(f"  files to track at {address}/berkas")
        lines += [f"    {f['code']}  {f['state']}, delayed by: {f['cause']}" for f in files]
    if simulator:
        lines.append(f"  chat simulator  {simulator}/")
    if mailbox:
        lines.append(f"  letters that the city writes  {mailbox}/")
    if absent:
        lines.append(f"  not running yet: {', '.join(absent)} (see var/log)")
    lines.append("  stop with Ctrl-C; logs are in var/log, process numbers: python -m webapp.embedded status")
    return "\n".join(lines)


class LogWatch:
    """Names serious lines of the logs on the terminal, one a log and look, so that a flood stays readable."""

    def __init__(self, logs: Mapping[str, Path]) -> None:
        self._logs = dict(logs)
        self._seen = {name: processes.size_of(path) for name, path in self._logs.items()}

    def look(self) -> list[str]:
        """Sentences about what has been written since the last look."""
        told: list[str] = []
        for name, path in self._logs.items():
            size = processes.size_of(path)
            if size == self._seen[name]:
                continue
            new = processes.tail(path, self._seen[name] if size > self._seen[name] else 0)
            self._seen[name] = size
            serious = [line for line in new.splitlines() if _SERIOUS.search(line)]
            if serious:
                more = f" (and {len(serious) - 1} more)" if len(serious) > 1 else ""
                told.append(f"{name}: {serious[0].strip()[:240]}{more}, see {path}")
        return told


@contextlib.contextmanager
def own_terminal() -> Iterator[None]:
    """Make Ctrl-C reach this process alone while it runs in the foreground of a terminal below `make`.

    Otherwise make is interrupted as well and ends with an error, though the city was stopped as it should be.
    """
    before = os.getpgrp()
    try:
        ours = sys.stdin.isatty() and os.tcgetpgrp(0) == before and before != os.getpid()
        if ours:
            os.setpgid(0, 0)
            _bring_to_front(os.getpid())
    except OSError:
        ours = False
    if ours:
        # Ctrl-Z would stop us while make goes on waiting, and leave a dead terminal.
        signal.signal(signal.SIGTSTP, lambda *_: say("Ctrl-C stops the city; Ctrl-Z does nothing here."))
    try:
        yield
    finally:
        if ours:
            with contextlib.suppress(OSError):
                _bring_to_front(before)


def _bring_to_front(group: int) -> None:
    """Give the terminal to a process group, also from the background."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        os.tcsetpgrp(0, group)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTTOU})
