"""`speed`: seconds and peak memory for N ratings, reference and officers, in a process of its own; lme4 beside it.

What is timed begins with the columns in memory and ends with every officer's figure and interval. Compiling, which is
done once and kept on disk, is told apart (`first_use`). lme4 fits the linear model with the same four groups of effects
to the same rows, where Rscript and lme4 are installed and N is at most --lme4-most.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from webapp.indicators.evaluation.score import FactFile, readings_of, reference_of

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
    readings_of(small, reference_of(small), threads)
    first_use = time.perf_counter() - start
    facts = drawn(rows, max(rows // OFFICER_RATINGS, 10))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, used = time.perf_counter(), time.process_time()
    reference = reference_of(facts)
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
    seconds = lme4_seconds(arguments.facts) if arguments.facts <= arguments.lme4_most else None
    if seconds is not None:
        found["lme4"] = {"seconds": seconds, "times_slower": round(seconds / found["seconds"], 1)}
    return found
