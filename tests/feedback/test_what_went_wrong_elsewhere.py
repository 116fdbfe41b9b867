"""Each point of what went wrong with such systems elsewhere: where it is held, and what no other test holds."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.architecture.source_tree import ROOT
from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_complaint, make_rating
from webapp.accounts.models import Account
from webapp.attribution.actions import attribute_feedback
from webapp.attribution.models import Attribution
from webapp.feedback.clocks.upkeep import look_at_clocks
from webapp.feedback.facts.models import HandlingFact
from webapp.feedback.facts.queries import monthly_handling
from webapp.feedback.facts.recording import record_handling
from webapp.feedback.handling import answer_complaint, send_to_unit, take_complaint
from webapp.feedback.models import Complaint, ComplaintMessage, Rating
from webapp.feedback.publishing.actions import publish_complaint
from webapp.feedback.publishing.errors import NotPublishable
from webapp.feedback.vocabulary import Finding
from webapp.organisation.queries import working_time_of

#: A Monday, 10:00 in Jakarta.
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)

_HERE, _FACTS = "test_what_went_wrong_elsewhere", "facts/test_recording"
#: The point, and the tests that hold it.
HELD = {
    "satisfaction averaged by the present assignee": [
        (_FACTS, "test_each_answer_is_his_who_gave_it_whoever_holds_the_case_later"),
        (_HERE, "test_a_superior_inherits_nothing_by_an_escalation"),
    ],
    "attribution lost when a case was unassigned at closing": [
        (_HERE, "test_whoever_served_is_known_after_the_case_is_nobodys"),
    ],
    "a reopening window that any comment restarts": [
        ("clocks/test_upkeep", "test_reopening_counts_from_the_closing_and_not_from_what_was_said_since"),
        ("movement/test_conflicts", "test_the_window_is_counted_from_the_closing_not_from_the_last_word"),
        ("clocks/test_running", "test_a_comment_is_nothing_to_the_clocks"),
    ],
    "staff change a citizen's score, rate in his stead, settle their own": [
        (_HERE, "test_staff_say_nothing_in_the_reporters_stead"),
        (_FACTS, "test_nobodys_own_complaint_counts_for_him"),
    ],
    "closed counted as solved, silence as satisfaction": [
        (_FACTS, "test_silence_is_recorded_as_silence"),
        (_FACTS, "test_closed_unsolved_is_neither_an_answer_nor_silence"),
        (_HERE, "test_silence_is_no_acceptance_in_the_month_either"),
    ],
    "the highest rank for the fewest complaints": [
        ("../portal/supervisor/test_handling", "test_groups_too_small_to_tell_are_not_shown_and_cannot_be_reckoned"),
        (_HERE, "test_a_month_is_told_by_name_and_never_by_rank"),
    ],
    "repeats of one case counted several times": [
        (_FACTS, "test_a_repeat_of_a_case_counts_once_until_it_has_a_life_of_its_own"),
    ],
    "identical, re-dated photos as proof": [
        ("test_casework", "test_a_remedy_is_compared_with_all_earlier_photos"),
        ("test_casework_rules", "test_what_is_odd_is_said_without_the_place"),
        ("test_looks", "test_the_same_picture_is_recognised_however_it_was_saved"),
    ],
    "an administrator who forgot the flag": [
        (_HERE, "test_nobody_has_to_think_of_the_flag"),
        ("test_publishing", "test_nothing_is_shown_by_itself"),
    ],
}  # fmt: skip


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def answered(session: Session, agency: Agency, by: Account, at: datetime = NOW) -> Complaint:
    complaint = make_placed(session, at, agency.unit)
    answer(session, complaint, by, at)
    return complaint


def answer(session: Session, complaint: Complaint, by: Account, at: datetime) -> None:
    key = f"jawab:{complaint.feedback_id}:{at}"
    answer_complaint(complaint, by, "Sudah selesai.", Finding.FOUNDED, write_key=key, at=at)
    session.flush()


def facts(session: Session, complaint: Complaint) -> list[tuple[str, int]]:
    record_handling([complaint.feedback_id], NOW)
    rows = select(HandlingFact.deed, HandlingFact.account_id).where(HandlingFact.complaint_id == complaint.feedback_id)
    return [(deed, who) for deed, who in session.execute(rows.order_by(HandlingFact.at, HandlingFact.id))]


@pytest.mark.parametrize("point", HELD)
def test_each_point_is_held_by_a_test(point: str) -> None:
    for module, name in HELD[point]:
        path = (ROOT / f"tests/feedback/{module}.py").resolve()
        tests = {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
        assert name in tests, f"{point}: {name} is not in {path.name} any more; say which test holds it now"


def test_a_superior_inherits_nothing_by_an_escalation(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    take_complaint(complaint, agency.sari, NOW)
    session.flush()
    look_at_clocks(NOW + 40 * DAY)  # late: it climbs
    answer(session, complaint, agency.sari, NOW + 41 * DAY)
    complaint.handler_id = agency.rina.id  # and ends on the superior's desk
    session.flush()
    assert facts(session, complaint) == [("first_answer", agency.sari.id)]


def test_whoever_served_is_known_after_the_case_is_nobodys(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency, agency.sari)
    attribute_feedback([complaint.feedback_id], NOW)
    before = session.scalars(select(Attribution.id).where(Attribution.superseded_at.is_(None))).all()
    look_at_clocks(NOW + 30 * DAY)
    complaint.handler_id = None
    session.flush()
    attribute_feedback([complaint.feedback_id], NOW + 31 * DAY)
    assert complaint.state == "closed" and complaint.answered_by_id == agency.sari.id
    assert session.scalars(select(Attribution.id).where(Attribution.superseded_at.is_(None))).all() == before
    assert facts(session, complaint) == [("first_answer", agency.sari.id), ("silent", agency.sari.id)]


def test_staff_say_nothing_in_the_reporters_stead(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaint, rating = answered(session, agency, agency.sari, datetime.now(UTC)), make_rating(session, NOW, value=1)
    rated, code, before = rating.feedback_id, complaint.code, session.scalar(select(func.count(ComplaintMessage.id)))
    session.commit()
    for account in (agency.sari, agency.rina, agency.triage):
        sign_in(client, account)
        for deed in ("terima", "sanggah", "jawab", "lengkapi", "buka-lagi", "umum"):
            words = {f"{name}-text": "Sudah sangat memuaskan." for name in ("dispute", "reply", "complete", "reopen")}
            response = client.post(f"/lacak/{code}/{deed}", data=words | {"allowed": "yes"})
            assert response.status_code in (302, 303, 403, 404), deed
            assert code not in response.headers.get("Location", "").replace(f"kode={code}", "")
    session.expire_all()
    assert session.get_one(Complaint, complaint.feedback_id).state == "answered"
    assert session.get_one(Rating, rated).value == 1
    assert session.scalar(select(func.count(ComplaintMessage.id))) == before
    # Nothing that the agency's pages call writes a rating: only the citizen's form and an export do.
    writers = [
        path.name
        for path in sorted((ROOT / "webapp/portal").rglob("*.py"))
        if "submit_rating" in path.read_text() or "Rating(" in path.read_text()
    ]
    assert writers == ["rating.py"]


def test_silence_is_no_acceptance_in_the_month_either(session: Session, agency: Agency) -> None:
    complaints = [answered(session, agency, agency.sari) for _ in range(5)]
    look_at_clocks(NOW + 30 * DAY)
    record_handling([one.feedback_id for one in complaints], NOW)
    month = monthly_handling(agency.rina, NOW.date().replace(day=1))
    assert month.total is not None
    assert (month.total.answers, month.total.accepted, month.total.silent) == (5, 0, 5)


def test_a_month_is_told_by_name_and_never_by_rank(session: Session, agency: Agency) -> None:
    """Who answered most late comes neither first nor last for it: names are in the order of the alphabet."""
    for who, how_many in ((agency.sari, 8), (agency.budi, 5)):
        complaints = [answered(session, agency, who) for _ in range(how_many)]
        record_handling([one.feedback_id for one in complaints], NOW)
    rows = monthly_handling(agency.rina, NOW.date().replace(day=1)).rows
    assert [row.name for row in rows] == ["Budi Santoso", "Sari Wulandari"]


def test_nobody_has_to_think_of_the_flag(client: FlaskClient, session: Session, agency: Agency) -> None:
    """Not even the reporter: what names a person is secret though he said that it need not be."""
    text = "Pak Budi Santoso di loket 3 meminta uang supaya akta anak saya cepat selesai."
    complaint = make_complaint(session, NOW, text=text, unit_id=agency.unit.id, secret=False)
    assert (complaint.secret, complaint.points_at_person) == (True, True)
    placed = make_placed(session, NOW, agency.unit, text=text, secret=False)
    assert placed.state == "in_triage"
    send_to_unit(placed, agency.unit, working_time_of(agency.unit), reason="uji", at=NOW)
    session.flush()
    with pytest.raises(NotPublishable):
        publish_complaint(placed, agency.rina, "Ada pungutan di loket.", None, NOW)
    session.commit()
    for page in ("/", "/laporan-publik", "/laporan-publik?q=uang"):
        assert "meminta uang" not in client.get(page).text
