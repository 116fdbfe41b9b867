"""What the presets that come with the product say of themselves, in the reader's language.

Their files speak Indonesian, as all of the source does: title, sources and reasons are texts of the catalogue (see
tests/catalogue.py). What an agency writes into presets of its own stays as it wrote it.
"""

from __future__ import annotations

import tomllib
from functools import cache

from flask_babel import gettext

from webapp.indicators.presets.presets import shipped_names, shipped_text


def preset_text(text: str) -> str:
    """A title, source or reason of a preset as it is shown."""
    return str(gettext(text)) if text in _shipped() else text


def texts_of(content: str) -> list[str]:
    """What a preset's TOML text says to people, in its order."""
    found = tomllib.loads(content)
    reasons = [part.get("source", "") for part in found.get("components", {}).values()]
    return [text for text in (found.get("title", ""), *found.get("sources", ()), *reasons) if text]


@cache
def _shipped() -> frozenset[str]:
    return frozenset(text for name in shipped_names() for text in texts_of(shipped_text(name)))
