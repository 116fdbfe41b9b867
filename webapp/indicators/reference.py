"""The reference: what is usual in the city, against which an officer's facts are read. Frozen. Pure: numpy only.

    mu = logistic(b0 + b[service x channel] + b[service x quarter] + b[unit] + theta[officer])
    Var(y) = phi mu (1 - mu) / w

`fitting.py` learns it from many officers' facts; here is what it is, and how it is stored.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from webapp.indicators.facts import Cell, CellPart, Fact, Floats
from webapp.indicators.kernel.reference_columns import FAMILIES, Levels, Places

CELL_DEVIATION: Final = 0.5  # prior standard deviation of cell effects: services differ about as much as officers do
QUARTER_DEVIATION: Final = 0.1  # of a service from quarter to quarter
UNIT_DEVIATION: Final = 0.2  # of units


@dataclass(frozen=True, slots=True)
class ComponentReference:
    """One component's reference. Effects are on the logistic scale.

    `cells` holds (service x channel, effect, share of the city's case mix), the shares summing to 1; without any cell
    the case mix is the usual level alone. `quarters` holds ((service, period), effect, cases), `units` (unit, effect,
    cases): how the cases fell, by which quarters and units are averaged in the case mix.
    `deviations`: standard deviations of the effects of cells, quarters and units. `thetas`: (officer, effect) as
    fitted, the frozen offsets of who shares a fact. `doubt`: covariance of the errors of b0, cells, quarters and units
    in this order, its lower triangle row by row in little-endian float32; empty where nothing is known of it.
    `facts` and `officers` say from how many it was fitted.
    """

    component: str
    b0: float
    phi: float
    tau: float
    cells: tuple[tuple[Cell, float, float], ...] = ()
    facts: int = 0
    officers: int = 0
    quarters: tuple[tuple[tuple[CellPart, str], float, float], ...] = ()
    units: tuple[tuple[CellPart, float, float], ...] = ()
    deviations: tuple[float, float, float] = (CELL_DEVIATION, QUARTER_DEVIATION, UNIT_DEVIATION)
    thetas: tuple[tuple[str, float], ...] = ()
    doubt: bytes = field(default=b"", repr=False)
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.b0) and 0.0 < self.phi < math.inf and 0.0 < self.tau < math.inf):
            raise ValueError(f"The reference of {self.component} needs a finite level and phi and tau above 0.")
        if not all(math.isfinite(effect) and share >= 0.0 for _cell, effect, share in self.cells):
            raise ValueError(f"The reference of {self.component} has a cell with an impossible effect or share.")
        if self.cells and abs(math.fsum(share for _cell, _effect, share in self.cells) - 1.0) > 1e-9:
            raise ValueError(f"The case mix of {self.component} must sum to 1.")
        if not all(math.isfinite(effect) and cases >= 0.0 for _key, effect, cases in (*self.quarters, *self.units)):
            raise ValueError(f"The reference of {self.component} has an impossible effect of a quarter or unit.")
        if not all(math.isfinite(theta) for _officer, theta in self.thetas):
            raise ValueError(f"The reference of {self.component} has an officer with an impossible effect.")
        if self.doubt and len(self.doubt) != 2 * self._known * (self._known + 1):
            raise ValueError(f"The doubt of the reference of {self.component} does not fit its effects.")

    @property
    def _known(self) -> int:
        return 1 + len(self.cells) + len(self.quarters) + len(self.units)

    @property
    def shrinkage(self) -> float:
        """lambda = phi / tau^2: how much evidence outweighs the expectation."""
        return self.phi / (self.tau * self.tau)

    def effects(self) -> dict[Cell, float]:
        """Each cell's effect on the logistic scale."""
        return {cell: effect for cell, effect, _share in self.cells}

    def levels(self) -> Levels:
        """The arrays that the officer layer reads; kept, so asking again costs nothing."""
        if "levels" not in self._kept:
            self._kept["levels"] = _levels(self)
        levels: Levels = self._kept["levels"]
        return levels

    def places(self, facts: Sequence[Fact]) -> Places:
        """Where each fact's cell, quarter and unit stand in `levels().coefficients`: (n, 3)."""
        if "books" not in self._kept:
            self._kept["books"] = _books(self)
        cells, quarters, units, unknown = self._kept["books"]
        found = [
            (
                cells.get(fact.cell, unknown[0]),
                quarters.get((service_of(fact.cell), fact.quarter), unknown[1]),
                units.get(fact.unit, unknown[2]),
            )
            for fact in facts
        ]
        return np.array(found, dtype=np.int32).reshape(len(found), FAMILIES)

    def theta_of(self, officer: str) -> float:
        """The frozen effect of an officer, 0 for one who was not there when the reference was fitted."""
        if "thetas" not in self._kept:
            self._kept["thetas"] = dict(self.thetas)
        theta: float = self._kept["thetas"].get(officer, 0.0)
        return theta


def service_of(cell: Cell) -> CellPart:
    """The service of a cell: its first part, or the cell itself where it is no tuple."""
    return cell[0] if isinstance(cell, tuple) and cell else None if isinstance(cell, tuple) else cell


def _books(
    reference: ComponentReference,
) -> tuple[dict[Cell, int], dict[tuple[CellPart, str], int], dict[CellPart, int], tuple[int, int, int]]:
    first_quarter = 1 + len(reference.cells)
    first_unit = first_quarter + len(reference.quarters)
    unknown = first_unit + len(reference.units)
    return (
        {cell: 1 + number for number, (cell, _effect, _share) in enumerate(reference.cells)},
        {key: first_quarter + number for number, (key, _effect, _cases) in enumerate(reference.quarters)},
        {unit: first_unit + number for number, (unit, _effect, _cases) in enumerate(reference.units)},
        (unknown, unknown + 1, unknown + 2),
    )


def _levels(reference: ComponentReference) -> Levels:
    known = reference._known
    coefficients = np.array(
        [
            reference.b0,
            *(effect for _cell, effect, _share in reference.cells),
            *(effect for _key, effect, _cases in (*reference.quarters, *reference.units)),
            *(0.0,) * FAMILIES,
        ],
        dtype=np.float64,
    )
    covariance = np.zeros((known + FAMILIES, known + FAMILIES))
    if reference.doubt:
        below = np.tril_indices(known)
        covariance[below] = np.frombuffer(reference.doubt, dtype="<f4")
        covariance[below[1], below[0]] = covariance[below]
        covariance[range(known, known + FAMILIES), range(known, known + FAMILIES)] = np.square(reference.deviations)
    mix, shares = mix_rows(reference)
    return Levels(coefficients, covariance, reference.phi, reference.tau, mix, shares)


def mix_rows(reference: ComponentReference) -> tuple[Floats, Floats]:
    """Design rows of the case mix, one a cell, and their shares: `Levels.mix`, `Levels.mix_share`.

    A cell is read at the mean of its service's quarters and of all units, as the cases fell.
    """
    cells, quarters, units = reference.cells, reference.quarters, reference.units
    rows = np.zeros((max(len(cells), 1), reference._known + FAMILIES))
    rows[:, 0] = 1.0
    of_service: dict[CellPart, list[tuple[int, float]]] = {}
    for place, ((service, _period), _effect, cases) in enumerate(quarters, 1 + len(cells)):
        of_service.setdefault(service, []).append((place, cases))
    all_units = [(place, cases) for place, (_unit, _effect, cases) in enumerate(units, 1 + len(cells) + len(quarters))]
    for number, (cell, _effect, _share) in enumerate(cells):
        rows[number, 1 + number] = 1.0
        for averaged in (of_service.get(service_of(cell), []), all_units):
            total = math.fsum(cases for _place, cases in averaged)
            for place, cases in averaged:
                rows[number, place] = cases / total if total > 0.0 else 0.0
    return rows, np.array([share for _cell, _effect, share in cells] or [1.0], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Reference:
    """All components' references under one version. Frozen: a new fit is a new version.

    `covariances`: ((component, component), T) of components that move together between officers, T on the logistic
    scale squared.
    """

    version: str
    components: Mapping[str, ComponentReference]
    covariances: tuple[tuple[tuple[str, str], float], ...] = ()

    def __post_init__(self) -> None:
        if not self.version:
            raise ValueError("A reference needs a version.")
        object.__setattr__(self, "components", MappingProxyType(dict(sorted(self.components.items()))))
        for (one, other), value in self.covariances:
            if not one < other or not math.isfinite(value):
                raise ValueError(f"The covariance of {one} and {other} is impossible or named in the wrong order.")

    def covariance_between(self, one: str, other: str) -> float:
        """T_kl: covariance between officers of their effects in two components; 0 where nothing is known of it."""
        return dict(self.covariances).get((min(one, other), max(one, other)), 0.0)

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON; Python writes and reads floats without loss, so `from_json` gives the same bits.

        Without the doubt, which is large: `doubt_bytes` gives it.
        """
        return {
            "version": self.version,
            "components": [_component_to_json(item) for item in self.components.values()],
            "covariances": [[*pair, value] for pair, value in self.covariances],
        }

    def doubt_bytes(self) -> bytes:
        """The doubt of all components, in the order of their names."""
        return b"".join(item.doubt for item in self.components.values())

    @classmethod
    def from_json(cls, data: Mapping[str, Any], doubt: bytes | None = None) -> "Reference":
        """The reference that `to_json` and `doubt_bytes` wrote; with `doubt` None its doubt is not known.

        Raises ValueError where something is missing or impossible.
        """
        try:
            components = []
            for item in data["components"]:
                size = int(item.get("doubt", 0))
                components.append(_component_from_json(item, b"" if doubt is None else doubt[:size]))
                doubt = doubt[size:] if doubt is not None else None
            if doubt:
                raise ValueError("The stored doubt is longer than its reference says.")
            covariances = tuple(((one, other), float(value)) for one, other, value in data.get("covariances", ()))
            return cls(data["version"], {item.component: item for item in components}, covariances)
        except (KeyError, TypeError) as error:
            raise ValueError(f"This is no stored reference: {error!r} is missing or of the wrong kind.") from error


def _component_to_json(item: ComponentReference) -> dict[str, Any]:
    return {
        "component": item.component,
        "b0": item.b0,
        "phi": item.phi,
        "tau": item.tau,
        "cells": [[_cell_to_json(cell), effect, share] for cell, effect, share in item.cells],
        "facts": item.facts,
        "officers": item.officers,
        "quarters": [[service, period, effect, cases] for (service, period), effect, cases in item.quarters],
        "units": [[unit, effect, cases] for unit, effect, cases in item.units],
        "deviations": list(item.deviations),
        "thetas": [[officer, theta] for officer, theta in item.thetas],
        "doubt": len(item.doubt),
    }


def _cell_to_json(cell: Cell) -> object:
    return list(cell) if isinstance(cell, tuple) else cell


def _component_from_json(item: Mapping[str, Any], doubt: bytes) -> ComponentReference:
    quarters, units, thetas = (item.get(key, ()) for key in ("quarters", "units", "thetas"))
    cell, quarter, unit = item.get("deviations", (CELL_DEVIATION, QUARTER_DEVIATION, UNIT_DEVIATION))
    return ComponentReference(
        component=item["component"],
        b0=float(item["b0"]),
        phi=float(item["phi"]),
        tau=float(item["tau"]),
        cells=tuple(
            (tuple(cell) if isinstance(cell, list) else cell, float(effect), float(share))
            for cell, effect, share in item["cells"]
        ),
        facts=int(item["facts"]),
        officers=int(item["officers"]),
        quarters=tuple(((service, period), float(effect), float(cases)) for service, period, effect, cases in quarters),
        units=tuple((unit, float(effect), float(cases)) for unit, effect, cases in units),
        deviations=(float(cell), float(quarter), float(unit)),
        thetas=tuple((officer, float(theta)) for officer, theta in thetas),
        doubt=doubt,
    )
