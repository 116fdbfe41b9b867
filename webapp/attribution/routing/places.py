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
LEAST_LIKENESS = 86.0


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
    """How the units of a class share it, given the stated place and the text; sums to 1."""
    if len(several.units) == 1:
        return {several.units[0]: 1.0}
    stated = _found(several, normal(place), exact_only=False) if place else {}
    found = stated or _found(several, normal(text), exact_only=True)
    if not found:
        return dict.fromkeys(several.units, 1.0 / len(several.units))
    total = sum(found.values())
    return {several.units[number]: weight / total for number, weight in sorted(found.items())}


def _found(several: PlaceClass, words: str, exact_only: bool) -> dict[int, float]:
    padded = f" {words} "
    exact = {number: 1.0 for number, name in enumerate(several.places) if name and f" {name} " in padded}
    if exact or exact_only:
        longest = max((len(several.places[number]) for number in exact), default=0)
        return {number: 1.0 for number in exact if len(several.places[number]) == longest}
    likeness = {
        number: fuzz.partial_ratio(name, words)
        for number, name in enumerate(several.places)
        if len(name) >= 4 and len(words) >= 4
    }
    best = max(likeness.values(), default=0.0)
    return {number: 1.0 for number, like in likeness.items() if like >= LEAST_LIKENESS and like == best}
