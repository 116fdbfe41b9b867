"""A complaint that is no complaint: praise, a suggestion, a question. What it is called is changed, nothing is lost."""

from __future__ import annotations

from datetime import datetime

from webapp.accounts.models import Account
from webapp.feedback.clocks.actions import keep_clocks
from webapp.feedback.models import Complaint
from webapp.feedback.movement.records import record_move
from webapp.feedback.vocabulary import ComplaintKind, Move


def change_kind(complaint: Complaint, kind: ComplaintKind, actor: Account, at: datetime) -> ComplaintKind | None:
    """Call a complaint what it is; its clocks go by the terms of its kind. The kind before, None where it was that.

    Both kinds are written down. Taking it back is changing it again.
    """
    before = ComplaintKind(complaint.complaint_kind)
    if before == kind:
        return None
    complaint.complaint_kind = kind
    keep_clocks(complaint, at)
    record_move(complaint, Move.KIND_CHANGED, at, by=actor.id, reason=f"{before.value}>{kind.value}")
    return before
