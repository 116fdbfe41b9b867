"""What can go wrong at the counter."""

from __future__ import annotations


class ReceiptExpired(Exception):
    """The visit lies too far back to be rated by its receipt."""
