"""A demo city arrives whole in the database, attributed and scored by the product itself, and its truth can be told."""

from __future__ import annotations

import csv
import gc
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from webapp.accounts.actions import sign_in
from webapp.accounts.errors import SignInRefused
from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, Role, can
from webapp.attribution.models import LEADS, Attribution, AttributionShare, Evidence
from webapp.audit.models import AuditEntry
from webapp.counter.applications.models import Application, TurnaroundFact
from webapp.counter.models import Visit
from webapp.counter.queries import visit_of_receipt
from webapp.counter.queue.drawing import TicketDraft, draw_ticket
from webapp.counter.queue.queries import hall_of_kiosk, list_lines
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import db
from webapp.demo import truth
from webapp.demo.city import DemoCity, build_city
from webapp.demo.load import CityNotEmpty, LoadedCity, load_city
from webapp.feedback.actions import open_case
from webapp.feedback.models import (
    Complaint,
    ComplaintMessage,
    Disposition,
    Exclusion,
    Feedback,
    Rating,
    RatingElement,
    StateChange,
)
from webapp.feedback.vocabulary import Finding
from webapp.indicators.models import IndicatorFact, IndicatorOutdated, IndicatorReference, IndicatorSnapshot
from webapp.indicators.work_plans.models import WorkReport, WorkTarget
from webapp.organisation.models import Officer, Unit
from webapp.organisation.queries import working_time_of
from webapp.outbox.models import OutboxEvent

if TYPE_CHECKING:
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy

UNTIL = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
RATINGS, COMPLAINTS = 800, 60


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return build_city(3, UNTIL, days=60, ratings=RATINGS, complaints=COMPLAINTS)


@pytest.fixture
def loaded(city: DemoCity, database: SQLAlchemy) -> LoadedCity:
    made = load_city(city, now=NOW)
    database.session.commit()
    return made


