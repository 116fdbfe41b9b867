"""Officers who are named or described in a text, among those of one unit on one day. Pure.

People write "Bu Rina", "pak slamet yg di loket", "petugas bernama Dwi Hartanto", with nicknames and misspelt. A name is
only compared with the roster of the unit on the day that is told: never with the whole city. One that many have is
weak, one that fits many of the roster says nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from rapidfuzz.distance import DamerauLevenshtein

#: More officers than that who fit equally well are no match.
MOST_ALIKE = 3
#: Likeness of two words, 0 to 1, from which on one is the other misspelt; shorter ones must be the same.
LEAST_LIKENESS = 0.8
LEAST_LETTERS_MISSPELT = 5
LEAST_LETTERS_NICKNAME = 4
_NICKNAME = 0.85
#: The same sound written otherwise, in this order.
_SPELLINGS = (
    ("oe", "u"), ("dj", "j"), ("tj", "c"), ("sy", "s"), ("ch", "h"), ("kh", "h"), ("dh", "d"), ("th", "t"), ("v", "f"),
    ("z", "s"), ("y", "i"),
)  # fmt: skip

_TITLE = r"(?:pak|bapak|bpk|bu|ibu|mas|mbak|mba|mbk|kak|bang|sdr|sdri|saudara|saudari|ning|cak)"
_NAMING = (
    r"(?:(?:petugas|pegawai|staf|oknum|operator)(?:nya)?\s+(?:yang\s+)?(?:bernama|atas nama|a\.?n\.?)|bernama|namanya)"
)
_ADDRESSED = re.compile(
    rf"\b(?:{_TITLE}|{_NAMING})\b\.?,?\s*(?:{_TITLE}\b\.?\s*)?((?:[A-Za-z][\w'.]*\s*){{1,4}})", re.IGNORECASE
)
#: Somebody of the reporter's own is named, not an officer.
_OWN = re.compile(
    r"(?:\b(?:anak|suami|istri|isteri|ayah|adik|kakak|tetangga|mertua|orang tua|saudara|keponakan|kakek|nenek|almarhum|"
    r"alm|almarhumah|bayi|pasien|warga|nama|hormat)(?:\s+(?:saya|kami|nya|perempuan|laki-laki|kandung))?"
    r"|\b(?:saya|kami|nama saya|hormat saya))"
    r"[\s,:]*(?:yang\s+)?(?:(?:bernama|atas nama|yaitu|a\.?n\.?)[\s:]*)?$",
    re.IGNORECASE,
)
_OFFICES = frozenset(
    ("rt", "rw", "lurah", "camat", "walikota", "wali", "bupati", "gubernur", "presiden", "kades", "guru")
)
#: Titles that most have; spelt as `_spelt` spells.
_GENERAL_TITLES = frozenset(("pelaksana", "staf", "petugas", "operator", "pegawai", "angota", "admin", "pengelola"))
_DEGREE = re.compile(r",.*$|\b(?:dr|drs|dra|ir|h|hj|kh|prof|s\.?\w{1,3}|m\.?\w{1,3})\.(?=\s|$|\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OfficerThen:
    """An officer of the roster: his name, and the title of his posting ("Kepala Seksi Akta")."""

    officer_id: int
    unit_id: int
    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Officers who fit, with parts that sum to 1; `by`: "full", "part", "common" or "described"."""

    parts: tuple[tuple[OfficerThen, float], ...]
    by: str


def find_named(text: str, roster: Sequence[OfficerThen]) -> Match | None:
    """Who of the roster is named or described in the text; None where nobody is, or too many could be."""
    named = _named(text, roster)
    return named if named is not None else _described(text, roster)


def _named(text: str, roster: Sequence[OfficerThen]) -> Match | None:
    best: dict[OfficerThen, tuple[float, int, bool]] = {}
    for phrase in _phrases(text, roster):
        for officer in roster:
            likeness, words, rare = _fit(phrase, _name_words(officer.name))
            if words and (likeness, words, rare) > best.get(officer, (0.0, 0, False)):
                best[officer] = (likeness, words, rare)
    if not best:
        return None
    most = max(words for _, words, _ in best.values())
    fitting = {officer: fit for officer, fit in best.items() if fit[1] == most}
    closest = max(likeness for likeness, _, _ in fitting.values())
    # Whoever fits far better than the others is meant; near ones are all possible.
    fitting = {officer: fit for officer, fit in fitting.items() if fit[0] >= closest - 0.1 * most}
    if len(fitting) > MOST_ALIKE:
        return None
    total = sum(fit[0] ** 4 for fit in fitting.values())
    parts = tuple(
        (officer, fit[0] ** 4 / total)
        for officer, fit in sorted(fitting.items(), key=lambda entry: entry[0].officer_id)
    )
    rare = all(fit[2] for fit in fitting.values())
    return Match(parts, "full" if most >= 2 else "part" if rare and closest >= 0.9 else "common")


