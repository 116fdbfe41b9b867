"""Presets of the indicator; see default.toml for what each key means."""

from webapp.indicators.presets.presets import Mark, Preset, Thresholds, load_preset, read_preset
from webapp.indicators.priors import Prior

__all__ = ["Mark", "Preset", "Prior", "Thresholds", "load_preset", "read_preset"]
