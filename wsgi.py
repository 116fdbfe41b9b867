"""What the web server loads: the application with its pages and its commands."""

from __future__ import annotations

import sys

from flask import Flask

# The bot's tables: the commands that go over all that is encrypted, or kept too long, must know them.
from bot import models as _bot  # noqa: F401
from config import Settings, SettingsError
from webapp.app import create_app
from webapp.cli import register_commands
from webapp.portal import register_portal


def create_wsgi_app(settings: Settings) -> Flask:
    """The whole application: capabilities, pages and commands."""
    app = create_app(settings)
    register_portal(app, settings)
    register_commands(app)
    return app


def __getattr__(name: str) -> Flask:
    """`app` is made when a server or Flask's command line first asks for it, so that importing costs nothing."""
    if name != "app":
        raise AttributeError(name)
    try:
        app = create_wsgi_app(Settings.from_env())
    except SettingsError as error:
        sys.exit(str(error))
    globals()["app"] = app
    return app
