"""Reading a replay: always for a viewer, who counts and sees those cases alone that are visible to him."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, false, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.attribution.replay.figures import STEPS, Comparison, Outcome, Pair, Reading, Step, compared
from webapp.attribution.replay.models import ReplayOpinion, ReplayReading, WithheldDecision
from webapp.database import db
from webapp.feedback.handling import visible_to
from webapp.feedback.models import Complaint, Feedback
from webapp.organisation.models import Unit

#: Disputed cases on one page.
SHOWN = 10
#: Letters of a case's text that the list shows.
EXCERPT = 400


@dataclass(frozen=True, slots=True)
class DisputedChoice:
    """Which disputed cases: all, or those of a pair of units (the agency's, the replay's), of a month, not yet read."""

    source: str
    decided_unit_id: int | None = None
    opinion_unit_id: int | None = None
    month: date | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True)
class DisputedCase:
    """A case that the replay would have sent elsewhere. Shares are 0 to 1; `city_share`, which the words alone gave to
    the agency's unit, is None where they gave it none. `words`: those that spoke for the replay's unit, the strongest
    first.
    """

    code: str
    excerpt: str
    cut: bool
    place: str | None
    filed_at: datetime
    timezone: str
    city_unit: str
    city_topic: str | None
    city_share: float | None
    product_unit: str
    product_share: float
    words: tuple[str, ...]
    learned_from: int
    reading: Reading | None
    read_by: str | None


def list_sources(viewer: Account) -> list[str]:
    """The sources with withheld decisions, by name; none for who does no triage."""
    if not reach(viewer, Permission.COMPLAINT_TRIAGE):
        return []
    return list(
        db.session.scalars(select(WithheldDecision.source).group_by(WithheldDecision.source).order_by("source"))
    )


def count_waiting(viewer: Account, source: str) -> int:
    """How many of the cases that `viewer` may see were not judged by a replay yet."""
    waiting = (
        _visible(viewer, source, func.count())
        .outerjoin(ReplayOpinion, ReplayOpinion.feedback_id == WithheldDecision.feedback_id)
        .where(ReplayOpinion.feedback_id.is_(None))
    )
    return db.session.scalar(waiting) or 0


def compare(viewer: Account, source: str) -> Comparison:
    """What the replay of a source comes to, over the cases that `viewer` may see. One statement, whatever there is."""
    return _compare(_judged(_visible(viewer, source, *_COLUMNS)))


def compare_all(source: str) -> Comparison:
    """The same over all cases, for the command line: counts for whoever runs the machine, no case among them."""
    query = (
        select(*_COLUMNS)
        .select_from(WithheldDecision)
        .join(Complaint, Complaint.feedback_id == WithheldDecision.feedback_id)
        .where(WithheldDecision.source == source)
    )
    return _compare(_judged(query))


def list_disputed(viewer: Account, choice: DisputedChoice, page: int) -> list[DisputedCase]:
    """A page (from 1) of the disputed cases that `viewer` may see, those said most surely first."""
    city, product, reader = aliased(Unit), aliased(Unit), aliased(Account)
    rows = db.session.execute(
        _disputed(
            viewer,
            choice,
            Complaint.code,
            func.left(Complaint.text, EXCERPT).label("excerpt"),
            (func.length(Complaint.text) > EXCERPT).label("cut"),
            Feedback.place,
            Feedback.filed_at,
            city.timezone,
            city.name.label("city"),
            WithheldDecision.topic,
            WithheldDecision.unit_id.label("city_id"),
            product.name.label("product"),
            ReplayOpinion.unit_id.label("product_id"),
            ReplayOpinion.probability,
            ReplayOpinion.candidates,
            ReplayOpinion.learned_from,
            ReplayReading.reading,
            reader.name.label("reader"),
        )
        .join(Feedback, Feedback.id == WithheldDecision.feedback_id)
        .join(city, city.id == WithheldDecision.unit_id)
        .join(product, product.id == ReplayOpinion.unit_id)
        .outerjoin(reader, reader.id == ReplayReading.noted_by_id)
        .order_by(ReplayOpinion.probability.desc(), ReplayOpinion.feedback_id)
        .limit(SHOWN)
        .offset((page - 1) * SHOWN)
    )
    return [_case(row) for row in rows]


def count_disputed(viewer: Account, choice: DisputedChoice) -> int:
    """How many disputed cases of this choice `viewer` may see."""
    return db.session.scalar(_disputed(viewer, choice, func.count())) or 0


def unit_names(unit_ids: Collection[int]) -> dict[int, str]:
    """Names of units by id."""
    rows = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(sorted(unit_ids))))
    return dict(rows.all())


def _visible(viewer: Account, source: str, *columns: Any) -> Select[Any]:
    query: Select[Any] = select(*columns)
    return (
        query.select_from(WithheldDecision)
        .join(Complaint, Complaint.feedback_id == WithheldDecision.feedback_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(WithheldDecision.source == source, visible_to(viewer), _does_triage(viewer))
    )


def _does_triage(viewer: Account) -> ColumnElement[bool]:
    """Nothing for who does no triage, whatever he may read."""
    return true() if reach(viewer, Permission.COMPLAINT_TRIAGE) else false()


def _read_now() -> ColumnElement[bool]:
    """The reading that stands, of what the replay says now."""
    return and_(
        ReplayReading.feedback_id == ReplayOpinion.feedback_id,
        ReplayReading.superseded_at.is_(None),
        ReplayReading.unit_id == ReplayOpinion.unit_id,
    )


def _judged(query: Select[Any]) -> Select[Any]:
    return query.join(ReplayOpinion, ReplayOpinion.feedback_id == WithheldDecision.feedback_id).outerjoin(
        ReplayReading, _read_now()
    )


def _disputed(viewer: Account, choice: DisputedChoice, *columns: Any) -> Select[Any]:
    query = _judged(_visible(viewer, choice.source, *columns)).where(
        ReplayOpinion.sure, ReplayOpinion.unit_id != WithheldDecision.unit_id
    )
    if choice.decided_unit_id is not None:
        query = query.where(WithheldDecision.unit_id == choice.decided_unit_id)
    if choice.opinion_unit_id is not None:
        query = query.where(ReplayOpinion.unit_id == choice.opinion_unit_id)
    if choice.month is not None:
        query = query.where(ReplayOpinion.month == choice.month)
    return query.where(ReplayReading.id.is_(None)) if choice.unread else query


_HIT = func.coalesce(ReplayOpinion.unit_id == WithheldDecision.unit_id, False)
#: As numbers, which the database groups faster than words.
_OUTCOMES = tuple(Outcome)
_COLUMNS: tuple[ColumnElement[Any], ...] = (
    ReplayOpinion.month.label("month"),
    case(
        (and_(ReplayOpinion.sure, _HIT), _OUTCOMES.index(Outcome.RIGHT)),
        (ReplayOpinion.sure, _OUTCOMES.index(Outcome.ELSEWHERE)),
        (_HIT, _OUTCOMES.index(Outcome.PROPOSED)),
        else_=_OUTCOMES.index(Outcome.OPEN),
    ).label("outcome"),
    cast(func.least(func.floor(ReplayOpinion.probability * STEPS), STEPS - 1), Integer).label("step"),
    WithheldDecision.unit_id.label("decided"),
    ReplayOpinion.unit_id.label("opinion"),
    ReplayOpinion.probability.label("probability"),
    cast(_HIT, Integer).label("hit"),
    ReplayReading.reading.label("reading"),
)


def _compare(judged: Select[Any]) -> Comparison:
    """Cases that are alike in all that is counted are counted once, and these counts are summed up in four ways."""
    case_ = judged.subquery("one_case")
    alike = (case_.c.month, case_.c.outcome, case_.c.step, case_.c.decided, case_.c.opinion, case_.c.reading)
    one = (
        select(
            *alike,
            func.count().label("cases"),
            func.sum(case_.c.probability).label("said"),
            func.sum(case_.c.hit).label("hits"),
        )
        .group_by(*alike)
        .subquery("alike")
    )
    by_month, by_step, by_pair = func.grouping(one.c.month), func.grouping(one.c.step), func.grouping(one.c.decided)
    rows = db.session.execute(
        select(
            one.c.month,
            one.c.outcome,
            one.c.step,
            one.c.decided,
            one.c.opinion,
            one.c.reading,
            (by_month == 0).label("of_month"),
            (by_step == 0).label("of_step"),
            (by_pair == 0).label("of_pair"),
            func.sum(one.c.cases).label("cases"),
            func.sum(one.c.said).label("said"),
            func.sum(one.c.hits).label("hits"),
        )
        .group_by(
            func.grouping_sets(
                tuple_(one.c.month, one.c.outcome),
                tuple_(one.c.step),
                tuple_(one.c.outcome, one.c.decided, one.c.opinion),
                tuple_(one.c.outcome, one.c.reading),
            )
        )
        .having(or_(by_month == 0, by_step == 0, one.c.outcome == _OUTCOMES.index(Outcome.ELSEWHERE)))
    ).all()
    return _put_together(rows)


def _put_together(rows: Sequence[Any]) -> Comparison:
    months: dict[date, dict[Outcome, int]] = {}
    steps: list[Step] = []
    pairs: list[Pair] = []
    readings: dict[Reading, int] = {}
    for row in rows:
        if row.of_month:
            months.setdefault(row.month, {})[_OUTCOMES[row.outcome]] = int(row.cases)
        elif row.of_step:
            steps.append(Step(row.step, int(row.cases), float(row.said) / int(row.cases), int(row.hits)))
        elif row.of_pair:
            pairs.append(Pair(row.decided, row.opinion, int(row.cases)))
        elif row.reading is not None:
            readings[Reading(row.reading)] = int(row.cases)
    return compared(months, steps, pairs, readings)


def _case(row: Any) -> DisputedCase:
    candidates = {one["unit_id"]: one for one in row.candidates}
    city, product = candidates.get(row.city_id), candidates.get(row.product_id, {})
    return DisputedCase(
        code=row.code,
        excerpt=row.excerpt,
        cut=row.cut,
        place=row.place,
        filed_at=row.filed_at,
        timezone=row.timezone,
        city_unit=row.city,
        city_topic=row.topic,
        city_share=city["probability"] if city else None,
        product_unit=row.product,
        product_share=row.probability,
        words=tuple(word for word, _ in product.get("words", ())),
        learned_from=row.learned_from,
        reading=Reading(row.reading) if row.reading else None,
        read_by=row.reader,
    )
