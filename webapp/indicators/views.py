"""A score as it is stored for showing: components, groups of lines, weekly trend, what counted less. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from webapp.indicators.formula import ComponentScore, Fact, OfficerScore, Preset, Reference, score_officer
from webapp.indicators.line_groups import LineGroup, group_lines
from webapp.indicators.periods import weeks_until


def snapshot_content(
    facts: Sequence[Fact],
    reference: Reference,
    preset: Preset,
    period: str,
    until: date,
    earlier_trend: Sequence[dict[str, Any]] = (),
) -> tuple[OfficerScore, dict[str, Any]]:
    """The score of one officer from all facts of a quarter, and what pages show of it.

    Points are on the scale of 25 to 100; the points of `groups` sum to figure - expected. `trend` has the figure as it
    was at the end of each week up to `until`, from the facts up to then (facts without a day count from the start).
    `earlier_trend` is that of the officer's last snapshot on the same reference: weeks whose facts have not changed
    since are taken from it, since they would come out the same to the last digit.
    """
    score = score_officer(facts, reference, preset)
    reasons = Counter(reason for line in score.lines for reason in line.reasons)
    content: dict[str, Any] = {
        "components": [_component(name, part, preset.weights[name]) for name, part in score.components.items()],
        "groups": [_group(group) for group in group_lines(score.lines, facts)],
        "trend": _trend(facts, score, reference, preset, weeks_until(period, until), earlier_trend),
        "not_counted": [{"reason": reason, "facts": count} for reason, count in sorted(reasons.items())],
    }
    return score, content


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


def _trend(
    facts: Sequence[Fact],
    score: OfficerScore,
    reference: Reference,
    preset: Preset,
    week_ends: Sequence[date],
    earlier: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    known_points = {(point["until"], point["of"]): point for point in earlier}
    trend: list[dict[str, Any]] = []
    for week_end in week_ends:
        known = [fact for fact in facts if fact.day is None or fact.day <= week_end]
        if not known:
            continue
        of = _digest(known)
        point = known_points.get((week_end.isoformat(), of))
        if point is None:
            then = score if len(known) == len(facts) else score_officer(known, reference, preset)
            point = {
                "until": week_end.isoformat(),
                "figure": then.figure,
                "low": then.low,
                "high": then.high,
                "of": of,
            }
        trend.append(point)
    return trend


def _digest(facts: Sequence[Fact]) -> str:
    """Tells whether two points of a trend were computed from the same facts."""
    said = sorted(f"{fact.component} {fact.id} {fact.y!r} {fact.share!r}" for fact in facts)
    return sha256("\n".join(said).encode()).hexdigest()[:16]
