"""What an officer could look into: the part of his figure that has lain below what is usual for weeks, and where in it.

Said only where it is sure: the whole interval below what is usual, now and with the facts of four weeks ago alone. One
bad week, or a part with few facts, is nothing to advise about. Read from what the figure is made of, for its officer
alone; ratings are told of a service only where enough people rated it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.formula import ComponentScore, Fact, Line, score_component
from webapp.indicators.line_groups import MINIMUM_RATERS
from webapp.indicators.queries import ScoreSheet
from webapp.indicators.queries.sheet import BASIS
from webapp.organisation.models import Service
from webapp.organisation.queries import officer_of

#: For so long a part must have lain below what is usual.
LASTING: Final = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """A part of the figure that stays below what is usual.

    `points_lost`: of the figure, 25 to 100. `service`: where most of them were lost; "" where no service stands out or
    may be named. `sources`: by first part of the fact's key, how many facts lost points, of `of` in all.
    """

    component: str
    figure: float
    expected: float
    points_lost: float
    service: str
    sources: Mapping[str, int]
    of: int


def below_expected(sheet: ScoreSheet) -> tuple[str, ...]:
    """The parts whose whole interval lies below what is usual, that which costs most first."""
    low = [
        part
        for part in sheet.components
        if part.facts and part.figure is not None and part.high is not None and part.high < part.expected
    ]
    low.sort(key=lambda part: (part.weight * ((part.figure or 0.0) - part.expected), part.name))
    return tuple(part.name for part in low)


def weak_point(viewer: Account, sheet: ScoreSheet, today: date) -> WeakPoint | None:
    """The viewer's own weakest part, if one has lain below what is usual for weeks; None for anybody else's sheet."""
    candidates = below_expected(sheet)
    if not candidates or sheet.withheld or sheet.snapshot_id is None:
        return None
    officer = officer_of(viewer)
    if officer is None or officer.id != sheet.officer_id:
        return None
    kept_for, basis = db.session.info.get(BASIS, (None, None))
    if kept_for != sheet.snapshot_id:  # the sheet was made by an older formula, or in another session
        return None
    weights = basis.preset.weights
    for name in candidates:
        facts = [fact for fact in basis.facts if fact.component == name]
        reference = basis.reference.components[name]
        before = [fact for fact in facts if fact.day is not None and fact.day <= today - LASTING]
        if before and _is_low(score_component(before, reference)):
            return _told(name, facts, score_component(facts, reference), weights[name])
    return None


def _is_low(score: ComponentScore) -> bool:
    return score.high < score.expected


def _told(name: str, facts: list[Fact], score: ComponentScore, weight: float) -> WeakPoint:
    by_id = {fact.id: fact for fact in facts}
    lost = [line for line in score.lines if line.points < 0.0]
    return WeakPoint(
        component=name,
        figure=score.figure,
        expected=score.expected,
        points_lost=weight * (score.expected - score.figure),
        service=_worst_service(name, by_id, score.lines),
        sources=dict(Counter(by_id[line.fact_id].source for line in lost)),
        of=len(facts),
    )


def _worst_service(name: str, facts: Mapping[str, Fact], lines: Iterable[Line]) -> str:
    """The service in which most was lost; none where there is but one, or where too few people stand behind it."""
    points: dict[int, float] = {}
    raters: dict[int, set[str]] = {}
    for line in lines:
        fact = facts[line.fact_id]
        service = fact.cell[0] if isinstance(fact.cell, tuple) else None
        if isinstance(service, int):
            points[service] = points.get(service, 0.0) + line.points
            raters.setdefault(service, set()).add(fact.rater or fact.id)
    if len(points) < 2:
        return ""
    worst = min(points, key=lambda service: (points[service], service))
    if points[worst] >= 0.0 or (COMPONENTS[name].rated and len(raters[worst]) < 2 * MINIMUM_RATERS):
        return ""
    return db.session.scalar(select(Service.name).where(Service.id == worst)) or ""
