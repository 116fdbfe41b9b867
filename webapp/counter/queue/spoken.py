"""What a hall's display says aloud, in Indonesian words: no browser has to guess how "A-012" is read. Pure."""

from __future__ import annotations

import re

_UNITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
#: Letters as they are named in Indonesian; read as English ones, "A" and "E" would sound alike.
_NAMES = "a be ce de e ef ge ha i je ka el em en o pe ki er es te u ve we eks ye zet"
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _NAMES.split(" "), strict=True))
_LABEL = re.compile(r"([A-Z]{1,2})-0*(\d+)")


def number_in_words(number: int) -> str:
    """A number from 0 to 999,999 in words: 112 is "seratus dua belas"."""
    if number < 10:
        return _UNITS[number]
    if number < 20:
        return {10: "sepuluh", 11: "sebelas"}.get(number) or f"{_UNITS[number - 10]} belas"
    for size, one, many in ((1000, "seribu", "ribu"), (100, "seratus", "ratus"), (10, "", "puluh")):
        if number >= size:
            count, rest = divmod(number, size)
            head = one if count == 1 else f"{number_in_words(count)} {many}"
            return f"{head} {number_in_words(rest)}" if rest else head
    raise AssertionError(number)


def label_in_words(label: str) -> str:
    """ "A-012" as it is called: "a, dua belas"."""
    match = _LABEL.fullmatch(label)
    if match is None:
        return label
    letters = " ".join(_LETTERS[letter] for letter in match[1])
    return f"{letters}, {number_in_words(int(match[2]))}"


def call_in_words(label: str, counter: str) -> str:
    """The call of a number to a counter, whose name may hold figures: "Loket 3"."""
    place = re.sub(r"\d{1,6}", lambda figures: number_in_words(int(figures[0])), counter)
    return f"Nomor antrean {label_in_words(label)}. Silakan ke {place[:1].lower()}{place[1:]}."
