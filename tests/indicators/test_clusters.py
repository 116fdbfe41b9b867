"""One matter counts once towards an officer, however many complained of it; separated, each counts again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_placed
from webapp.accounts.models import Account
from webapp.attribution.actions import decide_attribution
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding
from webapp.indicators.actions import record_facts
from webapp.indicators.fact_sources import clusters_of
from webapp.indicators.models import IndicatorFact
from webapp.organisation.models import Officer

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def founded(session: Session, agency: Agency, *officers: Officer) -> list[Complaint]:
    """Complaints that were found founded, each attributed to one of these."""
    found = []
    for officer in officers:
        complaint = make_placed(session, NOW, agency.unit)
        decided(agency.triage, complaint, officer, agency)
        complaint.finding = Finding.FOUNDED
        found.append(complaint)
    session.flush()
    return found


def decided(actor: Account, complaint: Complaint, officer: Officer, agency: Agency) -> None:
    decide_attribution(
        complaint.feedback_id, unit_id=agency.unit.id, officer_id=officer.id, actor=actor, reason="Struk.", at=NOW
    )


def counted(session: Session) -> list[tuple[int, int]]:
    rows = session.execute(
        select(IndicatorFact.feedback_id, IndicatorFact.officer_id)
        .where(IndicatorFact.withdrawn_at.is_(None), IndicatorFact.component == "satisfaction")
        .order_by(IndicatorFact.feedback_id)
    )
    return [(row.feedback_id, row.officer_id) for row in rows]


def test_what_was_merged_or_joined_counts_once_for_each_officer(session: Session, agency: Agency) -> None:
    sari, budi = agency.sari_officer, agency.budi_officer
    main, merged, joined, of_budi, alone = founded(session, agency, sari, sari, sari, budi, sari)
    record_facts([one.feedback_id for one in (main, merged, joined, of_budi, alone)], NOW)
    assert len(counted(session)) == 5
    merged.merged_into_id = of_budi.merged_into_id = main.feedback_id
    joined.joins_id = merged.feedback_id  # two steps from the main one
    session.flush()
    assert clusters_of([joined.feedback_id]) == [one.feedback_id for one in (main, merged, joined, of_budi)]
    record_facts([merged.feedback_id], NOW)
    once = [(main.feedback_id, sari.id), (of_budi.feedback_id, budi.id), (alone.feedback_id, sari.id)]
    assert counted(session) == once
    record_facts([joined.feedback_id], NOW)
    assert counted(session) == once


def test_where_the_one_that_counts_is_not_his_any_more_another_one_counts(session: Session, agency: Agency) -> None:
    sari, budi = agency.sari_officer, agency.budi_officer
    main, merged = founded(session, agency, sari, sari)
    merged.merged_into_id = main.feedback_id
    session.flush()
    record_facts([merged.feedback_id], NOW)
    assert counted(session) == [(main.feedback_id, sari.id)]
    decided(agency.triage, main, budi, agency)
    record_facts([main.feedback_id], NOW)
    assert counted(session) == [(main.feedback_id, budi.id), (merged.feedback_id, sari.id)]


def test_separated_each_counts_by_itself_again(session: Session, agency: Agency) -> None:
    sari = agency.sari_officer
    main, merged = founded(session, agency, sari, sari)
    merged.merged_into_id = main.feedback_id
    session.flush()
    record_facts([main.feedback_id], NOW)
    assert len(counted(session)) == 1
    merged.merged_into_id = None
    session.flush()
    record_facts([main.feedback_id, merged.feedback_id], NOW)
    assert counted(session) == [(main.feedback_id, sari.id), (merged.feedback_id, sari.id)]
