"""Working on a case: who may be named, photos of the remedy, similar cases, presence, templates of replies."""

from __future__ import annotations

import io
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_picture
from tests.feedback.test_looks import scene
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.feedback.actions import accept_answer
from webapp.feedback.case_file import is_outdated, read_case, version_of
from webapp.feedback.casework.colleagues import list_colleagues
from webapp.feedback.casework.models import CaseMention, CaseNote, PhotoFlag
from webapp.feedback.casework.notes import write_note
from webapp.feedback.casework.presence import PRESENT_FOR, leave_case, note_presence
from webapp.feedback.casework.remedies import attach_remedies, find_alike, judge_photo, keep_remedy
from webapp.feedback.casework.reply_templates import (
    ChangedMeanwhile,
    NameTaken,
    add_template,
    change_template,
    list_kept,
    list_usable,
    read_kept,
)
from webapp.feedback.casework.similar import list_similar
from webapp.feedback.errors import NoSuchCase, NotForThisPerson
from webapp.feedback.handling import answer_complaint, exclude_officers, get_case, take_complaint
from webapp.feedback.looks import look_of
from webapp.feedback.models import Complaint, Photo, Recusal
from webapp.feedback.photos import reencode, store_photo
from webapp.feedback.reporter_history import list_messages
from webapp.feedback.tracking import Reporter, content_of_remedy, read_own_photo
from webapp.feedback.vocabulary import Finding
from webapp.outbox.models import OutboxEvent

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def jpeg(seed: int, *, quality: int = 85) -> bytes:
    out = io.BytesIO()
    scene(seed).save(out, "JPEG", quality=quality)
    return out.getvalue()


def everybody(agency: Agency, session: Session) -> list[Account]:
    named = [getattr(agency, one.name) for one in fields(agency)]
    inspector = make_account(session, (Role.INSPECTOR, agency.city))
    retired = make_account(session, (Role.SUPERVISOR, agency.unit), active=False)
    return [one for one in named if isinstance(one, Account)] + [inspector, retired]


def sees(account: Account, complaint: Complaint) -> bool:
    try:
        get_case(account, complaint.code)
    except NotForThisPerson:
        return False
    return True


def test_colleagues_are_exactly_those_who_see_the_case(session: Session, agency: Agency) -> None:
    people = everybody(agency, session)
    plain = make_placed(session, NOW, agency.unit)
    personal = make_placed(session, NOW, agency.unit, about_person=True)
    homeless = make_placed(session, NOW, None)
    concerned = make_placed(session, NOW, agency.unit)
    exclude_officers(concerned.feedback_id, [agency.budi_officer.id], NOW)
    session.add(Recusal(complaint_id=concerned.feedback_id, account_id=agency.rina.id, at=NOW))
    session.flush()
    for complaint in (plain, personal, homeless, concerned):
        listed = {one.id for one in list_colleagues(agency.sari, complaint)}
        assert listed == {one.id for one in people if one is not agency.sari and sees(one, complaint)}
    assert not sees(agency.budi, concerned) and not sees(agency.rina, concerned)


