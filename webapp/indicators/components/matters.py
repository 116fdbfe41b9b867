"""What a founded complaint about an officer is about: his conduct, the accuracy of what he did or said, or neither.

Policy: the words of the complaint decide, by the phrases below, once a person has found it founded; in doubt it counts
as satisfaction, in which every founded complaint counts that is about an officer. Conduct comes first where a text
speaks of both. The officer reads where it counts and can object. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from webapp.indicators.components.registry import ACCURACY, CONDUCT

_CONDUCT: Final = re.compile(
    r"\b(?:kasar|ketus|judes|jutek|sombong|(?:mem|di)?bentak(?:-?bentak)?|nada tinggi|marah-?marah|dimarahi|"
    r"tidak sopan|kurang sopan|tidak ramah|kurang ramah|kurang ajar|melempar|menghina|dihina|melecehkan|dilecehkan|"
    r"pelecehan|mengancam|diancam|diskriminasi|pilih kasih|membeda-?bedakan|pungli|pungutan liar|suap|sogok|calo|"
    r"uang rokok|uang pelicin|memeras|diperas|main hp|mengobrol|ngobrol|senyum|diajari sopan|rude|bribe|shouted)\b",
    re.IGNORECASE,
)
_ACCURACY: Final = re.compile(
    r"\b(?:salah (?:ketik|tulis|input|data|informasi|info|keterangan|nama|cetak)|(?:informasi|info|keterangan)(?:nya)? "
    r"(?:yang )?(?:salah|keliru|berbeda|tidak benar|berubah-?ubah)|keliru|salah satu huruf|terbalik|tidak teliti|"
    r"ternyata (?:masih )?(?:kurang|harus|perlu|butuh)|dilempar ke sana|disuruh balik lagi|bolak-?balik|"
    r"dibetulkan|wrong information)\b",
    re.IGNORECASE,
)


def matter_of(text: str) -> str | None:
    """The component that a founded complaint with this text is about: CONDUCT, ACCURACY, or None for neither."""
    if _CONDUCT.search(text):
        return CONDUCT
    if _ACCURACY.search(text):
        return ACCURACY
    return None
