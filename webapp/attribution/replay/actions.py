"""Going through withheld decisions month by month: what would have been done by what was known until then.

Each month is judged by a router that learned from the decisions of earlier months alone; the first by what the
catalogue says of units, services and topics. What it says is written down beside the agency's decision and moves
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Table, cast, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.attribution.current_router import read_catalogue
from webapp.attribution.learning import MOST_CASES
from webapp.attribution.replay.judging import Doing, Ground, would_do
from webapp.attribution.replay.models import ReplayOpinion, WithheldDecision
from webapp.attribution.routing import CatalogueUnit, DecidedCase, Routed, Router, Said
from webapp.attribution.routing.places import classes_of
from webapp.database import db
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.vocabulary import ERASED
from webapp.organisation.models import Unit

#: With so many of the candidates the words that spoke for them are kept.
WITH_WORDS = 3


@dataclass(frozen=True, slots=True)
class ReplayMonth:
    """A month of a source: its cases, how many of them teach, how many were judged, and from how many decisions.

    `learned_from` is None where nothing was judged yet, or not all from the same decisions.
    """

    month: date
    cases: int
    teaching: int
    judged: int
    learned_from: int | None


@dataclass(frozen=True, slots=True)
class ReplayCase:
    """A complaint with the agency's decision. `personal`: it points at a person, so a human decides in any case."""

    feedback_id: int
    decided: DecidedCase
    personal: bool


def list_months(source: str) -> list[ReplayMonth]:
    """The months in which cases of a source were filed, the earliest first; none for an unknown source."""
    month = _month().label("month")
    rows = db.session.execute(
        _cases(
            source,
            month,
            func.count().label("cases"),
            func.count().filter(~Complaint.points_at_person).label("teaching"),
            func.count(ReplayOpinion.feedback_id).label("judged"),
            func.min(ReplayOpinion.learned_from).label("least"),
            func.max(ReplayOpinion.learned_from).label("most"),
        )
        .outerjoin(ReplayOpinion, ReplayOpinion.feedback_id == WithheldDecision.feedback_id)
        .group_by(month)
        .order_by(month)
    )
    return [
        ReplayMonth(row.month, row.cases, row.teaching, row.judged, row.least if row.least == row.most else None)
        for row in rows
    ]


def stands(months: Sequence[ReplayMonth], number: int) -> bool:
    """Whether a month (`number` in all of the source's) was judged as a whole, by the decisions that are there now."""
    month, earlier = months[number], sum(one.teaching for one in months[:number])
    return month.judged == month.cases and month.learned_from == min(earlier, MOST_CASES)


def teaching(earlier: Sequence[ReplayCase]) -> list[DecidedCase]:
    """What is learned from earlier cases, as in earnest: the latest alone, and none that points at a person."""
    return [case.decided for case in earlier if not case.personal][-MOST_CASES:]


def read_month(source: str, month: date) -> list[ReplayCase]:
    """The cases that were filed in a month, the earliest first."""
    rows = db.session.execute(
        _cases(
            source,
            WithheldDecision.feedback_id,
            WithheldDecision.unit_id,
            WithheldDecision.topic,
            Complaint.text,
            Complaint.points_at_person,
            Feedback.place,
        )
        .where(_month() == month)
        .order_by(Feedback.filed_at, Feedback.id)
    )
    return [
        ReplayCase(
            row.feedback_id,
            DecidedCase(Said(row.text, row.place or ""), str(row.unit_id), row.topic or ""),
            row.points_at_person,
        )
        for row in rows
    ]


def _cases(source: str, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(WithheldDecision)
        .join(Feedback, Feedback.id == WithheldDecision.feedback_id)
        .join(Complaint, Complaint.feedback_id == WithheldDecision.feedback_id)
        .join(Unit, Unit.id == WithheldDecision.unit_id)
        # What is erased at the end of its retention teaches nothing, and what was said of it stays.
        .where(WithheldDecision.source == source, Complaint.text != ERASED)
    )


def _month() -> ColumnElement[date]:
    """First day of the month in which a case was filed, where its unit is."""
    return cast(func.date_trunc("month", func.timezone(Unit.timezone, Feedback.filed_at)), Date)


def replay_ground(source: str) -> Ground:
    """What a source's complaints can go to: the units of the trees that its units hang in, else all.

    Nothing of it comes from decisions, so that what was decided later is in no judgement.
    """
    root = func.split_part(Unit.path, "/", 2)
    trees = select(root).where(Unit.external_id.startswith(f"{source}:", autoescape=True))
    rows = db.session.execute(
        select(Unit.id, Unit.path, Unit.name).where(or_(root.in_(trees), ~trees.exists())).order_by(Unit.id)
    ).all()
    ids = {str(row.id) for row in rows}
    return Ground(
        units=tuple(unit for unit in read_catalogue().units if unit.id in ids),
        paths={row.id: row.path for row in rows},
        names={row.id: row.name for row in rows},
        classes=classes_of([CatalogueUnit(str(row.id), row.name) for row in rows]),
    )


def judge_cases(
    month: date, learned_from: int, cases: Sequence[ReplayCase], router: Router, ground: Ground, at: datetime
) -> int:
    """Write down what would have been done with cases of a month; how many are new or say something else now.

    Flushes only.
    """
    if not cases:
        return 0
    routed = router.route([case.decided.said for case in cases])
    rows = [
        {"feedback_id": case.feedback_id, "month": month, "learned_from": learned_from, "at": at}
        | _content(one, would_do(ground, one, case.decided.said.place, personal=case.personal))
        for case, one in sorted(zip(cases, routed, strict=True), key=lambda pair: pair[0].feedback_id)
    ]
    table = ReplayOpinion.__table__
    assert isinstance(table, Table)
    statement = upsert(table)
    said = ("month", "learned_from", "unit_id", "probability", "sure", "candidates")
    changed = db.session.scalars(
        statement.on_conflict_do_update(
            index_elements=["feedback_id"],
            set_={name: statement.excluded[name] for name in (*said, "at")},
            where=tuple_(*(table.c[name] for name in said)).is_distinct_from(
                tuple_(*(statement.excluded[name] for name in said))
            ),
        ).returning(table.c.feedback_id),
        rows,
    )
    return len(changed.all())


def _content(routed: Routed, doing: Doing) -> dict[str, Any]:
    return {
        "unit_id": doing.unit_id,
        "probability": round(doing.share, 4),
        "sure": doing.sent,
        "candidates": [
            {
                "unit_id": int(one.unit),
                "probability": round(one.probability, 4),
                "words": [[word, round(weight, 3)] for word, weight in one.words] if place < WITH_WORDS else [],
            }
            for place, one in enumerate(routed.candidates)
        ],
    }