def test_a_note_tells_whom_it_names_once_and_masks_numbers(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    for _press in range(2):
        write_note(complaint, agency.sari, "@Rina Kusuma nomornya 081234567890.", write_key="form:note", at=NOW)
    assert "0812" not in session.scalars(select(CaseNote.text)).one()
    assert session.scalars(select(CaseMention.account_id)).all() == [agency.rina.id]
    assert session.scalar(select(func.count()).where(OutboxEvent.name == "ColleagueMentioned")) == 1
    (note,) = read_case(agency.budi, complaint.code).notes
    assert (note.by, note.named) == ("Sari Wulandari", "Rina Kusuma")


def test_the_accused_is_not_told_of_notes(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    exclude_officers(complaint.feedback_id, [agency.budi_officer.id], NOW)
    assert write_note(complaint, agency.sari, "@Budi Santoso jangan tahu.", write_key="form:note", at=NOW) == ()
    assert session.scalar(select(func.count()).select_from(CaseMention)) == 0
    assert session.scalar(select(func.count()).where(OutboxEvent.name == "ColleagueMentioned")) == 0


def test_a_remedy_is_compared_with_all_earlier_photos(session: Session, agency: Agency) -> None:
    store_photo("form:one", jpeg(1), NOW)
    store_photo("form:two", jpeg(2), NOW)
    store_photo("form:never-sent", jpeg(3), NOW)
    mine = make_placed(session, NOW, agency.unit, photo_key="form:one")
    make_placed(session, NOW, agency.elsewhere, photo_key="form:two")
    ids = {
        seed: keep_remedy(mine, agency.sari, reencode(jpeg(seed, quality=40)), upload_key="form:answer", at=NOW)
        for seed in (1, 2, 3, 4)
    }
    flags = session.execute(select(PhotoFlag.photo_id, PhotoFlag.kind).where(PhotoFlag.kind != "no_date")).all()
    assert sorted(map(tuple, flags)) == [(ids[1], "same_as_report"), (ids[2], "seen_before")]
    assert find_alike(look_of(scene(2)))[0].bits <= 2
    assert find_alike(None) == []


def test_a_superior_judges_and_never_his_own(session: Session, agency: Agency) -> None:
    store_photo("form:two", jpeg(2), NOW)
    foreign = make_placed(session, NOW, agency.elsewhere, photo_key="form:two")
    complaint = make_placed(session, NOW, agency.unit)
    photo_id = keep_remedy(complaint, agency.sari, reencode(jpeg(2)), upload_key="form:answer", at=NOW)
    answer_complaint(complaint, agency.sari, "Sudah kami perbaiki.", Finding.FOUNDED, write_key="form:answer", at=NOW)
    attach_remedies(complaint, "form:answer")
    session.flush()
    (seen,) = read_case(agency.sari, complaint.code).remedies
    assert (seen.signs, seen.may_judge) == ((), False)
    (seen,) = read_case(agency.rina, complaint.code).remedies
    assert seen.may_judge and {sign.kind for sign in seen.signs} == {"seen_before", "no_date"}
    assert all(sign.other is None for sign in seen.signs)  # Rina does not see the other unit's case
    assert foreign.code not in str(seen)
    for nobody in (agency.sari, agency.tono):
        with pytest.raises(NotForThisPerson):
            judge_photo(complaint, nobody, photo_id, fine=True, at=NOW)
    assert _shown_to_reporter(complaint) == (photo_id,)
    assert content_of_remedy(photo_id) is not None
    assert judge_photo(complaint, agency.rina, photo_id, fine=False, at=NOW)
    assert _shown_to_reporter(complaint) == ()
    assert content_of_remedy(photo_id) is None
    with pytest.raises(NoSuchCase):
        read_own_photo(Reporter(frozenset({complaint.feedback_id})), complaint.code, photo_id)
    assert not judge_photo(complaint, agency.rina, photo_id, fine=True, at=NOW)
    (seen,) = read_case(agency.rina, complaint.code).remedies
    assert (seen.verdict, seen.may_judge) == ("not_fine", False)
    session.get_one(Photo, photo_id).account_id = agency.rina.id
    session.flush()
    with pytest.raises(NotForThisPerson):
        judge_photo(complaint, agency.rina, photo_id, fine=True, at=NOW)


def _shown_to_reporter(complaint: Complaint) -> tuple[int, ...]:
    """The pictures that the reporter sees with the answer."""
    (answer,) = (moment for moment in list_messages(complaint) if moment.what == "answer")
    return answer.photo_ids


def settled(session: Session, agency: Agency, text: str, answer: str) -> Complaint:
    complaint = make_placed(session, NOW, agency.unit, text=text)
    session.flush()
    take_complaint(complaint, agency.rina, NOW)
    session.flush()
    key = f"form:{complaint.code}"
    answer_complaint(complaint, agency.rina, answer, Finding.FOUNDED, write_key=key, at=NOW)
    session.flush()
    accept_answer(complaint, write_key=f"{key}:accept", at=NOW + timedelta(days=1))
    session.flush()
    return complaint


def test_similar_cases_are_accepted_visible_and_about_nobody(session: Session, agency: Agency) -> None:
    text = "Akta kelahiran terlambat karena server pusat mati."
    good = settled(session, agency, "Pengurusan akta kelahiran lambat, server pusat mati terus.", "Server sudah pulih.")
    settled(session, agency, text, "Rahasia tentang orang.").points_at_person = True
    concerned = settled(session, agency, text, "Tentang Sari sendiri.")
    exclude_officers(concerned.feedback_id, [agency.sari_officer.id], NOW)
    settled(session, agency, "Lampu ruang tunggu padam.", "Lampu diganti.")
    open_one = make_placed(session, NOW, agency.unit, text=text)
    found = list_similar(agency.sari, open_one)
    assert [(one.code, one.answer) for one in found] == [(good.code, "Server sudah pulih.")]
    assert {one.code for one in list_similar(agency.budi, open_one)} == {good.code, concerned.code}


def test_two_people_in_a_case_see_each_other_for_a_moment(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    assert note_presence(complaint, agency.sari, writing=True, now=NOW) == ()
    (sari,) = note_presence(complaint, agency.budi, writing=False, now=NOW + timedelta(seconds=5))
    assert (sari.name, sari.writing) == ("Sari Wulandari", True)
    assert note_presence(complaint, agency.budi, writing=False, now=NOW + PRESENT_FOR) == ()
    leave_case(complaint, agency.budi)
    assert note_presence(complaint, agency.sari, writing=False, now=NOW + timedelta(seconds=6)) == ()


def test_a_version_changes_with_every_word_and_move(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    session.flush()
    first = version_of(complaint)
    assert read_case(agency.sari, complaint.code).version == first
    assert not is_outdated(complaint, first) and not is_outdated(complaint, "") and not is_outdated(complaint, "x")
    take_complaint(complaint, agency.budi, NOW)
    session.flush()
    assert is_outdated(complaint, first)
    assert [one.what for one in read_case(agency.sari, complaint.code).since(first)] == ["taken"]
    write_note(complaint, agency.budi, "Hanya catatan.", write_key="form:n", at=NOW)
    assert not is_outdated(complaint, version_of(complaint))


def test_templates_belong_to_a_unit_and_serve_those_below(session: Session, agency: Agency) -> None:
    boss = make_account(session, (Role.SUPERVISOR, agency.city))
    city = add_template(boss, agency.city.id, "Terima kasih", "Terima kasih atas usul Anda.", at=NOW)
    own = add_template(agency.rina, agency.unit.id, "Server", "Server {layanan} pulih.", at=NOW)
    assert add_template(agency.rina, agency.unit.id, "Server", "Server {layanan} pulih.", at=NOW) == own
    with pytest.raises(NameTaken):
        add_template(agency.rina, agency.unit.id, "Server", "Lain sama sekali.", at=NOW)
    for stranger in (agency.sari, agency.tono):
        with pytest.raises(NotForThisPerson):
            add_template(stranger, agency.unit.id, "X", "Kata-kata lain.", at=NOW)
    with pytest.raises(NotForThisPerson):
        read_kept(agency.rina, city)
    complaint = make_placed(session, NOW, agency.unit)
    foreign = make_placed(session, NOW, agency.elsewhere)
    assert [one.id for one in list_usable(complaint)] == [own, city]
    assert [one.id for one in list_usable(foreign)] == [city]
    assert {one.id for one in list_kept(agency.rina)} == {own}


def test_a_stale_change_of_a_template_shows_the_other_one(session: Session, agency: Agency) -> None:
    id_ = add_template(agency.rina, agency.unit.id, "Server", "Server pulih.", at=NOW)
    version = read_kept(agency.rina, id_).version
    later = NOW + timedelta(minutes=1)
    change_template(agency.rina, id_, name="Server", text="Server pulih besok.", active=True, version=version, at=later)
    with pytest.raises(ChangedMeanwhile) as changed:
        change_template(agency.rina, id_, name="Server", text="Pulih lusa.", active=True, version=version, at=later)
    assert changed.value.now.text == "Server pulih besok."
    change_template(agency.rina, id_, name="Server", text="Server pulih besok.", active=True, version=version, at=later)
    now = changed.value.now.version
    change_template(agency.rina, id_, name="Server", text="Pulih lusa.", active=False, version=now, at=later)
    assert list_usable(make_placed(session, NOW, agency.unit)) == ()


def test_the_very_same_file_is_found_again_though_it_looks_like_nothing(session: Session, agency: Agency) -> None:
    """A picture of one colour has no look of its own; sent twice as proof it is the same picture all the same."""
    flat = make_picture()
    for number in range(2):
        complaint = make_placed(session, NOW, agency.unit)
        take_complaint(complaint, agency.sari, NOW)
        picture = reencode(flat)
        assert picture.look is None
        key = f"form:flat-{number}"
        photo_id = keep_remedy(complaint, agency.sari, picture, upload_key=key, at=NOW)
        answer_complaint(complaint, agency.sari, "Sudah kami perbaiki.", Finding.FOUNDED, write_key=key, at=NOW)
        attach_remedies(complaint, key)
    kinds = session.scalars(select(PhotoFlag.kind).where(PhotoFlag.photo_id == photo_id)).all()
    assert "seen_before" in kinds
