"""A large import sets off one chain of rounds in which figures are computed, and no figure is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.organisation import make_officer, make_unit
from webapp.attribution.actions import attribute_feedback
from webapp.feedback.bulk import ImportedFeedback, take_in_feedback
from webapp.feedback.drafts import RatingDraft
from webapp.indicators.actions import BACKGROUND_BATCH, MOST_AT_ONCE, record_facts, refresh_outdated, resume_rounds
from webapp.indicators.models import IndicatorOutdated, IndicatorSnapshot
from webapp.outbox.models import OutboxEvent

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)


def rate(session: Session, officers: list[int], unit_id: int, batch: int) -> list[int]:
    """One imported rating for each officer, attributed."""
    taken = take_in_feedback(
        [
            ImportedFeedback(RatingDraft(value=3), f"import:uji:{batch}-{id_}", NOW, unit_id, id_, f"{batch}".encode())
            for id_ in officers
        ]
    )
    attribute_feedback(taken.created, NOW)
    return taken.created


def rounds_announced(session: Session) -> int:
    session.flush()
    return session.scalar(select(func.count()).select_from(OutboxEvent).where(OutboxEvent.name == "FactsOutdated")) or 0


def test_many_batches_announce_one_round_and_each_round_the_next(session: Session) -> None:
    unit = make_unit(session)
    officers = [make_officer(session, unit).id for _ in range(BACKGROUND_BATCH + MOST_AT_ONCE + 1)]
    for batch in range(4):
        record_facts(rate(session, officers, unit.id, batch), NOW)
    assert rounds_announced(session) == 1
    assert refresh_outdated(NOW) == BACKGROUND_BATCH
    assert rounds_announced(session) == 2
    record_facts(rate(session, officers, unit.id, 4), NOW)
    assert rounds_announced(session) == 2, "a round is under way, and comes to these as well"
    while refresh_outdated(NOW):
        pass
    assert session.scalar(select(func.count()).select_from(IndicatorOutdated)) == 0
    counted = session.scalars(select(IndicatorSnapshot.facts).where(IndicatorSnapshot.superseded_at.is_(None))).all()
    assert counted == [5] * len(officers)


def test_the_next_import_announces_a_round_again(session: Session) -> None:
    unit = make_unit(session)
    officers = [make_officer(session, unit).id for _ in range(MOST_AT_ONCE + 1)]
    record_facts(rate(session, officers, unit.id, 0), NOW)
    refresh_outdated(NOW)
    record_facts(rate(session, officers, unit.id, 1), NOW)
    assert rounds_announced(session) == 2


def test_a_round_that_was_given_up_is_asked_for_again(session: Session) -> None:
    unit = make_unit(session)
    resume_rounds()
    assert rounds_announced(session) == 0
    session.add(IndicatorOutdated(officer_id=make_officer(session, unit).id, period="2026-Q4"))
    resume_rounds()
    assert rounds_announced(session) == 1
