"""What moved a figure since an earlier month, in parts that sum up exactly and tell no rater. Pure.

The way from the figure then to the figure now is walked step by step, each step computed on all that came before it,
so that the parts sum to the whole whatever they are:

    other       the same facts computed by today's formula, where it was another one then
    withdrawn   facts that stood then and count no more, by why (component by component)
    new_facts   facts that came since (component by component)
    reference   what is usual in the city was learned anew (component by component)
    withdrawn   what an upheld objection took out, whether it came before that month's end or since: the figure with it
                and without it, all else as it is now (component by component)
    preset      weights, elements and components of another preset (the whole of it)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.formula import Fact, Preset, Reference, score_component
from webapp.indicators.line_groups import MINIMUM_RATERS, count_raters

#: Less than this moved nothing: a hundred millionth of a point.
_NOTHING: Final = 1e-12
#: Why a fact counts no more to which its officer objected with success.
OBJECTION: Final = "objection"


@dataclass(frozen=True, slots=True)
class Movement:
    """A part of the way from an earlier figure to the figure now, in points.

    `kind`: new_facts, withdrawn, reference, preset, other. `component`: "" where it is about the whole. `facts`: how
    many stand behind it. `details`: {"why": "objection", "own": True} of what was withdrawn, said to the officer
    himself; {"from": "2026-10", "to": "2026-11"} of
    a reference or preset; {"sources": {"rating": 12}} of facts; {"first": True} where none stood in the component;
    {"withdrawn": 1} where that many are summed up in it, so that nobody is told; {"objected": True} where an upheld
    objection is.
    """

    kind: str
    component: str
    points: float
    facts: int
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class State:
    """An officer's figure with what it was computed from. `facts` of both states: as the earlier preset reads them."""

    figure: float
    facts: Sequence[Fact]
    reference: Reference
    preset: Preset


def movements(
    then: State,
    now: State,
    withdrawn: Mapping[tuple[str, str], str],
    *,
    own: bool,
    objected: Sequence[Fact] = (),
) -> tuple[Movement, ...]:
    """The parts of now.figure - then.figure, the largest first; they sum to it within 1e-9.

    `withdrawn`: why a fact counts no more, by (component, id). `own`: for the officer himself, to whom withdrawn
    ratings are summed up with new ones where fewer raters than may be told stand behind either. `objected`: what upheld
    objections took out since, as it was read last, by the earlier preset; it is told however little it moved.
    """
    weights = then.preset.weights
    steps: list[Movement] = []
    begun = _weighed(weights, {name: _points(_of(then.facts, name), name, then.reference) for name in weights})
    if abs(then.figure - begun) > _NOTHING:
        steps.append(Movement("other", "", begun - then.figure, 0))
    ended: dict[str, float] = {}
    for name, weight in weights.items():
        had, has = _of(then.facts, name), _of(now.facts, name)
        standing = {fact.id for fact in has}
        out = [fact for fact in _of(objected, name) if fact.id not in standing]
        told = out if not (own and out) or _objection_may_be_told(had, has, out) else []
        has_with = _of([*has, *told], name)
        moved_facts = _facts_moved(name, weight, had, has_with, then.reference, withdrawn, own)
        if out and not told:
            moved_facts = [_with_objection(step) for step in moved_facts]
        steps += moved_facts
        points = _points(has_with, name, now.reference)
        if now.reference.version != then.reference.version:
            moved = weight * (points - _points(has_with, name, then.reference))
            steps.append(
                _between("reference", name, moved, len(has_with), then.reference.version, now.reference.version)
            )
        ended[name] = _points(has, name, now.reference)
        if told:
            details = _withdrawn_details(OBJECTION, told, own)
            steps.append(Movement("withdrawn", name, weight * (ended[name] - points), len(told), details))
    rest = now.figure - _weighed(weights, ended)
    if then.preset.version != now.preset.version:
        steps.append(_between("preset", "", rest, 0, then.preset.version, now.preset.version))
    elif abs(rest) > _NOTHING:
        steps.append(Movement("other", "", rest, 0))
    moved_at_all = [step for step in steps if abs(step.points) > _NOTHING or is_by_objection(step)]
    return tuple(sorted(moved_at_all, key=lambda step: (-abs(step.points), step.kind, step.component)))


def _between(kind: str, component: str, points: float, facts: int, then: str, now: str) -> Movement:
    return Movement(kind, component, points, facts, MappingProxyType({"from": then, "to": now}))


