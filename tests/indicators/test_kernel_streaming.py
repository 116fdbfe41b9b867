"""A figure kept current from sums is the one computed in full, as long as nothing is damped; and where code is kept."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from webapp.indicators.damping import weigh
from webapp.indicators.evaluation.attack import COMPONENT, FIRST_DAY, good_officer
from webapp.indicators.formula import fit_reference, score_component
from webapp.indicators.kernel import compiling
from webapp.indicators.kernel.officers import usual_of
from webapp.indicators.kernel.streaming import points_table, stream, sums_of, take_in

REFERENCE = fit_reference([], "prior").components[COMPONENT]


def test_a_stream_gives_what_the_whole_gives() -> None:
    officer = sorted(good_officer(), key=lambda fact: fact.id)
    coming = [
        replace(fact, id=f"rating:new{n}", y=n % 4 / 3, rater=f"new{n}", day=FIRST_DAY + timedelta(days=3 * n))
        for n, fact in enumerate(officer[:12])
    ]
    read = weigh(officer, REFERENCE)
    sums = sums_of(read.eta, np.ones(len(officer)), read.weights, np.array([fact.y for fact in officer]))
    figures = np.zeros(len(coming))
    answers = np.array([fact.y for fact in coming])
    kinds, weights = np.zeros(len(coming), dtype=np.int64), np.ones(len(coming))
    table = points_table(usual_of(REFERENCE.levels()))
    last = stream(sums, kinds, weights, answers, read.theta, REFERENCE.shrinkage, table, figures)
    for n, figure in enumerate(figures.tolist()):
        assert figure == pytest.approx(score_component([*officer, *coming[: n + 1]], REFERENCE).figure, abs=1e-6)
    before = sums_of(read.eta, np.ones(len(officer)), read.weights, np.array([fact.y for fact in officer]))
    for fact in coming:
        last = take_in(sums, 0, -1.0, fact.y, last, REFERENCE.shrinkage)
    assert last == pytest.approx(read.theta, abs=1e-8)
    assert np.abs(sums.weights - before.weights).max() <= len(coming)


def test_compiled_code_is_kept_where_it_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("HOME", raising=False)
    kept = compiling._cache_folder()
    assert kept is not None
    assert kept.parent == tmp_path
    no_folder = tmp_path / "a file"
    no_folder.write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(no_folder))
    assert compiling._cache_folder() is None, "each process compiles for itself, and nothing crashes"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert compiling._cache_folder() == tmp_path / "home/.cache/tanggap" / kept.name
