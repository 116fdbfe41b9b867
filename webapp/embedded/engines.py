"""The engines of a city: those that are embedded, and those whose addresses were given."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from webapp.embedded.children import rotate
from webapp.embedded.environment import APPLICATION_ROLE, DATABASE, OWNER_ROLE, CityEnvironment
from webapp.embedded.errors import EmbeddedError
from webapp.embedded.folder import CityFolder
from webapp.embedded.postgres import Postgres
from webapp.embedded.secret_store import CitySecrets
from webapp.embedded.unprivileged import ROOTS_HOME, engine_user
from webapp.embedded.valkey import Valkey


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What can be known of the database without loading the product."""

    #: The same over all starts, and different for another database.
    identity: str
    #: Migration at which it stands; None: not known, the product's own command shall see to it.
    revision: str | None = None
    #: Whether any table holds rows; False also if that is not known.
    filled: bool = False


def embedded_engines(
    city: CityEnvironment, secrets: CitySecrets, folder: CityFolder, env: Mapping[str, str]
) -> list[Postgres | Valkey]:
    """The engines for which no address was given, not yet started, in the order in which they are started."""
    logs = folder.logs
    user = engine_user(env.get("TANGGAP_ENGINE_USER", "").strip() or None)
    home = Path(env.get("TANGGAP_ENGINE_HOME", "").strip() or ROOTS_HOME)
    engines: list[Postgres | Valkey] = []
    if city.valkey_port is not None:  # first: it reads its journal while a database folder is made
        rotate(logs / "valkey.log")
        engines.append(
            Valkey(
                folder.path,
                password=secrets.valkey_password,
                port=city.valkey_port,
                log=logs / "valkey.log",
                user=user,
                home=home,
                end_with_parent=True,
            )
        )
    if city.postgres_port is not None:
        rotate(logs / "postgres.log")
        engines.append(
            Postgres(
                folder.path,
                password=secrets.postgres_superuser_password,
                port=city.postgres_port,
                log=logs / "postgres.log",
                user=user,
                home=home,
                end_with_parent=True,
            )
        )
    return engines


def ask_given_engines(city: CityEnvironment, root: Path) -> None:
    """See whether the engines that DATABASE_URL and REDIS_URL name answer, in a process that ends again.

    Raises EmbeddedError with one sentence for each that does not.
    """
    ports = {"DATABASE_URL": city.postgres_port, "REDIS_URL": city.valkey_port}
    given = [name for name, port in ports.items() if port is None]
    if not given:
        return
    done = subprocess.run(
        [sys.executable, "-m", "webapp.embedded.probe", *given],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=dict(city.values),
        cwd=root,
        start_new_session=True,
        check=False,
    )
    if done.returncode != 0:
        raise EmbeddedError(done.stdout.strip() or "DATABASE_URL and REDIS_URL could not be tried.")


def open_database(city: CityEnvironment, secrets: CitySecrets, engines: list[Postgres | Valkey]) -> DatabaseState:
    """Make the city's database and roles if the server is embedded and new; how the database is."""
    postgres = next((engine for engine in engines if isinstance(engine, Postgres)), None)
    if postgres is None:
        parts = urlsplit(city.values["DATABASE_URL"])
        return DatabaseState(f"{parts.hostname}:{parts.port or 5432}{parts.path}")
    postgres.ensure_database(DATABASE, OWNER_ROLE, secrets.postgres_password)
    admitted = not postgres.ensure_role(APPLICATION_ROLE, secrets.postgres_application_password)
    identity = "embedded " + postgres.query("SELECT system_identifier FROM pg_control_system()")[0][0]  # noqa: S608
    if postgres.query("SELECT to_regclass('public.alembic_version')", DATABASE) == [[""]]:
        return DatabaseState(identity)
    revisions = postgres.query("SELECT version_num FROM alembic_version", DATABASE)
    filled = postgres.query(
        "SELECT 1 FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
        "AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0 LIMIT 1",
        DATABASE,
    )
    # A role that is new has to be let in, which the migrations do at their end even where nothing is to be migrated.
    known = admitted and len(revisions) == 1
    return DatabaseState(identity, revisions[0][0] if known else None, bool(filled))
