"""Measuring attribution on files: `python -m webapp.attribution.evaluate`."""
