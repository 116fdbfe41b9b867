"""Speaking to each in his own language, whoever's turn it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from flask_babel import force_locale


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let all that the block puts into words be in `language`."""
    before = g.get("language")
    g.language = language
    try:
        with force_locale(language):
            yield
    finally:
        g.language = before
