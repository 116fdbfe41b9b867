"""Starting, recognising and ending processes, on Linux and macOS, with the standard library alone."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from webapp.embedded.errors import EmbeddedError
from webapp.embedded.unprivileged import EngineUser, popen_identity

#: Ports are drawn from below the range from which systems take the local ends of outgoing connections, so that an
#: engine which was killed finds its port still free when it is started again.
_PORTS = range(15_000, 29_000)
_PR_SET_PDEATHSIG = 1
_LINUX = os.uname().sysname == "Linux"
_LIBC = ctypes.CDLL(None, use_errno=True) if _LINUX else None


class Process(Protocol):
    """What the supervisor needs of a process, as subprocess.Popen offers it."""

    pid: int

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; the exit code."""

    def send_signal(self, sig: int) -> None:
        """Send a signal unless it has ended."""


def spawn(
    argv: Sequence[str | Path],
    *,
    log: IO[bytes] | int,
    env: Mapping[str, str],
    cwd: str | Path = "/",
    user: EngineUser | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: IO[bytes] | int | None = None,
    end_with_parent: signal.Signals | None = None,
    pass_terminal: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C at the terminal reaches only the supervisor.

    Both outputs go to `log` (or standard output to `stdout`). On Linux, `end_with_parent` is the signal that the
    kernel sends to the program when the calling thread ends, however it ends; ask for it only from a main thread of
    a program without other threads. `pass_terminal` gives it our standard error besides, under the number in
    TANGGAP_TERMINAL. Raises EmbeddedError if the program cannot be started.
    """
    terminal = os.dup(2) if pass_terminal else None
    try:
        return subprocess.Popen(
            [str(part) for part in argv],
            stdin=stdin,
            stdout=log if stdout is None else stdout,
            stderr=log,
            env=dict(env) | ({} if terminal is None else {"TANGGAP_TERMINAL": str(terminal)}),
            pass_fds=() if terminal is None else (terminal,),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_ending_with_parent(end_with_parent),
            **popen_identity(user),
        )
    except (OSError, subprocess.SubprocessError) as error:
        who = f" as the user {user.name}" if user else ""
        raise EmbeddedError(f"{Path(argv[0]).name} cannot be started{who}: {error}.") from error
    finally:
        if terminal is not None:
            os.close(terminal)


def _ending_with_parent(wanted: signal.Signals | None) -> Callable[[], None] | None:
    if wanted is None or _LIBC is None:
        return None
    parent = os.getpid()
    prctl = _LIBC.prctl

    def before_exec() -> None:
        # Runs between fork and exec, after the user was changed: a change of user would clear the wish.
        prctl(_PR_SET_PDEATHSIG, int(wanted), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def birth(pid: int) -> str | None:
    """When the process `pid` began, as the system counts it, or None if there is no such process.

    Together with the pid it names a process for good: pids are used again, this pair is not.
    """
    if _LINUX:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


def command_line(pid: int) -> str:
    """The program and arguments of the process `pid`, or an empty text if there is no such process."""
    if _LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    told = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()


def end_process(pid: int, born: str, *steps: tuple[signal.Signals, float]) -> bool:
    """End a process that is not our child: each signal in turn, with the seconds it is given. True if it is gone."""
    for step, seconds in steps:
        if birth(pid) != born:
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, step)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if birth(pid) != born:
                return True
            time.sleep(0.02)
    return birth(pid) != born


def end_child(process: Process, *steps: tuple[signal.Signals, float]) -> int | None:
    """End a child: each signal in turn, with the seconds it is given; the exit code, or None if it outlives them."""
    for step, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(step)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    return process.poll()


def how_it_ended(code: int) -> str:
    """`code` of a Popen in words: "with exit code 3" or "with signal 9 (SIGKILL)"."""
    if code >= 0:
        return f"with exit code {code}"
    try:
        return f"with signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"with signal {-code}"


def port_problem(port: int) -> str | None:
    """What keeps a program from listening on 127.0.0.1:`port`, in a few words, or None if nothing does."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "is taken by another program"
            if error.errno == errno.EACCES:
                return "may not be used by this user"
            return f"cannot be used ({error.strerror})"
    return None


def free_port(avoid: set[int] | None = None) -> int:
    """A port on which nothing listens on this machine now."""
    taken = avoid or set()
    for port in random.SystemRandom().sample(_PORTS, 200):
        if port not in taken and port_problem(port) is None:
            return port
    raise EmbeddedError("No free port was found on 127.0.0.1.")


def answers_on(port: int, timeout: float = 0.5) -> bool:
    """Whether somebody accepts connections on 127.0.0.1:`port`."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout).close()
    except OSError:
        return False
    return True


def http_status(port: int, path: str, timeout: float = 2.0) -> int | None:
    """The HTTP status of GET `path` on 127.0.0.1:`port`, or None without an answer.

    Written on a bare socket, because the supervisor lives as long as the city and shall stay small.
    """
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as link:
            link.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            words = link.recv(64).split()
    except OSError:
        return None
    return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") and words[1].isdigit() else None


def tail(path: Path, start: int = 0, most: int = 20_000) -> str:
    """What was written to the log `path` since byte `start`, at most the last `most` bytes; empty if unreadable."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(start if start <= size else 0, size - most))
            return log.read().decode(errors="replace")
    except OSError:
        return ""


def size_of(path: Path) -> int:
    """Bytes in the file `path`; 0 if there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
