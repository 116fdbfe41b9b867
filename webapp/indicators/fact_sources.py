"""What of a feedback counts towards which officer: the facts as they should stand now.

- A rating counts for the officers it is attributed to, as satisfaction: y = (value - 1) / (scale - 1).
- A complaint that was found founded counts for the officers it is attributed to, as the lowest satisfaction. What was
  merged with it, or joined it, is the same matter: it counts once towards each officer, by the one filed first.
- An answer counts for whoever gave it, as complaint handling: on time .4, accepted .4, not reopened .2, taken over the
  parts that are known. Silence is neither acceptance nor refusal, so it leaves its part out.

A cause outside the officer's control, a share below .3 and a unit's share count for nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.attribution.models import Attribution, AttributionShare
from webapp.attribution.rules import LEAST_OFFICER_SHARE
from webapp.database import db
from webapp.feedback.facts.answers import answers_to
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.vocabulary import Channel, Finding
from webapp.indicators.periods import period_of

SATISFACTION = "satisfaction"
COMPLAINT_HANDLING = "complaint_handling"

ON_TIME, ACCEPTED, NOT_REOPENED = 0.4, 0.4, 0.2


@dataclass(frozen=True, slots=True)
class DueFact:
    """A fact as it should stand: the columns of IndicatorFact that tell what it says."""

    key: str
    feedback_id: int
    attribution_id: int | None
    officer_id: int
    component: str
    period: str
    day: date | None
    y: float
    share: float
    verified: bool
    rater: str | None
    service_id: int | None
    channel: str


def handling_value(on_time: bool, verdict: str | None) -> float:
    """How well an answer went, 0 to 1, over what is known of it.

    `verdict`: "accepted", "disputed", "silent" or None while the reporter may still say.
    """
    kept = ON_TIME * on_time
    if verdict == "accepted":
        return (kept + ACCEPTED + NOT_REOPENED) / (ON_TIME + ACCEPTED + NOT_REOPENED)
    if verdict == "disputed":
        return kept / (ON_TIME + ACCEPTED + NOT_REOPENED)
    if verdict == "silent":
        return (kept + NOT_REOPENED) / (ON_TIME + NOT_REOPENED)
    return kept / ON_TIME


def facts_due(feedback_ids: Sequence[int], timezone: str) -> list[DueFact]:
    """All facts that should stand for these feedbacks. Days are the unit's own, `timezone` where no unit is known."""
    feedback = {
        one.id: one
        for one in db.session.scalars(
            select(Feedback)
            .where(Feedback.id.in_(feedback_ids))
            .options(joinedload(Feedback.rating), joinedload(Feedback.complaint), joinedload(Feedback.visit))
        )
    }
    attributions = db.session.scalars(
        select(Attribution)
        .where(Attribution.feedback_id.in_(feedback_ids), Attribution.superseded_at.is_(None))
        .options(selectinload(Attribution.shares).joinedload(AttributionShare.unit))
    )
    due: list[DueFact] = []
    repeated = _repeated(feedback_ids)
    for attribution in attributions:
        facts = _satisfaction(feedback[attribution.feedback_id], attribution, timezone)
        due += [fact for fact in facts if (fact.feedback_id, fact.officer_id) not in repeated]
    answered = [one.id for one in feedback.values() if one.complaint is not None and one.complaint.answered_at]
    if answered:
        due += _handling(answered)
    return due


def clusters_of(feedback_ids: Sequence[int]) -> list[int]:
    """These feedbacks with all complaints about the same matters: what changes one changes which of them counts."""
    return sorted({*feedback_ids, *_roots(feedback_ids)})


def _roots(feedback_ids: Sequence[int]) -> dict[int, int]:
    """The complaints of the clusters that these are in, each with the one that all of its cluster lead to.

    Complaints by themselves are left out.
    """
    leads = _leads(Complaint.feedback_id.in_(feedback_ids))
    # What joined one that was merged later is two steps away from the one that leads.
    for _step in range(2):
        if above := set(leads.values()) - leads.keys():
            leads |= _leads(Complaint.feedback_id.in_(above))
    for _step in range(2):
        leads |= _leads(or_(Complaint.merged_into_id.in_(leads), Complaint.joins_id.in_(leads)))
    roots = {id_: leads.get(lead, lead) for id_, lead in leads.items()}
    together = {root for id_, root in roots.items() if id_ != root}
    return {id_: root for id_, root in roots.items() if root in together}


