"""What a service of the civil registry may not ask for: pure, used wherever requirements are configured.

Nothing is forbidden here by the program: it warns, and a person says that the requirement stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: RT, RW, village or sub-district office: whoever issues the letters that used to come before every file.
_NEIGHBOURHOOD = (
    r"(?:\br\.?t\.?\b|\br\.?w\.?\b|rukun tetangga|rukun warga|kelurahan|lurah|desa|dusun|kampung|nagari"
    r"|kepala lingkungan)"
)
_LETTER = r"(?:surat|pengantar|keterangan|rekomendasi|persetujuan|tanda tangan|cap|stempel)"
_ASKS = re.compile(rf"{_LETTER}\b.*{_NEIGHBOURHOOD}|{_NEIGHBOURHOOD}.*\b{_LETTER}", re.IGNORECASE | re.DOTALL)
#: A "surat pengantar" that does not say whose is the neighbourhood's.
_BARE = re.compile(r"\bpengantar\W*$", re.IGNORECASE)
#: A village head may attest a death; Perpres 96/2018 itself names his letter beside the doctor's.
_DEATH = re.compile(r"\bkematian\b", re.IGNORECASE)
_RT_RW = re.compile(r"\br\.?t\.?\b|\br\.?w\.?\b|rukun (?:tetangga|warga)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RequirementWarning:
    """A requirement that a regulation, `source`, speaks against. `rule` names the ban for the page's sentence."""

    name: str
    rule: str
    source: str


def forbidden_requirements(names: Sequence[str]) -> list[RequirementWarning]:
    """Those of `names` that ask for a letter of the RT, RW, village or kelurahan.

    Civil registry services need none (Perpres 96/2018); asking for one is a category of complaint.
    """
    return [RequirementWarning(name, "neighbourhood_letter", "Perpres 96/2018") for name in names if _forbidden(name)]


def _forbidden(name: str) -> bool:
    if _DEATH.search(name) and not _RT_RW.search(name) and not _BARE.search(name):
        return False
    return _ASKS.search(name) is not None or _BARE.search(name) is not None
