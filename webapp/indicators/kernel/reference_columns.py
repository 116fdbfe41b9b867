"""The frozen reference as plain arrays, the way the officer layer reads it. Pure: numpy only.

The usual level of a fact, on the logistic scale, is a sum of four coefficients,

    eta_i = b0 + b[service x channel] + b[service x quarter] + b[unit]

kept in ONE vector, so that a fact is three whole numbers: the places of its cell, its quarter and its unit.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.facts import Floats

Places = NDArray[np.int32]

FAMILIES: Final = 3
"""Cell (service x channel), quarter (service x quarter) and unit, in this order."""

_PORTION: Final = 1 << 16  # facts that are looked up at once


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """What the officer layer needs of one component's reference. m coefficients, k rows of the city's case mix.

    `coefficients` (m): [0] is b0, then known cells, known quarters, known units, and in the last three places the cell,
    quarter and unit that the reference does not know, 0 each. `covariance` (m, m): of the errors of the coefficients,
    logistic scale squared, phi already in it; the unknown ones have their family's variance. All zeros where the
    reference knows nothing of its doubt. `phi`: Var(y) = phi mu (1 - mu) / w. `tau`: deviation between officers.
    `mix` (k, m): design row of each part of the case mix, so that its eta is mix @ coefficients; `mix_share` (k) sums
    to 1.

    Interval of an officer: with D = H + lambda (H = sum w p^2 V), h = sum w p V x over his facts (x the design row, 1
    at four places; w as damped), v = sum_k share V_k and c = sum_k share V_k mix_k at his theta (V = mu (1 - mu)),

        PEV(theta)  = phi / D + h' covariance h / D^2
        Var(points) = 75^2 (v^2 phi / D + (v h / D - c)' covariance (v h / D - c))

    where the second also has the doubt of the level against which points are read.
    """

    coefficients: Floats
    covariance: Floats
    phi: float
    tau: float
    mix: Floats
    mix_share: Floats

    @property
    def shrinkage(self) -> float:
        """lambda = phi / tau^2."""
        return self.phi / (self.tau * self.tau)

    @property
    def unknown(self) -> tuple[int, int, int]:
        """The places of a cell, quarter and unit that the reference does not know."""
        count = len(self.coefficients)
        return count - 3, count - 2, count - 1

    def eta(self, places: Places) -> Floats:
        """Usual level of each fact; `places` (n, 3) as `Codebook.places` or `ComponentReference.places` give them."""
        c = self.coefficients
        levels: Floats = ((c[0] + c[places[:, 0]]) + c[places[:, 1]]) + c[places[:, 2]]
        return levels

    @property
    def mix_eta(self) -> Floats:
        """Usual level of each part of the case mix (k)."""
        levels: Floats = self.mix @ self.coefficients
        return levels


@dataclass(frozen=True, slots=True, eq=False)
class Codebook:
    """Where whole-number codes (0, 1, 2 ...) of a column file stand in `Levels.coefficients`.

    `cells` (services, channels), `quarters` (services, quarters), `units` (units): places; unknown ones point at the
    last three.
    """

    cells: Places
    quarters: Places
    units: Places

    def places(self, service: Places, channel: Places, quarter: Places, unit: Places, threads: int = 1) -> Places:
        """(n, 3) places. Raises IndexError for a code beyond those that were fitted."""
        found = np.empty((len(service), FAMILIES), dtype=np.int32)

        def look_up(first: int) -> None:
            own = slice(first, first + _PORTION)
            found[own, 0] = self.cells[service[own], channel[own]]
            found[own, 1] = self.quarters[service[own], quarter[own]]
            found[own, 2] = self.units[unit[own]]

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(look_up, range(0, len(service), _PORTION)))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class ColumnReference:
    """A reference fitted to columns. `theta` (officers): the officers' frozen effects, offsets of co-candidates."""

    levels: Levels
    codebook: Codebook
    theta: Floats
