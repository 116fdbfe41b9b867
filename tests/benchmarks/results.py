"""What a benchmark found, as it is printed: JSON for programs, a table for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. `baseline` is what it is compared with in the same run, `ratio` is value / baseline.

    `target` is in words ("<= 15"), and `holds` says whether the figure keeps it; both None where nothing was promised.
    """

    bench: str
    figure: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None
    target: str | None = None
    holds: bool | None = None

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))


def measured(
    bench: str,
    figure: str,
    value: float,
    unit: str,
    *,
    most: float | None = None,
    least: float | None = None,
    least_ratio: float | None = None,
    baseline: float | None = None,
) -> Result:
    """A figure held against its target: at most `most`, at least `least`, or `least_ratio` times the baseline."""
    ratio = None if not baseline else value / baseline
    target = holds = None
    if most is not None:
        target, holds = f"<= {most:g} {unit}", value <= most
    elif least is not None:
        target, holds = f">= {least:g} {unit}", value >= least
    elif least_ratio is not None:
        assert ratio is not None
        target, holds = f">= {least_ratio:g} of the baseline", ratio >= least_ratio
    return Result(
        bench,
        figure,
        round(value, 4),
        unit,
        None if baseline is None else round(baseline, 4),
        None if ratio is None else round(ratio, 4),
        target,
        holds,
    )


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def as_table(results: Sequence[Result]) -> Table:
    """The results for people."""
    from rich.table import Table

    table = Table(title="Tanggap: benchmarks")
    for name in ("bench", "figure"):
        table.add_column(name)
    for name in ("value", "baseline", "ratio"):
        table.add_column(name, justify="right")
    table.add_column("target")
    table.add_column("holds")
    for one in results:
        table.add_row(
            one.bench,
            one.figure,
            f"{one.value:,.4g} {one.unit}",
            "" if one.baseline is None else f"{one.baseline:,.4g}",
            "" if one.ratio is None else f"{one.ratio:.3f}",
            one.target or "",
            "" if one.holds is None else "[green]yes[/]" if one.holds else "[red]no[/]",
        )
    return table
