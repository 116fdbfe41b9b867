"""Presets: which components make up an officer's figure, their weights, and what is expected before there is data.

A preset is a TOML file beside this module; default.toml explains each key. Pure apart from reading that file.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from webapp.indicators.priors import Prior

FOLDER: Final = Path(__file__).parent
PERIODS: Final = ("month", "quarter", "half-year", "year")


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
class Preset:
    """A preset: weights and priors by component. The weights sum to 1."""

    name: str
    version: str
    period: str
    weights: Mapping[str, float]
    priors: Mapping[str, Prior]
    thresholds: Thresholds = Thresholds()

    def __post_init__(self) -> None:
        if not self.name or not self.version:
            raise ValueError("A preset needs a name and a version.")
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


def read_preset(text: str) -> Preset:
    """A preset from TOML text. Raises ValueError with a sentence for anything missing, unknown or impossible."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"The preset is no valid TOML: {error}.") from error
    if unknown := set(data) - {"name", "version", "period", "reliability", "components"}:
        raise ValueError(f"The preset has unknown keys: {', '.join(sorted(unknown))}.")
    texts = {key: data.get(key) for key in ("name", "version", "period")}
    for key, value in texts.items():
        if not isinstance(value, str) or not value:
            raise ValueError(f"The preset needs a text as {key}, not {value!r}.")
    where = f"Preset {texts['name']}"
    reliability = _table(where, data, "reliability", {"provisional_from", "sufficient_from"})
    components = data.get("components")
    if not isinstance(components, dict):
        raise ValueError(f"{where} needs tables [components.NAME].")
    weights: dict[str, float] = {}
    priors: dict[str, Prior] = {}
    for name in components:
        table = _table(where, components, name, {"weight", "expectation", "phi", "tau"})
        place = f"{where}, component {name},"
        weights[name] = _number(place, table, "weight")
        priors[name] = Prior(*(_number(place, table, key) for key in ("expectation", "phi", "tau")))
    return Preset(
        name=str(texts["name"]),
        version=str(texts["version"]),
        period=str(texts["period"]),
        weights=weights,
        priors=priors,
        thresholds=Thresholds(
            _number(where, reliability, "provisional_from"), _number(where, reliability, "sufficient_from")
        ),
    )


@cache
def load_preset(name: str = "default") -> Preset:
    """The shipped preset of that name. Raises ValueError if there is none or it is faulty."""
    path = FOLDER / f"{name}.toml"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise ValueError(f"There is no preset {name!r}; there are: {known}.")
    return read_preset(path.read_text(encoding="utf-8"))
