"""Internal notes on a case. The reporter sees none of them; colleagues who may see the case can be named in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.casework.colleagues import Colleague, list_colleagues
from webapp.feedback.casework.mentions import named_in
from webapp.feedback.casework.models import CaseMention, CaseNote
from webapp.feedback.events import ColleagueMentioned
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Complaint
from webapp.outbox import publish

LONGEST_NOTE = 4000


def write_note(
    complaint: Complaint, author: Account, text: str, *, write_key: str, at: datetime
) -> tuple[Colleague, ...]:
    """Write a note once, however often its form arrives; those who are named in it and told of it.

    For a caller that has read the complaint as `author`. Whoever may not see the case can't be named: his name stays a
    word like any other, and he is told nothing.
    """
    note_id = db.session.scalar(
        upsert(CaseNote)
        .values(
            complaint_id=complaint.feedback_id,
            account_id=author.id,
            text=mask_personal_numbers(text.strip()),
            write_key=write_key,
            at=at,
        )
        .on_conflict_do_nothing(index_elements=["write_key"])
        .returning(CaseNote.id)
    )
    if note_id is None or "@" not in text:
        return ()
    colleagues = {one.id: one for one in list_colleagues(author, complaint)}
    named = sorted(named_in(text, {id_: one.name for id_, one in colleagues.items()}))
    if named:
        db.session.execute(insert(CaseMention), [{"note_id": note_id, "account_id": id_} for id_ in named])
        publish(ColleagueMentioned(note_id))
    return tuple(colleagues[id_] for id_ in named)
