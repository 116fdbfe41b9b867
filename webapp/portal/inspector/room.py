"""The blueprint of the inspector's pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("inspector", __name__)
