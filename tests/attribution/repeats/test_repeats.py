"""Repeats through the database: noted once, shown to who may see them, told to citizens without telling of anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.organisation import make_officer
from webapp.attribution.repeats.actions import join_chosen, note_repeats
from webapp.attribution.repeats.models import ComplaintSketch, RepeatLink
from webapp.attribution.repeats.queries import list_repeats, reported_before
from webapp.feedback.actions import accept_answer
from webapp.feedback.drafts import ComplaintDraft
from webapp.feedback.handling import answer_complaint, exclude_officers, mark_personal, take_complaint
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Disposition
from webapp.feedback.movement.merging import merge_complaints, separate_complaint
from webapp.feedback.vocabulary import ComplaintKind, Finding
from webapp.organisation.models import Unit
from webapp.outbox.models import OutboxEvent
from webapp.retention.erasing import erase_ended

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LAMP = "Lampu jalan di depan SD Kenanga 3 padam sejak Senin malam, gelap dan rawan."
AGAIN = "Mohon dibantu, lampu jalan depan SD Kenanga 3 padam sejak Senin, gelap sekali."
OTHER = "Syarat pindah datang apa saja, dan bolehkah diwakilkan kepada anak?"
PERSON = "Petugas yang bernama Joko membentak saya di depan SD Kenanga 3 waktu lampu padam."


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def noted(session: Session, unit: Unit | None, text: str, hours: float = 0, **stated: object) -> Complaint:
    complaint = make_placed(session, NOW + timedelta(hours=hours), unit, text=text, **stated)
    note_repeats([complaint.feedback_id], NOW)
    session.flush()
    return complaint


def links(session: Session) -> list[tuple[int, int, str]]:
    rows = session.execute(
        select(RepeatLink.complaint_id, RepeatLink.other_id, RepeatLink.how).order_by(
            RepeatLink.complaint_id, RepeatLink.other_id
        )
    )
    return [(row.complaint_id, row.other_id, row.how) for row in rows]


def draft(text: str = AGAIN, **stated: object) -> ComplaintDraft:
    return ComplaintDraft(text=text, **stated)  # type: ignore[arg-type]


def test_repeats_are_noted_once_from_the_later_to_the_earlier(session: Session, agency: Agency) -> None:
    first, second, third = (
        noted(session, agency.unit, text, hours) for hours, text in enumerate((LAMP, AGAIN, LAMP.upper()))
    )
    noted(session, agency.unit, OTHER, 4)
    expected = [
        (second.feedback_id, first.feedback_id, "alike"),
        (third.feedback_id, first.feedback_id, "same_text"),
        (third.feedback_id, second.feedback_id, "alike"),
    ]
    assert links(session) == expected
    note_repeats([first.feedback_id, second.feedback_id, third.feedback_id], NOW)
    assert links(session) == expected
    assert session.scalar(select(func.count()).select_from(ComplaintSketch)) == 4


def test_those_of_one_batch_find_each_other(session: Session, agency: Agency) -> None:
    both = [make_placed(session, NOW, agency.unit, text=text).feedback_id for text in (LAMP, AGAIN)]
    note_repeats(both, NOW)
    assert links(session) == [(both[1], both[0], "alike")]


def test_what_is_long_past_is_no_repeat(session: Session, agency: Agency) -> None:
    noted(session, agency.unit, LAMP, -24 * 40)
    noted(session, agency.unit, LAMP)
    assert links(session) == []


def test_who_may_hand_out_sees_repeats_and_who_is_kept_away_sees_none(session: Session, agency: Agency) -> None:
    first, second = noted(session, agency.unit, LAMP), noted(session, agency.unit, AGAIN, 1)
    (found,) = list_repeats(agency.rina, second)
    assert (found.code, found.how, found.joined, found.same_reporter) == (first.code, "alike", False, False)
    assert [one.code for one in list_repeats(agency.rina, first)] == [second.code]  # either way round
    assert list_repeats(agency.sari, second) == []  # hands nothing out
    assert list_repeats(agency.tono, second) == []  # of another unit
    concerned = make_officer(session, agency.unit, account=agency.rina)
    exclude_officers(first.feedback_id, [concerned.id], NOW)
    assert list_repeats(agency.rina, second) == []


def test_what_points_at_a_person_is_a_repeat_of_its_like_alone(session: Session, agency: Agency) -> None:
    open_one = noted(session, agency.unit, PERSON.replace("yang bernama Joko membentak saya", "menunggu lama"))
    accused = noted(session, agency.unit, PERSON, 1)
    again = noted(session, agency.unit, PERSON + " Sekali lagi.", 2)
    assert (accused.points_at_person, open_one.points_at_person) == (True, False)
    assert [(one, other) for one, other, _how in links(session)] == [(again.feedback_id, accused.feedback_id)]
    sketched = select(ComplaintSketch.told).where(ComplaintSketch.complaint_id == accused.feedback_id)
    assert session.scalars(sketched).one() is False
    # Found to point at somebody later, it is no candidate any more either.
    plain = noted(session, agency.unit, OTHER, 3)
    twin = noted(session, agency.unit, OTHER, 4)
    assert [one.code for one in list_repeats(agency.rina, twin)] == [plain.code]
    mark_personal(plain, True, agency.rina, NOW)
    session.flush()
    assert list_repeats(agency.rina, twin) == []


def test_the_same_device_is_a_candidate_without_any_likeness(session: Session, agency: Agency) -> None:
    first, second = noted(session, agency.unit, LAMP), noted(session, agency.unit, OTHER, 1)
    for one in (first, second):
        one.feedback.rater_key = b"r" * 32
    session.flush()
    (found,) = list_repeats(agency.rina, second)
    assert (found.code, found.same_reporter, found.how, found.likeness) == (first.code, True, None, 0.0)


def test_a_citizen_is_told_of_one_that_may_be_public(session: Session, agency: Agency) -> None:
    assert reported_before(draft(), NOW) is None
    first = noted(session, agency.unit, LAMP, -2, secret=False, service_id=agency.service.id)
    told = reported_before(draft(), NOW)
    assert told is not None
    assert (told.complaint_id, told.count.value, told.unit, told.service, told.state, told.since) == (
        first.feedback_id, None, "Seksi Akta", "Akta kelahiran", "sent", first.feedback.filed_at,
    )  # fmt: skip
    assert reported_before(draft(OTHER), NOW) is None


def test_secret_ones_are_told_of_among_many_only(session: Session, agency: Agency) -> None:
    for hours in range(4):
        noted(session, agency.unit, LAMP, -hours)
    assert reported_before(draft(), NOW) is None
    noted(session, agency.unit, LAMP, -5)
    told = reported_before(draft(), NOW)
    assert told is not None and told.count.value == 5


def test_nothing_is_told_of_or_to_what_points_at_a_person(session: Session, agency: Agency) -> None:
    for hours in range(6):
        noted(session, agency.unit, PERSON, -hours, secret=False)
    # Whoever writes what he guesses learns nothing, by whichever words.
    assert reported_before(draft(PERSON), NOW) is None
    assert reported_before(draft("Menunggu lama di depan SD Kenanga 3 waktu lampu padam."), NOW) is None
    marked = noted(session, agency.unit, LAMP, -1, secret=False)
    assert reported_before(draft(about_person=True), NOW) is None
    mark_personal(marked, True, agency.rina, NOW)
    session.flush()
    assert reported_before(draft(), NOW) is None


@pytest.mark.parametrize("own", [{"visit_id": 1}, {"application_id": 1}, {"kind": ComplaintKind.PRAISE}])
def test_nothing_is_told_to_who_writes_of_his_own(session: Session, agency: Agency, own: dict[str, object]) -> None:
    noted(session, agency.unit, LAMP, -1, secret=False)
    assert reported_before(draft(**own), NOW) is None


def test_what_is_over_is_not_told(session: Session, agency: Agency) -> None:
    first = noted(session, agency.unit, LAMP, -2, secret=False)
    take_complaint(first, agency.sari, NOW)
    session.flush()
    answer_complaint(first, agency.sari, "Sudah menyala.", Finding.FOUNDED, write_key="j", at=NOW)
    session.flush()
    assert reported_before(draft(), NOW) is None


def test_whoever_joined_is_worked_on_with_the_main_one_and_counted(session: Session, agency: Agency) -> None:
    main = noted(session, agency.unit, LAMP, -2, secret=False)
    joined = noted(session, agency.unit, AGAIN, 0, joins_id=main.feedback_id)
    assert join_chosen([joined.feedback_id], NOW) == [joined.feedback_id]
    session.flush()
    assert (joined.state, joined.merged_into_id) == (State.MERGED, main.feedback_id)
    assert join_chosen([joined.feedback_id], NOW) == []
    merged = select(Disposition).where(Disposition.complaint_id == joined.feedback_id, Disposition.kind == "merged")
    assert session.scalars(merged).one().decided_by_id is None
    # Joining what has been merged itself leads to the one that is worked on.
    third = noted(session, agency.unit, LAMP, 1, joins_id=joined.feedback_id)
    join_chosen([third.feedback_id], NOW)
    assert third.merged_into_id == main.feedback_id
    told = reported_before(draft(), NOW + timedelta(hours=2))
    assert told is not None and told.complaint_id == main.feedback_id
    # Undone, it is by itself in every respect.
    separate_complaint(joined, agency.rina, None, NOW)
    assert (joined.merged_into_id, joined.joins_id) == (None, None)


def test_where_joining_is_hindered_it_goes_its_way_and_triage_sees_the_wish(session: Session, agency: Agency) -> None:
    main = noted(session, agency.unit, LAMP, -2)
    take_complaint(main, agency.sari, NOW)
    session.flush()
    joined = noted(session, agency.unit, OTHER, 0, joins_id=main.feedback_id)
    exclude_officers(joined.feedback_id, [agency.sari_officer.id], NOW)  # it concerns whoever works on the main one
    assert join_chosen([joined.feedback_id], NOW) == []
    assert joined.state == State.SENT
    (found,) = list_repeats(agency.rina, joined)
    assert (found.code, found.joined) == (main.code, True)


def test_what_points_at_a_person_joins_nothing(session: Session, agency: Agency) -> None:
    main = noted(session, agency.unit, LAMP, -2)
    personal = noted(session, agency.unit, PERSON, 0, joins_id=main.feedback_id)
    assert personal.joins_id is None


def test_a_merge_after_something_was_found_counts_anew(session: Session, agency: Agency) -> None:
    main, twice = noted(session, agency.unit, LAMP, -2), noted(session, agency.unit, AGAIN)
    merge_complaints(main, twice, agency.rina, None, NOW)
    names = select(OutboxEvent.name).where(OutboxEvent.name == "MatterJoined")
    assert session.scalars(names).all() == []
    twice.finding = Finding.FOUNDED
    session.flush()
    separate_complaint(twice, agency.rina, None, NOW)
    assert session.scalars(names).all() == ["MatterJoined"]


def test_keys_are_erased_with_the_words(session: Session, agency: Agency) -> None:
    old = noted(session, agency.unit, LAMP)
    take_complaint(old, agency.sari, NOW)
    session.flush()
    answer_complaint(old, agency.sari, "Sudah menyala.", Finding.FOUNDED, write_key="j", at=NOW)
    session.flush()
    accept_answer(old, write_key="t", at=NOW)
    session.flush()
    erase_ended(NOW + timedelta(days=1000))
    assert session.scalar(select(func.count()).select_from(ComplaintSketch)) == 1
    erase_ended(NOW + timedelta(days=3000))
    assert session.scalar(select(func.count()).select_from(ComplaintSketch)) == 0
