"""The blueprint of the officer's pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("officer", __name__)
