"""The simulated city: small here; its figures at full size are in docs/decisions/0015-attribution.md."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from webapp.attribution.evaluation.officers import add_arguments, run
from webapp.attribution.evaluation.simulated_city import City


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(["--seed", "5", "--visits", "1200"]))


def test_nobody_is_charged_without_evidence_and_few_wrongly(figures: dict[str, Any]) -> None:
    for part in (figures, figures["before_late_records"], figures["with_stated_strengths"]):
        assert part["charged_without_evidence"] == 0
        assert part["charged"] > part["charged_without_receipt"] > 0
        assert part["charged_wrong"] <= 0.03, "of so few visits one or two are chance"
    assert figures["accuracy"] > 0.9


def test_late_records_charge_more_and_nothing_flips_back(figures: dict[str, Any]) -> None:
    assert figures["charged"] >= figures["before_late_records"]["charged"]
    assert figures["moved_by_judging_once_more"] == 0
    assert {"ece", "unknown", "left_to_unit", "to_triage"} <= set(figures)


def test_the_same_seed_is_the_same_city() -> None:
    first, second = City(3, 1000), City(3, 1000)
    assert [first.state(visit) for visit in first.told[:20]] == [second.state(visit) for visit in second.told[:20]]


def test_too_few_visits_are_refused() -> None:
    with pytest.raises(ValueError, match="1,000"):
        run(argparse.Namespace(seed=1, visits=10, thresholds=False))
