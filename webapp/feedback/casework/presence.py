"""Who has a case open just now, so that two people in one case see each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.casework.models import CasePresence
from webapp.feedback.models import Complaint, Exclusion, Recusal
from webapp.organisation.models import Officer

#: A page says every 15 seconds that it is open. Who said nothing for so long has left.
PRESENT_FOR = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Present:
    """A colleague who has the case open; `writing`: he is typing something."""

    name: str
    writing: bool


def note_presence(complaint: Complaint, viewer: Account, *, writing: bool, now: datetime) -> tuple[Present, ...]:
    """Remember that `viewer` has the case open; who else has it open.

    For a caller that has read the complaint as `viewer`. Whoever declared a conflict of interest a moment ago is gone.
    """
    db.session.execute(
        upsert(CasePresence)
        .values(complaint_id=complaint.feedback_id, account_id=viewer.id, seen_at=now, writing=writing)
        .on_conflict_do_update(index_elements=["complaint_id", "account_id"], set_={"seen_at": now, "writing": writing})
    )
    rows = db.session.execute(
        select(Account.name, CasePresence.writing)
        .join(Account, Account.id == CasePresence.account_id)
        .where(
            CasePresence.complaint_id == complaint.feedback_id,
            CasePresence.account_id != viewer.id,
            CasePresence.seen_at > now - PRESENT_FOR,
            ~exists().where(Recusal.complaint_id == complaint.feedback_id, Recusal.account_id == Account.id),
            ~exists().where(
                Exclusion.complaint_id == complaint.feedback_id,
                Exclusion.officer_id == Officer.id,
                Officer.account_id == Account.id,
            ),
        )
        .order_by(Account.name)
    )
    return tuple(Present(*row) for row in rows)


def leave_case(complaint: Complaint, viewer: Account) -> None:
    """`viewer` has closed the page."""
    db.session.execute(
        delete(CasePresence).where(
            CasePresence.complaint_id == complaint.feedback_id, CasePresence.account_id == viewer.id
        )
    )
