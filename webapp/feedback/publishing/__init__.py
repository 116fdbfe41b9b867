"""Complaints that a human decided to show to everybody."""
