"""An upheld objection shows as what moved the figure since last month's end, whenever what it took out happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests.factories.desk import make_rated_visits
from tests.indicators.objections.objected import (
    figure_of,
    lines_of,
    make_objection,
    make_town,
    object_to_days,
    record_days,
)
from tests.portal.bare import make_bare_app
from webapp.indicators.objections.deciding import decide_objection
from webapp.indicators.objections.effects import apply_decision
from webapp.indicators.objections.filing import file_objection, line_to_object_to
from webapp.indicators.objections.vocabulary import Outcome
from webapp.indicators.queries import own_sheet, sheet_of
from webapp.indicators.stored_facts import facts_by_id
from webapp.indicators.wording.plots import movement_plot
from webapp.indicators.wording.sheets import movement_reason, movement_title

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
    decide_objection(objection.id, at=later, **how)  # type: ignore[arg-type]  # each case is a dict of its own
    apply_decision(objection.id, later)
    after = sheet_of(town.agency.rina, officer.id, town.period)
    assert after.figure is not None and after.moved_from is not None
    assert (after.moved_since, after.moved_from) == (before.moved_since, before.moved_from)
    [taken] = [one for one in after.movements if one.kind == "withdrawn"]
    assert (taken.component, taken.details["why"], taken.facts) == ("complaint_handling", "objection", 1)
    assert taken.points > 0
    moved = sum(one.points for one in after.movements)
    assert moved == pytest.approx(after.figure - after.moved_from, abs=1e-9)


@pytest.mark.parametrize("values", [[1, 1, 1, 1, 1, 1], [3, 3, 3, 4, 3, 3]])
def test_ratings_that_came_and_were_taken_out_since_are_told_with_their_true_effect(
    session: scoped_session[Session], values: list[int]
) -> None:
    town = make_town(session(), NOW, {8: [4, 4, 3, 4, 4, 4], 5: values, 3: [4, 3, 4, 3, 4, 4]})
    officer, rina, sari = town.agency.sari_officer, town.agency.rina, town.agency.sari
    before = sheet_of(rina, officer.id, town.period)
    taken = [fact.key for fact in facts_by_id(figure_of(session(), town).fact_ids) if fact.day == date(2026, 11, 5)]
    assert len(taken) == 6
    later = NOW + timedelta(hours=1)
    objection = make_objection(session(), sari, figure_of(session(), town), "satisfaction", NOW, *taken)
    decide_objection(objection.id, outcome=Outcome.UPHELD, reasons="Server mati.", actor=rina, at=later)
    apply_decision(objection.id, later)
    after, own = sheet_of(rina, officer.id, town.period), own_sheet(sari, town.period)
    assert own is not None
    for sheet in (after, own):
        assert sheet.figure is not None and sheet.moved_from is not None and before.figure is not None
        [objected] = [one for one in sheet.movements if one.kind == "withdrawn"]
        assert objected.details["why"] == "objection"
        assert (objected.component, objected.facts) == ("satisfaction", 6)
        assert objected.points == pytest.approx(sheet.figure - before.figure, abs=1e-9)
        [new] = [one for one in sheet.movements if one.kind == "new_facts"]
        assert (new.facts, new.points) == (18, pytest.approx(before.figure - sheet.moved_from, abs=1e-9))
        moved = sum(one.points for one in sheet.movements)
        assert moved == pytest.approx(sheet.figure - sheet.moved_from, abs=1e-9)
    with make_bare_app().test_request_context():
        [told] = [one for one in own.movements if one.kind == "withdrawn"]
        assert movement_title(told) == "Keberatan Anda diterima"
        assert "6 penilaian dikeluarkan" in movement_reason(told)
        titles = [movement_title(one) for one in after.movements]
        assert "Keberatan diterima: 6 penilaian tidak lagi dihitung" in titles
        plot = movement_plot(own)
        assert plot is not None and "Keberatan Anda diterima" in [step.words for step in plot.steps]


def test_what_was_taken_out_before_last_months_end_moved_nothing_since(session: scoped_session[Session]) -> None:
    october = datetime(2026, 10, 20, 7, 0, tzinfo=UTC)
    town = make_town(session(), october, {8: [4, 4, 3, 4, 4, 4]})
    officer, rina = town.agency.sari_officer, town.agency.rina
    record_days(town, "complaint_handling", {date(2026, 10, day): 0.1 * day for day in (2, 3, 5)})
    objection = object_to_days(session(), town, "complaint_handling")
    decide_objection(objection.id, outcome=Outcome.UPHELD, reasons="Loket ditutup.", actor=rina, at=october)
    apply_decision(objection.id, october + timedelta(hours=1))
    make_rated_visits(session(), town.agency, officer, NOW - timedelta(days=2), [4, 3, 4, 4, 3, 4])
    after = sheet_of(rina, officer.id, town.period)
    assert after.moved_since == date(2026, 10, 31)
    assert {one.kind for one in after.movements} == {"new_facts"}


def test_the_form_says_beforehand_what_the_figure_is_without_the_line(session: scoped_session[Session]) -> None:
    town = make_town(session(), NOW, {8: [4, 4, 3, 4, 4, 4], 1: [1, 1, 2, 1, 1, 2]})
    officer, sari = town.agency.sari_officer, town.agency.sari
    worst = min(lines_of(town), key=lambda line: line.points or 0.0)
    line, obstacle = line_to_object_to(officer.id, worst.line_key, NOW) or (None, None)
    assert line is not None and obstacle is None and line.without is not None
    objection = file_objection(sari, worst.line_key, "Server mati.", write_key="form:w", at=NOW)
    how = {"outcome": Outcome.UPHELD, "reasons": "Server mati.", "actor": town.agency.rina}
    decide_objection(objection.id, at=NOW, **how)  # type: ignore[arg-type]  # each case is a dict of its own
    apply_decision(objection.id, NOW + timedelta(hours=1))
    own = own_sheet(sari, town.period)
    assert own is not None and own.figure == line.without != line.figure
    # the last line: nobody would be left, and that the figure is then the usual one tells nobody
    [rest] = lines_of(town)
    last, _obstacle = line_to_object_to(officer.id, rest.line_key, NOW) or (None, None)
    assert last is not None and last.without == pytest.approx(own.expected)
