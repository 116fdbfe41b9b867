"""The demo city holds together: what was promised is there, every fact fits the roster, and the truth is in it."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.accounts.permissions import Role
from webapp.demo.agency import TIMEZONE, posted
from webapp.demo.city import DemoCity, build_city
from webapp.demo.parts import DemoComplaint, fits
from webapp.demo.ratings import BURST, SELF_PRAISE, draw, expected
from webapp.demo.texts import fill, invent_nik, invent_phone, words
from webapp.feedback.life_cycle import State, Step, next_state
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.secrecy import points_at_person

UNTIL = date(2026, 11, 21)


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return build_city(7, UNTIL)


def test_same_seed_is_the_same_city_and_another_seed_another(city: DemoCity) -> None:
    assert build_city(7, UNTIL) == city
    other = build_city(8, UNTIL)
    assert {o.true_quality for o in other.agency.officers} != {o.true_quality for o in city.agency.officers}
    assert [c.text for c in other.complaints] != [c.text for c in city.complaints]


def test_more_complaints_leave_visits_and_ratings_as_they_were(city: DemoCity) -> None:
    more = build_city(7, UNTIL, complaints=420)
    assert more.visits == city.visits
    assert more.ratings == city.ratings


def test_the_city_has_what_was_promised(city: DemoCity) -> None:
    agency = city.agency
    assert len(agency.services) == 25
    assert 58 <= len(agency.officers) <= 64
    assert len(city.visits) > 9_000
    assert len(city.ratings) == 5_000
    assert len(city.complaints) == 400
    assert sum(rating.receipt is not None for rating in city.ratings) == 4_000
    assert Counter(rating.true_story for rating in city.ratings) == {
        "honest": 5_000 - BURST - SELF_PRAISE,
        "burst": BURST,
        "self_praise": SELF_PRAISE,
    }
    assert len({officer.name for officer in agency.officers}) == len(agency.officers)
    assert len({officer.nip for officer in agency.officers}) == len(agency.officers)
    assert len({account.email for account in agency.accounts}) == len(agency.accounts)
    assert {account.shown for account in agency.accounts} >= set(Role)


def test_units_form_one_tree_and_every_desk_has_something_to_offer(city: DemoCity) -> None:
    agency = city.agency
    assert [unit.code for unit in agency.units if unit.parent is None] == ["KOTA"]
    for unit in agency.units:
        assert agency.above(unit.code)[-1] == "KOTA"
    for counter in agency.counters:
        assert agency.offers(counter.unit), f"{counter.unit} has counters but offers nothing"


def test_every_visit_lies_in_a_shift_of_its_officer_at_its_counter(city: DemoCity) -> None:
    shifts: dict[tuple[str, str, str], list[tuple[datetime, datetime]]] = {}
    for shift in city.agency.shifts:
        shifts.setdefault((shift.unit, shift.counter, shift.officer), []).append((shift.starts_at, shift.ends_at))
    for visit in city.visits:
        spans = shifts[visit.unit, visit.counter, visit.officer]
        assert any(start <= visit.started_at < visit.finished_at < end for start, end in spans), visit
        assert visit.waited_seconds >= 0
        assert visit.service in {service.code for service in city.agency.offers(visit.unit)}


def test_an_officer_serves_one_citizen_at_a_time(city: DemoCity) -> None:
    last: dict[str, datetime] = {}
    for visit in sorted(city.visits, key=lambda visit: visit.started_at):
        assert last.get(visit.officer, visit.started_at) <= visit.started_at, visit
        last[visit.officer] = visit.finished_at


def test_nobody_works_on_a_day_off_or_away_from_his_posting(city: DemoCity) -> None:
    zone = ZoneInfo(TIMEZONE)
    for shift in city.agency.shifts:
        day = shift.starts_at.astimezone(zone).date()
        assert day.weekday() < 5
        assert day not in city.agency.days_off
        assert posted(city.agency.officer_by_code[shift.officer], day) == shift.unit
    in_window = build_city(7, date(2026, 6, 20), ratings=500, complaints=5)
    assert date(2026, 5, 15) in in_window.agency.days_off, "collective leave (cuti bersama) is a day off, too"


def test_somebody_changed_units_and_two_share_a_counter(city: DemoCity) -> None:
    movers = [officer for officer in city.agency.officers if len(officer.postings) > 1]
    assert [[posting.unit for posting in officer.postings] for officer in movers] == [["KEL-ANGGREK", "KEC-CEMPAKA"]]
    assert {visit.unit for visit in city.visits if visit.officer == movers[0].code} == {"KEL-ANGGREK", "KEC-CEMPAKA"}
    at_once = Counter((shift.unit, shift.counter, shift.starts_at) for shift in city.agency.shifts)
    assert max(at_once.values()) == 2, "without a shared counter no evidence is ever ambiguous"


def test_a_receipt_rates_once_and_its_visit_is_the_true_one(city: DemoCity) -> None:
    visits = {visit.number: visit for visit in city.visits}
    with_receipt = [rating for rating in city.ratings if rating.receipt is not None]
    assert len({rating.receipt for rating in with_receipt}) == len(with_receipt)
    for rating in with_receipt:
        visit = visits[rating.receipt or 0]
        assert rating.true_officer == visit.officer
        assert timedelta(0) <= rating.filed_at - visit.finished_at < timedelta(days=14)


def test_nothing_happens_after_the_last_day(city: DemoCity) -> None:
    midnight = datetime.combine(UNTIL, time(), ZoneInfo(TIMEZONE))
    assert all(rating.filed_at < midnight for rating in city.ratings)
    assert all(visit.finished_at < midnight for visit in city.visits)
    for complaint in city.complaints:
        assert complaint.filed_at < midnight
        assert all(step.at < midnight for step in complaint.steps)
        assert complaint.occurred_at is None or complaint.occurred_at < complaint.filed_at
    days = {rating.filed_at.astimezone(ZoneInfo(TIMEZONE)).date() for rating in city.ratings}
    assert date(2026, 11, 20) in days, "the demo city is current: the last working day has ratings"
    assert city.agency.shifts[-1].starts_at > midnight, "a complaint about tomorrow finds the roster"


def test_ratings_follow_the_officers_true_quality(city: DemoCity) -> None:
    """The mean of (r - 1)/3 of each officer is what the truth says, within chance."""
    agency = city.agency
    residuals: dict[str, list[float]] = {}
    for rating in city.ratings:
        if rating.true_story == "honest" and rating.true_officer and rating.true_visit:
            visit = city.visits[rating.true_visit - 1]
            assert visit.number == rating.true_visit
            mean = expected(
                agency.service_by_code[visit.service], rating.channel, agency.officer_by_code[visit.officer]
            )
            residuals.setdefault(rating.true_officer, []).append((rating.value - 1) / 3 - mean)
    scores = [sum(r) / len(r) / (0.32 / math.sqrt(len(r))) for r in residuals.values()]
    assert abs(sum(scores) / len(scores)) < 0.5
    assert max(map(abs, scores)) < 4.5
    quality = {officer.code: officer.true_quality for officer in agency.officers}
    assert max(quality.values()) > 0.7 and min(quality.values()) < -0.7, "nobody to tell apart"


@given(mean=st.floats(0.05, 0.95), seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_drawn_rating_has_the_expectation_it_was_asked_for(mean: float, seed: int) -> None:
    rng = Random(seed)
    values = [draw(rng, mean) for _ in range(3_000)]
    assert set(values) <= {1, 2, 3, 4}
    assert abs(sum(values) / len(values) - (1 + 3 * mean)) < 0.12


def test_the_burst_comes_from_one_network_in_one_evening(city: DemoCity) -> None:
    burst = [rating for rating in city.ratings if rating.true_story == "burst"]
    assert {rating.network for rating in burst} == {"network-burst"}
    assert {rating.value for rating in burst} == {1}
    assert max(r.filed_at for r in burst) - min(r.filed_at for r in burst) < timedelta(hours=3)
    assert all(rating.receipt is None and rating.true_officer is None for rating in burst)
    praise = [rating for rating in city.ratings if rating.true_story == "self_praise"]
    assert {rating.rater for rating in praise} == {"device-vain"}
    assert {rating.value for rating in praise} == {4}


def test_some_raters_come_again(city: DemoCity) -> None:
    times = Counter(rating.rater for rating in city.ratings)
    assert sum(count > 1 for count in times.values()) > 50
    assert sum(count == 1 for count in times.values()) > 4_000


def test_all_complaint_texts_differ_and_are_whole_sentences(city: DemoCity) -> None:
    texts = [complaint.text.lower() for complaint in city.complaints]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert "{" not in text and "}" not in text
        assert len(text) >= 40
    assert 30 < sum(len(text) for text in texts) / len(texts) < 400


def test_every_template_can_be_filled() -> None:
    rng = Random(0)
    book = words()
    situation = {
        "orang": "Bu Rini",
        "layanan": "KIA",
        "unit": "Puskesmas Melati",
        "tanggal": "3 Mei",
        "lama": "10 hari",
    }
    texts = [template.text for template in book.complaints]
    texts += [text for texts in book.ratings.values() for text in texts]
    texts += [text for texts in book.answers.values() for text in texts]
    texts += [*book.accepted, *book.disputed, *book.resent, *book.slots["jatidiri"]]
    for text in texts:
        assert "{" not in fill(text, situation, rng)
    services = {service.code for service in build_city(1, UNTIL, ratings=500, complaints=1).agency.services}
    assert {code for template in book.complaints for code in template.services} - {"*"} <= services


def test_evidence_is_there_where_the_truth_says_so(city: DemoCity) -> None:
    visits = {visit.number: visit for visit in city.visits}
    officers = city.agency.officer_by_code
    for complaint in city.complaints:
        officer = officers.get(complaint.true_officer or "")
        match complaint.true_revealed_by:
            case "receipt":
                assert visits[complaint.receipt or 0].officer == complaint.true_officer
            case "counter_and_time":
                on_duty = {
                    shift.officer
                    for shift in city.agency.shifts
                    if (shift.unit, shift.counter) == (complaint.unit, complaint.counter)
                    and complaint.occurred_at is not None
                    and fits(shift, complaint.occurred_at)
                }
                assert complaint.true_officer in on_duty
            case "name":
                assert officer is not None
                assert (
                    officer.called.lower() in complaint.text.lower() or officer.name.lower() in complaint.text.lower()
                )
            case "nothing" if officer is not None:
                assert complaint.receipt is None and complaint.counter is None
                assert officer.called.lower() not in re.findall(r"\w+", complaint.text.lower())
    revealed = Counter(c.true_revealed_by for c in city.complaints if c.true_cause == "officer")
    assert all(revealed[way] >= 8 for way in ("receipt", "counter_and_time", "name", "description", "nothing")), (
        revealed
    )


def test_blame_falls_on_the_weak_more_often(city: DemoCity) -> None:
    quality = city.agency.officer_by_code
    blamed = [
        quality[c.true_officer].true_quality for c in city.complaints if c.true_cause == "officer" and c.true_officer
    ]
    praised = [
        quality[c.true_officer].true_quality for c in city.complaints if c.true_cause == "praise" and c.true_officer
    ]
    assert sum(blamed) / len(blamed) < -0.15 < 0.0 < sum(praised) / len(praised)


def _state(complaint: DemoComplaint) -> State:
    state = State.FILED
    for step in complaint.steps:
        state = next_state(state, step.step)
    return state


def test_every_life_is_a_legal_one_in_order_of_time(city: DemoCity) -> None:
    for complaint in city.complaints:
        times = [complaint.filed_at, *(step.at for step in complaint.steps)]
        assert times == sorted(times)
        _state(complaint)
    states = Counter(_state(complaint) for complaint in city.complaints)
    assert set(states) >= {State.SENT, State.IN_WORK, State.ANSWERED, State.ACCEPTED, State.CLOSED}
    assert any(step.step is Step.DISPUTE for complaint in city.complaints for step in complaint.steps)


def test_the_accused_never_handles_his_own_case(city: DemoCity) -> None:
    own = {account.officer: account.email for account in city.agency.accounts if account.officer}
    roles = {account.email: account.roles for account in city.agency.accounts}
    for complaint in city.complaints:
        personal = points_at_person(complaint.text, stated=complaint.says_person)
        for step in complaint.steps:
            assert step.by is None or step.by != own.get(complaint.true_officer)
            if step.step in (Step.TAKE, Step.ANSWER) and personal and step.by:
                assert roles[step.by][0][0] is Role.SUPERVISOR


@given(seed=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_invented_numbers_have_their_form_and_are_masked(seed: int) -> None:
    rng = Random(seed)
    nik = invent_nik(rng, spaced=False)
    assert re.fullmatch(r"\d{16}", nik)
    day, month, serial = int(nik[6:8]), int(nik[8:10]), int(nik[12:])
    assert 1 <= day % 40 <= 31 and 1 <= month <= 12 and serial >= 1
    assert nik[2:4] == "99", "the regency must not exist, or the number could be somebody's"
    for number in (invent_nik(rng), invent_phone(rng)):
        assert not re.search(r"\d{4}", mask_personal_numbers(f"nomor {number} ya")), number


def test_nips_are_18_digits_that_agree_with_the_officer(city: DemoCity) -> None:
    for officer in city.agency.officers:
        assert re.fullmatch(r"\d{18}", officer.nip)
        born, since, sex = officer.nip[:8], officer.nip[8:14], officer.nip[14]
        assert date.fromisoformat(f"{born[:4]}-{born[4:6]}-{born[6:]}") < date.fromisoformat(
            f"{since[:4]}-{since[4:]}-01"
        )
        assert sex == ("1" if officer.sex == "m" else "2")
        assert int(since[:4]) - int(born[:4]) >= 18


def test_masking_has_something_to_do(city: DemoCity) -> None:
    masked = [c for c in city.complaints if mask_personal_numbers(c.text) != c.text]
    assert len(masked) > 20


def test_too_many_ratings_are_refused() -> None:
    with pytest.raises(ValueError, match="ratings need"):
        build_city(7, UNTIL, days=14, complaints=1)


@given(seed=st.integers(0, 10_000), until=st.dates(date(2024, 6, 1), date(2027, 12, 1)))
@settings(max_examples=8, deadline=None)
def test_any_seed_and_day_give_a_city(seed: int, until: date) -> None:
    made = build_city(seed, until, ratings=1_000, complaints=60)
    assert len(made.ratings) == 1_000 and len(made.complaints) == 60
    for complaint in made.complaints:
        _state(complaint)
