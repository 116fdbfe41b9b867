"""Keeping the facts of turnaround: what attribution and the indicator read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update

from webapp.counter.applications.models import Application, ApplicationPause, TurnaroundFact
from webapp.counter.applications.turnaround import RULES_VERSION
from webapp.counter.applications.turnaround_columns import Fact, facts_of
from webapp.counter.applications.vocabulary import OPEN_STATES
from webapp.counter.events import TurnaroundRecorded
from webapp.database import db, insert_rows
from webapp.outbox import publish

#: Files whose facts are computed together.
BATCH = 1000
#: How old the facts of a file that only lies there may become; less than a day, so that a daily hour suffices.
AGAIN_AFTER = timedelta(hours=20)

_FIELDS = [field.name for field in fields(Fact)]


def record_turnaround(application_ids: Iterable[int], at: datetime) -> list[int]:
    """Write the facts of these files as they are at `at`; the ids of those whose facts changed.

    Facts that no longer hold are superseded, those that hold stay: doing it twice writes nothing. Of what is going on
    the facts are those of this moment. Publishes TurnaroundRecorded for what changed.
    """
    wanted = sorted(set(application_ids))
    changed: list[int] = []
    for begin in range(0, len(wanted), BATCH):
        changed += _record(wanted[begin : begin + BATCH], at)
    if changed:
        publish(TurnaroundRecorded(changed))
    return changed


def record_overdue(now: datetime) -> list[int]:
    """Write the facts of files that went overdue without anything happening to them; ids as of record_turnaround.

    Whoever complains of a file that only lies there finds its delay by this. One that stays overdue is written again
    after a day; one that waits for something outside control is not, for its clock stands still.
    """
    told = exists().where(
        TurnaroundFact.application_id == Application.id,
        TurnaroundFact.superseded_at.is_(None),
        TurnaroundFact.stage_id.is_(None),
        TurnaroundFact.delay_seconds > 0,
        TurnaroundFact.recorded_at > now - AGAIN_AFTER,
    )
    waits = exists().where(
        ApplicationPause.application_id == Application.id,
        ApplicationPause.ends_at.is_(None),
        ApplicationPause.outside_control,
    )
    overdue = db.session.scalars(
        select(Application.id).where(Application.state.in_(OPEN_STATES), Application.due_at < now, ~told, ~waits)
    )
    return record_turnaround(overdue, now)


def _record(application_ids: Sequence[int], at: datetime) -> list[int]:
    # Locked in order of id: another worker with some of the same files waits, and then sees what was written here.
    files = db.session.scalars(
        select(Application)
        .where(Application.id.in_(application_ids))
        .order_by(Application.id)
        .with_for_update(of=Application, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    standing = {
        (row.application_id, row.stage_id, row.officer_id): row
        for row in db.session.execute(
            select(*(getattr(TurnaroundFact, name) for name in ("id", "rules_version", *_FIELDS))).where(
                TurnaroundFact.application_id.in_(application_ids), TurnaroundFact.superseded_at.is_(None)
            )
        )
    }
    new: list[dict[str, Any]] = []
    changed: set[int] = set()
    for fact in facts_of(files, at):
        values = {name: getattr(fact, name) for name in _FIELDS}
        before = standing.pop((fact.application_id, fact.stage_id, fact.officer_id), None)
        if before is not None:
            if before.rules_version == RULES_VERSION and all(getattr(before, name) == values[name] for name in _FIELDS):
                continue
            standing[fact.application_id, fact.stage_id, fact.officer_id] = before
        new.append({**values, "rules_version": RULES_VERSION, "recorded_at": at})
        changed.add(fact.application_id)
    gone = list(standing.values())  # superseded by what is new, or by nothing
    if gone:
        db.session.execute(
            update(TurnaroundFact)
            .where(TurnaroundFact.id.in_([row.id for row in gone]))
            .values(superseded_at=at)
            .execution_options(synchronize_session=False)
        )
        changed.update(row.application_id for row in gone)
    insert_rows(TurnaroundFact, new)
    return sorted(changed)
