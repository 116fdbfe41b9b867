"""Taking a decision of triage back: the judgement before it stands again, as a new row; both are kept (law 6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.accounts.models import Account
from webapp.attribution.errors import AttributionError
from webapp.attribution.events import FeedbackAttributed
from webapp.attribution.models import Attribution, AttributionShare, Evidence
from webapp.database import db
from webapp.feedback.handling import hold_for_triage
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.outbox import publish

#: The piece of evidence that says so, beside those of the judgement that stands again.
DECISION_UNDONE = "decision_undone"


class NotUndoable(AttributionError):
    """Somebody works on the complaint already, or somebody decided otherwise since, or it is another's decision."""


def may_undo(complaint: Complaint, made_by: str, decided_by_id: int | None, actor: Account) -> bool:
    """Whether `actor` may take back the judgement that stands: his own, of a complaint that nobody works on yet."""
    return made_by == "triage" and decided_by_id == actor.id and complaint.state == State.SENT


def undo_decision(complaint: Complaint, attribution_id: int, actor: Account, at: datetime) -> Attribution:
    """Take back what `actor` decided on `complaint` (locked): triage has it again, with the judgement from before.

    Whom the decision named as concerned stays kept from the complaint: that is never taken back by a rule. Raises
    NotUndoable.
    """
    judgements = list(
        db.session.scalars(
            select(Attribution)
            .where(Attribution.feedback_id == complaint.feedback_id)
            .order_by(Attribution.id.desc())
            .limit(2)
            .options(selectinload(Attribution.shares), selectinload(Attribution.evidence))
        )
    )
    if not judgements or judgements[0].id != attribution_id:
        raise NotUndoable
    standing, former = judgements[0], judgements[1] if len(judgements) > 1 else None
    if not may_undo(complaint, standing.made_by, standing.decided_by_id, actor):
        raise NotUndoable
    standing.superseded_at = at
    db.session.flush()  # one stands at a time
    restored = Attribution(
        feedback_id=complaint.feedback_id,
        # Who judged then is who judged: what stands again is open to late evidence, and nobody learns from it.
        made_by=former.made_by if former else "rules",
        rules_version=former.rules_version if former else standing.rules_version,
        decided_by_id=former.decided_by_id if former else None,
        reason=former.reason if former else None,
        at=at,
        shares=[
            AttributionShare(unit_id=one.unit_id, officer_id=one.officer_id, share=one.share) for one in former.shares
        ]
        if former
        else [AttributionShare(share=1.0)],
        evidence=[
            *(
                Evidence(rule=one.rule, rule_version=one.rule_version, particulars=one.particulars, weight=one.weight)
                for one in (former.evidence if former else ())
                if one.rule != DECISION_UNDONE
            ),
            Evidence(rule=DECISION_UNDONE, rule_version=1, particulars={}),
        ],
    )
    db.session.add(restored)
    db.session.flush()
    if complaint.verified_at == standing.at:  # by being sent on, and by nothing else
        complaint.verified_at = None
    hold_for_triage(complaint, reason=DECISION_UNDONE, at=at, decided_by=actor)
    publish(FeedbackAttributed([complaint.feedback_id]))
    return restored
