"""A score as it is stored for showing: components, groups of lines, weekly trend, what counted less. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from webapp.indicators.formula import Fact, OfficerScore, Preset, Reference, score_officer
from webapp.indicators.line_groups import group_lines
from webapp.indicators.periods import weeks_until


def snapshot_content(
    facts: Sequence[Fact], reference: Reference, preset: Preset, period: str, until: date
) -> tuple[OfficerScore, dict[str, Any]]:
    """The score of one officer from all facts of a quarter, and what pages show of it.

    Points are on the scale of 25 to 100; the points of `groups` sum to figure - expected. `trend` has the figure as it
    was at the end of each week up to `until`, from the facts up to then (facts without a day count from the start).
    """
    score = score_officer(facts, reference, preset)
    reasons = Counter(reason for line in score.lines for reason in line.reasons)
    content: dict[str, Any] = {
        "components": [
            {
                "name": name,
                "figure": part.figure,
                "low": part.low,
                "high": part.high,
                "expected": part.expected,
                "weight": preset.weights[name],
                "reliability": part.reliability,
                "status": part.status,
                "facts": part.facts,
            }
            for name, part in score.components.items()
        ],
        "groups": [
            {
                "component": group.component,
                "kind": group.kind,
                "shown": group.shown,
                "since": group.first_day.isoformat() if group.first_day else None,
                "until": group.last_day.isoformat() if group.last_day else None,
                "facts": group.facts,
                "sources": [list(source) for source in group.sources],
                "points": group.points,
            }
            for group in group_lines(score.lines, facts)
        ],
        "trend": [],
        "not_counted": [{"reason": reason, "facts": count} for reason, count in sorted(reasons.items())],
    }
    for week_end in weeks_until(period, until):
        known = [fact for fact in facts if fact.day is None or fact.day <= week_end]
        if not known:
            continue
        then = score_officer(known, reference, preset)
        content["trend"].append(
            {"until": week_end.isoformat(), "figure": then.figure, "low": then.low, "high": then.high}
        )
    return score, content
