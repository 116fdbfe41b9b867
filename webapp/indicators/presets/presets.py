"""Presets: which components make up an officer's figure, their weights, and what is expected before there is data.

A preset is a TOML text: a file beside this module, or an agency's own that is stored (stored.py). default.toml explains
each key. Pure apart from reading the files.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from webapp.indicators.components.registry import COMPONENTS, PRIORS
from webapp.indicators.priors import Prior

FOLDER: Final = Path(__file__).parent
PERIODS: Final = ("month", "quarter", "half-year", "year")
#: Elements of the satisfaction survey that can be an officer's (PermenPANRB 14/2017); the others never are.
OFFICERS_ELEMENTS: Final = ("competence", "conduct", "time")
_KEYS: Final = {
    "name", "version", "title", "period", "sources", "reliability", "attention", "elements", "components",
}  # fmt: skip
_PRIOR: Final = ("expectation", "phi", "tau")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Reliability from which a figure is called provisional, and from which sufficient (law 7)."""

    provisional_from: float = 0.5
    sufficient_from: float = 0.7

    def __post_init__(self) -> None:
        if not 0.0 <= self.provisional_from <= self.sufficient_from <= 1.0:
            raise ValueError("The reliability thresholds must rise from 0 to 1, provisional_from first.")

    def status(self, reliability: float) -> str:
        """ "not_enough_data", "provisional" or "sufficient"."""
        if reliability < self.provisional_from:
            return "not_enough_data"
        return "provisional" if reliability < self.sufficient_from else "sufficient"


