"""Noting what a complaint is recognised again by and what it repeats, and working on what was joined as on one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.attribution.repeats.finding import Found, find_repeats, matter_of_complaint
from webapp.attribution.repeats.likeness import LIKELY, LONGEST_GAP
from webapp.attribution.repeats.models import ComplaintSketch, RepeatLink
from webapp.attribution.repeats.reading import read
from webapp.attribution.repeats.sketching import pieces_of
from webapp.database import db
from webapp.feedback.life_cycle import STEPS, State, Step
from webapp.feedback.models import Complaint
from webapp.feedback.movement.merging import hindrance_to_merge, merge_complaints

#: So many likely repeats of one complaint are kept.
MOST_LINKS = 12


def note_repeats(feedback_ids: Sequence[int], at: datetime) -> None:
    """Write down what these complaints are recognised again by, and which earlier ones they seem to repeat.

    Doing it again changes nothing. Ratings among the ids are passed over. Complaints of one batch find each other, too.
    Of what was filed longer ago than LONGEST_GAP, as an import brings it, only the keys are kept.
    """
    complaints = db.session.scalars(
        select(Complaint)
        .where(
            Complaint.feedback_id.in_(sorted(feedback_ids)),
            Complaint.erased_at.is_(None),
            ~select(ComplaintSketch.complaint_id).where(ComplaintSketch.complaint_id == Complaint.feedback_id).exists(),
        )
        .order_by(Complaint.feedback_id)
    ).all()
    if not complaints:
        return
    matters = {one.feedback_id: matter_of_complaint(one) for one in complaints}
    sketches = [
        {
            "complaint_id": one.feedback_id,
            "pieces": pieces_of(read(matters[one.feedback_id])),
            "filed_at": one.feedback.filed_at,
            "told": not one.points_at_person,
        }
        for one in complaints
    ]
    db.session.execute(upsert(ComplaintSketch).on_conflict_do_nothing(), sketches)
    links = [
        {
            "complaint_id": one.feedback_id,
            "other_id": found.complaint_id,
            "likeness": found.likeness,
            "how": found.how.value,
            "found_at": at,
        }
        for one in complaints
        if one.feedback.filed_at >= at - timedelta(days=LONGEST_GAP)
        for found in _earlier(one)[:MOST_LINKS]
    ]
    if links:
        db.session.execute(upsert(RepeatLink).on_conflict_do_nothing(), links)


def _earlier(complaint: Complaint) -> list[Found]:
    """What was filed before, or at the same moment under a lower id: of two, one is the repeat of the other."""
    filed_at = complaint.feedback.filed_at
    found = find_repeats(
        matter_of_complaint(complaint),
        personal=complaint.points_at_person,
        least=LIKELY,
        but=complaint.feedback_id,
        until=filed_at,
    )
    return [one for one in found if (one.filed_at, one.complaint_id) < (filed_at, complaint.feedback_id)]


def join_chosen(feedback_ids: Sequence[int], at: datetime) -> list[int]:
    """Have those of these complaints whose reporters joined another one be worked on with it; the ids.

    Called when it is known whom they concern, so that nobody handles what he is kept from. Where something stands in
    the way (the other is closed, or points at a person) the complaint goes its own way, and triage sees the wish.
    """
    joined = []
    for complaint in db.session.scalars(
        select(Complaint)
        .where(Complaint.feedback_id.in_(sorted(feedback_ids)), Complaint.joins_id.is_not(None))
        .order_by(Complaint.feedback_id)
        .with_for_update(of=Complaint)
    ).all():
        main = main_of(complaint.joins_id, lock=True)
        if main is None or (State(complaint.state), Step.MERGE) not in STEPS:
            continue
        if hindrance_to_merge(main, complaint) is None:
            merge_complaints(main, complaint, None, None, at)
            joined.append(complaint.feedback_id)
    return joined


def main_of(complaint_id: int | None, *, lock: bool = False) -> Complaint | None:
    """The complaint that is worked on for this one: itself, or what it was merged into."""
    if complaint_id is None:
        return None
    complaint = db.session.get(Complaint, complaint_id)
    if complaint is not None and complaint.merged_into_id is not None:
        complaint = db.session.get(Complaint, complaint.merged_into_id)
    if complaint is not None and lock:
        db.session.refresh(complaint, with_for_update={"of": Complaint})
    return complaint
