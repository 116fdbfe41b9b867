"""The comparison with what the agency did: its figures, whom it shows what, and the press that notes a reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.organisation import make_officer
from tests.factories.replay import SOURCE, PastCity, make_judged, make_past_city
from tests.portal.markup import parse
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.replay.figures import Outcome, Reading
from webapp.attribution.replay.models import ReplayOpinion, ReplayReading
from webapp.attribution.replay.queries import DisputedChoice, compare, compare_all, list_disputed
from webapp.attribution.replay.readings import note_reading
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import exclude_officers
from webapp.feedback.models import Complaint

AT = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(AT + timedelta(days=14))
FEBRUARY = date(2026, 2, 1)
PAGE = "/triase/banding"


@pytest.fixture
def city(session: Session) -> PastCity:
    return make_past_city(session)


@pytest.fixture
def triage(session: Session, city: PastCity) -> Account:
    return make_account(session, (Role.TRIAGE, city.root), name="Olivia Triase")


def make_year(session: Session, city: PastCity) -> list[Complaint]:
    """Ten cases of January and four of February; the disputed ones come back, those of waste and roads first."""
    for _ in range(6):
        make_judged(session, city.waste, city.waste, probability=0.95)
    disputed = [make_judged(session, city.waste, city.roads, probability=0.9 - n / 100) for n in range(2)]
    make_judged(session, city.aid, city.aid, probability=0.45, sure=False)
    make_judged(session, city.aid, None, sure=False)
    for _ in range(3):
        make_judged(session, city.roads, city.roads, probability=0.85, month=FEBRUARY)
    disputed.append(make_judged(session, city.aid, city.waste, probability=0.8, month=FEBRUARY))
    return disputed


def test_figures(session: Session, city: PastCity, triage: Account) -> None:
    make_year(session, city)
    found = compare(triage, SOURCE)
    assert [found.total[outcome] for outcome in Outcome] == [9, 3, 1, 1]
    assert (found.total.cases, found.total.sure, found.total.to_triage) == (14, 12, 2)
    assert found.total.agreement == 9 / 12 and found.total.first_right == 10 / 14
    assert [(month, counts.cases, counts.agreement) for month, counts in found.months] == [
        (date(2026, 1, 1), 10, 6 / 8),
        (FEBRUARY, 4, 3 / 4),
    ]
    assert [(step.number, step.cases, step.right) for step in found.steps] == [
        (0, 1, 0),
        (4, 1, 1),
        (8, 5, 3),  # .89, .85 three times, .8
        (9, 7, 6),
    ]
    pairs = [(pair.decided_unit_id, pair.opinion_unit_id, pair.cases) for pair in found.pairs]
    assert pairs == [(city.waste.id, city.roads.id, 2), (city.aid.id, city.waste.id, 1)]
    said = {0: 0.0, 4: 0.45, 8: (0.89 + 3 * 0.85 + 0.8) / 5, 9: (6 * 0.95 + 0.9) / 7}
    apart = sum(step.cases * abs(said[step.number] - step.right / step.cases) for step in found.steps) / 14
    assert found.calibration_error == pytest.approx(apart)
    assert compare_all(SOURCE) == found


def test_disputed_cases_by_pair_and_month_the_surest_first(session: Session, city: PastCity, triage: Account) -> None:
    disputed = make_year(session, city)
    codes = [case.code for case in list_disputed(triage, DisputedChoice(SOURCE), 1)]
    assert codes == [case.code for case in disputed]
    pair = DisputedChoice(SOURCE, city.aid.id, city.waste.id)
    (case,) = list_disputed(triage, pair, 1)
    assert (case.city_unit, case.product_unit, case.product_share) == ("Dinas Sosial", "Dinas Kebersihan", 0.8)
    assert (case.city_share, case.words, case.city_topic) == (None, ("sampah", "pasar"), "Topik uji")
    assert [one.code for one in list_disputed(triage, DisputedChoice(SOURCE, month=FEBRUARY), 1)] == [case.code]


def test_whoever_it_concerns_sees_no_such_case_not_even_in_a_count(
    session: Session, client: FlaskClient, city: PastCity, triage: Account
) -> None:
    hidden = make_year(session, city)[0]
    officer = make_officer(session, city.roads, account=triage)
    exclude_officers(hidden.feedback_id, [officer.id], AT)
    session.commit()
    assert compare(triage, SOURCE).total[Outcome.ELSEWHERE] == 2
    assert compare_all(SOURCE).total[Outcome.ELSEWHERE] == 3
    with pytest.raises(NotForThisPerson):
        note_reading(triage, hidden.code, Reading.CITY_WRONG, AT)
    sign_in(client, triage)
    assert hidden.code not in client.get(PAGE).text
    assert client.post(f"{PAGE}/{hidden.code}", data={"reading": "city_wrong"}).status_code == 404
    supervisor = make_account(session, (Role.SUPERVISOR, city.root))
    assert compare(supervisor, SOURCE).total.cases == 0, "it is for those who do triage"


def test_one_press_notes_who_was_wrong_and_another_takes_it_back(
    session: Session, client: FlaskClient, city: PastCity, triage: Account
) -> None:
    first, second, third = make_year(session, city)
    agreed = make_judged(session, city.waste, city.waste)
    session.commit()
    sign_in(client, triage)

    def press(case: Complaint, reading: str) -> int:
        return client.post(f"{PAGE}/{case.code}?bulan=2026-01", data={"reading": reading}).status_code

    went = client.post(f"{PAGE}/{first.code}?bulan=2026-01", data={"reading": "product_wrong"})
    assert went.location == f"{PAGE}?bulan=2026-01#kasus-{first.code}"
    assert [press(first, "city_wrong"), press(first, "city_wrong"), press(second, "both_possible")] == [302] * 3
    assert [press(third, "city_wrong"), press(third, "")] == [302] * 2
    assert (press(agreed, "city_wrong"), press(first, "entah")) == (404, 400)
    session.rollback()
    assert compare(triage, SOURCE).readings == {Reading.CITY_WRONG: 1, Reading.BOTH_POSSIBLE: 1}
    assert session.scalar(select(func.count()).select_from(ReplayReading)) == 4, "what was noted before is kept"
    assert [one.code for one in list_disputed(triage, DisputedChoice(SOURCE, unread=True), 1)] == [third.code]
    page = parse(client.get(PAGE).text)
    pressed = [button.get("value") for button in page.all("button") if button.get("aria-pressed") == "true"]
    assert pressed == ["city_wrong", "both_possible"]
    session.get_one(ReplayOpinion, first.feedback_id).unit_id = city.aid.id
    session.flush()
    assert compare(triage, SOURCE).readings == {Reading.BOTH_POSSIBLE: 1}, "a reading is of what was said then"


def test_the_page_asks_little_however_much_there_is(
    session: Session, client: FlaskClient, database: SQLAlchemy, city: PastCity, triage: Account
) -> None:
    session.commit()
    sign_in(client, triage)
    assert "Belum ada keputusan lama" in client.get(PAGE).text

    def asked(path: str) -> int:
        said: list[object] = []

        def note(*statement: object) -> None:
            said.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            assert client.get(path).status_code == 200
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        return len(said)

    make_year(session, city)
    session.commit()
    filtered = f"{PAGE}?pasangan={city.waste.id}-{city.roads.id}&bulan=2026-01&belum=1"
    few = [asked(PAGE), asked(filtered)]
    for _ in range(3):
        make_year(session, city)
    session.commit()
    assert [asked(PAGE), asked(filtered)] == few
    assert max(few) <= 12
