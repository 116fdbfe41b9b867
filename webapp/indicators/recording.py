"""Keeping facts true to what is known: what should stand is written, what no longer holds is withdrawn with its why."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Final, cast

from sqlalchemy import ColumnElement, Table, select, tuple_, update
from sqlalchemy.dialects import postgresql

from webapp.attribution.models import Attribution
from webapp.database import db, driver_connection
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding
from webapp.indicators.fact_sources import DueFact, clusters_of, facts_due
from webapp.indicators.models import IndicatorFact
from webapp.indicators.objections.models import FactExclusion
from webapp.indicators.periods import DEFAULT_TIMEZONE
from webapp.indicators.refreshing import refresh_or_mark
from webapp.indicators.rounds import mark
from webapp.indicators.stored_facts import StoredFact

_COLUMNS: Final = tuple(field.name for field in fields(DueFact))
#: What tells facts apart, and what is only said beside them: a change of any other column is a new fact.
_BESIDE: Final = frozenset({"key", "officer_id", "component", "feedback_id", "details"})
_SAYS: Final = tuple(name for name in _COLUMNS if name not in _BESIDE)

_WRITTEN_TOGETHER: Final = 5000
_TABLE: Final = cast(Table, IndicatorFact.__table__)
_POSTGRESQL: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # so in its own stubs
_FIELDS: Final = ", ".join(_COLUMNS)
#: All rows in one text, whose numbers are written and read without loss.
_INSERT: Final = f"""
    INSERT INTO indicator_fact ({_FIELDS}, recorded_at)
    SELECT {_FIELDS}, %(at)s FROM json_to_recordset(CAST(%(facts)s AS json)) AS f (
        {", ".join(f"{name} {_TABLE.c[name].type.compile(_POSTGRESQL)}" for name in _COLUMNS)})
"""  # noqa: S608  names of columns

_STANDING: Final = select(_TABLE.c.id, *(_TABLE.c[name] for name in _COLUMNS)).with_for_update()

FactKey = tuple[str, int, str]


def record_facts(feedback_ids: Sequence[int], at: datetime) -> None:
    """Bring the facts of these feedbacks up to what is known, withdraw what no longer holds, renew the figures.

    So are those of complaints about the same matter, of which one counts for all. Doing it again changes nothing.
    """
    ids = clusters_of(feedback_ids)
    outdated = _write_facts(IndicatorFact.feedback_id.in_(ids), facts_due(ids, DEFAULT_TIMEZONE), at)
    refresh_or_mark(outdated, at)


def record_due(keys: Collection[str], due: Iterable[DueFact], at: datetime, *, at_once: bool = True) -> None:
    """Bring the facts of these keys up to `due`, those that should stand; renew the figures.

    What stands under one of `keys` and is not among `due` is withdrawn. Doing it again changes nothing. Not `at_once`:
    the figures are only marked, however few.
    """
    outdated = _write_facts(IndicatorFact.key.in_(list(keys)), due, at)
    if at_once:
        refresh_or_mark(outdated, at)
    elif outdated:
        mark(outdated)


def withdraw_excluded(officer_id: int, at: datetime) -> int:
    """Withdraw the officer's facts that an upheld objection excludes, and renew the figures; how many."""
    gone = db.session.execute(
        update(IndicatorFact)
        .where(
            IndicatorFact.officer_id == officer_id,
            IndicatorFact.withdrawn_at.is_(None),
            tuple_(IndicatorFact.component, IndicatorFact.key).in_(
                select(FactExclusion.component, FactExclusion.key).where(FactExclusion.officer_id == officer_id)
            ),
        )
        .values(withdrawn_at=at, withdrawn_why="objection")
        .returning(IndicatorFact.officer_id, IndicatorFact.period)
        .execution_options(synchronize_session=False)
    ).all()
    refresh_or_mark({(one.officer_id, one.period) for one in gone}, at)
    return len(gone)


