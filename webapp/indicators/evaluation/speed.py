"""`speed`: seconds and peak memory for N ratings, reference and officers, in a process of its own; lme4 beside it.

What is timed begins with the columns in memory and ends with every officer's figure and interval. Compiling, which is
done once and kept on disk, is told apart (`first_use`). lme4 fits the linear model with the same four groups of effects
to the same rows, where Rscript and lme4 are installed and N is at most --lme4-most.
"""

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from webapp.indicators.damping import weigh
from webapp.indicators.evaluation.attack import COMPONENT, good_officer
from webapp.indicators.evaluation.score import FactFile, readings_of, reference_of
from webapp.indicators.formula import fit_reference, score_component
from webapp.indicators.kernel.officers import usual_of
from webapp.indicators.kernel.streaming import points_table, stream, sums_of

OFFICER_RATINGS: Final = 200

_LME4: Final = """
suppressMessages(library(lme4))
n <- {rows}
column <- function(name) readBin(file.path("{folder}", name), "integer", n, size = 4)
facts <- data.frame(y = readBin(file.path("{folder}", "y"), "double", n, size = 4), w = column("w") / 4)
for (name in c("officer", "cell", "quarter", "unit")) facts[[name]] <- factor(column(name))
start <- proc.time()[["elapsed"]]
fit <- lmer(y ~ 1 + (1 | officer) + (1 | cell) + (1 | quarter) + (1 | unit), facts, weights = w)
cat(proc.time()[["elapsed"]] - start)
"""


