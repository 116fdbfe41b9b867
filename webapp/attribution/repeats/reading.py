"""A complaint as it is compared with others: its words, the spots that it names, when and where. Pure.

Words are compared as they are written, brought to one form: small letters, letters repeated for stress once, everyday
short forms written out, words that every complaint has left out. Spots are what follows "depan", "gang", "no." and
their like: two complaints with the same words about gang 3 and gang 5 are two matters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

#: What masking leaves behind tells nothing of the matter.
_MASK = re.compile(r"\[[^\[\]]{1,40}\]")
_WORD = re.compile(r"[a-z]+|[0-9]+")
_STRESSED = re.compile(r"([a-z])\1{2,}")
#: Letters and words beyond these are not read: nobody's matter begins that late.
LONGEST_READ, MOST_WORDS = 4000, 400
#: Characters of a piece of text.
GRAM = 4

#: Everyday short forms, written out.
_WRITTEN_OUT = {
    "jl": "jalan", "jln": "jalan", "gg": "gang", "dpn": "depan", "blk": "blok", "dkt": "dekat", "nomor": "no",
    "nomer": "no", "yg": "yang", "utk": "untuk", "dgn": "dengan", "dg": "dengan", "krn": "karena", "tdk": "tidak",
    "gak": "tidak", "nggak": "tidak", "ga": "tidak", "gk": "tidak", "sdh": "sudah", "udah": "sudah", "blm": "belum",
    "mhn": "mohon", "sy": "saya", "pk": "pak", "bpk": "bapak", "sgr": "segera", "trs": "terus", "kel": "kelurahan",
    "kec": "kecamatan", "dijalan": "jalan", "dr": "dari", "pd": "pada", "dlm": "dalam", "jg": "juga", "sm": "sama",
}  # fmt: skip
#: Words that every complaint has: they tell nothing of its matter.
_EMPTY = """
    ada adalah agar akan anda apa assalamualaikum atau bagi bahwa bantu bantuan bantuannya bapak begitu belum bisa bu
    bukan dalam dan dapat dari dengan di dibantu harus hari ibu ini itu izin ijin jadi juga kalau kami karena kasih kata
    ke kepada kita lagi lebih malam masih mau mereka mohon nya oleh pada padahal pagi pak saat saja sampai sangat satu
    saya sebagai sebelum segera sejak selalu selamat semua seperti siang sore sudah supaya tapi telah tentang terima
    terimakasih tersebut tetapi tidak tolong untuk yang
"""
EMPTY_WORDS = frozenset(_EMPTY.split())
#: What spots are named after.
_MARKS_WORDS = """
    belakang blok dekat depan gang jalan masjid no perempatan perumahan samping sebelah sekolah sdn smpn toko loket
    indomaret alfamart alfamidi puskesmas
"""
_MARKS = frozenset(_MARKS_WORDS.split())
#: Where a spot's name ends: what follows tells of the trouble, not of the place.
_NO_NAME_WORDS = """
    ambles berlubang kecamatan kelurahan lampu lubang mati padam penerangan pju raya rt rumah rusak rw wilayah hujan
"""
_NO_NAME = EMPTY_WORDS | frozenset(_NO_NAME_WORDS.split())
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10", "xi": "11",
    "xii": "12",
}  # fmt: skip
#: Numbers and names that tell neighbours apart, by the word before them.
_LABELS = frozenset({"no", "rt", "rw", "gang", "blok"})
#: Most words that name one spot, and how far behind its mark they are looked for.
_NAME, _REACH = 3, 4


@dataclass(frozen=True, slots=True)
class Matter:
    """What is said, as far as it tells what it is about.

    `position`: latitude and longitude. `unit_id`: where it lies, else what was stated.
    """

    text: str
    filed_at: datetime
    place: str = ""
    position: tuple[float, float] | None = None
    unit_id: int | None = None
    service_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A matter as it is compared. `spelled` is the whole text in one form: equal for the same text."""

    spelled: str
    words: Counter[str]
    grams: Counter[str]
    spots: frozenset[str]
    labelled: frozenset[tuple[str, str]]
    numbers: frozenset[str]
    place: frozenset[str]
    matter: Matter


def read(matter: Matter) -> Reading:
    """A matter brought to the form in which it is compared."""
    words = spell(matter.text)
    spelled = " ".join(words)
    telling = [word for word in words if word not in EMPTY_WORDS] or words
    return Reading(
        spelled=spelled,
        words=Counter(telling),
        grams=Counter(spelled[start : start + GRAM] for start in range(max(len(spelled) - GRAM + 1, 1))),
        spots=_spots(words),
        labelled=_labelled(words),
        numbers=frozenset(_number(word) for word in words if word.isdigit() and len(word) <= 4),
        place=frozenset(spell(matter.place)) - EMPTY_WORDS,
        matter=matter,
    )


def spell(text: str) -> list[str]:
    """The words of a text in their order, in one form."""
    plain = _MASK.sub(" ", text[:LONGEST_READ])
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    words = _WORD.findall(_STRESSED.sub(r"\1", plain.lower()))[:MOST_WORDS]
    return [_WRITTEN_OUT.get(word, word) for word in words]


def _number(word: str) -> str:
    return _ROMAN.get(word, word).lstrip("0") or "0"


def _spots(words: list[str]) -> frozenset[str]:
    found: set[str] = set()
    for at, mark in enumerate(words):
        if mark not in _MARKS:
            continue
        named = 0
        for word in words[at + 1 : at + 1 + _REACH]:
            if word in _MARKS:
                continue
            if word in _NO_NAME or named == _NAME:
                break
            found.add(_number(word))
            named += 1
    return frozenset(found)


def _labelled(words: list[str]) -> frozenset[tuple[str, str]]:
    """Numbers with the word before them ("rt" 3), and names of alleys and blocks ("gang" jambu)."""
    found: set[tuple[str, str]] = set()
    for at, label in enumerate(words):
        if label not in _LABELS:
            continue
        for place, word in enumerate(words[at + 1 :]):
            number = _number(word)
            if not number.isdigit():
                if place == 0 and label in ("gang", "blok") and word not in _NO_NAME:
                    found.add((label, word))
                break
            found.add((label, number))
    return frozenset(found)
