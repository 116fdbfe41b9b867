"""Where the first figure of a quarter is later than last month's end, an objection still shows as what moved it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests.indicators.objections.objected import make_town, object_to_days, record_days
from webapp.indicators.objections.deciding import decide_objection
from webapp.indicators.objections.effects import apply_decision
from webapp.indicators.objections.vocabulary import Outcome
from webapp.indicators.queries import sheet_of

NOW = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)


def test_what_an_upheld_objection_took_out_moved_the_figure(session: scoped_session[Session]) -> None:
    town = make_town(session(), NOW, {8: [4, 4, 3, 4, 4, 4]})
    officer = town.agency.sari_officer
    due = record_days(town, "complaint_handling", {date(2026, 10, day): 0.1 * day for day in (2, 3, 5)})
    before = sheet_of(town.agency.rina, officer.id, town.period)
    assert before.moved_since == date(2026, 10, 31)
    assert {one.kind for one in before.movements} == {"new_facts"}
    objection = object_to_days(session(), town, "complaint_handling")
    later = NOW + timedelta(hours=1)
    why = "Loket memang ditutup atasan pada hari itu."
    how = {"outcome": Outcome.PARTLY, "reasons": why, "actor": town.agency.rina, "days": [due[0].day]}
    decide_objection(objection.id, at=later, **how)  # type: ignore[arg-type]
    apply_decision(objection.id, later)
    after = sheet_of(town.agency.rina, officer.id, town.period)
    assert after.figure is not None and after.moved_from is not None
    assert (after.moved_since, after.moved_from) == (before.moved_since, before.moved_from)
    [taken] = [one for one in after.movements if one.kind == "withdrawn"]
    assert (taken.component, taken.details["why"], taken.facts) == ("complaint_handling", "objection", 1)
    assert taken.points > 0
    moved = sum(one.points for one in after.movements)
    assert moved == pytest.approx(after.figure - after.moved_from, abs=1e-9)
