"""A desk shows what its viewer may take, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_placed
from webapp.attribution.actions import decide_attribution
from webapp.feedback.actions import accept_answer, dispute_answer
from webapp.feedback.case_file import Obstacle, open_for_work, read_case, read_photo
from webapp.feedback.desk import Pile, list_desk, list_settled
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import answer_complaint, ask_reporter, mark_personal, take_complaint
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def codes(pile: Pile) -> list[str]:
    return [item.code for item in pile.items]


def test_what_is_sent_to_the_unit_lies_before_all_its_officers_the_most_urgent_first(
    session: Session, agency: Agency
) -> None:
    later = make_placed(session, NOW, agency.unit)
    sooner = make_placed(session, NOW - timedelta(days=7), agency.unit)
    for officer in (agency.sari, agency.budi, agency.rina):
        assert codes(list_desk(officer).untaken) == [sooner.code, later.code]


def test_other_units_complaints_are_not_there(session: Session, agency: Agency) -> None:
    foreign = make_placed(session, NOW, agency.elsewhere)
    assert list_desk(agency.sari).open == 0
    assert codes(list_desk(agency.tono).untaken) == [foreign.code]
    with pytest.raises(NotForThisPerson):
        read_case(agency.sari, foreign.code)


def test_what_points_at_a_person_lies_before_the_superior_alone(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, None, about_person=True)
    decide_attribution(
        complaint.feedback_id, unit_id=agency.unit.id, officer_id=None, actor=agency.triage, reason="Jelas", at=NOW
    )
    assert codes(list_desk(agency.rina).untaken) == [complaint.code]
    assert list_desk(agency.sari).open == list_desk(agency.budi).open == 0


def test_whom_it_concerns_never_sees_it_even_as_superior(session: Session, agency: Agency) -> None:
    from tests.factories.accounts import give_role
    from webapp.accounts.permissions import Role

    give_role(session, agency.sari, Role.SUPERVISOR, agency.unit)
    complaint = make_placed(session, NOW, None, about_person=True)
    decide_attribution(
        complaint.feedback_id,
        unit_id=agency.unit.id,
        officer_id=agency.sari_officer.id,
        actor=agency.triage,
        reason="Disebut namanya",
        at=NOW,
    )
    session.flush()
    assert list_desk(agency.sari).open == 0
    with pytest.raises(NotForThisPerson):
        read_case(agency.sari, complaint.code)
    assert codes(list_desk(agency.rina).untaken) == [complaint.code]


def test_a_complaint_moves_through_the_piles(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    take_complaint(complaint, agency.sari, NOW)
    session.flush()
    assert codes(list_desk(agency.sari).mine) == [complaint.code]
    assert list_desk(agency.budi).untaken.total == 0
    assert codes(list_desk(agency.rina).others) == [complaint.code]

    ask_reporter(complaint, agency.sari, "Nomor berkasnya?", write_key="form:q", at=NOW)
    assert codes(list_desk(agency.sari).waiting) == [complaint.code]
    assert list_desk(agency.sari).mine.total == 0

    answer_complaint(complaint, agency.sari, "Sudah selesai.", Finding.FOUNDED, write_key="form:a", at=NOW)
    session.flush()
    desk = list_desk(agency.sari)
    assert codes(desk.waiting) == [complaint.code]
    assert desk.mine.total == 0

    accept_answer(complaint, write_key="form:ok", at=NOW)
    session.flush()
    assert list_desk(agency.sari).waiting.total == 0
    assert codes(list_settled(agency.sari)) == [complaint.code]
    assert list_settled(agency.budi).total == 0


def disputed(session: Session, agency: Agency) -> Complaint:
    complaint = make_placed(session, NOW, agency.unit)
    answer_complaint(complaint, agency.sari, "Sudah selesai.", Finding.FOUNDED, write_key="form:a", at=NOW)
    dispute_answer(complaint, "Belum selesai.", write_key="form:d", at=NOW)
    session.flush()
    return complaint


def test_a_disputed_answer_goes_before_another_pair_of_eyes(session: Session, agency: Agency) -> None:
    complaint = disputed(session, agency)
    assert [item.answered_by_viewer for item in list_desk(agency.sari).returned.items] == [True]
    assert read_case(agency.sari, complaint.code).obstacle == Obstacle.OWN_ANSWER
    assert not read_case(agency.sari, complaint.code).may_take
    assert read_case(agency.budi, complaint.code).obstacle is None
    assert open_for_work(agency.sari, complaint.code, taking=True)[1] == Obstacle.OWN_ANSWER


def test_the_second_pair_of_eyes_cannot_hand_it_back_by_asking(session: Session, agency: Agency) -> None:
    from tests.factories.accounts import give_role
    from webapp.accounts.permissions import Role

    give_role(session, agency.sari, Role.LIAISON, agency.unit)
    complaint = disputed(session, agency)
    take_complaint(complaint, agency.budi, NOW)
    session.flush()
    assert open_for_work(agency.sari, complaint.code, taking=True)[1] == Obstacle.OWN_ANSWER


def test_a_colleagues_case_is_taken_over_only_by_who_hands_cases_out(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    take_complaint(complaint, agency.sari, NOW)
    session.flush()
    assert open_for_work(agency.budi, complaint.code, taking=True)[1] == Obstacle.TAKEN
    assert not read_case(agency.budi, complaint.code).may_take
    assert open_for_work(agency.rina, complaint.code, taking=True)[1] is None
    assert open_for_work(agency.rina, complaint.code)[1] == Obstacle.TAKEN
    assert read_case(agency.rina, complaint.code).may_take


def test_who_may_read_here_but_answer_elsewhere_answers_nothing_here(session: Session, agency: Agency) -> None:
    from tests.factories.accounts import give_role
    from webapp.accounts.permissions import Role

    give_role(session, agency.tono, Role.INSPECTOR, agency.unit)
    complaint = make_placed(session, NOW, agency.unit)
    assert read_case(agency.tono, complaint.code).obstacle == Obstacle.READ_ONLY
    assert list_desk(agency.tono).open == 0


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", 2),
        ("blangko", 1),
        ("BLANGKO habis", 1),
        ("blangko kosong", 0),
        ("akta kelahiran", 2),
        ("100%", 0),
        ("_", 0),
    ],
)
def test_the_search_finds_all_words_in_text_service_and_unit(
    session: Session, agency: Agency, words: str, found: int
) -> None:
    make_placed(session, NOW, agency.unit, text="Blangko habis lagi.", service_id=agency.service.id)
    make_placed(session, NOW, agency.unit, text="Antrean panjang sekali.", service_id=agency.service.id)
    assert list_desk(agency.sari, words).untaken.total == found


def test_a_long_pile_is_cut_but_counted(session: Session, agency: Agency) -> None:
    for _number in range(3):
        make_placed(session, NOW, agency.unit)
    pile = list_desk(agency.sari, limit=2).untaken
    assert (len(pile.items), pile.total) == (2, 3)


def test_history_tells_what_happened_in_its_order(session: Session, agency: Agency) -> None:
    complaint = disputed(session, agency)
    mark_personal(complaint, True, agency.rina, NOW + timedelta(minutes=1))
    session.flush()
    history = read_case(agency.rina, complaint.code).history
    assert history[0].what == "filed"
    assert sorted(one.what for one in history) == [
        "answer", "dispute", "filed", "marked_personal", "sent", "taken",
    ]  # fmt: skip
    assert history[-1].what == "marked_personal"
    assert next(one.by for one in history if one.what == "dispute") is None


def test_marking_a_complaint_personal_hides_it_from_officers_at_once(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit, secret=False)
    mark_personal(complaint, True, agency.triage, NOW)
    session.flush()
    assert complaint.secret
    assert list_desk(agency.sari).open == 0
    mark_personal(complaint, False, agency.triage, NOW)
    session.flush()
    assert complaint.secret  # nothing becomes public by this
    assert list_desk(agency.sari).open == 1


def test_photos_follow_their_complaint(session: Session, agency: Agency) -> None:
    from hashlib import sha256

    from webapp.feedback.models import Photo

    content = b"not really a picture, the table does not mind"
    photo = Photo(
        upload_key="form:p", digest=sha256(content).digest(), content=content, width=4, height=3, created_at=NOW
    )
    session.add(photo)
    session.flush()
    complaint = make_placed(session, NOW, agency.unit, photo_key="form:p")
    other = make_placed(session, NOW, agency.unit)
    assert [one.id for one in read_case(agency.sari, complaint.code).photos] == [photo.id]
    assert read_photo(agency.sari, complaint.code, photo.id) == (content, "image/jpeg")
    with pytest.raises(NotForThisPerson):
        read_photo(agency.sari, other.code, photo.id)
    with pytest.raises(NotForThisPerson):
        read_photo(agency.tono, complaint.code, photo.id)
