"""The answer of a complaint goes to those that were merged into it; each reporter judges it for himself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy import text as sql

from webapp.database import db
from webapp.feedback.actions import move, say
from webapp.feedback.clocks.actions import keep_clocks
from webapp.feedback.events import ComplaintAnswered
from webapp.feedback.life_cycle import State, Step
from webapp.feedback.models import Complaint
from webapp.outbox import publish

#: What the write key of an answer begins with that was given on another complaint.
SHARED_KEY = "merged:"

_ANY_MERGED = sql("SELECT 1 FROM complaint WHERE merged_into_id = :complaint_id AND state = 'merged' LIMIT 1")


def merged_into(complaint_id: int, *, lock: bool = False) -> list[Complaint]:
    """The complaints that wait for the answer of this one."""
    query = (
        select(Complaint)
        .where(Complaint.merged_into_id == complaint_id, Complaint.state == State.MERGED)
        .order_by(Complaint.feedback_id)
    )
    return list(db.session.scalars(query.with_for_update(of=Complaint) if lock else query))


def answer_merged(main: Complaint, message_id: int, text: str, at: datetime) -> None:
    """Give what was answered on `main` (message `message_id`) to every complaint merged into it."""
    if db.session.scalar(_ANY_MERGED, {"complaint_id": main.feedback_id}) is None:
        return  # nearly always so, and found out for much less than it takes to load them
    for one in merged_into(main.feedback_id, lock=True):
        said = say(
            one,
            "agency",
            "answer",
            text,
            write_key=f"{SHARED_KEY}{message_id}:{one.feedback_id}",
            at=at,
            account_id=main.answered_by_id,
        )
        if said is None:
            continue
        one.awaiting_reporter_since = None
        move(one, Step.ANSWER_WITH_MAIN, at, main.answered_by_id)
        one.unit_id = main.unit_id  # a dispute of it goes to those who answered
        one.answered_at = at
        one.first_answered_at = one.first_answered_at or at
        one.answered_by_id = main.answered_by_id
        one.finding = main.finding
        keep_clocks(one, at)
        publish(ComplaintAnswered(one.feedback_id, said))
