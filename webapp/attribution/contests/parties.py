"""Who had a hand in a case, so that he decides neither a contest of it nor an objection to what it moved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.attribution.models import Attribution
from webapp.feedback.models import Complaint, ComplaintMessage


def had_a_hand(viewer: Account, feedback_id: Any) -> ColumnElement[bool]:
    """Whether the viewer answered the complaint, has it, or said whom the feedback concerns. `feedback_id`: a column of
    the query that this goes into."""
    about, said, judged = aliased(Complaint), aliased(ComplaintMessage), aliased(Attribution)
    return or_(
        exists().where(
            about.feedback_id == feedback_id, or_(about.answered_by_id == viewer.id, about.handler_id == viewer.id)
        ),
        exists().where(said.complaint_id == feedback_id, said.kind == "answer", said.account_id == viewer.id),
        exists().where(judged.feedback_id == feedback_id, judged.decided_by_id == viewer.id),
    )
