"""Presets of the deadlines of complaints; see national.toml for what each key means."""

from webapp.feedback.clocks.presets.presets import (
    DEFAULT,
    Preset,
    Rung,
    Standard,
    Term,
    find_preset,
    list_presets,
    load_preset,
    read_preset,
)

__all__ = [
    "DEFAULT",
    "Preset",
    "Rung",
    "Standard",
    "Term",
    "find_preset",
    "list_presets",
    "load_preset",
    "read_preset",
]