@pytest.fixture(autouse=True)
def _made_again_in_its_own_size(city: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    """The truth is told of the city as it is made again from its mark; here cities are smaller than usual."""

    def again(seed: int, until: date) -> DemoCity:
        assert (seed, until) == (3, UNTIL), "the mark on the rows names another city"
        return city

    monkeypatch.setattr(truth, "build_city", again)
    monkeypatch.setattr("webapp.demo.city.build_city", again)


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _told(form: str = "json") -> Any:
    told = truth.tell_truth()
    return told if form == "json" else truth.as_csv(told)


def everything_is_there(city: DemoCity, loaded: LoadedCity) -> None:
    assert _count(Unit) == loaded.units == len(city.agency.units)
    assert _count(Officer) == loaded.officers
    assert _count(Visit) == loaded.visits == len(city.visits)
    assert _count(Rating) == RATINGS
    assert _count(Complaint) == COMPLAINTS
    assert _count(RatingElement) == sum(len(rating.elements) for rating in city.ratings)
    root = db.session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    assert all(unit.path.startswith(root.path) for unit in db.session.scalars(select(Unit)))
    desk = db.session.scalars(select(Unit).where(Unit.code == "KEL-KENANGA")).one()
    working = working_time_of(desk)
    assert working.is_working_day(date(2026, 11, 20))
    assert not working.is_working_day(date(2026, 12, 24)), "collective leave is in the calendar of the root"


def whoever_is_shown_can_sign_in_with_the_role_and_nobody_else_can(city: DemoCity, loaded: LoadedCity) -> None:
    assert {sign.role for sign in loaded.sign_ins} == {role.value for role in Role}
    for sign in loaded.sign_ins[:2]:
        account = sign_in(sign.email, sign.password, NOW)
        assert {grant.role for grant in account.grants} == {sign.role}
    officer = db.session.scalars(select(Account).where(Account.email == "siti.maryam.lubis@contoh.example")).one()
    assert can(officer, Permission.INDICATOR_READ_OWN)
    hidden = db.session.scalars(select(Account).where(Account.password_hash.is_(None)).limit(1)).one()
    with pytest.raises(SignInRefused):
        sign_in(hidden.email, loaded.sign_ins[0].password, NOW)
    assert _count(Account) - len(loaded.sign_ins) > 50


def feedback_is_attributed_by_the_rules_and_the_evidence_is_right(city: DemoCity, loaded: LoadedCity) -> None:
    current = select(Attribution.feedback_id).where(Attribution.superseded_at.is_(None))
    assert len(set(db.session.scalars(current))) == _count(Feedback) == RATINGS + COMPLAINTS
    found = dict(
        db.session.execute(
            select(Attribution.feedback_id, AttributionShare.officer_id)
            .join(AttributionShare)
            .where(Attribution.superseded_at.is_(None), AttributionShare.share > 0.99)
        ).all()
    )
    told = _told()
    with_receipt = [row for row in told["feedback"] if row["kind"] == "rating" and row["revealed_by"] == "receipt"]
    assert len(with_receipt) == 0.8 * RATINGS
    assert all(found[row["feedback_id"]] == row["officer_id"] for row in with_receipt)
    at_counter = [
        row for row in told["feedback"] if row["story"] == "honest" and row["revealed_by"] == "counter_and_time"
    ]
    possibly = _possibly_meant()
    right = sum(row["officer_id"] in possibly.get(row["feedback_id"], ()) for row in at_counter)
    assert right >= 0.9 * len(at_counter) > 0
    # Roster and counter alone are no proof: somebody may have stood in. It stays with the unit.
    assert all(found.get(row["feedback_id"]) is None for row in at_counter)
    vague = [row for row in told["feedback"] if row["kind"] == "rating" and row["revealed_by"] == "nothing"]
    assert all(found.get(row["feedback_id"]) is None for row in vague), "nobody is charged without evidence"
    # Judged when it came in, not when it was loaded.
    late = (
        select(Attribution.id)
        .join(Feedback)
        .where(
            Attribution.made_by == "rules", Attribution.at > Feedback.filed_at + func.make_interval(0, 0, 0, 0, 0, 0, 5)
        )
    )
    assert db.session.scalars(late).first() is None


def _possibly_meant() -> dict[int, set[int]]:
    """The officers whom the evidence of each feedback points at, charged or not."""
    rows = db.session.execute(
        select(Attribution.feedback_id, Evidence.particulars)
        .join(Evidence)
        .where(Attribution.superseded_at.is_(None), Evidence.particulars.has_key(LEADS))
    )
    return {feedback_id: {lead[1] for lead in particulars[LEADS]} for feedback_id, particulars in rows}


def complaints_have_lived_as_the_desks_would_have_it(city: DemoCity, loaded: LoadedCity) -> None:
    accounts = dict(db.session.execute(select(Officer.id, Officer.account_id)).all())
    excluded: dict[int, set[int | None]] = {}
    for exclusion in db.session.scalars(select(Exclusion)):
        excluded.setdefault(exclusion.complaint_id, set()).add(accounts[exclusion.officer_id])
    assert excluded
    for complaint in db.session.scalars(select(Complaint)):
        changes = db.session.scalars(
            select(StateChange).where(StateChange.complaint_id == complaint.feedback_id).order_by(StateChange.at)
        ).all()
        assert changes[-1].state == complaint.state
        assert complaint.feedback.filed_at <= changes[0].at
        assert changes[-1].at <= NOW
        actors = {change.account_id for change in changes} | {complaint.handler_id, complaint.answered_by_id}
        assert not (actors - {None}) & excluded.get(complaint.feedback_id, set()), "the accused handled his own case"
        assert complaint.secret or not complaint.points_at_person
        assert (complaint.due_at is None) == (complaint.unit_id is None) or complaint.state == "in_triage"
        if complaint.answered_at is not None:
            assert complaint.finding in {finding.value for finding in Finding}
    states = set(db.session.scalars(select(Complaint.state)))
    assert {"accepted", "closed", "answered"} <= states
    assert states & {"sent", "in_work"}, "a desk with nothing to do shows nothing"
    assert _count(ComplaintMessage) > COMPLAINTS
    assert "taken" in set(db.session.scalars(select(Disposition.reason)))
    decided = db.session.scalars(select(Attribution).where(Attribution.made_by == "triage")).all()
    assert decided and all(one.decided_by_id is not None for one in decided)


def no_number_of_a_citizen_is_readable(city: DemoCity, loaded: LoadedCity) -> None:
    masked = [text for text in db.session.scalars(select(Complaint.text)) if "disamarkan]" in text]
    assert masked
    originals = db.session.scalars(select(Complaint).where(Complaint.original_text.is_not(None))).all()
    assert {one.original_text for one in originals} <= {complaint.text for complaint in city.complaints}
    raw = db.session.connection().exec_driver_sql("SELECT contact_phone FROM complaint WHERE contact_phone IS NOT NULL")
    assert all(b"0000" not in bytes(phone) for (phone,) in raw), "contacts are encrypted by the column's type"


def officers_have_figures_that_follow_their_true_quality(city: DemoCity, loaded: LoadedCity) -> None:
    assert _count(IndicatorReference) == 1
    figures = dict(
        db.session.execute(
            select(IndicatorSnapshot.officer_id, IndicatorSnapshot.figure).where(IndicatorSnapshot.period == "2026-Q4")
        ).all()
    )
    rated = set(db.session.scalars(select(IndicatorFact.officer_id).where(IndicatorFact.period == "2026-Q4")))
    assert set(figures) == rated
    quality = {row["officer_id"]: row["quality"] for row in _told()["officers"]}
    pairs = [(figures[officer], quality[officer]) for officer in figures]
    assert _correlation(pairs) > 0.3
    # Earlier quarters are left to the worker, and it is told.
    assert {row.period for row in db.session.scalars(select(IndicatorOutdated))} == {"2026-Q3"}
    assert set(db.session.scalars(select(OutboxEvent.name))) == {"FactsOutdated"}


def _correlation(pairs: list[tuple[float, float]]) -> float:
    xs, ys = zip(*pairs, strict=True)
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    both = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return both / (sum((x - mean_x) ** 2 for x in xs) * sum((y - mean_y) ** 2 for y in ys)) ** 0.5


def receipts_and_cases_that_are_shown_can_be_used(city: DemoCity, loaded: LoadedCity) -> None:
    assert len(loaded.receipts) == 5
    rated = set(db.session.scalars(select(Feedback.visit_id).where(Feedback.kind == "rating")))
    for shown in loaded.receipts:
        visit = visit_of_receipt(shown["receipt"], now=NOW, valid_days=14)
        assert visit.id not in rated
        assert visit.officer.name == shown["officer"]
    assert loaded.cases
    for case in loaded.cases:
        assert open_case(case["code"], case["secret_word"], NOW).state == case["state"]


def a_city_is_never_mixed_into_another(city: DemoCity, loaded: LoadedCity) -> None:
    with pytest.raises(CityNotEmpty):
        load_city(city, now=NOW)
    assert _count(Complaint) == COMPLAINTS


def the_truth_is_told_in_the_ids_of_this_database(city: DemoCity, loaded: LoadedCity) -> None:
    told = _told()
    assert {row["feedback_id"] for row in told["feedback"]} == set(db.session.scalars(select(Feedback.id)))
    names = dict(db.session.execute(select(Officer.id, Officer.name)).all())
    assert all(names[row["officer_id"]] == row["name"] for row in told["officers"])
    lines = list(csv.DictReader(io.StringIO(_told("csv"))))
    assert len(lines) == RATINGS + COMPLAINTS
    assert {line["story"] for line in lines} >= {"honest", "burst", "self_praise", "ketus"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(truth, "GENERATOR_VERSION", 0)
        with pytest.raises(truth.NoDemoCity, match="generator"):
            _told()


def the_trail_tells_of_deeds_and_of_no_tampering(city: DemoCity, loaded: LoadedCity) -> None:
    told = set(db.session.scalars(select(AuditEntry.deed).distinct()))
    assert {"state", "move", "said", "kept_away"} <= told
    assert not {"altered", "deleted", "erased"} & told
    late = select(func.count()).select_from(AuditEntry).where(AuditEntry.deed == "move", AuditEntry.at > NOW)
    assert db.session.scalar(late) == 0


def files_went_as_they_truly_did(city: DemoCity, loaded: LoadedCity) -> None:
    """Nobody answers for the server of the centre; what lay in the tray or with an officer is theirs, exactly."""
    by_write_key = dict(db.session.execute(select(Application.write_key, Application.id)).all())
    assert len(by_write_key) == len(city.files) > 50
    cause_of = {by_write_key[f"{city.mark}:file:{file.number}"]: file.true_cause for file in city.files}
    standing = TurnaroundFact.superseded_at.is_(None)
    whole = db.session.scalars(select(TurnaroundFact).where(standing, TurnaroundFact.stage_id.is_(None))).all()
    parts = select(TurnaroundFact.application_id, func.sum(TurnaroundFact.delay_seconds)).where(
        standing, TurnaroundFact.stage_id.is_not(None)
    )
    shared = dict(db.session.execute(parts.group_by(TurnaroundFact.application_id)).all())
    assert {fact.application_id: fact.delay_seconds for fact in whole} == shared
    for fact in whole:
        cause = cause_of[fact.application_id]
        if cause in ("none", "central_server", "no_blanks"):
            assert fact.delay_seconds == 0, cause
        else:
            assert not set(fact.outside_seconds) & {"central_server", "no_blanks"}
    assert {cause_of[fact.application_id] for fact in whole if fact.delay_seconds} >= {"tray"}
    assert [shown["cause"] for shown in loaded.files][:2] == ["central_server", "tray"]


def a_number_can_be_drawn_at_any_hour(city: DemoCity, loaded: LoadedCity) -> None:
    (shown,) = loaded.halls
    hall = hall_of_kiosk(shown["kiosk"].removeprefix("/kiosk/"))
    sunday_night = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    line = list_lines(hall.unit_id, DrawChannel.KIOSK, sunday_night)[0]
    drawn = draw_ticket(TicketDraft(line.id), channel=DrawChannel.KIOSK, write_key="uji:malam", at=sunday_night)
    assert drawn.label == "A-001"


def plans_have_limits_and_one_month_went_far_beyond(city: DemoCity, loaded: LoadedCity) -> None:
    limits = {one.id: one for one in db.session.scalars(select(WorkTarget).where(WorkTarget.less_is_better))}
    assert len(limits) == 6 and all(one.quarter_4 == 6.0 and one.quarter_3 == 0.0 for one in limits.values())
    told = list(db.session.scalars(select(WorkReport).where(WorkReport.target_id.in_(limits))))
    assert {one.month for one in told} == {"2026-10", "2026-11"}, "only where the city lives for a whole quarter"
    assert [one.done for one in told if one.done > 12.0] == [15.0]
    assert {(one.month, one.outcome) for one in told} == {("2026-10", "confirmed"), ("2026-11", None)}


#: Loading takes seconds and the tables are emptied after each test, so one test looks at everything.
CHECKS: tuple[Callable[[DemoCity, LoadedCity], None], ...] = (
    everything_is_there,
    whoever_is_shown_can_sign_in_with_the_role_and_nobody_else_can,
    feedback_is_attributed_by_the_rules_and_the_evidence_is_right,
    complaints_have_lived_as_the_desks_would_have_it,
    no_number_of_a_citizen_is_readable,
    officers_have_figures_that_follow_their_true_quality,
    receipts_and_cases_that_are_shown_can_be_used,
    a_city_is_never_mixed_into_another,
    the_truth_is_told_in_the_ids_of_this_database,
    the_trail_tells_of_deeds_and_of_no_tampering,
    files_went_as_they_truly_did,
    a_number_can_be_drawn_at_any_hour,
    plans_have_limits_and_one_month_went_far_beyond,
)


def test_a_loaded_city(city: DemoCity, loaded: LoadedCity, subtests: pytest.Subtests) -> None:
    for check in CHECKS:
        with subtests.test(check.__name__):
            check(city, loaded)
        db.session.rollback()


def test_the_commands(app: Flask, database: SQLAlchemy) -> None:
    runner = app.test_cli_runner()
    nothing = runner.invoke(args=["demo", "truth"])
    assert nothing.exit_code == 1
    assert "holds no demo city" in nothing.stderr
    first = runner.invoke(args=["demo", "load", "--if-empty", "--seed", "3", "--until", "2026-11-21"])
    assert first.exit_code == 0, first.stderr
    summary = json.loads(first.stdout.splitlines()[-1])
    assert summary["loaded"] is True
    assert {"role", "email", "password", "name"} == set(summary["sign_ins"][0])
    again = runner.invoke(args=["demo", "load", "--if-empty"])
    assert (again.exit_code, json.loads(again.stdout)) == (0, {"loaded": False})
    twice = runner.invoke(args=["demo", "load"])
    assert twice.exit_code == 1
    assert "never mixed" in twice.stderr
    told = runner.invoke(args=["demo", "truth", "--format", "csv"])
    assert told.stdout.startswith("feedback_id,kind,")
    assert gc.isenabled()


def test_production_takes_no_demo_city(app: Flask, database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from config import Settings

    name = next(key for key, value in app.extensions.items() if isinstance(value, Settings))
    monkeypatch.setitem(app.extensions, name, replace(app.extensions[name], environment="production"))
    refused = app.test_cli_runner().invoke(args=["demo", "load"])
    assert refused.exit_code == 1
    assert "production" in refused.stderr
    assert _count(Unit) == 0
