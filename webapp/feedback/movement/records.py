"""Writing a move down: who, when, why. Every one is a row of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from webapp.database import write
from webapp.feedback.clocks.actions import prepared
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Complaint, Disposition
from webapp.feedback.vocabulary import Move

_COLUMNS = (
    "complaint_id", "unit_id", "handler_id", "decided_by_id", "at", "reason", "kind", "note", "other_id",
)  # fmt: skip
_MOVED = prepared(insert(Disposition.metadata.tables[Disposition.__tablename__]).inline(), _COLUMNS)


def record_move(
    complaint: Complaint,
    kind: Move,
    at: datetime,
    *,
    by: int | None,
    reason: str | None = None,
    note: str | None = None,
    handler_id: int | None = None,
    other_id: int | None = None,
) -> None:
    """Write down what was done with a complaint, with the unit where it lies now; `note` is masked."""
    write(
        _MOVED,
        {
            "complaint_id": complaint.feedback_id,
            "unit_id": complaint.unit_id,
            "handler_id": handler_id,
            "decided_by_id": by,
            "at": at,
            "reason": reason or kind.value,
            "kind": kind,
            "note": masked_note(note),
            "other_id": other_id,
        },
    )


def masked_note(note: str | None) -> str | None:
    """A note as it is kept: trimmed, masked, None where nothing was written."""
    return mask_personal_numbers((note or "").strip()) or None
