"""Answers to complaints, and complaints that were left unanswered.

An answer counts for whoever gave it then, not for who holds the case now. In time is what came in time by the clock
that ran, without its rests while the reporter owed something. What was merged into another complaint counts there, and
nobody's own complaint counts for him.

A complaint whose term ran out on somebody's desk counts for him as the lowest value until he answers it: a late answer
is worth at least as much, so that letting it lie is never better than answering (law 1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.database import db
from webapp.feedback.clocks.actions import clocks_of
from webapp.feedback.clocks.vocabulary import Clock, Outcome
from webapp.feedback.facts.answers import answers_to
from webapp.feedback.models import Complaint, Disposition
from webapp.feedback.vocabulary import Finding
from webapp.indicators.components.complaint_handling import UNANSWERED_VALUE, handling_value
from webapp.indicators.components.registry import COMPLAINT_HANDLING
from webapp.indicators.fact_sources.due import DueFact
from webapp.indicators.periods import DEFAULT_TIMEZONE, period_of
from webapp.organisation.models import Officer, Unit

#: What answers are done by, beside citizens' channels.
CHANNEL = "answer"


def answers_due(complaint_ids: Sequence[int]) -> list[DueFact]:
    """The facts of handling of these complaints."""
    facts: list[DueFact] = []
    answered: set[tuple[int, int]] = set()
    for answer in answers_to(complaint_ids):
        answered.add((answer.complaint_id, answer.account_id))
        if answer.officer_id is None or answer.unsolved or not answer.counts:
            continue
        verdict = answer.verdict.what if answer.verdict else None
        facts.append(
            _fact(
                f"answer:{answer.id}",
                answer.complaint_id,
                answer.officer_id,
                handling_value(answer.on_time, verdict),
                answer.at,
                answer.timezone,
                answer.unit_id,
            )
        )
    return facts + _unanswered(complaint_ids, answered)


def _unanswered(complaint_ids: Sequence[int], answered: set[tuple[int, int]]) -> list[DueFact]:
    """The complaints whose term for an answer ran out, for the officer on whose desk each lay then."""
    missed: dict[int, datetime] = {}
    for complaint_id, clocks in clocks_of(complaint_ids).items():
        for clock in clocks:
            ran_out = clock.outcome == Outcome.MISSED or (clock.runs and clock.escalated_at is not None)
            if clock.clock == Clock.SETTLE and ran_out:
                missed.setdefault(complaint_id, clock.due_at)
    if not missed:
        return []
    holders = _holders(missed)
    # Nobody's fault, or somebody else's work: what waits for the centre, what is worked on with another complaint.
    excused = set(
        db.session.scalars(
            select(Complaint.feedback_id).where(
                Complaint.feedback_id.in_(missed),
                (Complaint.finding == Finding.OUTSIDE_CONTROL) | Complaint.merged_into_id.is_not(None),
            )
        )
    )
    rows = db.session.execute(
        select(Officer.account_id, Officer.id).where(Officer.account_id.in_({one[0] for one in holders.values()}))
    )
    officers = {row.account_id: row.id for row in rows}
    zones = {
        row.id: row.timezone
        for row in db.session.execute(
            select(Unit.id, Unit.timezone).where(Unit.id.in_({one[1] for one in holders.values()}))
        )
    }
    return [
        _fact(
            f"unanswered:{complaint_id}",
            complaint_id,
            officers[account_id],
            UNANSWERED_VALUE,
            missed[complaint_id],
            zones.get(unit_id, DEFAULT_TIMEZONE),
            unit_id,
        )
        for complaint_id, (account_id, unit_id) in sorted(holders.items())
        if account_id in officers and complaint_id not in excused and (complaint_id, account_id) not in answered
    ]


def _holders(missed: dict[int, datetime]) -> dict[int, tuple[int, int]]:
    """On whose desk and in which unit each complaint lay when its term ran out."""
    lay: dict[int, tuple[int | None, int | None]] = defaultdict(lambda: (None, None))
    for row in db.session.execute(
        select(Disposition.complaint_id, Disposition.at, Disposition.handler_id, Disposition.unit_id)
        .where(Disposition.complaint_id.in_(missed))
        .order_by(Disposition.id)
    ):
        if row.at <= missed[row.complaint_id]:
            lay[row.complaint_id] = (row.handler_id, row.unit_id)
    return {
        complaint_id: (account_id, unit_id)
        for complaint_id, (account_id, unit_id) in lay.items()
        if account_id is not None and unit_id is not None
    }


def _fact(
    key: str, complaint_id: int, officer_id: int, y: float, at: datetime, timezone: str, unit_id: int | None
) -> DueFact:
    day = at.astimezone(ZoneInfo(timezone)).date()
    return DueFact(
        key=key,
        feedback_id=complaint_id,
        attribution_id=None,
        officer_id=officer_id,
        component=COMPLAINT_HANDLING,
        period=period_of(day),
        day=day,
        y=y,
        share=1.0,
        verified=True,
        rater=None,
        service_id=None,
        channel=CHANNEL,
        unit_id=unit_id,
    )
