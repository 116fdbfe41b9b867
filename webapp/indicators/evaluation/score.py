"""`score`: every officer of a Parquet file of facts, read against the reference that the same facts teach.

One row a fact and candidate: fact (whole number), officer, share (0 to 1), y (0 to 1), service, channel, quarter, unit,
day (whole numbers, any codes; day 1 begins a week), rater (whole number, null if unknown), verified. `events`, how many
cases a fact sums up, may be there too. A file of officers comes out: officer, points, low, high, reliability, status,
facts.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from webapp.indicators.evaluation.sizes import at_least
from webapp.indicators.facts import Floats
from webapp.indicators.fitting import assumptions
from webapp.indicators.kernel.arranging import NO_DAY, NO_RATER
from webapp.indicators.kernel.columns import FactColumns, OfficerReadings, offsets_of_others, read_columns
from webapp.indicators.kernel.learning import fit_columns
from webapp.indicators.kernel.reference_columns import ColumnReference
from webapp.indicators.presets import Thresholds, load_preset

NORMAL_95: Final = 1.96
LOWEST, HIGHEST = 25.0, 100.0

_CODES: Final = ("service", "channel", "quarter", "unit")
_COLUMNS: Final = {
    "fact": pl.Int64,
    "officer": pl.Int64,
    "share": pl.Float32,
    "y": pl.Float32,
    **dict.fromkeys(_CODES, pl.Int64),
    "day": pl.Int64,
    "rater": pl.Int64,
    "verified": pl.Boolean,
}
_MAY_BE_UNKNOWN: Final = ("day", "rater")
_KINDS: Final[dict[Any, Callable[[pl.DataType], bool]]] = {
    pl.Int64: lambda kind: kind.is_integer(),
    pl.Float32: lambda kind: kind.is_float() or kind.is_integer(),
    pl.Boolean: lambda kind: kind == pl.Boolean,
}
_KIND_WORDS: Final[dict[Any, str]] = {
    pl.Int64: "whole numbers",
    pl.Float32: "numbers",
    pl.Boolean: "true or false",
}
ROUNDING: Final = 1e-6
"""By so much the shares of one fact may sum above 1: they are stored in 32 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class FactFile:
    """The columns of a file. `names` (officers): the number that the file gives each; the codes are counted from 0."""

    fact: NDArray[np.int64]
    officer: NDArray[np.int32]
    share: NDArray[np.float32]
    y: NDArray[np.float32]
    service: NDArray[np.int32]
    channel: NDArray[np.int32]
    quarter: NDArray[np.int32]
    unit: NDArray[np.int32]
    day: NDArray[np.int32]
    rater: NDArray[np.int64]
    verified: NDArray[np.bool_]
    names: NDArray[np.int64]
    events: Floats | None = None


