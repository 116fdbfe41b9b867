"""Presets of the indicator; see default.toml for what each key means."""

from webapp.indicators.presets.presets import Preset, Prior, Thresholds, load_preset, read_preset

__all__ = ["Preset", "Prior", "Thresholds", "load_preset", "read_preset"]