def _described(text: str, roster: Sequence[OfficerThen]) -> Match | None:
    """Somebody is told by his title, which nobody else has there."""
    said = f" {' '.join(_spelt(word) for word in re.findall(r'[A-Za-z]+', text))} "
    holders: dict[str, list[OfficerThen]] = {}
    for officer in roster:
        title = " ".join(_spelt(word) for word in re.findall(r"[A-Za-z]+", officer.title))
        if title and title not in _GENERAL_TITLES:
            holders.setdefault(title, []).append(officer)
    found = {title: officers for title, officers in holders.items() if f" {title} " in said}
    if len(found) != 1:
        return None
    [officers] = found.values()
    return Match(((officers[0], 1.0),), "described") if len(officers) == 1 else None


def _phrases(text: str, roster: Sequence[OfficerThen]) -> list[tuple[str, ...]]:
    """Words that may be a name: after a title, after "bernama", or two words of somebody's name side by side."""
    phrases = []
    for match in _ADDRESSED.finditer(text):
        words = tuple(_spelt(word) for word in re.findall(r"[A-Za-z']+", match[1]))
        if words and words[0] not in _OFFICES and not _OWN.search(text[: match.start()]):
            phrases.append(words)
    known = {word for officer in roster for word in _name_words(officer.name)}
    written = list(re.finditer(r"[A-Za-z']+", text))
    for first, second in pairwise(written):
        pair = (_spelt(first[0]), _spelt(second[0]))
        apart = text[first.end() : second.start()].strip()
        is_name = first[0][:1].isupper() and second[0][:1].isupper() and not apart and known.issuperset(pair)
        if is_name and not _OWN.search(text[: first.start()]):
            phrases.append(pair)
    return phrases


def _fit(phrase: tuple[str, ...], name: tuple[str, ...]) -> tuple[float, int, bool]:
    """How a phrase fits a name: likeness summed over the words that fit, how many, and whether one of them is rare.

    The first word of the phrase must fit: after "Pak" the name follows at once.
    """
    left = list(name)
    likeness, words, rare = 0.0, 0, False
    for number, said in enumerate(phrase):
        best = max(((_likeness(said, own), own) for own in left), default=(0.0, ""))
        if best[0] == 0.0:
            if number == 0:
                return 0.0, 0, False
            break
        left.remove(best[1])
        likeness += best[0]
        words += 1
        rare = rare or (best[1] not in _common_names() and said not in _common_names())
    return likeness, words, rare


@lru_cache(maxsize=100_000)
def _likeness(said: str, own: str) -> float:
    """1 the same, less for misspelt and for the short form of a name, 0 for another."""
    if said == own:
        return 1.0
    shorter = min(len(said), len(own))
    if shorter >= LEAST_LETTERS_MISSPELT:
        like: float = DamerauLevenshtein.normalized_similarity(said, own)
        if like >= LEAST_LIKENESS:
            return like
    if LEAST_LETTERS_NICKNAME <= len(said) < len(own) and (own.startswith(said) or own.endswith(said)):
        return _NICKNAME
    return 0.0


@lru_cache(maxsize=20_000)
def _name_words(name: str) -> tuple[str, ...]:
    """The words of a name without degrees and initials, spelt for comparing."""
    words = re.findall(r"[A-Za-z']+", _DEGREE.sub(" ", name))
    return tuple(_spelt(word) for word in words if len(word) > 2)


@lru_cache(maxsize=100_000)
def _spelt(word: str) -> str:
    """A word in one spelling: old and new, with and without doubled letters, Moch. and Muh. written out."""
    plain = word.lower().replace("'", "")
    for old, new in _SPELLINGS:
        plain = plain.replace(old, new)
    plain = re.sub(r"(.)\1", r"\1", plain)
    return "muhamad" if plain in ("moh", "muh", "mohamad", "muhamad", "mohamed", "mohd") else plain


@cache
def _common_names() -> frozenset[str]:
    content = tomllib.loads(Path(__file__).with_name("common_names.toml").read_text("utf-8"))
    return frozenset(_spelt(name) for name in content["names"])
