"""What templates may turn into words by themselves."""

from __future__ import annotations

from flask import Flask

from webapp.indicators.wording.numbers import exact_percent, percent
from webapp.indicators.wording.presets import preset_text
from webapp.portal.file_sizes import size_in_words


def add_filters(app: Flask) -> None:
    """Give the templates of `app` these filters."""
    app.jinja_env.filters |= {
        "file_size": size_in_words,
        "percent": percent,
        "exact_percent": exact_percent,
        "preset_text": preset_text,
    }
