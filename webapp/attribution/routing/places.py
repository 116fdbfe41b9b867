"""Units that are many of a kind by place: one class for the text, and the place decides among them.

"Kecamatan Melati" and "Kecamatan Kenanga" have the same duties. A text tells that it is a matter for a district office;
which one, the stated place tells, or a place named in the text, misspelt or not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from webapp.attribution.routing.cases import CatalogueUnit
from webapp.attribution.routing.features import plain

#: Kinds of offices that there are many of, told apart by their place only.
PLACE_KINDS = (
    "kecamatan", "kelurahan", "desa", "distrik", "nagari", "gampong", "kalurahan", "kapanewon", "kemantren", "pekon",
    "puskesmas", "posyandu", "pos pelayanan", "sd negeri", "smp negeri", "sma negeri",
)  # fmt: skip
#: First words that many units share although each has duties of its own.
OFFICE_WORDS = frozenset(
    {
        "asisten",
        "badan",
        "balai",
        "bagian",
        "bidang",
        "biro",
        "dinas",
        "direktorat",
        "inspektorat",
        "kantor",
        "layanan",
        "loket",
        "pdam",
        "pelayanan",
        "perumda",
        "perusahaan",
        "pt",
        "pusat",
        "rs",
        "rsud",
        "rumah",
        "satuan",
        "sekretariat",
        "seksi",
        "staf",
        "sub",
        "subbagian",
        "subbidang",
        "tim",
        "unit",
        "upt",
        "uptd",
    }
)
#: So many units sharing a first word that is no office word are taken for many of a kind.
LEAST_OF_A_KIND = 5
#: Likeness of a place as written and as named, of 100, from which on they are the same.
LEAST_LIKENESS = 80.0
#: A shorter name is like too many others to be known misspelt.
SHORTEST_MISSPELT = 5
#: Kinds that hold others of the kinds: who writes both names the larger one last.
LARGER_KINDS = frozenset({"kecamatan", "distrik", "kapanewon", "kemantren"})
#: How a kind is called before a name.
_CALLED = {
    "kecamatan": ("kecamatan", "kec", "camat"),
    "kelurahan": ("kelurahan", "kel", "lurah"),
    "desa": ("desa", "ds"),
    "puskesmas": ("puskesmas", "pkm"),
}


@dataclass(frozen=True, slots=True)
class PlaceClass:
    """A class for the text: one unit, or several of a kind (`kind` is then its name) with the places they are for."""

    kind: str
    units: tuple[str, ...]
    places: tuple[str, ...]


def normal(words: str) -> str:
    """Words in small letters with single blanks, nothing else."""
    return " ".join(re.findall(r"[a-z0-9]+", plain(words)))


def classes_of(catalogue: Sequence[CatalogueUnit]) -> tuple[PlaceClass, ...]:
    """The classes that a text can tell apart, in a settled order."""
    by_kind: dict[str, list[CatalogueUnit]] = {}
    for unit in catalogue:
        by_kind.setdefault(_kind(normal(unit.name)), []).append(unit)
    classes: list[PlaceClass] = []
    for kind, units in by_kind.items():
        named = kind in PLACE_KINDS
        if kind and ((named and len(units) > 1) or (not named and len(units) >= LEAST_OF_A_KIND)):
            ordered = sorted(units, key=lambda unit: unit.id)
            places = tuple(normal(unit.name)[len(kind) :].strip() for unit in ordered)
            classes.append(PlaceClass(kind, tuple(unit.id for unit in ordered), places))
        else:
            classes.extend(PlaceClass("", (unit.id,), ("",)) for unit in units)
    return tuple(sorted(classes, key=lambda one: (one.kind, one.units)))


def _kind(name: str) -> str:
    for kind in PLACE_KINDS:
        if name.startswith(f"{kind} "):
            return kind
    first, _, rest = name.partition(" ")
    return first if rest and first not in OFFICE_WORDS else ""


def shares(several: PlaceClass, text: str, place: str) -> dict[str, float]:
    """How the units of a class share it, given the stated place and the text; sums to 1.

    The stated place decides, misspelt or not; where it names none of them, a place named in the text; where that does
    not either, nobody is preferred.
    """
    if len(several.units) == 1:
        return {several.units[0]: 1.0}
    stated = normal(place)
    number = _named(several, stated)
    if number is None:
        number = _alike(several, stated)
    if number is None:
        number = _named(several, normal(text))
    if number is None:
        return dict.fromkeys(several.units, 1.0 / len(several.units))
    return {several.units[number]: 1.0}


def _named(several: PlaceClass, words: str) -> int | None:
    """Which of the places is named. Of several: the one called by its kind ("kec. Melati"), else the first, as people
    go from the small to the large; for the larger kinds the last. Of names that begin alike the longest."""
    padded = f" {words} "
    found: dict[int, tuple[int, int]] = {}
    for number, name in enumerate(several.places):
        start = padded.find(f" {name} ") if name else -1
        if start >= 0 and len(name) > found.get(start, (0, 0))[0]:
            found[start] = (len(name), number)
    if not found:
        return None
    called = [start for start in found if padded[:start].rsplit(" ", 1)[-1] in _CALLED.get(several.kind, ())]
    starts = called or list(found)
    return found[max(starts) if several.kind in LARGER_KINDS else min(starts)][1]


def _alike(several: PlaceClass, words: str) -> int | None:
    """Which of the places is meant by a misspelt name; None where none or more than one is that near."""
    if len(words) < SHORTEST_MISSPELT:
        return None
    likeness = [fuzz.partial_ratio(name, words) if len(name) >= SHORTEST_MISSPELT else 0.0 for name in several.places]
    best = max(likeness, default=0.0)
    return likeness.index(best) if best >= LEAST_LIKENESS and likeness.count(best) == 1 else None
