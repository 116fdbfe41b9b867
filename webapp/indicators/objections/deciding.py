"""Deciding an objection: a row of its own, with reasons; what it upholds counts no more, and the figure follows.

Days are chosen, never ratings by their value. Where people rated, the days that go and those that stay must each hold
MINIMUM_RATERS of them, or the change of the figure would tell a few of them; all of the line together may always go,
since the officer saw what it moved.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.attribution.contests.quoting import gives_away
from webapp.counter.applications.models import PauseCause
from webapp.database import db
from webapp.feedback.masking import mask_personal_numbers
from webapp.indicators.line_groups import MINIMUM_RATERS
from webapp.indicators.objections.contents import complaints_among, digest_of, raters_of, standing_rows
from webapp.indicators.objections.desk import read_objection, was_decided_before
from webapp.indicators.objections.errors import (
    AlreadyDecided,
    FactsChanged,
    GivesAway,
    NoSuchObjection,
    NothingChosen,
    TooFewRaters,
)
from webapp.indicators.objections.events import ObjectionDecided
from webapp.indicators.objections.filing import hold_figure
from webapp.indicators.objections.models import FactExclusion, IndicatorObjection, ObjectionDecision
from webapp.indicators.objections.vocabulary import Outcome
from webapp.indicators.stored_facts import StoredFact, facts_by_id
from webapp.outbox import publish


def list_causes() -> list[tuple[int, str]]:
    """The causes outside an officer's control that the agency knows, by name: (id, name)."""
    rows = db.session.execute(
        select(PauseCause.id, PauseCause.name)
        .where(PauseCause.active, PauseCause.outside_control)
        .order_by(PauseCause.name, PauseCause.id)
    )
    return [(row.id, row.name) for row in rows]


def decide_objection(
    objection_id: int,
    *,
    outcome: Outcome,
    reasons: str,
    actor: Account,
    at: datetime,
    days: Collection[date | None] = (),
    cause_id: int | None = None,
    seen: str | None = None,
) -> ObjectionDecision:
    """Uphold an objection, uphold it for `days` (outcome "partly"), or refuse it. Final: there is one decision.

    `cause_id`: what outside of the officer's control it is put down to. `seen`: the digest of what the page showed
    (LineContents.of). The very same decision sent twice by the same person is decided once.

    Raises NoSuchObjection where `actor` may not decide it, AlreadyDecided where somebody did, or he himself in another
    way or with other reasons, FactsChanged where the line is made of something else than `seen`, NothingChosen and
    TooFewRaters for `days` that don't go, GivesAway where `reasons` quotes a complaint: the officer reads it.
    """
    objection = None
    if objection_id < 2**63:
        objection = db.session.get(IndicatorObjection, objection_id, with_for_update=True)
    if objection is None:
        raise NoSuchObjection
    standing_decision = db.session.scalars(
        select(ObjectionDecision).where(ObjectionDecision.objection_id == objection_id)
    ).one_or_none()
    if standing_decision is not None and standing_decision.decided_by_id == actor.id:
        if not _is_the_same(standing_decision, objection, outcome, reasons, days, cause_id):
            raise AlreadyDecided
        return standing_decision
    hold_figure(objection.officer_id)
    try:
        read_objection(actor, objection_id)
    except NoSuchObjection:
        if was_decided_before(actor, objection_id):
            raise AlreadyDecided from None
        raise
    stored = facts_by_id(objection.fact_ids)
    standing = standing_rows(objection.officer_id, stored)
    if seen is not None and seen != digest_of(standing):
        raise FactsChanged
    words = mask_personal_numbers(reasons.strip())
    for complaint in complaints_among(stored):
        if what := gives_away(words, complaint.code, complaint.text):
            raise GivesAway(what)
    gone = _that_go(outcome, standing, set(days))
    decision = ObjectionDecision(
        objection_id=objection_id,
        outcome=outcome.value,
        reasons=words,
        cause_id=None if outcome == Outcome.REFUSED else _known_cause(cause_id),
        decided_by_id=actor.id,
        at=at,
    )
    db.session.add(decision)
    db.session.flush()
    if outcome == Outcome.UPHELD:
        # What does not count just now may come back: by a judgement that is undone, say.
        gone = [*gone, *stored]
    _exclude(objection.officer_id, decision.id, gone, at)
    publish(ObjectionDecided(objection_id))
    return decision


def _is_the_same(
    decision: ObjectionDecision,
    objection: IndicatorObjection,
    outcome: Outcome,
    reasons: str,
    days: Collection[date | None],
    cause_id: int | None,
) -> bool:
    """Whether this was decided so already: pressed twice, not thought over."""
    cause = None if outcome == Outcome.REFUSED else _known_cause(cause_id)
    asked = (outcome.value, mask_personal_numbers(reasons.strip()), cause)
    if asked != (decision.outcome, decision.reasons, decision.cause_id):
        return False
    if outcome != Outcome.PARTLY:
        return True
    gone = {
        (row.component, row.key)
        for row in db.session.execute(
            select(FactExclusion.component, FactExclusion.key).where(FactExclusion.decision_id == decision.id)
        )
    }
    return {row.day for row in facts_by_id(objection.fact_ids) if (row.component, row.key) in gone} == set(days)


def _that_go(outcome: Outcome, standing: list[StoredFact], days: set[date | None]) -> list[StoredFact]:
    if outcome == Outcome.REFUSED:
        return []
    if outcome == Outcome.UPHELD:
        return standing
    go = [row for row in standing if row.day in days]
    stay = [row for row in standing if row.day not in days]
    if not go or not stay:
        raise NothingChosen
    if any(0 < raters < MINIMUM_RATERS for raters in (raters_of(go), raters_of(stay))):
        raise TooFewRaters(MINIMUM_RATERS)
    return go


def _exclude(officer_id: int, decision_id: int, rows: list[StoredFact], at: datetime) -> None:
    pairs = sorted({(row.component, row.key) for row in rows})
    if pairs:
        db.session.execute(
            upsert(FactExclusion).on_conflict_do_nothing(index_elements=["officer_id", "component", "key"]),
            [
                {"decision_id": decision_id, "officer_id": officer_id, "component": component, "key": key, "at": at}
                for component, key in pairs
            ],
        )


def _known_cause(cause_id: int | None) -> int | None:
    return cause_id if cause_id in {id_ for id_, _name in list_causes()} else None
