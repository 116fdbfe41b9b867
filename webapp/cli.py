"""Commands of the product: `flask --app wsgi ...`."""

from __future__ import annotations

from flask import Flask


def register_commands(app: Flask) -> None:
    """Give `app` the product's commands."""
    from webapp.demo.commands import demo
    from webapp.importing.commands import import_commands

    app.cli.add_command(demo)
    app.cli.add_command(import_commands)