def drawn(rows: int, officers: int, seed: int = 1) -> FactFile:
    """Ratings of a large city, quickly drawn: services, channels, quarters and units differ, and so do officers."""
    rng = np.random.default_rng(seed)
    officer = rng.integers(0, officers, rows, dtype=np.int32)
    unit = (officer % max(officers // 100, 5)).astype(np.int32)
    services = 40
    service = ((officer * 7 + rng.integers(0, 4, rows, dtype=np.int32)) % services).astype(np.int32)
    channel = rng.integers(0, 3, rows, dtype=np.int32)
    day = rng.integers(1, 365, rows, dtype=np.int32)
    level = 1.2 + rng.normal(0, 0.4, services)[service] + rng.normal(0, 0.3, officers)[officer]
    y = (rng.binomial(3, 1.0 / (1.0 + np.exp(-level))) / 3.0).astype(np.float32)
    return FactFile(
        fact=np.arange(rows, dtype=np.int64),
        officer=officer,
        share=np.ones(rows, dtype=np.float32),
        y=y,
        service=service,
        channel=channel,
        quarter=((day - 1) // 92).astype(np.int32),
        unit=unit,
        day=day,
        rater=rng.integers(0, max(rows // 3, 1), rows, dtype=np.int64),
        verified=rng.random(rows) < 0.8,
        names=np.arange(officers, dtype=np.int64),
    )


def measured(rows: int, threads: int) -> dict[str, Any]:
    """One run in this process."""
    start = time.perf_counter()
    small = drawn(2_000, 20)
    readings_of(small, reference_of(small, threads), threads)
    first_use = time.perf_counter() - start
    facts = drawn(rows, max(rows // OFFICER_RATINGS, 10))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, used = time.perf_counter(), time.process_time()
    reference = reference_of(facts, threads)
    fitted, used_fitting = time.perf_counter(), time.process_time() - used
    readings_of(facts, reference, threads)
    end, used_all = time.perf_counter(), time.process_time() - used
    return {
        "rows": rows,
        "officers": len(facts.names),
        "threads": threads,
        "seconds": round(end - start, 3),
        "seconds_reference": round(fitted - start, 3),
        "seconds_officers": round(end - fitted, 3),
        # of the processor, whatever else the machine does
        "processor_seconds": {"reference": round(used_fitting, 3), "officers": round(used_all - used_fitting, 3)},
        "rows_a_second": round(rows / (end - start)),
        "peak_memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3),
        "memory_of_data_gb": round(before / 2**20, 3),
        "first_use_seconds": round(first_use, 3),
    }


def streamed() -> dict[str, Any]:
    """What one new rating costs: of arithmetic alone, kept current from sums, and computed in full; and how far the
    former drifts from the latter within a week of an officer's ratings, damping left out until the next computation.
    """
    reference = fit_reference([], "prior").components[COMPONENT]
    usual = usual_of(reference.levels())
    officer = sorted(good_officer(), key=lambda fact: fact.id)
    chance = random.Random(7)
    coming = [
        replace(fact, id=f"rating:9{n:05d}", y=chance.choice((0.0, 1 / 3, 2 / 3, 1.0, 1.0)), rater=f"new{n}")
        for n, fact in enumerate(officer[:20])
    ]
    table = points_table(usual)
    read = weigh(officer, reference)
    y = np.array([fact.y for fact in officer])
    figures, weights = np.zeros(len(coming)), np.ones(len(coming))
    kinds = np.zeros(len(coming), dtype=np.int64)
    sums = sums_of(read.eta, np.ones(len(officer)), read.weights, y)
    stream(sums, kinds, weights, np.array([one.y for one in coming]), read.theta, reference.shrinkage, table, figures)
    full = [score_component([*officer, *coming[: n + 1]], reference).figure for n in range(len(coming))]
    many = 200_000
    sums = sums_of(read.eta + 1e-3 * (np.arange(len(officer)) % 20), np.ones(len(officer)), read.weights, y)
    kinds = np.arange(many, dtype=np.int64) % sums.weights.shape[1]
    values = np.array([chance.choice((0.0, 1 / 3, 2 / 3, 1.0)) for _ in range(many)])
    room = np.zeros(many)
    start = time.process_time()
    stream(sums, kinds, np.ones(many), values, read.theta, reference.shrinkage, table, room)
    each = (time.process_time() - start) / many
    start = time.process_time()
    for _ in range(50):
        score_component(officer, reference)
    return {
        "microseconds_of_arithmetic": round(1e6 * each, 3),
        "levels_of_the_officer": int(sums.weights.shape[1]),
        "milliseconds_in_full": round(1e3 * (time.process_time() - start) / 50, 3),
        "greatest_drift_in_points": round(float(np.max(np.abs(figures - full))), 6),
    }


def lme4_seconds(rows: int) -> float | None:
    """Seconds that lmer takes for the same rows; None where R or lme4 is not installed."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    if subprocess.run([rscript, "-e", "library(lme4)"], capture_output=True, check=False).returncode:
        return None
    facts = drawn(rows, max(rows // OFFICER_RATINGS, 10))
    with tempfile.TemporaryDirectory() as folder:
        columns = {
            "y": facts.y,
            "w": np.where(facts.verified, 4, 1),
            "officer": facts.officer,
            "cell": facts.service * 3 + facts.channel,
            "quarter": facts.service * 8 + facts.quarter,
            "unit": facts.unit,
        }
        for name, values in columns.items():
            values.astype(np.float32 if name == "y" else np.int32).tofile(Path(folder) / name)
        script = Path(folder) / "fit.R"
        script.write_text(_LME4.format(rows=rows, folder=folder))
        done = subprocess.run([rscript, str(script)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"lme4 failed: {done.stderr.strip()[-300:]}")
    return float(done.stdout.strip().split()[-1])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `speed`."""
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--lme4-most", type=int, default=1_000_000, help="larger ones are not given to lme4; 0: never")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Seconds and peak memory of a child process, and the ratio to lme4."""
    if arguments.facts < 1 or arguments.threads < 1:
        raise ValueError("--facts and --threads must be above 0.")
    if arguments.here:
        return measured(arguments.facts, arguments.threads)
    command = [sys.executable, "-m", "webapp.indicators.evaluate", "speed", "--here"]
    done = subprocess.run(
        [*command, "--facts", str(arguments.facts), "--threads", str(arguments.threads)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(f"The measured process failed: {done.stderr.strip()[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    found["one_new_rating"] = streamed()
    seconds = lme4_seconds(arguments.facts) if arguments.facts <= arguments.lme4_most else None
    if seconds is not None:
        found["lme4"] = {"seconds": seconds, "times_slower": round(seconds / found["seconds"], 1)}
    return found
