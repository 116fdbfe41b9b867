"""Complaints about one matter: what was merged, or joined by its reporter. One of them counts towards each officer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select

from webapp.attribution.models import Attribution, AttributionShare
from webapp.attribution.rules import LEAST_OFFICER_SHARE
from webapp.database import db
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding


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


def repeated_among(feedback_ids: Sequence[int]) -> set[tuple[int, int | None]]:
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
