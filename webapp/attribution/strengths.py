"""How far each kind of evidence is right: stated beforehand in strengths.toml, learned from confirmed cases. Pure."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

STATED_VERSION = "stated-1"
_FILE = Path(__file__).with_name("strengths.toml")
_ROUNDS = 60
#: Nothing that people tell is more certain than this, however often it was right, nor worth less.
_MOST, _LEAST = 0.995, 0.02


class UnreadableStrengths(ValueError):
    """What was stored is no strengths of this product."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """`unit` and `officer`: by kind of evidence, 0 to 1. The rest as strengths.toml explains it."""

    version: str
    unit: Mapping[str, float]
    officer: Mapping[str, float]
    weighs: Mapping[str, float]
    units_beside: int
    officers_beside: int
    unit_dependent: float
    officer_dependent: float
    least_unit_share: float
    least_charged_share: float
    charge_slack: float
    slack: float

    def to_bytes(self) -> bytes:
        """As JSON, for storing."""
        content = {
            "version": self.version,
            "unit": dict(self.unit),
            "officer": dict(self.officer),
            "unit_dependent": self.unit_dependent,
            "officer_dependent": self.officer_dependent,
        }
        return json.dumps(content, sort_keys=True).encode()


@dataclass(frozen=True, slots=True)
class Observed:
    """One piece of evidence in a confirmed case: what part of it spoke for the truth, and among how many."""

    kind: str
    level: str  # "unit" or "officer"
    part: float
    beside: int


@cache
def stated_strengths() -> Strengths:
    """What is assumed before anything is confirmed."""
    content = tomllib.loads(_FILE.read_text("utf-8"))
    kinds: dict[str, dict[str, float]] = content.pop("strength")
    return Strengths(
        version=STATED_VERSION,
        unit={kind: of["unit"] for kind, of in kinds.items()},
        officer={kind: of["officer"] for kind, of in kinds.items() if "officer" in of},
        weighs={kind: float(of["weighs"]) for kind, of in kinds.items()},
        **content,
    )


def read_strengths(content: bytes) -> Strengths:
    """What `to_bytes` wrote; kinds that it does not know are as stated. Raises UnreadableStrengths."""
    stated = stated_strengths()
    try:
        read: Any = json.loads(content)
        levels = [
            {**known, **_checked(read[name])} for name, known in (("unit", stated.unit), ("officer", stated.officer))
        ]
        dependent = [float(read[name]) for name in ("unit_dependent", "officer_dependent")]
        if not all(0 <= exponent <= 1 for exponent in dependent):
            raise ValueError("an exponent lies between 0 and 1")
        return replace(
            stated,
            version=str(read["version"]),
            unit=levels[0],
            officer=levels[1],
            unit_dependent=dependent[0],
            officer_dependent=dependent[1],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableStrengths(str(error)) from error


def _checked(read: Mapping[str, Any]) -> dict[str, float]:
    values = {str(kind): float(value) for kind, value in read.items()}
    if not all(math.isfinite(value) and 0 < value < 1 for value in values.values()):
        raise ValueError("a strength lies between 0 and 1")
    return values


def learn(observed: Sequence[Observed], version: str) -> Strengths:
    """Strengths from confirmed cases: the likeliest under the stated ones as prior (Beta), by expectation-maximisation.

    A piece of evidence is right with its strength, and then points at the truth with its part; else the truth is one of
    `beside` others.
    """
    stated = stated_strengths()
    learned: dict[str, dict[str, float]] = {"unit": dict(stated.unit), "officer": dict(stated.officer)}
    for level, known in learned.items():
        for kind in known:
            cases = [(one.part, one.beside) for one in observed if one.kind == kind and one.level == level]
            known[kind] = _learned(cases, known[kind], stated.weighs[kind])
    return replace(stated, version=version, unit=learned["unit"], officer=learned["officer"])


def _learned(cases: Sequence[tuple[float, int]], stated: float, weighs: float) -> float:
    strength = stated
    for _ in range(_ROUNDS):
        right = sum(
            strength * part / (strength * part + (1 - strength) * (1 - part) / beside) for part, beside in cases if part
        )
        strength = min(_MOST, max(_LEAST, (stated * weighs + right) / (weighs + len(cases))))
    return strength
