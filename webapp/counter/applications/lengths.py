"""Lengths of time in words, as the pages, the chat and the notices say them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def work_in_words(seconds: int) -> str:
    """A length of working time: "6 jam 30 menit". Never in days: a working day has as many hours as the unit says."""
    if seconds < _MINUTE:
        return str(_("0 menit")) if seconds <= 0 else str(_("kurang dari 1 menit"))
    hours, minutes = divmod(seconds // _MINUTE, 60)
    parts = [ngettext("%(num)s jam", "%(num)s jam", hours)] if hours else []
    if minutes:
        parts.append(ngettext("%(num)s menit", "%(num)s menit", minutes))
    return " ".join(str(part) for part in parts)


def elapsed_in_words(seconds: int) -> str:
    """A length of time by the clock on the wall: "3 hari 4 jam", under a day as `work_in_words`."""
    if seconds < _DAY:
        return work_in_words(seconds)
    days, rest = divmod(seconds, _DAY)
    words = str(ngettext("%(num)s hari", "%(num)s hari", days))
    return f"{words} {work_in_words(rest // _HOUR * _HOUR)}" if rest >= _HOUR else words
