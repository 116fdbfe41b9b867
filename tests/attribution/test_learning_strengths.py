"""Learning strengths from confirmed cases in the database: adopted where no worse, used from then on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.factories.city import SmallCity, make_small_city
from tests.factories.counter import make_visit
from tests.factories.feedback import make_complaint
from tests.factories.organisation import make_counter, make_officer
from webapp.accounts.permissions import Role
from webapp.attribution import learning_strengths
from webapp.attribution.actions import attribute_feedback, decide_attribution
from webapp.attribution.current_strengths import current_strengths
from webapp.attribution.learning_strengths import learn_strengths, read_confirmed
from webapp.attribution.models import LearnedModel
from webapp.attribution.strengths import STATED_VERSION, stated_strengths

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def city(database: SQLAlchemy) -> SmallCity:
    return make_small_city(database.session(), AT)


def decide_many(database: SQLAlchemy, city: SmallCity, count: int, start: datetime = AT) -> None:
    """Complaints at a counter whose records name one officer, each decided to have been somebody else's."""
    session = database.session()
    counter = make_counter(session, city.unit)
    make_visit(session, city.unit, start + timedelta(minutes=5), officer=city.officer, counter=counter)
    other = make_officer(session, city.unit)
    for minute in range(count):
        at = start + timedelta(hours=1, minutes=minute)
        complaint = make_complaint(
            session, at, unit_id=city.unit.id, counter_id=counter.id, occurred_at=start, occurred_exactly=True
        )
        attribute_feedback([complaint.feedback_id], at)
        decide_attribution(
            complaint.feedback_id,
            unit_id=city.unit.id,
            officer_id=other.id,
            actor=city.staff[Role.TRIAGE],
            reason="Sudah diperiksa.",
            at=at,
        )


def test_what_people_decide_teaches(city: SmallCity, database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_strengths, "LEAST_CASES", 12)
    monkeypatch.setattr(learning_strengths, "LEAST_HELD_OUT", 3)
    decide_many(database, city, 16)
    assert current_strengths().version == STATED_VERSION
    later = AT + timedelta(days=9)
    model = learn_strengths(later)
    assert model is not None and model.adopted_at == later and model.cases == len(read_confirmed())
    assert model.former_figures is not None and model.figures["loss"] < model.former_figures["loss"]
    used = current_strengths()
    assert used.version == model.version
    assert used.officer["served_then"] < stated_strengths().officer["served_then"] - 0.1
    assert learn_strengths(later + timedelta(days=30)) is None, "nothing was confirmed since"
    decide_many(database, city, 4, AT + timedelta(days=10))
    again = learn_strengths(later + timedelta(days=60))
    assert again is not None and again.adopted_at is not None
    kept = database.session.scalars(select(LearnedModel).order_by(LearnedModel.id)).all()
    assert [one.retired_at is None for one in kept] == [False, True]


def test_too_few_cases_teach_nothing(city: SmallCity, database: SQLAlchemy) -> None:
    decide_many(database, city, 2)
    assert learn_strengths(AT + timedelta(days=9)) is None
    assert current_strengths() == stated_strengths()


def test_what_a_form_has_from_a_receipt_teaches_nothing(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    complaint = make_complaint(
        session,
        AT,
        visit_id=city.visit.id,
        unit_id=city.unit.id,
        counter_id=city.counter.id,
        service_id=city.service.id,
    )
    attribute_feedback([complaint.feedback_id], AT)
    assert read_confirmed() == []


def test_unreadable_strengths_are_left_aside(database: SQLAlchemy) -> None:
    database.session.add(
        LearnedModel(
            kind="strengths",
            version="x",
            learned_at=AT,
            cases=1,
            figures={},
            verdict="no_worse",
            adopted_at=AT,
            content=b"?",
        )
    )
    database.session.flush()
    assert current_strengths() == stated_strengths()
