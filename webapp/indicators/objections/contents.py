"""What a line is made of, as whoever decides an objection reads it: day, service, how it went, and why it is this
officer's. Never who rated: no name, number, word or time of day, and no order but that of the days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import select, tuple_

from webapp.accounts.models import Account
from webapp.attribution.models import Evidence
from webapp.database import db
from webapp.feedback.handling import visible_to
from webapp.feedback.models import Complaint, Rating
from webapp.indicators.line_groups import count_raters, is_rating
from webapp.indicators.models import IndicatorFact
from webapp.indicators.objections.desk import ObjectionCase
from webapp.indicators.stored_facts import StoredFact, as_formula_fact, fact_columns, facts_by_id
from webapp.organisation.models import Service, Unit


@dataclass(frozen=True, slots=True)
class LineFact:
    """One fact of the line. `value` and `scale` of a rating (3 of 4), else None; `y`: how well it went, 0 to 1.
    `events`: how many cases it sums up. `code`: of a complaint that the viewer may open. `counts`: it does so still."""

    source: str
    day: date | None
    service: str | None
    channel: str
    value: int | None
    scale: int | None
    y: float
    events: float
    share: float
    verified: bool
    details: dict[str, Any]
    code: str | None
    counts: bool


@dataclass(frozen=True, slots=True)
class LineContents:
    """What the line is made of. `days`: on which something happened that counts still, for whoever chooses some; None
    where no day is known. `of`: tells whether it is the same that a page showed. `evidence`: rules of evidence and how
    many ratings each named the officer for."""

    facts: tuple[LineFact, ...]
    days: tuple[date | None, ...]
    raters: int
    evidence: tuple[tuple[str, int], ...]
    of: str


def contents_of(viewer: Account, case: ObjectionCase) -> LineContents:
    """What the line of an objection is made of, which the caller has opened as `viewer`."""
    rows = facts_by_id(case.fact_ids)
    standing = standing_rows(case.officer_id, rows)
    now = {(row.component, row.key) for row in standing}
    feedback = _feedback_of(rows)
    feedback_ids = sorted(set(feedback.values()))
    codes = _codes(viewer, feedback_ids)
    ratings = {
        row.feedback_id: (row.value, row.scale)
        for row in db.session.execute(
            select(Rating.feedback_id, Rating.value, Rating.scale).where(Rating.feedback_id.in_(feedback_ids))
        )
    }
    services = _services(row.service_id for row in rows)
    facts = []
    for row in rows:
        value, scale = ratings.get(feedback.get(row.id), (None, None))
        facts.append(
            LineFact(
                source=row.key.partition(":")[0],
                day=row.day,
                service=services.get(row.service_id),
                channel=row.channel,
                value=value,
                scale=scale,
                y=row.y,
                events=row.events,
                share=row.share,
                verified=row.verified,
                details=row.details or {},
                code=codes.get(feedback.get(row.id)),
                counts=(row.component, row.key) in now,
            )
        )
    # Not in the order in which they came: that would tell who came first.
    facts.sort(key=lambda one: (one.day or date.min, one.service or "", one.source, one.channel, one.y, one.share))
    return LineContents(
        facts=tuple(facts),
        days=tuple(sorted({row.day for row in standing}, key=lambda day: day or date.min)),
        raters=raters_of(standing),
        evidence=_evidence(row.attribution_id for row in rows),
        of=digest_of(standing),
    )


def standing_rows(officer_id: int, rows: Iterable[StoredFact]) -> list[StoredFact]:
    """The facts that count now for the officer under the keys of these rows: they may have been written anew since."""
    pairs = sorted({(row.component, row.key) for row in rows})
    return list(
        db.session.execute(
            fact_columns()
            .where(
                IndicatorFact.officer_id == officer_id,
                IndicatorFact.withdrawn_at.is_(None),
                tuple_(IndicatorFact.component, IndicatorFact.key).in_(pairs),
            )
            .order_by(IndicatorFact.id)
        )
    )


def raters_of(rows: Iterable[StoredFact]) -> int:
    """How many different people rated in these facts; 0 where nobody did."""
    return count_raters(fact for fact in map(as_formula_fact, rows) if is_rating(fact))


def digest_of(rows: Sequence[StoredFact]) -> str:
    """Tells whether a line is made of the same as before."""
    return sha256("\n".join(f"{row.component} {row.key} {row.id}" for row in rows).encode()).hexdigest()[:16]


def complaints_among(rows: Iterable[StoredFact]) -> list[StoredFact]:
    """Code and text of the complaints that these facts come from."""
    ids = sorted(set(_feedback_of(rows).values()))
    return list(
        db.session.execute(
            select(Complaint.code, Complaint.text).where(Complaint.feedback_id.in_(ids)).order_by(Complaint.feedback_id)
        )
    )


def _feedback_of(rows: Iterable[StoredFact]) -> dict[int | None, int]:
    """Which feedback each fact comes from; facts that sum up cases come from none."""
    found = db.session.execute(
        select(IndicatorFact.id, IndicatorFact.feedback_id).where(
            IndicatorFact.id.in_([row.id for row in rows]), IndicatorFact.feedback_id.is_not(None)
        )
    )
    return {row.id: row.feedback_id for row in found}


def _codes(viewer: Account, feedback_ids: list[int]) -> dict[int | None, str]:
    """The codes of those complaints that the viewer may open."""
    rows = db.session.execute(
        select(Complaint.feedback_id, Complaint.code)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(Complaint.feedback_id.in_(feedback_ids), visible_to(viewer))
    )
    return {row.feedback_id: row.code for row in rows}


def _services(ids: Iterable[int | None]) -> dict[int | None, str]:
    rows = db.session.execute(select(Service.id, Service.name).where(Service.id.in_({id_ for id_ in ids if id_})))
    return {row.id: row.name for row in rows}


def _evidence(attribution_ids: Iterable[int | None]) -> tuple[tuple[str, int], ...]:
    """Which rules named the officer, each with how often; the most frequent first."""
    ids = {id_ for id_ in attribution_ids if id_ is not None}
    rows = db.session.execute(
        select(Evidence.attribution_id, Evidence.rule).where(Evidence.attribution_id.in_(ids)).distinct()
    )
    counted = Counter(row.rule for row in rows)
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
