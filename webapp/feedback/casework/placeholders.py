"""Words with gaps: a reply template says "{layanan}", and the case fills it in.

Placeholders are Indonesian, since officers write them. What the case does not know becomes "[layanan]", a gap that
whoever answers fills by hand: an answer is not sent with gaps in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: What a template may ask for.
PLACEHOLDERS = ("kode", "layanan", "unit", "loket", "tempat", "tanggal_laporan", "batas_waktu", "hari_ini")

_BRACED = re.compile(r"\{([^{}\n]{0,40})\}")
_GAP = re.compile(r"\[({})\]".format("|".join(PLACEHOLDERS)))


def unknown_placeholders(template: str) -> list[str]:
    """What stands in braces and is no placeholder, in the order of the text."""
    return [name for name in _BRACED.findall(template) if name.strip().lower() not in PLACEHOLDERS]


def fill(template: str, values: Mapping[str, str | None]) -> str:
    """The words of a template for a case; what is in `values` is put in as it is, never read as a template again."""

    def filled(found: re.Match[str]) -> str:
        name = found[1].strip().lower()
        if name not in PLACEHOLDERS:
            return found[0]
        return values.get(name) or f"[{name}]"

    return _BRACED.sub(filled, template)


def gaps_in(text: str) -> list[str]:
    """The gaps that nobody has filled yet, as they stand there."""
    return [found[0] for found in _GAP.finditer(text)]
