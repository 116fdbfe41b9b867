"""What can go wrong between the machine and a running city, each said in one sentence."""

from __future__ import annotations


class EmbeddedError(Exception):
    """Something on this machine keeps the city from running; the text is one sentence for whoever started it."""


class StopRequested(Exception):
    """Ctrl-C or SIGTERM came while the supervisor was at work."""