@dataclass(frozen=True, slots=True)
class Mark:
    """When somebody is asked to look at an officer's figure: P(below what is usual by more than `margin`) > `sure`.

    `margin` in points of 25 to 100.
    """

    #: A grade of PermenPANRB 14/2017 is 11.7 points wide and officers differ by some 5 (a standard deviation): three
    #: points are a quarter of a grade, and less than a typical officer lies from the middle.
    margin: float = 3.0
    #: indicator.md, B.
    sure: float = 0.95

    def __post_init__(self) -> None:
        if not 0.0 <= self.margin <= 75.0:
            raise ValueError("The margin below which somebody looks must lie from 0 to 75 points.")
        if not 0.5 <= self.sure < 1.0:
            raise ValueError("The sureness from which somebody looks must lie from 0.5 to below 1.")


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset: weights and priors by component. The weights sum to 1.

    `elements`: weight of each element that citizens rate beside the rating as a whole, which has 1; within
    satisfaction. `sources`: where the preset comes from, sentences for the page; `reasons`: the same of each weight.
    """

    name: str
    version: str
    period: str
    weights: Mapping[str, float]
    priors: Mapping[str, Prior]
    thresholds: Thresholds = Thresholds()
    title: str = ""
    attention: Mark = Mark()
    elements: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name or not self.version:
            raise ValueError("A preset needs a name and a version.")
        if unknown := sorted(set(self.elements) - set(OFFICERS_ELEMENTS)):
            raise ValueError(
                f"Preset {self.name}: {', '.join(unknown)} can be no officer's element; "
                f"there are {', '.join(OFFICERS_ELEMENTS)}."
            )
        if not all(math.isfinite(weight) and 0.0 < weight <= 10.0 for weight in self.elements.values()):
            raise ValueError(f"Preset {self.name}: every element's weight must be above 0 and at most 10.")
        if self.period not in PERIODS:
            raise ValueError(
                f"Preset {self.name}: its period must be one of {', '.join(PERIODS)}, not {self.period!r}."
            )
        if not self.weights or set(self.weights) != set(self.priors):
            raise ValueError(f"Preset {self.name} needs at least one component, each with a weight and a prior.")
        if not all(math.isfinite(weight) and weight > 0.0 for weight in self.weights.values()):
            raise ValueError(f"Preset {self.name}: every weight must be above 0.")
        total = math.fsum(self.weights.values())
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"Preset {self.name}: the weights must sum to 1, they sum to {total:.6g}.")
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))
        object.__setattr__(self, "priors", MappingProxyType(dict(self.priors)))
        object.__setattr__(self, "elements", MappingProxyType(dict(self.elements)))
        object.__setattr__(self, "reasons", MappingProxyType(dict(self.reasons)))


def _number(where: str, table: Mapping[str, Any], key: str) -> float:
    value = table.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{where} needs a number as {key}, not {value!r}.")
    return float(value)


def _table(where: str, tables: Mapping[str, Any], key: str, allowed: set[str]) -> Mapping[str, Any]:
    table = tables.get(key)
    if not isinstance(table, dict):
        raise ValueError(f"{where} needs a table [{key}].")
    if unknown := set(table) - allowed:
        raise ValueError(f"{where}: [{key}] has unknown keys: {', '.join(sorted(unknown))}.")
    return table


def _texts(where: str, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise ValueError(f"{where} needs a list of texts as {key}.")
    return tuple(values)


def _text(where: str, table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{where} needs a text as {key}, not {value!r}.")
    return value


@lru_cache(maxsize=32)
def read_preset(text: str) -> Preset:
    """A preset from TOML text. Raises ValueError with a sentence for anything missing, unknown or impossible."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"The preset is no valid TOML: {error}.") from error
    if unknown := set(data) - _KEYS:
        raise ValueError(f"The preset has unknown keys: {', '.join(sorted(unknown))}.")
    texts = {key: data.get(key) for key in ("name", "version", "period")}
    for key, value in texts.items():
        if not isinstance(value, str) or not value:
            raise ValueError(f"The preset needs a text as {key}, not {value!r}.")
    where = f"Preset {texts['name']}"
    reliability = _table(where, data, "reliability", {"provisional_from", "sufficient_from"})
    attention = _table(where, {"attention": {}} | data, "attention", {"margin", "sure"})
    elements = _table(where, {"elements": {}} | data, "elements", set(OFFICERS_ELEMENTS))
    components = data.get("components")
    if not isinstance(components, dict):
        raise ValueError(f"{where} needs tables [components.NAME].")
    if unknown := set(components) - set(COMPONENTS):
        raise ValueError(
            f"{where}: there is no component {', '.join(sorted(unknown))}; there are {', '.join(COMPONENTS)}."
        )
    weights: dict[str, float] = {}
    priors: dict[str, Prior] = {}
    reasons: dict[str, str] = {}
    for name in components:
        table = _table(where, components, name, {"weight", "source", *_PRIOR})
        place = f"{where}, component {name},"
        weights[name] = _number(place, table, "weight")
        # Either all three of the prior or none: a preset that changes what is assumed must say the whole of it.
        own = any(key in table for key in _PRIOR)
        priors[name] = Prior(*(_number(place, table, key) for key in _PRIOR)) if own else PRIORS[name]
        reasons[name] = _text(place, table, "source")
    return Preset(
        name=str(texts["name"]),
        version=str(texts["version"]),
        period=str(texts["period"]),
        weights=weights,
        priors=priors,
        thresholds=Thresholds(
            _number(where, reliability, "provisional_from"), _number(where, reliability, "sufficient_from")
        ),
        title=_text(where, data, "title"),
        attention=Mark(**{key: _number(where, attention, key) for key in attention}),
        elements={name: _number(f"{where}, elements,", elements, name) for name in elements},
        sources=_texts(where, data, "sources"),
        reasons=reasons,
    )


def shipped_names() -> tuple[str, ...]:
    """The presets that come with the product, the default one first."""
    names = sorted(file.stem for file in FOLDER.glob("*.toml"))
    return tuple(sorted(names, key=lambda name: (name != "default", name)))


@cache
def shipped_text(name: str) -> str:
    """The TOML text of a shipped preset. Raises ValueError if there is none of that name."""
    if name not in shipped_names():
        raise ValueError(f"There is no preset {name!r}; there are: {', '.join(shipped_names())}.")
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


@cache
def load_preset(name: str = "default") -> Preset:
    """The shipped preset of that name. Raises ValueError if there is none or it is faulty."""
    return read_preset(shipped_text(name))
