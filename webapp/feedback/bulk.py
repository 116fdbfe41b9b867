"""Taking in many feedbacks of an agency's export at once, by the same rules as those that are filed one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db, new_ids
from webapp.feedback.codes import new_code
from webapp.feedback.drafts import ComplaintDraft, RatingDraft
from webapp.feedback.events import FeedbackImported
from webapp.feedback.models import Complaint, Feedback, Rating, RatingElement
from webapp.feedback.rows import complaint_values, feedback_values, rating_values, shown_text
from webapp.feedback.vocabulary import Channel
from webapp.outbox import publish

#: Most feedbacks that one event tells of: what a worker judges in one job, well within its lease.
MOST_IN_AN_EVENT = 500


@dataclass(frozen=True, slots=True)
class ImportedFeedback:
    """A feedback out of an agency's system, with what was decided there about whom it concerned."""

    draft: ComplaintDraft | RatingDraft
    #: "import:<source>:<id>", so that importing it again is importing it once.
    write_key: str
    filed_at: datetime
    decided_unit_id: int | None = None
    decided_officer_id: int | None = None
    rater_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a batch. `differing` are those known before under the same key with other words or value."""

    created: list[int]
    unchanged: int
    differing: list[ImportedFeedback]


def take_in_feedback(batch: Sequence[ImportedFeedback]) -> TakenIn:
    """Write what is new of `batch` and have it attributed; what is known already stays as it is.

    All of a batch are complaints, or all are ratings.
    """
    first: dict[str, ImportedFeedback] = {}
    again = [one for one in batch if first.setdefault(one.write_key, one) is not one]
    ids = _insert_feedback(list(first.values()))
    again += [one for key, one in first.items() if key not in ids]
    complaints = {ids[k]: one.draft for k, one in first.items() if k in ids and isinstance(one.draft, ComplaintDraft)}
    ratings = {ids[k]: one.draft for k, one in first.items() if k in ids and isinstance(one.draft, RatingDraft)}
    if complaints:
        _insert_complaints(complaints)
    if ratings:
        _insert_ratings(ratings)
    created = sorted(ids.values())
    for start in range(0, len(created), MOST_IN_AN_EVENT):
        publish(FeedbackImported(created[start : start + MOST_IN_AN_EVENT]))
    differing = _differing(again)
    return TakenIn(created, len(again) - len(differing), differing)


def _insert_feedback(batch: list[ImportedFeedback]) -> dict[str, int]:
    """Ids of those that were new, by write key."""
    if not batch:
        return {}
    ids = new_ids(Feedback, len(batch))
    rows = [
        {
            "id": feedback_id,
            **feedback_values(
                one.draft,
                write_key=one.write_key,
                channel=Channel.IMPORT,
                at=one.filed_at,
                rater_key=one.rater_key,
            ),
            "decided_unit_id": one.decided_unit_id,
            "decided_officer_id": one.decided_officer_id,
        }
        for feedback_id, one in zip(ids, batch, strict=True)
    ]
    # Without render_nulls the rows would be written in one statement for each run of like ones.
    db.session.execute(
        upsert(Feedback).on_conflict_do_nothing(index_elements=["write_key"]),
        rows,
        execution_options={"render_nulls": True},
    )
    written = select(Feedback.write_key, Feedback.id).where(Feedback.id.in_(ids))
    return dict(db.session.execute(written).all())


def _insert_complaints(drafts: dict[int, ComplaintDraft]) -> None:
    left = {id_: {"feedback_id": id_, **complaint_values(draft)} for id_, draft in drafts.items()}
    while left:
        db.session.execute(
            upsert(Complaint).on_conflict_do_nothing(index_elements=["code"]),
            list(left.values()),
            execution_options={"render_nulls": True},
        )
        for feedback_id in db.session.scalars(select(Complaint.feedback_id).where(Complaint.feedback_id.in_(left))):
            del left[feedback_id]
        for values in left.values():  # their codes were taken
            values["code"] = new_code()


def _insert_ratings(drafts: dict[int, RatingDraft]) -> None:
    rows = [rating_values(draft, feedback_id) for feedback_id, draft in drafts.items()]
    db.session.execute(insert(Rating), rows, execution_options={"render_nulls": True})
    elements: list[dict[str, Any]] = [
        {"rating_id": feedback_id, "element": name, "value": value}
        for feedback_id, draft in drafts.items()
        for name, value in draft.elements.items()
    ]
    if elements:
        db.session.execute(insert(RatingElement), elements)


def _differing(again: list[ImportedFeedback]) -> list[ImportedFeedback]:
    """Those of `again` that say something else than what stands under their key."""
    if not again:
        return []
    standing: dict[str, str | tuple[int, int]] = {}
    keys = [one.write_key for one in again]
    for key, text, value, scale in db.session.execute(
        select(Feedback.write_key, Complaint.text, Rating.value, Rating.scale)
        .outerjoin(Complaint, Complaint.feedback_id == Feedback.id)
        .outerjoin(Rating, Rating.feedback_id == Feedback.id)
        .where(Feedback.write_key.in_(keys))
    ):
        standing[key] = text if text is not None else (value, scale)
    return [one for one in again if standing[one.write_key] != _said(one.draft)]


def _said(draft: ComplaintDraft | RatingDraft) -> str | tuple[int, int]:
    return shown_text(draft.text) if isinstance(draft, ComplaintDraft) else (draft.value, draft.scale)
