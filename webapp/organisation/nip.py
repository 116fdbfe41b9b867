"""The number of a civil servant: 18 digits, of which the first eight are the date of birth and reveal it."""

from __future__ import annotations

import re
from datetime import date


def clean_nip(text: str | None) -> str | None:
    """The 18 digits of a NIP as typed, with or without spaces and dots; None for nothing.

    Raises ValueError for anything else. Only the date of birth is checked: serial numbers, and the places of contract
    staff where civil servants have the month of entry, follow no rule that would hold for all.
    """
    digits = re.sub(r"[\s.]", "", text or "")
    if not digits:
        return None
    if not re.fullmatch(r"[0-9]{18}", digits):
        raise ValueError("a NIP has 18 digits")
    date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    return digits


def masked_nip(nip: str | None) -> str:
    """What a list shows of a NIP: the last four digits, which tell neither birth date nor sex."""
    return f"•••• {nip[-4:]}" if nip else ""
