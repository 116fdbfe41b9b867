"""Cases like this one whose answers citizens accepted: what helped before.

Looked for among what the same unit settled last, so that it takes as long in a city of a million complaints as in a
new one, and old rules are not taught on. Only what the viewer may see, and nothing that points at a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.casework.likeness import likest
from webapp.feedback.handling import visible_to
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Feedback
from webapp.organisation.models import Service, Unit

#: How many settled cases are looked through, and how many are shown.
LOOKED_THROUGH, MOST_SIMILAR = 300, 3
#: Characters of a text that are compared: enough for what it is about.
_COMPARED = 600
_LANGUAGE = "indonesian"


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """A settled case: what was said, what was answered, and when its reporter accepted that."""

    code: str
    text: str
    answer: str
    service: str | None
    settled_at: datetime


def list_similar(viewer: Account, complaint: Complaint) -> list[SimilarCase]:
    """The settled cases most like `complaint`, the likest first; for a caller that has read it as `viewer`."""
    if complaint.unit_id is None:
        return []
    latest = (
        select(Complaint.feedback_id, Complaint.text)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(
            Complaint.unit_id == complaint.unit_id,
            Complaint.state == State.ACCEPTED,
            ~Complaint.points_at_person,
            Complaint.erased_at.is_(None),
            Complaint.feedback_id != complaint.feedback_id,
            visible_to(viewer),
        )
        .order_by(Complaint.settled_at.desc())
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    others = {
        row.feedback_id: row.words for row in db.session.execute(select(latest.c.feedback_id, _stems(latest.c.text)))
    }
    if not others:
        return []
    asked = db.session.scalar(select(_stems(literal(complaint.text)))) or []
    found = [key for key, _alike in likest(asked, others, MOST_SIMILAR)]
    if not found:
        return []
    answer = (
        select(ComplaintMessage.text)
        .where(ComplaintMessage.complaint_id == Complaint.feedback_id, ComplaintMessage.kind == "answer")
        .order_by(ComplaintMessage.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Complaint.feedback_id, Complaint.code, Complaint.text, answer, Service.name, Complaint.settled_at)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .outerjoin(Service, Service.id == Feedback.service_id)
        .where(Complaint.feedback_id.in_(found))
    )
    cases = {row[0]: SimilarCase(*row[1:]) for row in rows if row[3]}
    return [cases[key] for key in found if key in cases]


def _stems(text: ColumnElement[str]) -> ColumnElement[Sequence[str]]:
    """The stems of a text, without words such as "yang" and "di"."""
    words = func.to_tsvector(_LANGUAGE, func.left(text, _COMPARED))
    return func.tsvector_to_array(words, type_=ARRAY(Text)).label("words")
