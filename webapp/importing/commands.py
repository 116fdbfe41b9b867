"""The commands ``flask --app wsgi import units|complaints|ratings``."""

from __future__ import annotations

from flask.cli import AppGroup

import_commands = AppGroup("import", help="Bring real records in from CSV files.")
