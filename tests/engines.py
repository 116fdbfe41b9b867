"""One PostgreSQL and one Valkey for a whole test run, shared by all its processes.

The engines belong to a process of their own, `python -m tests.engines FOLDER`, which the first test that needs them
starts. It holds on to them while somebody has the pipe FOLDER/alive open for writing, and that is the process that
pytest was called in: when that ends, by Ctrl-C or SIGKILL too, the engines are stopped and the folder is removed.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from filelock import FileLock
from psycopg import sql

from webapp.embedded.postgres import Postgres
from webapp.embedded.processes import free_port
from webapp.embedded.unprivileged import engine_user
from webapp.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
#: Owns the tables, as where a city migrates.
OWNER_ROLE = "tanggap"
#: What the product works under: it can't change what is only to be added to.
APPLICATION_ROLE = "tanggap_app"
TEMPLATE = "migrated"
#: Numbered databases of Valkey: one for each process of the run.
REDIS_DATABASES = 128


@dataclass(frozen=True, slots=True)
class Engines:
    """Where the engines of this run answer."""

    folder: str
    admin_url: str
    postgres_port: int
    role_password: str
    valkey_port: int
    valkey_password: str

    def database_url(self, name: str) -> str:
        """Address of the database `name` for the product, whose role is no superuser and owns nothing."""
        return self._url(APPLICATION_ROLE, name)

    def owner_url(self, name: str) -> str:
        """Address of the database `name` for who owns it: migrations, and tests that make tables."""
        return self._url(OWNER_ROLE, name)

    def _url(self, role: str, name: str) -> str:
        return f"postgresql://{role}:{self.role_password}@127.0.0.1:{self.postgres_port}/{name}"

    def redis_url(self, number: int) -> str:
        """Address of the numbered database of Valkey."""
        return f"redis://:{self.valkey_password}@127.0.0.1:{self.valkey_port}/{number % REDIS_DATABASES}"

    def create_database(self, name: str, template: str = "template1") -> None:
        """Make the database `name`, owned by the role that migrates; anything of that name goes."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER_ROLE), sql.Identifier(template)
                )
            )

    def drop_database(self, name: str) -> None:
        """Remove the database `name` and everybody's connections to it."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def create_migrated(self, name: str, environment: dict[str, str]) -> None:
        """Make the database `name` as the migrations leave it. They run once in a test run, in a template."""
        ready = Path(self.folder) / "migrated"
        with FileLock(Path(self.folder) / "migrate.lock"):
            if not ready.exists():
                self.create_database(TEMPLATE)
                done = subprocess.run(
                    [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
                    cwd=ROOT,
                    env=os.environ
                    | environment
                    | {"DATABASE_URL": self.database_url(TEMPLATE), "DATABASE_OWNER_URL": self.owner_url(TEMPLATE)},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                if done.returncode != 0:
                    raise RuntimeError(f"the migrations failed:\n{done.stderr[-4000:]}")
                ready.touch()
        # Not under the lock: PostgreSQL copies a template for several at once.
        self.create_database(name, TEMPLATE)


class RunFolder:
    """The folder of a test run, kept by the process that pytest was called in."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="tanggap-tests-"))
        self.path.chmod(0o711)  # as root, the engines run as another user, who passes through
        os.mkfifo(self.path / "alive")
        self._alive = os.open(self.path / "alive", os.O_RDWR | os.O_NONBLOCK)

    def close(self, timeout: float = 20) -> None:
        """Let the engines go and wait until they are gone."""
        started = (self.path / "engines.json").exists()
        os.close(self._alive)
        until = time.monotonic() + timeout
        while started and self.path.exists() and time.monotonic() < until:
            time.sleep(0.02)
        shutil.rmtree(self.path, ignore_errors=True)


def shared_engines(folder: Path) -> Engines:
    """The engines of the run with this folder, started if nobody has done so yet."""
    told = folder / "engines.json"
    with FileLock(folder / "engines.lock"):
        if not told.exists():
            log = folder / "engines.log"
            with log.open("wb") as out:
                holder = subprocess.Popen(
                    [sys.executable, "-m", "tests.engines", str(folder)],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
            until = time.monotonic() + 60
            while not told.exists():
                if holder.poll() is not None or time.monotonic() > until:
                    words = [path.read_text()[-3000:] for path in (log, folder / "postgres.log") if path.exists()]
                    raise RuntimeError("\n".join(["the engines of the tests did not start:", *words]))
                time.sleep(0.02)
            holder.returncode = 0  # it outlives us on purpose: no warning that it still runs
    return Engines(**json.loads(told.read_text()))


def hold(folder: Path) -> int:
    """Start the engines, tell where they are, and keep them while the run lives."""
    alive = os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
    user = engine_user()
    admin_password, role_password, valkey_password = (secrets.token_hex(16) for _ in range(3))
    postgres = Postgres(
        folder,
        password=admin_password,
        port=free_port(),
        log=folder / "postgres.log",
        user=user,
        durable=False,
        end_with_parent=True,
        settings={"max_connections": "300", "shared_buffers": "64MB"},
    )
    valkey = Valkey(
        folder,
        password=valkey_password,
        port=free_port({postgres.port}),
        log=folder / "valkey.log",
        user=user,
        durable=False,
        end_with_parent=True,
        databases=REDIS_DATABASES,
    )
    try:
        valkey.prepare()
        valkey.launch()
        postgres.start()
        valkey.wait_ready()
        for role in (OWNER_ROLE, APPLICATION_ROLE):
            postgres.query(f"CREATE ROLE {role} LOGIN PASSWORD '{role_password}'")
        engines = Engines(
            folder=str(folder),
            admin_url=postgres.url("postgres"),
            postgres_port=postgres.port,
            role_password=role_password,
            valkey_port=valkey.port,
            valkey_password=valkey_password,
        )
        part = folder / "engines.part"
        part.write_text(json.dumps(asdict(engines)))
        part.rename(folder / "engines.json")
        while True:
            select.select([alive], [], [], 5)
            try:
                if os.read(alive, 1) == b"":
                    break
            except BlockingIOError:
                continue  # the run lives
    finally:
        valkey.stop()
        postgres.stop()
    with suppress(OSError):  # not after an error: its trace is in there
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(hold(Path(sys.argv[1])))
