"""The same matter twice, and one complaint about two matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.counting import next_number
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_picture
from webapp.attribution.actions import attribute_feedback
from webapp.attribution.queries import standing_of
from webapp.feedback.actions import accept_answer, add_follower, dispute_answer, open_case
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.followers import reporter_at
from webapp.feedback.handling import answer_complaint, exclude_officers, get_case, take_complaint
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition, Photo
from webapp.feedback.movement.errors import AlreadyThere, Hindrance, NotMergeable
from webapp.feedback.movement.forwarding import assign_complaint
from webapp.feedback.movement.merging import merge_complaints, separate_complaint
from webapp.feedback.movement.splitting import split_complaint
from webapp.feedback.movement.verifying import pass_on
from webapp.feedback.photos import store_photo
from webapp.feedback.tracking import read_own_photo
from webapp.feedback.vocabulary import Finding
from webapp.messaging.addresses import ChatAddress
from webapp.organisation.models import Unit

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def placed(session: Session, unit: Unit | None, **stated: object) -> Complaint:
    return make_placed(session, NOW - timedelta(hours=2), unit, **stated)


def answered(session: Session, complaint: Complaint, actor: object) -> None:
    answer_complaint(
        complaint,
        actor,  # type: ignore[arg-type]
        "Lampu sudah diganti.",
        Finding.FOUNDED,
        write_key=f"jawab-{next_number()}",
        at=NOW + timedelta(hours=1),
    )
    session.flush()


def test_the_answer_goes_to_both_and_each_reporter_judges_for_himself(session: Session, agency: Agency) -> None:
    main, twice = placed(session, agency.unit), placed(session, None)
    for _ in range(2):
        merge_complaints(main, twice, agency.triage, "Lampu yang sama.", NOW)
        session.flush()
    assert (twice.state, twice.merged_into_id) == (State.MERGED, main.feedback_id)
    answered(session, main, agency.sari)
    assert (twice.state, twice.answered_by_id, twice.finding) == (State.ANSWERED, agency.sari.id, Finding.FOUNDED)
    texts = session.scalars(select(ComplaintMessage.text).where(ComplaintMessage.complaint_id == twice.feedback_id))
    assert texts.all() == ["Lampu sudah diganti."]
    accept_answer(main, write_key="terima", at=NOW + timedelta(hours=2))
    dispute_answer(twice, "Di tempat saya belum.", write_key="sanggah", at=NOW + timedelta(hours=2))
    session.flush()
    assert (main.state, twice.state) == (State.ACCEPTED, State.DISPUTED)
    assert twice.unit_id == agency.unit.id
    assert session.scalars(select(Disposition).where(Disposition.kind == "merged")).one().other_id == main.feedback_id


@pytest.mark.parametrize("begun", [False, True])
def test_a_merge_is_undone_to_where_it_was(session: Session, agency: Agency, begun: bool) -> None:
    main, twice = placed(session, agency.unit), placed(session, agency.unit)
    if begun:
        take_complaint(twice, agency.budi, NOW)
    else:
        assign_complaint(twice, agency.rina, agency.budi, None, NOW)
    session.flush()
    before = (twice.state, twice.unit_id, twice.handler_id, twice.due_at)
    merge_complaints(main, twice, agency.rina, None, NOW)
    session.flush()
    assert twice.handler_id is None
    separate_complaint(twice, agency.rina, "Ternyata lain.", NOW)
    session.flush()
    assert (twice.state, twice.unit_id, twice.handler_id, twice.due_at) == before
    assert twice.merged_into_id is None
    answered(session, main, agency.sari)
    assert twice.state == before[0]


def test_what_came_out_of_triage_goes_back_there(session: Session, agency: Agency) -> None:
    main, twice = placed(session, agency.unit), placed(session, None)
    merge_complaints(main, twice, agency.triage, None, NOW)
    session.flush()
    separate_complaint(twice, agency.triage, None, NOW)
    session.flush()
    assert (twice.state, twice.unit_id) == (State.IN_TRIAGE, None)


def test_merging_shows_nothing_to_anybody_who_must_not_see_it(session: Session, agency: Agency) -> None:
    main, twice = placed(session, agency.unit), placed(session, agency.unit)
    exclude_officers(twice.feedback_id, [agency.sari_officer.id], NOW)
    take_complaint(main, agency.sari, NOW)
    session.flush()
    with pytest.raises(NotMergeable) as refused:
        merge_complaints(main, twice, agency.rina, None, NOW)
    assert refused.value.hindrance == Hindrance.CONCERNS_HANDLER
    take_complaint(main, agency.budi, NOW)
    session.flush()
    merge_complaints(main, twice, agency.rina, None, NOW)
    session.flush()
    with pytest.raises(NotForThisPerson):
        get_case(agency.sari, main.code)


def test_what_hinders_a_merge_is_named(session: Session, agency: Agency) -> None:
    main, other, personal = (placed(session, agency.unit) for _ in range(3))
    personal.points_at_person = True
    session.flush()
    assert _hindrance(main, main, agency) == Hindrance.ITSELF
    assert _hindrance(main, personal, agency) == Hindrance.SECRECY
    merge_complaints(main, other, agency.rina, None, NOW)
    session.flush()
    third = placed(session, agency.unit)
    assert _hindrance(third, main, agency) == Hindrance.HAS_OTHERS
    assert _hindrance(other, third, agency) == Hindrance.NOT_OPEN


def _hindrance(main: Complaint, twice: Complaint, agency: Agency) -> Hindrance:
    with pytest.raises(NotMergeable) as refused:
        merge_complaints(main, twice, agency.rina, None, NOW)
    return refused.value.hindrance


def test_whoever_gave_the_disputed_answer_merges_it_into_nothing(session: Session, agency: Agency) -> None:
    main, other = placed(session, agency.unit), placed(session, agency.unit)
    answered(session, main, agency.rina)
    dispute_answer(main, "Belum.", write_key="sanggah", at=NOW)
    session.flush()
    with pytest.raises(NotForThisPerson):
        merge_complaints(main, other, agency.rina, None, NOW)


def test_what_was_merged_is_passed_on_with_the_main_one(session: Session, agency: Agency) -> None:
    main, twice, with_unit = placed(session, None), placed(session, None), placed(session, agency.unit)
    for one in (twice, with_unit):
        merge_complaints(main, one, agency.triage, None, NOW)
    session.flush()
    pass_on(main, agency.triage, "PLN", "Diteruskan ke PLN.", write_key="alih", at=NOW)
    session.flush()
    assert (main.state, twice.state, with_unit.state) == (State.PASSED_ON, State.PASSED_ON, State.SENT)


def test_the_second_half_is_a_complaint_of_its_own(session: Session, agency: Agency) -> None:
    store_photo("unggah", make_picture(), NOW)
    complaint = placed(session, agency.unit, photo_key="unggah", place="Jalan Slamet Riyadi")
    chat = ChatAddress("telegram", "4711", "id")
    add_follower(complaint.feedback_id, chat)
    exclude_officers(complaint.feedback_id, [agency.tono_officer.id], NOW)
    session.flush()
    with pytest.raises(AlreadyThere):
        split_complaint(complaint, agency.rina, agency.unit, "Bagian kami.", NOW)
    half = split_complaint(complaint, agency.rina, agency.elsewhere, "Soal pindah datang.", NOW)
    session.flush()
    assert split_complaint(complaint, agency.rina, agency.elsewhere, "Lagi.", NOW) is half
    assert (half.state, half.unit_id, half.split_from_id) == (State.SENT, agency.elsewhere.id, complaint.feedback_id)
    assert half.feedback.filed_at == complaint.feedback.filed_at and half.feedback.place == "Jalan Slamet Riyadi"
    assert open_case(half.code, complaint.secret_word, NOW) is half
    with pytest.raises(NotForThisPerson):
        get_case(agency.tono, half.code)
    reporter = reporter_at(chat)
    photo = session.scalars(select(Photo).where(Photo.complaint_id == half.feedback_id)).one()
    assert read_own_photo(reporter, half.code, photo.id)[1] == "image/jpeg"
    attribute_feedback([half.feedback_id], NOW)
    session.flush()
    assert standing_of(half.feedback_id).unit_ids == (agency.elsewhere.id,)
    assert (half.state, half.unit_id, complaint.unit_id) == (State.SENT, agency.elsewhere.id, agency.unit.id)
