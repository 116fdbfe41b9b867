"""Keeping the facts of handling: what should stand for a complaint is computed anew and written where it differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.feedback.events import HandlingRecorded
from webapp.feedback.facts.answers import GivenAnswer, answers_to
from webapp.feedback.facts.models import Deed, HandlingFact
from webapp.outbox.actions import publish_all

_FACTS = cast(Table, HandlingFact.__table__)
_new = upsert(_FACTS)
_WRITE = _new.on_conflict_do_update(
    index_elements=["key"], set_={column.name: column for column in _new.excluded if column.name not in ("id", "key")}
)


@dataclass(frozen=True, slots=True)
class DueFact:
    """A fact as it should stand: the columns of HandlingFact."""

    key: str
    complaint_id: int
    account_id: int
    officer_id: int | None
    unit_id: int | None
    month: date
    deed: str
    at: datetime
    on_time: bool | None
    working_seconds: int | None


def record_handling(feedback_ids: Sequence[int], at: datetime) -> None:
    """Bring the facts of handling of these complaints up to what is now known; ratings among them have none.

    Doing it again writes nothing. What changed is published for each month, with the officers whom it is about.
    """
    due = {fact.key: fact for answer in answers_to(feedback_ids) if answer.counts for fact in facts_of(answer)}
    columns = [_FACTS.c[name] for name in DueFact.__dataclass_fields__]
    standing = {
        row.key: DueFact(*row)
        for row in db.session.execute(select(*columns).where(_FACTS.c.complaint_id.in_(feedback_ids)))
    }
    changed = [fact for key, fact in due.items() if standing.get(key) != fact]
    gone = [fact for key, fact in standing.items() if key not in due]
    if gone:
        db.session.execute(delete(_FACTS).where(_FACTS.c.key.in_([fact.key for fact in gone])))
    if changed:
        db.session.execute(_WRITE, [asdict(fact) for fact in changed])
    before = [standing[fact.key] for fact in changed if fact.key in standing]
    concerned: dict[date, set[int]] = defaultdict(set)
    for fact in (*changed, *gone, *before):
        if fact.officer_id is not None:
            concerned[fact.month].add(fact.officer_id)
    publish_all([HandlingRecorded(f"{month:%Y-%m}", sorted(officers)) for month, officers in sorted(concerned.items())])


def facts_of(answer: GivenAnswer) -> list[DueFact]:
    """The facts that an answer amounts to: that it was given, and what its reporter made of it.

    The verdict counts in the month of the answer.
    """
    common = {
        "complaint_id": answer.complaint_id,
        "account_id": answer.account_id,
        "officer_id": answer.officer_id,
        "unit_id": answer.unit_id,
        "month": answer.at.astimezone(ZoneInfo(answer.timezone)).date().replace(day=1),
    }
    if answer.unsolved:
        deed, key = Deed.UNSOLVED, f"unsolved:{answer.id}"
    else:
        deed, key = Deed.FIRST_ANSWER if answer.first else Deed.ANSWER, f"answer:{answer.id}"
    given = DueFact(
        key=key,
        deed=deed.value,
        at=answer.at,
        on_time=answer.on_time,
        working_seconds=answer.working_seconds,
        **common,  # type: ignore[arg-type]
    )
    if answer.verdict is None:
        return [given]
    verdict = DueFact(
        key=f"verdict:{answer.id}",
        deed=Deed(answer.verdict.what).value,
        at=answer.verdict.at,
        on_time=None,
        working_seconds=None,
        **common,  # type: ignore[arg-type]
    )
    return [given, verdict]
