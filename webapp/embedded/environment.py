"""From the environment of whoever typed `make run` to the environment of every process of the city."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config import Settings, SettingsError
from webapp.embedded.errors import EmbeddedError
from webapp.embedded.processes import free_port, port_problem
from webapp.embedded.secret_store import CitySecrets

_PORT = 8000
_SIMULATOR_PORT = 8081
#: Every process does its own small sums; threads of a numeric library would only fight over the two cores.
SMALL = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",  # glibc keeps a heap for each thread otherwise
    "PYTHONUNBUFFERED": "1",
}

DATABASE = "tanggap"
#: Owns the tables; migrations work under it.
OWNER_ROLE = "tanggap"
#: Reads and writes them, and can't change what is only to be added to: everything else works under it.
APPLICATION_ROLE = "tanggap_app"

#: What a command of the product needs to know to work on the running city.
COMMAND_SETTINGS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
    "TANGGAP_ENVIRONMENT",
    "PUBLIC_URL",
    "SECURE_COOKIES",
)


@dataclass(frozen=True, slots=True)
class CityEnvironment:
    """What runs where: the answer to the settings, to the embedded parts, and to the free ports of this machine."""

    values: Mapping[str, str]
    #: Address under which migrations own the tables; not in `values`, because no other process needs it.
    owner_url: str | None
    port: int
    postgres_port: int | None
    valkey_port: int | None
    simulator_port: int | None
    #: Where letters are taken (SMTP), shown (browser) and kept in a demo city without a mail server.
    mailbox: tuple[int, int, Path] | None
    demo: bool
    bot: bool

    @property
    def address(self) -> str:
        """Where the portal answers on this machine."""
        return f"http://127.0.0.1:{self.port}"


def city_environment(env: Mapping[str, str], secrets: CitySecrets, var: Path) -> CityEnvironment:
    """Complete `env` by what the embedded parts will be.

    DATABASE_URL, REDIS_URL and TELEGRAM_TOKEN replace an embedded part each. Raises EmbeddedError that names all
    that is wrong with the settings at once.
    """
    given = {key: value for key, value in env.items() if value.strip()}
    problems: list[str] = []

    def port(name: str, default: int) -> int:
        value = given.get(name, "").strip()
        if not value:
            return default
        if not value.isdecimal() or not 1 <= int(value) <= 65535:
            problems.append(f"{name} must be a port number from 1 to 65535, not {value!r}")
            return default
        return int(value)

    web_port = port("PORT", _PORT)
    taken = {web_port}
    environment = given.get("TANGGAP_ENVIRONMENT", "demo")
    values = _inherited(given) | SMALL | {"TANGGAP_ENVIRONMENT": environment, "PORT": str(web_port)}
    values.setdefault("SECRET_KEY", secrets.secret_key)
    values.setdefault("ENCRYPTION_KEYS", secrets.encryption_key)
    values.setdefault("PUBLIC_URL", f"http://127.0.0.1:{web_port}")
    if values["PUBLIC_URL"].startswith("http://"):
        values.setdefault("SECURE_COOKIES", "no")  # a browser would not send them back over plain HTTP

    postgres_port = valkey_port = simulator_port = None
    owner_url = values.pop("DATABASE_OWNER_URL", None)
    if "DATABASE_URL" not in given:
        postgres_port = free_port(taken)
        taken.add(postgres_port)
        place = f"127.0.0.1:{postgres_port}/{DATABASE}"
        owner_url = f"postgresql://{OWNER_ROLE}:{secrets.postgres_password}@{place}"
        values["DATABASE_URL"] = f"postgresql://{APPLICATION_ROLE}:{secrets.postgres_application_password}@{place}"
    if "REDIS_URL" not in given:
        valkey_port = free_port(taken)
        taken.add(valkey_port)
        values["REDIS_URL"] = f"redis://:{secrets.valkey_password}@127.0.0.1:{valkey_port}/0"
    # A city in earnest gets no pretended chat: without a token its bot is simply not started.
    if "TELEGRAM_TOKEN" not in given and environment == "demo":
        simulator_port = port("SIMULATOR_PORT", _SIMULATOR_PORT)
        if "SIMULATOR_PORT" in given:
            if simulator_port == web_port:
                problems.append("SIMULATOR_PORT and PORT must differ")
            elif problem := port_problem(simulator_port):
                problems.append(f"SIMULATOR_PORT {simulator_port} {problem}")
        elif simulator_port in taken or port_problem(simulator_port):
            simulator_port = free_port(taken)
        values |= {
            "SIMULATOR_PORT": str(simulator_port),
            "SIMULATOR_TOKEN": secrets.simulator_token,
            "SIMULATOR_STATE": str(var / "simulator.sqlite3"),
            "TELEGRAM_TOKEN": secrets.simulator_token,
            "TELEGRAM_API_URL": f"http://127.0.0.1:{simulator_port}",
        }
    mailbox = None
    if "SMTP_URL" not in given and environment == "demo":
        smtp_port = free_port(taken)
        taken.add(smtp_port)
        mailbox = (smtp_port, free_port(taken), var / "mail")
        values["SMTP_URL"] = f"smtp://127.0.0.1:{smtp_port}"
        values.setdefault("MAIL_FROM", "tanggap@kota.example")
    try:
        Settings.from_env(values | ({"DATABASE_OWNER_URL": owner_url} if owner_url else {}))
    except SettingsError as error:
        problems += error.problems
    if problems:
        raise EmbeddedError("Settings to mend:\n" + "\n".join(f"  - {problem}" for problem in problems))
    return CityEnvironment(
        values=values,
        owner_url=owner_url,
        port=web_port,
        postgres_port=postgres_port,
        valkey_port=valkey_port,
        simulator_port=simulator_port,
        mailbox=mailbox,
        demo=environment == "demo",
        bot="TELEGRAM_TOKEN" in values,
    )


def _inherited(given: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what belongs to make, and with a sensible PATH."""
    without = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKE_TERMOUT", "MAKE_TERMERR"}
    return {"PATH": os.defpath} | {key: value for key, value in given.items() if key not in without}
