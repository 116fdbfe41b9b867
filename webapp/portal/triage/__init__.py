"""Pages for the triage."""

from flask import Blueprint

blueprint = Blueprint("triage", __name__)
