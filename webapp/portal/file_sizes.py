"""The size of a file as the reader's language writes it."""

from __future__ import annotations

from flask_babel import format_decimal

_UNITS = ("B", "kB", "MB")


def size_in_words(size: int) -> str:
    """ "312 B", "4,4 kB", "12,0 MB" of so many bytes."""
    if size < 1000:
        return f"{format_decimal(size)} {_UNITS[0]}"
    power = 1 if size < 999_950 else 2  # 999,95 kB would be written as 1.000,0 kB
    return f"{format_decimal(size / 1000**power, format='#,##0.0')} {_UNITS[power]}"
