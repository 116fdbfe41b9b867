"""Judging whom feedback concerns, by rules and by people, and sending complaints where they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import selectinload

from webapp.accounts.models import Account
from webapp.attribution.combining import Before, Judgement, judge
from webapp.attribution.current_strengths import current_strengths
from webapp.attribution.errors import OfficerNotInUnit
from webapp.attribution.events import FeedbackAttributed
from webapp.attribution.evidence import gather_circumstances
from webapp.attribution.late_evidence import about_applications, about_visits
from webapp.attribution.models import LEADS, Attribution, AttributionShare, Evidence
from webapp.attribution.replay.models import WithheldDecision
from webapp.attribution.rules import LEAST_OFFICER_SHARE, RULES_VERSION, Share
from webapp.database import db, insert_rows, new_ids
from webapp.feedback.handling import exclude_officers, hold_for_triage, send_to_unit
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Feedback
from webapp.organisation.models import Officer, Posting, Unit
from webapp.outbox import publish

#: States in which a new judgement still moves a complaint; afterwards it only corrects the record.
_MOVABLE = frozenset({State.FILED, State.IN_TRIAGE, State.VERIFIED, State.SENT})


def attribute_feedback(
    feedback_ids: Sequence[int], at: datetime, moments: Mapping[int, datetime] | None = None
) -> list[int]:
    """Judge by the rules whatever of `feedback_ids` has no standing judgement yet; the ids that were judged.

    Doing it again changes nothing: a feedback that was judged, by rules or by a person, is left alone. `moments`: for
    feedback of the past, when each is to count as judged, by its id; else that is `at`.
    """
    feedback = list(
        db.session.scalars(
            select(Feedback)
            .where(
                Feedback.id.in_(sorted(feedback_ids)),
                ~select(Attribution.id)
                .where(Attribution.feedback_id == Feedback.id, Attribution.superseded_at.is_(None))
                .exists(),
            )
            .order_by(Feedback.id)
            .with_for_update(of=Feedback)
        )
    )
    if not feedback:
        return []
    circumstances, strengths = gather_circumstances(feedback), current_strengths()
    judgements = {one.id: judge(circumstances[one.id], strengths) for one in feedback}
    when = dict.fromkeys(judgements, at) if moments is None else moments
    _store(judgements, when)
    _place_complaints(judgements, when)
    ids = list(judgements)
    publish(FeedbackAttributed(ids))
    return ids


def attribute_applications(application_ids: Sequence[int], at: datetime) -> list[int]:
    """Judge complaints about these files again where the facts of their turnaround say something else now; the ids.

    Those as well whose text tells the number of one of them. As _judge_again.
    """
    return _judge_again(about_applications(application_ids), at)


def attribute_visits(visit_ids: Sequence[int], at: datetime) -> list[int]:
    """Judge feedback again that these visits may be about, now that they are known or known better; the ids.

    Feedback by their receipts, and what names their counter or unit on their day. As _judge_again.
    """
    return _judge_again(about_visits(visit_ids), at)


def attribute_again(feedback_ids: Sequence[int], at: datetime) -> list[int]:
    """Judge these again where what is known of them, or learned since, says something else now; the ids. As above."""
    return _judge_again(Feedback.id.in_(sorted(feedback_ids)), at)


def _judge_again(which: ColumnElement[bool], at: datetime) -> list[int]:
    """Judge feedback again; the ids of what has another judgement now.

    Only what the rules had judged: a person's decision stands until a person changes it. The earlier judgement is
    superseded and kept. A complaint that nobody works on yet goes where it belongs now.
    """
    feedback = list(
        db.session.scalars(select(Feedback).where(which).order_by(Feedback.id).with_for_update(of=Feedback))
    )
    standing = {
        attribution.feedback_id: attribution
        for attribution in db.session.scalars(
            select(Attribution)
            .where(
                Attribution.feedback_id.in_([one.id for one in feedback]),
                Attribution.superseded_at.is_(None),
                Attribution.made_by == "rules",
            )
            .options(selectinload(Attribution.shares), selectinload(Attribution.evidence))
        )
    }
    judged = [one for one in feedback if one.id in standing]
    if not judged:
        return []
    circumstances, strengths = gather_circumstances(judged), current_strengths()
    places = dict(
        db.session.execute(
            select(Complaint.feedback_id, Complaint.unit_id).where(
                Complaint.feedback_id.in_([one.id for one in judged])
            )
        ).all()
    )
    changed = {}
    for one in judged:
        before = _before(standing[one.id], places.get(one.id))
        judgement = judge(circumstances[one.id], strengths, before)
        if _says_else(standing[one.id], judgement, strengths.slack):
            changed[one.id] = judgement
    if not changed:
        return []
    for id_ in changed:
        standing[id_].superseded_at = at
    db.session.flush()
    when = dict.fromkeys(changed, at)
    _store(changed, when)
    _place_complaints(changed, when)
    publish(FeedbackAttributed(list(changed)))
    return list(changed)


def _before(attribution: Attribution, unit_id: int | None) -> Before:
    """What stands: whoever is charged stays so, and what lies somewhere stays there, while little changes."""
    return Before(frozenset(share.officer_id for share in attribution.shares if share.officer_id is not None), unit_id)


def _says_else(attribution: Attribution, judgement: Judgement, slack: float) -> bool:
    """Whether a judgement says something else than the one that stands: somebody's share is another by `slack`.

    Less is no reason to move a complaint and two scores: shares that wander a little must not flip anything back and
    forth. Those count as well who may be meant without being charged: it is kept from them.
    """
    shares = {(share.unit_id, share.officer_id): share.share for share in judgement.shares}
    stored = {(share.unit_id, share.officer_id): share.share for share in attribution.shares}
    if {key for key in shares if key[1]} != {key for key in stored if key[1]}:
        return True
    if any(abs(shares.get(key, 0.0) - stored.get(key, 0.0)) > slack for key in {*shares, *stored}):
        return True
    leads = {lead.officer_id: lead.share for lead in judgement.leads if lead.officer_id is not None}
    known = {share.officer_id: share.share for share in attribution.shares if share.officer_id is not None}
    for evidence in attribution.evidence:
        known |= {officer_id: share for _, officer_id, share in evidence.particulars.get(LEADS, ())}
    return any(
        abs(leads.get(id_, LEAST_OFFICER_SHARE) - known.get(id_, LEAST_OFFICER_SHARE)) > slack
        for id_ in {*leads, *known}
    )


def _store(judgements: dict[int, Judgement], when: Mapping[int, datetime]) -> None:
    ids = new_ids(Attribution, len(judgements))
    insert_rows(
        Attribution,
        (
            {
                "id": attribution_id,
                "feedback_id": feedback_id,
                "made_by": "import" if judgement.rule == "agency_decision" else "rules",
                "rules_version": RULES_VERSION,
                "at": when[feedback_id],
            }
            for attribution_id, (feedback_id, judgement) in zip(ids, judgements.items(), strict=True)
        ),
    )
    shares, evidence = [], []
    for attribution_id, judgement in zip(ids, judgements.values(), strict=True):
        shares += [_share_row(attribution_id, share) for share in judgement.shares]
        evidence += [
            {
                "attribution_id": attribution_id,
                "rule": ground.rule,
                "rule_version": ground.version,
                "particulars": {**ground.particulars, **(_leads(judgement) if ground is judgement.grounds[0] else {})},
                "weight": ground.weight,
            }
            for ground in judgement.grounds
        ]
    insert_rows(AttributionShare, shares)
    insert_rows(Evidence, evidence)


def _leads(judgement: Judgement) -> dict[str, Any]:
    """Officers who may be meant and are not charged, beside the strongest evidence: triage decides with them."""
    leads = [lead for lead in judgement.leads if lead.officer_id not in judgement.charged]
    return {LEADS: [[lead.unit_id, lead.officer_id, round(lead.share, 4)] for lead in leads]} if leads else {}


def _share_row(attribution_id: int, share: Share) -> dict[str, int | float | None]:
    return {
        "attribution_id": attribution_id,
        "officer_id": share.officer_id,
        "unit_id": share.unit_id,
        "share": share.share,
    }


def _place_complaints(judgements: dict[int, Judgement], when: Mapping[int, datetime]) -> None:
    """Send each complaint to the unit it concerns, keep it from the officers it may concern, hold the rest for triage.

    What is too unsure for a unit stays with triage. So does one that points at a person without saying surely whom:
    any officer of the unit, and its head, might be meant, and whoever is accused must not see it. Where the agency
    itself had decided on the unit, it goes there nevertheless; who may read it there is limited all the same
    (`visible_to`). A past case that is only there for comparison lies on nobody's desk.
    """
    complaints = db.session.scalars(
        select(Complaint).where(Complaint.feedback_id.in_(list(judgements))).order_by(Complaint.feedback_id)
    ).all()
    past = set(
        db.session.scalars(
            select(WithheldDecision.feedback_id).where(
                WithheldDecision.feedback_id.in_([complaint.feedback_id for complaint in complaints])
            )
        )
        if complaints
        else ()
    )
    unit_ids = {judgement.unit_id for judgement in judgements.values() if judgement.unit_id is not None}
    units = {unit.id: unit for unit in db.session.scalars(select(Unit).where(Unit.id.in_(sorted(unit_ids))))}
    for complaint in complaints:
        judgement, at = judgements[complaint.feedback_id], when[complaint.feedback_id]
        meant = [share.officer_id for share in judgement.leads if share.officer_id is not None]
        exclude_officers(complaint.feedback_id, meant, at)
        if complaint.state not in _MOVABLE or complaint.feedback_id in past:
            continue
        nobody_charged = complaint.points_at_person and not judgement.charged and judgement.rule != "agency_decision"
        if judgement.unit_id is None or nobody_charged:
            hold_for_triage(complaint, reason=judgement.rule, at=at)
        else:
            send_to_unit(complaint, units[judgement.unit_id], reason=judgement.rule, at=at)


def decide_attribution(
    feedback_id: int, *, unit_id: int, officer_id: int | None, actor: Account, reason: str, at: datetime
) -> Attribution:
    """A person decides whom a feedback concerns: a new judgement that supersedes the standing one; both are kept.

    Raises OfficerNotInUnit where the officer has no posting at or below the unit. A complaint that nobody works on yet
    goes to the unit.
    """
    unit = db.session.get_one(Unit, unit_id)
    if officer_id is not None:
        _refuse_stranger(officer_id, unit)
    db.session.get_one(Feedback, feedback_id, with_for_update=True)
    db.session.execute(
        update(Attribution)
        .where(Attribution.feedback_id == feedback_id, Attribution.superseded_at.is_(None))
        .values(superseded_at=at)
    )
    attribution = Attribution(
        feedback_id=feedback_id,
        made_by="triage",
        rules_version=RULES_VERSION,
        decided_by_id=actor.id,
        reason=reason.strip() or None,
        at=at,
        shares=[AttributionShare(unit_id=unit_id, officer_id=officer_id, share=1.0)],
        evidence=[Evidence(rule="triage_decision", rule_version=1, particulars={"unit": unit.name})],
    )
    db.session.add(attribution)
    db.session.flush()
    complaint = db.session.get(Complaint, feedback_id)
    if complaint is not None:
        if officer_id is not None:
            exclude_officers(feedback_id, [officer_id], at)
        if complaint.state in _MOVABLE or _is_on_desk_of(complaint, officer_id):
            send_to_unit(complaint, unit, reason="triage_decision", at=at, decided_by=actor)
    publish(FeedbackAttributed([feedback_id]))
    return attribution


def _is_on_desk_of(complaint: Complaint, officer_id: int | None) -> bool:
    """Whether the officer now found to be concerned is just working on the complaint: then it leaves his desk."""
    if officer_id is None or complaint.state != State.IN_WORK or complaint.handler_id is None:
        return False
    return db.session.get_one(Officer, officer_id).account_id == complaint.handler_id


def _refuse_stranger(officer_id: int, unit: Unit) -> None:
    posted = db.session.scalar(
        select(Posting.id)
        .join(Unit, Unit.id == Posting.unit_id)
        .join(Officer, Officer.id == Posting.officer_id)
        .where(Posting.officer_id == officer_id, Unit.path.startswith(unit.path, autoescape=True))
        .limit(1)
    )
    if posted is None:
        raise OfficerNotInUnit
