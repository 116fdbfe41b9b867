"""Filing a complaint in one statement: the feedback, the complaint and its event, or nothing at all.

Filing is what must hold when half a city complains at once. One statement built beforehand, with the values bound to
it, costs a round trip and no compiling; the same rows written one by one cost three times as much.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import Executable, Insert, Table, bindparam, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.feedback.events import ComplaintSubmitted
from webapp.feedback.models import Complaint, Feedback
from webapp.outbox.models import OutboxEvent

_FEEDBACK = cast(Table, Feedback.__table__)
_COMPLAINT = cast(Table, Complaint.__table__)
_EVENT = cast(Table, OutboxEvent.__table__)

FEEDBACK_COLUMNS = (
    "kind", "channel", "write_key", "unit_id", "service_id", "counter_id", "visit_id", "occurred_at",
    "occurred_exactly", "filed_at", "rater_key", "place", "latitude", "longitude", "application_id", "about_delay",
)  # fmt: skip
COMPLAINT_COLUMNS = (
    "code", "secret_word", "complaint_kind", "text", "original_text", "secret", "anonymous", "points_at_person",
    "contact_name", "contact_phone", "contact_email", "joins_id",
)  # fmt: skip


def file_rows(feedback: dict[str, Any], complaint: dict[str, Any]) -> tuple[int | None, bool]:
    """Write a complaint with its feedback and its event; both dicts as `webapp.feedback.rows` makes them.

    Returns the id of the feedback, None where its write key was there before (then nothing is written), and whether
    the complaint was written: it is not where its code is taken, and the caller draws another (`file_complaint_row`).
    """
    values = {f"feedback_{name}": feedback[name] for name in FEEDBACK_COLUMNS}
    values |= {f"complaint_{name}": complaint[name] for name in COMPLAINT_COLUMNS}
    feedback_id, written = db.session.execute(_statement(), values).one()
    return feedback_id, written is not None


def file_complaint_row(feedback_id: int, complaint: dict[str, Any]) -> bool:
    """Write the complaint of a feedback that stands already; False where its code is taken."""
    written = db.session.execute(
        upsert(Complaint)
        .values({**complaint, "feedback_id": feedback_id})
        .on_conflict_do_nothing(index_elements=["code"])
        .returning(Complaint.feedback_id)
    )
    return written.first() is not None


@cache
def _statement() -> Executable:
    feedback = _bound(_FEEDBACK, "feedback", FEEDBACK_COLUMNS)
    filed = (
        upsert(_FEEDBACK)
        .from_select(list(feedback), select(*feedback.values()), include_defaults=False)
        .on_conflict_do_nothing(index_elements=["write_key"])
        .returning(_FEEDBACK.c.id)
        .cte("filed")
    )
    complaint = _bound(_COMPLAINT, "complaint", COMPLAINT_COLUMNS)
    written = (
        upsert(_COMPLAINT)
        .from_select(["feedback_id", *complaint], select(filed.c.id, *complaint.values()), include_defaults=False)
        .on_conflict_do_nothing(index_elements=["code"])
        .returning(_COMPLAINT.c.feedback_id)
        .cte("written")
    )
    event: Insert = insert(_EVENT).from_select(
        ["name", "payload"],
        select(literal(ComplaintSubmitted.name), func.jsonb_build_object("feedback_id", written.c.feedback_id)),
    )
    return select(
        select(filed.c.id).scalar_subquery().label("feedback_id"),
        select(written.c.feedback_id).scalar_subquery().label("written"),
    ).add_cte(event.cte("event"))


def _bound(table: Table, prefix: str, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: bindparam(f"{prefix}_{name}", type_=table.c[name].type) for name in columns}
