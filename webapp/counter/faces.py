"""The four faces with which somebody says how he was served; the face never stands alone."""

from __future__ import annotations

from flask_babel import gettext as _

#: The scale of the satisfaction survey (PermenPANRB 14/2017), best first as it is offered.
VALUES = (4, 3, 2, 1)


def value_words(value: int) -> str:
    """A face and its word."""
    words: dict[int, str] = {
        1: _("😞 Tidak baik"),
        2: _("🙁 Kurang baik"),
        3: _("🙂 Baik"),
        4: _("😀 Sangat baik"),
    }
    return words[value]
