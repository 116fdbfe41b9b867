"""The table of endpoints, endpoints.toml: `python -m tests.architecture.endpoints` writes it anew."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from flask import Flask

from tests.addresses import methods_of, rules_of

TABLE = Path(__file__).with_name("endpoints.toml")
HEAD = """\
# Every endpoint: who may come in, and where it is. A test compares this table with the application, so that no page
# vanishes, moves or changes its guard unnoticed. Changed on purpose: python -m tests.architecture.endpoints
"""


def table_of(app: Flask) -> dict[str, dict[str, object]]:
    """The table as the application has it."""
    from webapp.portal.access import access_of

    table: dict[str, dict[str, object]] = {}
    for rule in rules_of(app):
        entry = table.setdefault(rule.endpoint, {"access": str(access_of(app, rule.endpoint)), "at": []})
        at = entry["at"]
        assert isinstance(at, list)
        at.append(f"{' '.join(sorted(methods_of(rule)))} {rule.rule}")
    return table


def checked_in() -> dict[str, dict[str, object]]:
    """The table as it was agreed on."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}


def write(app: Flask) -> None:
    """Agree on the application as it is."""
    lines = [HEAD]
    for endpoint, entry in table_of(app).items():
        at = json.dumps(entry["at"], ensure_ascii=False)
        lines.append(f'"{endpoint}" = {{ access = "{entry["access"]}", at = {at} }}\n')
    TABLE.write_text("".join(lines), encoding="utf-8")


def _app() -> Flask:
    """The application on engines that need not be there: nothing is asked of them."""
    from cryptography.fernet import Fernet

    from config import Settings
    from wsgi import create_wsgi_app

    return create_wsgi_app(
        Settings.from_env(
            {
                "DATABASE_URL": "postgresql://nobody@127.0.0.1/nothing",
                "REDIS_URL": "redis://127.0.0.1/0",
                "SECRET_KEY": "only-to-read-the-addresses-" * 2,
                "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            }
        )
    )


if __name__ == "__main__":
    write(_app())
    print(f"{TABLE.name} written: look at its difference before you commit it")
