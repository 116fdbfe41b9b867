"""Pages for the citizen."""

from flask import Blueprint

blueprint = Blueprint("citizen", __name__)
