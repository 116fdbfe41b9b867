"""Engines and web servers alone, without the processes behind them: to measure one thing at a time."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from tests.cities.running import ROOT, wait_for
from webapp.embedded.environment import APPLICATION_ROLE, DATABASE, OWNER_ROLE, SMALL
from webapp.embedded.plan import gunicorn_options
from webapp.embedded.postgres import Postgres
from webapp.embedded.processes import answers_on, free_port
from webapp.embedded.unprivileged import engine_user
from webapp.embedded.valkey import Valkey


@contextmanager
def durable_engines(folder: Path) -> Iterator[dict[str, str]]:
    """PostgreSQL and Valkey as a city runs them, nothing left out for speed, with an empty migrated database.

    Yields the settings of the product as environment variables.
    """
    user = engine_user()
    postgres = Postgres(
        folder, password=secrets.token_hex(16), port=free_port(), log=folder / "postgres.log", user=user
    )
    word = secrets.token_hex(16)
    valkey = Valkey(folder, password=word, port=free_port({postgres.port}), log=folder / "valkey.log", user=user)
    try:
        valkey.prepare()
        valkey.launch()
        postgres.start()
        valkey.wait_ready()
        postgres.ensure_database(DATABASE, OWNER_ROLE, word)
        postgres.ensure_role(APPLICATION_ROLE, word)
        values = SMALL | {
            "PATH": os.environ.get("PATH", os.defpath),
            "DATABASE_URL": postgres.url(DATABASE, APPLICATION_ROLE, word),
            "DATABASE_OWNER_URL": postgres.url(DATABASE, OWNER_ROLE, word),
            "REDIS_URL": valkey.url(),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "TANGGAP_ENVIRONMENT": "demo",
            "SECURE_COOKIES": "no",
            "TRUSTED_PROXIES": "1",
        }
        program([sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"], values)
        yield values
    finally:
        valkey.stop()
        postgres.stop()


def program(argv: list[str], env: Mapping[str, str]) -> str:
    """Run a program of the project to its end; its standard output. Raises RuntimeError with its last words."""
    done = subprocess.run(argv, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv[1:])} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def small_agency(env: Mapping[str, str]) -> dict[str, Any]:
    """Load the small agency; what it told of itself."""
    told = program([sys.executable, "-m", "tests.cities.small", "--load"], env)
    return dict(json.loads(told.splitlines()[-1]))


@contextmanager
def gunicorn(application: str, env: Mapping[str, str], log: Path) -> Iterator[int]:
    """`application` under the server and the settings of production; yields its port."""
    port = free_port()
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *gunicorn_options(port), application],
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        wait_for(lambda: answers_on(port) or None, f"{application} to answer; see {log}", 60)
        yield port
    finally:
        server.terminate()
        server.wait(20)
