"""What the public sees: nothing by itself, nothing against the reporter's wish, nothing about a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_placed
from webapp.attribution.actions import decide_attribution
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import answer_complaint, exclude_officers, mark_personal
from webapp.feedback.models import Complaint
from webapp.feedback.publishing.actions import allow_public, publish_complaint, withdraw_publication
from webapp.feedback.publishing.errors import NotPublishable, TellsOfPerson
from webapp.feedback.publishing.models import Publication
from webapp.feedback.publishing.queries import (
    PAGE,
    NoSuchPublication,
    list_candidates,
    list_published,
    read_for_publisher,
    read_published,
)
from webapp.feedback.publishing.rules import Bar, telling_words
from webapp.feedback.vocabulary import Finding

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
WORDS = "Antrean akta kelahiran selalu habis sebelum pukul tujuh pagi."


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def answered(session: Session, agency: Agency, **stated: object) -> Complaint:
    complaint = make_placed(session, NOW, agency.unit, **{"text": WORDS, "secret": False, **stated})
    answer_complaint(
        complaint, agency.sari, "Kuota ditambah.", Finding.FOUNDED, write_key=f"a{complaint.feedback_id}", at=NOW
    )
    session.flush()
    return complaint


def test_nothing_is_shown_by_itself(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency)
    assert list_published().items == ()
    assert [one.code for one in list_candidates(agency.rina, published=False)] == [complaint.code]
    publish_complaint(complaint, agency.rina, WORDS, "Kuota ditambah.", NOW)
    [shown] = list_published().items
    assert (shown.text, shown.answer, shown.unit) == (WORDS, "Kuota ditambah.", "Seksi Akta")
    assert complaint.code not in repr(shown) and complaint.secret_word not in repr(shown)
    assert list_candidates(agency.rina, published=False) == []


def test_only_its_reporter_lifts_the_secret_and_brings_it_back_at_once(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency, secret=True)
    with pytest.raises(NotPublishable) as refused:
        publish_complaint(complaint, agency.rina, WORDS, None, NOW)
    assert refused.value.bar == Bar.NOT_WANTED
    assert list_candidates(agency.rina, published=False) == []
    allow_public(complaint, True, NOW)
    shown = publish_complaint(complaint, agency.rina, WORDS, None, NOW)
    allow_public(complaint, False, NOW)
    session.flush()
    with pytest.raises(NoSuchPublication):
        read_published(shown.id)
    session.refresh(shown)
    assert (shown.withdrawn_reason, shown.withdrawn_by_id) == ("reporter", None)


def test_what_points_at_a_person_needs_the_superior_and_words_without_that_person(
    session: Session, agency: Agency
) -> None:
    complaint = make_placed(session, NOW, None, text="Oknum Sari membentak saya.", secret=False)
    decide_attribution(
        complaint.feedback_id,
        unit_id=agency.unit.id,
        officer_id=agency.sari_officer.id,
        actor=agency.triage,
        reason="Jelas",
        at=NOW,
    )
    assert complaint.secret  # whatever was ticked
    allow_public(complaint, True, NOW)
    with pytest.raises(NotPublishable) as refused:
        publish_complaint(complaint, agency.triage, "Pelayanan loket dikeluhkan.", None, NOW)
    assert refused.value.bar == Bar.NEEDS_SUPERIOR
    for words in ("Oknum di loket membentak warga.", "Ibu Wulandari tidak ramah.", "petugas wulandari tidak ramah"):
        with pytest.raises(TellsOfPerson):
            publish_complaint(complaint, agency.rina, words, None, NOW)
    with pytest.raises(TellsOfPerson):  # the answer is read by everybody as well
        publish_complaint(complaint, agency.rina, "Pelayanan loket dikeluhkan.", "Wulandari sudah ditegur.", NOW)
    publish_complaint(complaint, agency.rina, "Pelayanan loket dikeluhkan.", "Sudah ditindaklanjuti.", NOW)
    assert len(list_published().items) == 1


def test_marked_as_about_a_person_it_disappears(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency)
    publish_complaint(complaint, agency.rina, WORDS, None, NOW)
    mark_personal(complaint, True, agency.triage, NOW)
    session.flush()
    assert list_published().items == ()


def test_neither_officers_nor_strangers_nor_the_accused_decide(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency)
    for nobody in (agency.sari, agency.tono):
        with pytest.raises(NotForThisPerson):
            publish_complaint(complaint, nobody, WORDS, None, NOW)
    exclude_officers(complaint.feedback_id, [agency.budi_officer.id], NOW)
    agency.budi_officer.account = agency.rina  # the superior herself is whom it concerns
    session.flush()
    with pytest.raises(NotForThisPerson):
        read_for_publisher(agency.rina, complaint.code)
    assert list_candidates(agency.rina, published=False) == []


def test_another_version_replaces_the_first_and_both_are_kept(session: Session, agency: Agency) -> None:
    complaint = answered(session, agency)
    publish_complaint(complaint, agency.rina, WORDS, None, NOW)
    second = publish_complaint(complaint, agency.rina, "Antrean akta habis terlalu pagi.", None, NOW)
    assert [one.id for one in list_published().items] == [second.id]
    assert len(session.scalars(select(Publication)).all()) == 2
    withdraw_publication(complaint, agency.rina, "Salah unit", NOW)
    assert list_published().items == ()
    session.add_all(
        Publication(
            complaint_id=complaint.feedback_id, text="x", words="", published_at=NOW, published_by_id=agency.rina.id
        )
        for _ in range(2)
    )
    with pytest.raises(IntegrityError):  # PostgreSQL lets only one stand
        session.flush()


def test_found_by_stems_and_turned_page_by_page(session: Session, agency: Agency) -> None:
    for number in range(PAGE + 3):
        complaint = answered(session, agency)
        text = f"{WORDS} Bagian {number}."
        publish_complaint(complaint, agency.rina, text, None, NOW + timedelta(minutes=number))
    first = list_published()
    assert len(first.items) == PAGE and first.newer is None and first.older is not None
    second = list_published(before=first.older)
    assert len(second.items) == 3 and second.older is None and second.newer is not None
    assert list_published(after=second.newer) == first
    assert len(list_published("kelahiran mengantre").items) == PAGE  # "antrean" has the same stem
    assert list_published("pasporku").items == ()
    assert list_published('"' * 50 + "& | !").items == ()  # what somebody types is no query language


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Petugas bernama Rina membentak.", ["Petugas bernama", "membentak"]),
        ("Hubungi 0812 3456 7890 saja.", ["0812 3456 7890"]),
        ("Menurut Dewi Lestari lama.", ["Dewi Lestari"]),
        ("menurut lestari lama", []),  # a colleague is named by the full name only
        ("KARTIKA mengadu sendiri", ["KARTIKA"]),
        ("Antrean habis pagi-pagi.", []),
    ],
)
def test_words_that_tell_of_a_person(text: str, found: list[str]) -> None:
    assert telling_words(text, hidden=["Kartika Ayu"], known=["Dewi Lestari"]) == found
