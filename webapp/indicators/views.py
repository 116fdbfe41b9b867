"""A score as it is stored for showing: components, weekly trend, groups of lines, what counted less. Pure.

What a list of officers shows, and what the next score needs, is made with every score. Groups of lines are made when
somebody reads them, or when there is time: they take longer than the score itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from webapp.indicators.formula import (
    ComponentScore,
    Fact,
    OfficerScore,
    Prepared,
    Preset,
    Reference,
    interval_of,
)
from webapp.indicators.line_groups import LineGroup, group_lines, waiting_components
from webapp.indicators.periods import weeks_until

TrendRow = dict[str, Any]


def score_content(
    own: Mapping[str, Prepared],
    score: OfficerScore,
    reference: Reference,
    preset: Preset,
    period: str,
    until: date,
    kept: Sequence[TrendRow] = (),
) -> dict[str, Any]:
    """What lists show of a score. Points are on the scale of 25 to 100.

    `trend` has the figure as it was at the end of each week up to `until`, from the facts up to then (facts without a
    day count from the start); weeks that are in `kept` are taken from there. `hidden`: components in which fewer
    raters stand than may be shown to the officer. `own`: what the score was made of.
    """
    return {
        "components": [_component(name, part, preset.weights[name]) for name, part in score.components.items()],
        "hidden": list(waiting_components(fact for part in own.values() for fact in part.facts)),
        "trend": trend_rows(own, score, reference, preset, weeks_until(period, until), kept),
    }


def line_content(facts: Sequence[Fact], score: OfficerScore) -> dict[str, Any]:
    """What the sheet of one officer shows besides: the points of `groups` sum to figure - expected."""
    reasons = Counter(reason for line in score.lines for reason in line.reasons)
    return {
        "groups": [_group(group) for group in group_lines(score.lines, facts)],
        "not_counted": [{"reason": reason, "facts": count} for reason, count in sorted(reasons.items())],
    }


def component_rows(score: OfficerScore, weights: Mapping[str, float]) -> list[dict[str, Any]]:
    """The components as `score_content` stores them."""
    return [_component(name, part, weights[name]) for name, part in score.components.items()]


def _component(name: str, part: ComponentScore, weight: float) -> dict[str, Any]:
    return {
        "name": name,
        "figure": part.figure,
        "low": part.low,
        "high": part.high,
        "expected": part.expected,
        "weight": weight,
        "reliability": part.reliability,
        "status": part.status,
        "facts": part.facts,
    }


def _group(group: LineGroup) -> dict[str, Any]:
    return {
        "key": group.key,
        "component": group.component,
        "kind": group.kind,
        "shown": group.shown,
        "since": group.first_day.isoformat() if group.first_day else None,
        "until": group.last_day.isoformat() if group.last_day else None,
        "facts": group.facts,
        "waiting": group.waiting,
        "sources": [list(source) for source in group.sources],
        "points": group.points,
    }


def trend_rows(
    own: Mapping[str, Prepared],
    score: OfficerScore,
    reference: Reference,
    preset: Preset,
    week_ends: Sequence[date],
    kept: Sequence[TrendRow] = (),
) -> list[TrendRow]:
    """The figure at the end of each of these weeks; none for a week before the first fact. `score`: of all facts."""
    known_rows = {row["until"]: row for row in kept}
    rows: list[TrendRow] = []
    for week_end in week_ends:
        row = known_rows.get(week_end.isoformat())
        if row is None:
            known = {name: part.until(week_end) for name, part in own.items()}
            if not any(known.values()):
                continue
            same = all(known[name] is part for name, part in own.items())
            figure, low, high = (score.figure, score.low, score.high) if same else interval_of(known, reference, preset)
            row = {"until": week_end.isoformat(), "figure": figure, "low": low, "high": high}
        rows.append(row)
    return rows
