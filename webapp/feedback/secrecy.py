"""When a complaint points at a person.

Such a complaint is secret from the start (domain rule after SP4N-LAPOR!): its content is hidden from the public and
from the officers of the unit, and a superior decides. The rule errs on the side of secrecy.
"""

from __future__ import annotations

import re

#: Words by which people point at somebody: titles, forms of address before a name, and what only persons do.
_POINTING = re.compile(
    r"\b(oknum|pungli|pungutan liar|suap|sogok|calo|korupsi|memeras|diperas|membentak|dibentak|bentak|"
    r"marah-?marah|kasar|judes|jutek|sombong|menghina|dihina|melecehkan|dilecehkan|pelecehan|mengancam|diancam|"
    r"petugas(?:nya)?\s+(?:yang\s+)?(?:bernama|atas nama|berinisial)|an\.\s|inisial\s+[A-Z]{1,3}\b|"
    r"namanya|bernama)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\b(?:[Pp]ak|[Bb]apak|[Bb]u|[Ii]bu|[Mm]as|[Mm]bak|[Kk]ak|[Ss]dr|[Ss]audara|[Ss]audari)\.?\s+[A-Z][a-z]+"
)


def pointing_words(text: str) -> list[str]:
    """The words of a text that point at somebody, as they stand there."""
    return [found[0] for pattern in (_POINTING, _ADDRESSED) for found in pattern.finditer(text)]


def points_at_person(text: str, *, stated: bool) -> bool:
    """Whether a complaint with this text points at a person; `stated` is the reporter's own word for it."""
    return stated or _POINTING.search(text) is not None or _ADDRESSED.search(text) is not None