def is_by_objection(movement: Movement) -> bool:
    """Whether it is what an upheld objection did."""
    return movement.kind == "withdrawn" and movement.details.get("why") == OBJECTION


def _objection_may_be_told(had: list[Fact], has: list[Fact], out: list[Fact]) -> bool:
    """Whether enough raters stand behind what was taken out, and behind what else went and came, with it or not."""
    with_it = {*has, *out}
    gone = [fact for fact in had if fact not in with_it]
    before, standing = set(had), set(has)
    came = [fact for fact in has if fact not in before]
    came_with_it = [*came, *(fact for fact in out if fact not in before | standing)]
    return all(_may_be_told(one, other) for one, other in ((out, came), (gone, came_with_it)))


def _with_objection(step: Movement) -> Movement:
    """The same where an upheld objection is summed up in it."""
    if step.kind != "new_facts":
        return step
    return replace(step, details=MappingProxyType({**step.details, "objected": True}))


def _withdrawn_details(why: str, facts: Iterable[Fact], own: bool) -> Mapping[str, Any]:
    return MappingProxyType({"why": why, "sources": _sources(facts)} | ({"own": True} if own else {}))


def tells_nobody(before: Iterable[Fact], after: Iterable[Fact]) -> bool:
    """Whether enough raters stand behind what differs, in each component that citizens rate; or none at all."""
    differing = set(before) ^ set(after)
    by_component: dict[str, list[Fact]] = {}
    for fact in differing:
        if _is_rated(fact):
            by_component.setdefault(fact.component, []).append(fact)
    return all(count_raters(facts) >= MINIMUM_RATERS for facts in by_component.values())


def _is_rated(fact: Fact) -> bool:
    return fact.component in COMPONENTS and COMPONENTS[fact.component].rated and fact.source == "rating"


def _facts_moved(
    name: str,
    weight: float,
    had: list[Fact],
    has: list[Fact],
    reference: Reference,
    withdrawn: Mapping[tuple[str, str], str],
    own: bool,
) -> list[Movement]:
    """What went and what came in one component, both read by the reference of then."""
    standing = {fact.id: fact for fact in has}
    before = {fact.id: fact for fact in had}
    gone = [fact for fact in had if standing.get(fact.id) != fact]
    came = [fact for fact in has if before.get(fact.id) != fact]
    if own and any(_is_rated(fact) for fact in gone) and not _may_be_told(gone, came):
        moved = weight * (_points(has, name, reference) - _points(had, name, reference))
        summed_up = MappingProxyType({"sources": _sources(came), "withdrawn": len(gone)})
        return [Movement("new_facts", name, moved, len(came), summed_up)]
    steps: list[Movement] = []
    left, points = had, _points(had, name, reference)
    for why in sorted({withdrawn.get((name, fact.id), "") for fact in gone}):
        these = {fact.id for fact in gone if withdrawn.get((name, fact.id), "") == why}
        left = [fact for fact in left if fact.id not in these]
        following = _points(left, name, reference)
        details = _withdrawn_details(why, (fact for fact in gone if fact.id in these), own)
        steps.append(Movement("withdrawn", name, weight * (following - points), len(these), details))
        points = following
    if came:
        new = MappingProxyType({"sources": _sources(came)} | ({} if left else {"first": True}))
        moved = weight * (_points(has, name, reference) - points)
        steps.append(Movement("new_facts", name, moved, len(came), new))
    return steps


def _may_be_told(gone: Sequence[Fact], came: Sequence[Fact]) -> bool:
    both = (count_raters([fact for fact in facts if _is_rated(fact)]) for facts in (gone, came))
    return all(count == 0 or count >= MINIMUM_RATERS for count in both)


def _sources(facts: Iterable[Fact]) -> dict[str, int]:
    return dict(sorted(Counter(fact.source for fact in facts).items()))


def _of(facts: Iterable[Fact], component: str) -> list[Fact]:
    return sorted((fact for fact in facts if fact.component == component), key=lambda fact: fact.id)


def _points(facts: list[Fact], component: str, reference: Reference) -> float:
    return score_component(facts, reference.components[component], with_lines=False).figure


def _weighed(weights: Mapping[str, float], points: Mapping[str, float]) -> float:
    return math.fsum(weights[name] * value for name, value in points.items())
