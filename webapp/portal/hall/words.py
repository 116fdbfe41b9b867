"""The hall's words for how long one has to wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

#: Above an hour nobody counts minutes one by one.
_HOUR, _STEP = 60, 5


def range_in_words(call: Sequence[int] | None, now: datetime) -> str | None:
    """ "20–35 menit" for [earliest, latest] in seconds since 1970; None where nothing can be said."""
    if call is None:
        return None
    low, high = (max(0, round((second - now.timestamp()) / 60)) for second in call)
    if high > _HOUR:
        low, high = low // _STEP * _STEP, -(-high // _STEP) * _STEP
    if high <= 1:
        return str(_("segera"))
    if low == high:
        return str(_("%(minutes)s menit", minutes=high))
    return str(_("%(low)s–%(high)s menit", low=low, high=high))