def insert_facts(facts: Sequence[DueFact], at: datetime) -> None:
    """Write facts that do not stand yet; who does so renews the figures.

    Not by `database.insert_rows`: each rating waits for this, and the way of one text takes a third of its processor
    time for one fact, and little more than half for thousands.
    """
    db.session.flush()
    for first in range(0, len(facts), _WRITTEN_TOGETHER):
        rows = [{name: getattr(fact, name) for name in _COLUMNS} for fact in facts[first : first + _WRITTEN_TOGETHER]]
        driver_connection().execute(_INSERT, {"facts": json.dumps(rows, default=date.isoformat), "at": at})


def _write_facts(which: ColumnElement[bool], should: Iterable[DueFact], at: datetime) -> set[tuple[int, str]]:
    """The (officer, period) whose facts changed."""
    due: dict[FactKey, DueFact] = {(fact.key, fact.officer_id, fact.component): fact for fact in should}
    excluded = _excluded({officer_id for _key, officer_id, _component in due})
    for key in excluded & due.keys():
        del due[key]
    standing: dict[FactKey, StoredFact] = {
        (fact.key, fact.officer_id, fact.component): fact
        for fact in db.session.execute(_STANDING.where(which, IndicatorFact.withdrawn_at.is_(None)))
    }
    gone = {key: fact for key, fact in standing.items() if key not in due or _differs(fact, due[key])}
    fresh = [fact for key, fact in due.items() if key not in standing or key in gone]
    if gone:
        _withdraw(gone, due, excluded, at)
    insert_facts(fresh, at)
    return {(fact.officer_id, fact.period) for fact in gone.values()} | {
        (fact.officer_id, fact.period) for fact in fresh
    }


def _differs(standing: StoredFact, due: DueFact) -> bool:
    return any(getattr(standing, name) != getattr(due, name) for name in _SAYS)


def _excluded(officer_ids: Collection[int]) -> set[FactKey]:
    """What an upheld objection has taken out for good."""
    if not officer_ids:
        return set()
    rows = db.session.execute(
        select(FactExclusion.key, FactExclusion.officer_id, FactExclusion.component).where(
            FactExclusion.officer_id.in_(officer_ids)
        )
    )
    return {(row.key, row.officer_id, row.component) for row in rows}


def _withdraw(
    gone: dict[FactKey, StoredFact], due: dict[FactKey, DueFact], excluded: set[FactKey], at: datetime
) -> None:
    why = _reasons(gone, due, excluded)
    for reason in sorted(set(why.values())):
        ids = [fact.id for key, fact in gone.items() if why[key] == reason]
        db.session.execute(
            update(IndicatorFact).where(IndicatorFact.id.in_(ids)).values(withdrawn_at=at, withdrawn_why=reason)
        )


def _reasons(
    gone: dict[FactKey, StoredFact], due: dict[FactKey, DueFact], excluded: set[FactKey]
) -> dict[FactKey, str]:
    """Why each counts no more: objection, attribution (a person decided otherwise), evidence (came late), decision
    (about the complaint), repeated (counts by another complaint), plan (another was agreed on), corrected (the
    record itself)."""
    ids = {fact.feedback_id for fact in gone.values() if fact.feedback_id is not None}
    judged = {
        row.feedback_id: (row.id, row.made_by)
        for row in db.session.execute(
            select(Attribution.feedback_id, Attribution.id, Attribution.made_by).where(
                Attribution.feedback_id.in_(ids), Attribution.superseded_at.is_(None)
            )
        )
    }
    founded = set(
        db.session.scalars(
            select(Complaint.feedback_id).where(Complaint.feedback_id.in_(ids), Complaint.finding == Finding.FOUNDED)
        )
    )
    reasons: dict[FactKey, str] = {}
    for key, fact in gone.items():
        now_judged = judged.get(fact.feedback_id or 0)
        source = fact.key.partition(":")[0]
        if key in excluded:
            reasons[key] = "objection"
        elif fact.attribution_id is not None and now_judged is not None and now_judged[0] != fact.attribution_id:
            reasons[key] = "evidence" if now_judged[1] == "rules" else "attribution"
        elif source == "complaint" and key not in due:
            reasons[key] = "repeated" if fact.feedback_id in founded else "decision"
        elif source in ("complaint", "answer", "unanswered"):
            reasons[key] = "decision"
        elif source == "target" and key not in due:
            reasons[key] = "plan"
        else:
            reasons[key] = "corrected"
    return reasons