def _leads(condition: ColumnElement[bool]) -> dict[int, int]:
    lead = func.coalesce(Complaint.merged_into_id, Complaint.joins_id, Complaint.feedback_id)
    rows = db.session.execute(select(Complaint.feedback_id, lead).where(condition))
    return {row[0]: row[1] for row in rows}


def _repeated(feedback_ids: Sequence[int]) -> set[tuple[int, int | None]]:
    """The (complaint, officer) that count already by another founded complaint about the same matter, filed before."""
    roots = _roots(feedback_ids)
    if not roots:
        return set()
    founded = db.session.execute(
        select(Complaint.feedback_id, AttributionShare.officer_id)
        .join(Attribution, Attribution.feedback_id == Complaint.feedback_id)
        .join(AttributionShare, AttributionShare.attribution_id == Attribution.id)
        .where(
            Complaint.feedback_id.in_(roots),
            Complaint.finding == Finding.FOUNDED,
            Attribution.superseded_at.is_(None),
            AttributionShare.officer_id.is_not(None),
            AttributionShare.share >= LEAST_OFFICER_SHARE,
        )
        .order_by(Complaint.feedback_id)
    )
    counted: dict[tuple[int, int | None], int] = {}
    repeated: set[tuple[int, int | None]] = set()
    for feedback_id, officer_id in founded:
        if counted.setdefault((roots[feedback_id], officer_id), feedback_id) != feedback_id:
            repeated.add((feedback_id, officer_id))
    return repeated


def _satisfaction(one: Feedback, attribution: Attribution, timezone: str) -> list[DueFact]:
    at: datetime | None
    if one.rating is not None:
        value = (one.rating.value - 1) / (one.rating.scale - 1)
        key = f"rating:{one.id}"
    elif one.complaint is not None and one.complaint.finding == Finding.FOUNDED:
        value, key = 0.0, f"complaint:{one.id}"
    else:
        return []
    at = one.visit.finished_at if one.visit is not None else one.occurred_at
    imported = one.channel == Channel.IMPORT
    facts = []
    for share in attribution.shares:
        if share.officer_id is None or share.share < LEAST_OFFICER_SHARE:
            continue
        zone = ZoneInfo(share.unit.timezone if share.unit is not None else timezone)
        counted = (at or one.filed_at).astimezone(zone).date()
        facts.append(
            DueFact(
                key=key,
                feedback_id=one.id,
                attribution_id=attribution.id,
                officer_id=share.officer_id,
                component=SATISFACTION,
                period=period_of(counted),
                # An import that knows no time says nothing about a day's crowd.
                day=None if imported and at is None else counted,
                y=value,
                share=share.share,
                verified=one.visit_id is not None or imported or one.complaint is not None,
                rater=one.rater_key.hex() if one.rater_key is not None else None,
                service_id=one.visit.service_id if one.visit is not None else one.service_id,
                channel=one.channel,
            )
        )
    return facts


def _handling(complaint_ids: list[int]) -> list[DueFact]:
    """One fact for each answer, for whoever gave it then: not for who holds the case now.

    In time is what came in time by the clock that ran, without its rests while the reporter owed something. What was
    merged into another complaint counts there, and nobody's own complaint counts for him.
    """
    facts: list[DueFact] = []
    for answer in answers_to(complaint_ids):
        if answer.officer_id is None or answer.unsolved or not answer.counts:
            continue
        day = answer.at.astimezone(ZoneInfo(answer.timezone)).date()
        facts.append(
            DueFact(
                key=f"answer:{answer.id}",
                feedback_id=answer.complaint_id,
                attribution_id=None,
                officer_id=answer.officer_id,
                component=COMPLAINT_HANDLING,
                period=period_of(day),
                day=day,
                y=handling_value(answer.on_time, answer.verdict.what if answer.verdict else None),
                share=1.0,
                verified=True,
                rater=None,
                service_id=None,
                channel="answer",
            )
        )
    return facts
