"""Commands of the product: `flask --app wsgi ...`."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

from webapp.database import db


def register_commands(app: Flask) -> None:
    """Give `app` the product's commands."""
    from webapp.demo.commands import demo
    from webapp.importing.commands import import_commands
    from webapp.operations.attribution import attribution
    from webapp.operations.audit import audit
    from webapp.operations.indicator import indicator
    from webapp.operations.keys import keys
    from webapp.operations.life_cycle import life_cycle
    from webapp.operations.retention import retention

    app.cli.add_command(attribution)
    app.cli.add_command(audit)
    app.cli.add_command(demo)
    app.cli.add_command(import_commands)
    app.cli.add_command(indicator)
    app.cli.add_command(keys)
    app.cli.add_command(retention)
    app.cli.add_command(life_cycle)
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        prepare_migrations(app)


def prepare_migrations(app: Flask) -> None:
    """Let `flask db` and migrations know `app`.

    Only for the command line: Alembic in each of ten processes that never migrate would take 12 MB ten times.
    """
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(Path(__file__).parent.parent / "migrations"), compare_type=True)
