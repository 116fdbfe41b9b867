"""How alike two texts are: the part of their words that they have in common. Pure."""

from __future__ import annotations

import re

#: Words that every complaint has: they tell nothing of its matter.
_EMPTY_WORDS = """
    ada adalah agar akan anda apa atau bagi bahwa bapak begitu belum bisa bukan dalam dan dapat dari dengan di harus
    hari ibu ini itu jadi juga kalau kami karena kata ke kepada kita lagi lebih mau masih mereka mohon oleh pada padahal
    saat saja sampai sangat satu saya sebagai sebelum sejak selalu semua seperti sudah supaya tapi telah tentang terima
    tersebut tetapi tidak tolong untuk yang
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_WORD = re.compile(r"[^\W\d_]{3,}|\d{2,}")


def words_of(text: str) -> frozenset[str]:
    """The words of a text that tell what it is about."""
    return frozenset(_WORD.findall(text.casefold())) - _EMPTY


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The words in common as a part of all the words of both, 0 to 1; 0 where either has none."""
    return len(one & other) / len(one | other) if one and other else 0.0