def _dense(values: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Codes from 0 in the order of the values, and the values."""
    least, most = (int(values.min()), int(values.max())) if len(values) else (0, -1)
    if most - least < max(4 * len(values), 1024):
        shifted = values - least
        present = np.zeros(most - least + 1, dtype=np.bool_)
        present[shifted] = True
        found = np.flatnonzero(present)
        if len(found) == len(present):
            return shifted.astype(np.int32, copy=False), found.astype(np.int64) + least
        number = np.zeros(len(present), dtype=np.int32)
        number[found] = np.arange(len(found), dtype=np.int32)
        return number[shifted], found.astype(np.int64) + least
    names, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int32), names.astype(np.int64)


def read_facts(path: Path) -> FactFile:
    """The facts of a Parquet file. Raises ValueError with a sentence for what is missing, empty or out of range."""
    try:
        schema = pl.read_parquet_schema(path)
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{path} is no Parquet file that can be read: {error}") from error
    if missing := sorted(set(_COLUMNS) - set(schema)):
        raise ValueError(f"{path} lacks the columns {', '.join(missing)}.")
    columns: dict[str, NDArray[Any]] = {}
    for name, kind in _COLUMNS.items():
        # one column at a time: two copies of the whole file would double the memory
        values = pl.read_parquet(path, columns=[name]).to_series()
        if name in _MAY_BE_UNKNOWN:
            values = values.fill_null(NO_RATER if name == "rater" else NO_DAY)
        if values.null_count():
            raise ValueError(f"{path}: {name} must not be empty.")
        if not len(values):
            raise ValueError(f"{path} has no rows.")
        if not _KINDS[kind](values.dtype):
            raise ValueError(f"{path}: {name} must be {_KIND_WORDS[kind]}, not {values.dtype}.")
        wide = kind == pl.Int64 and name not in ("fact", "rater") and values.dtype.is_(pl.Int32)
        try:
            columns[name] = (values if wide else values.cast(kind)).rechunk().to_numpy()
        except pl.exceptions.PolarsError as error:
            raise ValueError(f"{path}: {name} has numbers that are too large.") from error
        del values
    for name, low in (("share", 0.0), ("y", 0.0)):
        values_ = columns[name]
        if len(values_) and not (float(values_.min()) >= low and float(values_.max()) <= 1.0):
            raise ValueError(f"{path}: {name} must be from 0 to 1.")
    if len(columns["share"]) and float(columns["share"].min()) <= 0.0:
        raise ValueError(f"{path}: share must be above 0.")
    if len(columns["fact"]) >= 2**31 - 1:
        raise ValueError(f"{path} has more than {2**31 - 2:,} rows.")
    events = None
    if "events" in schema:
        counted = pl.read_parquet(path, columns=["events"]).to_series()
        if not _KINDS[pl.Float32](counted.dtype):
            raise ValueError(f"{path}: events must be numbers, not {counted.dtype}.")
        events = counted.cast(pl.Float64).to_numpy()
        if len(events) and not (np.isfinite(events).all() and float(events.min()) > 0.0):
            raise ValueError(f"{path}: events must be above 0.")
    if columns["day"].max() >= 2**31 or columns["day"].min() < -(2**31):
        raise ValueError(f"{path}: day has numbers that are too large.")
    fact, who = columns["fact"], columns["officer"]
    if len(fact) and not bool(np.all((fact[1:] > fact[:-1]) | ((fact[1:] == fact[:-1]) & (who[1:] > who[:-1])))):
        order = np.lexsort((who, fact))  # law 4: the same facts in any order of rows give the same digits
        columns = {name: values[order] for name, values in columns.items()}
        events = None if events is None else events[order]
    _check_candidates(path, columns)
    for name in _CODES:
        columns[name] = _dense(columns[name])[0]
    officer, names = _dense(columns["officer"])
    columns["officer"] = officer
    columns["day"] = columns["day"].astype(np.int32, copy=False)
    return FactFile(**columns, names=names, events=events)


def _check_candidates(path: Path, columns: dict[str, NDArray[Any]]) -> None:
    """The rows of one fact, which lie together: one result, shares of one whole."""
    fact, y, share = columns["fact"], columns["y"], columns["share"]
    same = np.flatnonzero(fact[1:] == fact[:-1])
    if not len(same):
        return
    if len(other := same[y[same + 1] != y[same]]):
        raise ValueError(f"{path}: fact {fact[other[0]]} has candidates with different y.")
    first = np.flatnonzero(np.concatenate(([True], fact[1:] != fact[:-1])))
    total = np.add.reduceat(share, first, dtype=np.float64)
    if len(above := np.flatnonzero(total > 1.0 + ROUNDING)):
        raise ValueError(f"{path}: the shares of fact {fact[first[above[0]]]} sum to {total[above[0]]:.6g}, above 1.")


def reference_of(facts: FactFile, threads: int = 1) -> ColumnReference:
    """The reference that these facts teach."""
    return fit_columns(
        facts.officer,
        facts.share,
        facts.y,
        facts.service,
        facts.channel,
        facts.quarter,
        facts.unit,
        facts.day,
        facts.rater,
        facts.verified,
        assumptions(load_preset().priors["satisfaction"], len(facts.names), bounded=False),
        facts.events,
        threads,
    )


def readings_of(facts: FactFile, reference: ColumnReference, threads: int = 1) -> OfficerReadings:
    """All officers on the frozen reference; co-candidates stand in each other's level as it found them."""
    theta = np.zeros(len(facts.names))
    theta[: len(reference.theta)] = reference.theta
    return read_columns(
        FactColumns(
            fact=facts.fact,
            officer=facts.officer,
            share=facts.share,
            y=facts.y,
            verified=facts.verified,
            place=reference.codebook.places(facts.service, facts.channel, facts.quarter, facts.unit, threads),
            quarter=facts.quarter,
            day=facts.day,
            rater=facts.rater,
            officers=len(facts.names),
            events=facts.events,
            offset=offsets_of_others(facts.fact, facts.share, facts.officer, theta),
        ),
        reference.levels,
        threads,
    )


def scores_of(facts: FactFile, reference: ColumnReference, threads: int = 1) -> pl.DataFrame:
    """The scores as a table, by officer."""
    readings = readings_of(facts, reference, threads)
    tau = reference.levels.tau
    thresholds = load_preset().thresholds
    reliability = np.clip(1.0 - readings.error / (tau * tau), 0.0, 1.0)
    half = NORMAL_95 * np.sqrt(readings.variance)
    return pl.DataFrame(
        {
            "officer": facts.names,
            "points": readings.figure,
            "low": np.maximum(readings.figure - half, LOWEST),
            "high": np.minimum(readings.figure + half, HIGHEST),
            "reliability": reliability,
            "status": _statuses(reliability, thresholds),
            "facts": readings.facts,
        },
        schema_overrides={"officer": pl.Int32 if _fits(facts.names) else pl.Int64},
    )


def _statuses(reliability: Floats, thresholds: Thresholds) -> list[str]:
    return [thresholds.status(value) for value in reliability.tolist()]


def _fits(names: NDArray[np.int64]) -> bool:
    return not len(names) or (int(names.min()) >= -(2**31) and int(names.max()) < 2**31)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `score`."""
    parser.add_argument("--facts", type=Path, required=True, help="Parquet file, one row a fact and candidate")
    parser.add_argument("--out", type=Path, required=True, help="Parquet file of officers to write")
    parser.add_argument("--threads", type=int, default=2)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Score the file; what was done and how long it took."""
    start = time.perf_counter()
    at_least("--threads", arguments.threads, 1)
    facts = read_facts(arguments.facts)
    read = time.perf_counter()
    reference = reference_of(facts, arguments.threads)
    fitted = time.perf_counter()
    scores = scores_of(facts, reference, arguments.threads)
    scores.write_parquet(arguments.out)
    end = time.perf_counter()
    return {
        "rows": len(facts.fact),
        "officers": len(facts.names),
        "phi": reference.levels.phi,
        "tau": reference.levels.tau,
        "seconds": {
            "reading": round(read - start, 3),
            "reference": round(fitted - read, 3),
            "officers": round(end - fitted, 3),
        },
        "out": str(arguments.out),
    }
