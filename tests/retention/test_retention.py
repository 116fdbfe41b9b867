"""Retention: at the end of each term the personal part goes, the facts stay, and nothing goes before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_picture
from webapp.accounts.permissions import Role
from webapp.attribution.models import TextOpinion
from webapp.attribution.opinions import form_opinions
from webapp.audit.models import AuditEntry
from webapp.database import transaction
from webapp.feedback.actions import add_follower, open_case
from webapp.feedback.errors import NoSuchCase
from webapp.feedback.handling import answer_complaint
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Follower, Photo, StateChange
from webapp.feedback.photos import store_photo
from webapp.feedback.vocabulary import ERASED, Finding
from webapp.messaging.actions import queue_message
from webapp.messaging.addresses import ChatAddress
from webapp.messaging.models import OutgoingMessage
from webapp.retention import terms
from webapp.retention.erasing import count_ended, erase_ended
from webapp.retention.models import Erasure
from webapp.retention.terms import Kind, load_terms, read_terms

FILED = datetime(2026, 1, 5, 3, tzinfo=UTC)
SETTLED = datetime(2026, 1, 20, 3, tzinfo=UTC)
NIK = "3578012304990001"
TERMS = {term.kind: term for term in load_terms()}


@pytest.fixture
def agency(session: scoped_session[Session]) -> Agency:
    return make_agency(session())


@pytest.fixture
def settled(session: scoped_session[Session], agency: Agency) -> Complaint:
    """A complaint with everything personal, settled at SETTLED."""
    store_photo("key", make_picture(), FILED)
    made = make_placed(
        session(),
        FILED,
        agency.unit,
        text=f"NIK saya {NIK}, berkas belum selesai.",
        contact_name="Warga Satu",
        contact_phone="081234567890",
        place="Jalan Melati 5",
        photo_key="key",
    )
    add_follower(made.feedback_id, ChatAddress("telegram", "4711"))
    answer_complaint(made, agency.sari, "Sudah jadi.", Finding.FOUNDED, write_key="a", at=SETTLED)
    session.flush()
    made.state, made.settled_at = State.ACCEPTED, SETTLED
    session.commit()
    return made


def erase(at: datetime) -> int:
    with transaction():
        return erase_ended(at)


def after(kind: Kind, seconds: int = 1) -> datetime:
    return SETTLED + timedelta(days=TERMS[kind].days, seconds=seconds)


def test_nothing_goes_before_its_term(session: scoped_session[Session], settled: Complaint) -> None:
    assert erase(after(Kind.CONTACT, -1)) == 0
    session.expire_all()
    assert settled.contact_name == "Warga Satu"
    assert settled.erased_at is None


def test_who_complained_goes_first_and_what_was_done_stays(
    session: scoped_session[Session], agency: Agency, settled: Complaint
) -> None:
    word, code, id_ = settled.secret_word, settled.code, settled.feedback_id
    assert open_case(code, word, SETTLED).feedback_id == id_
    assert count_ended(TERMS[Kind.CONTACT], after(Kind.CONTACT)) == 1
    at = after(Kind.CONTACT)
    assert erase(at) == 1
    assert erase(at) == 0, "what was erased is not found again"
    session.expire_all()
    assert (settled.contact_name, settled.contact_phone, settled.original_text) == (None, None, None)
    assert settled.erased_at == at
    assert settled.feedback.rater_key is None
    assert session.scalar(select(func.count()).select_from(Follower)) == 0
    with pytest.raises(NoSuchCase):
        open_case(code, word, at)
    assert "berkas belum selesai" in settled.text
    assert settled.answered_by_id == agency.sari.id
    assert session.scalars(select(StateChange.state).order_by(StateChange.id)).all()[-1] == State.ANSWERED
    assert session.scalars(select(Erasure.count).where(Erasure.kind == Kind.CONTACT)).all() == [1]
    trail = session.scalars(select(AuditEntry.deed).where(AuditEntry.complaint_id == id_)).all()
    assert "erased" in trail


def test_photos_and_words_go_later(session: scoped_session[Session], settled: Complaint) -> None:
    form_opinions([settled.feedback_id], SETTLED)
    opinion = session.get_one(TextOpinion, settled.feedback_id)
    opinion.candidates = [{"unit_id": 1, "probability": 0.5, "words": [["berkas", 1.0]]}]
    opinion.outside = {"agency": "PLN", "probability": 0.5, "words": ["listrik"]}
    session.commit()
    erase(after(Kind.PHOTOS))
    assert session.scalar(select(func.count()).select_from(Photo)) == 0
    session.expire_all()
    assert settled.text != ERASED
    erase(after(Kind.WORDS))
    session.expire_all()
    assert settled.text == ERASED
    assert settled.feedback.place is None
    assert session.scalars(select(ComplaintMessage.text)).all() == [ERASED]
    assert (opinion.candidates, opinion.outside, opinion.parts) == ([], None, [])
    assert settled.finding == Finding.FOUNDED
    assert erase(after(Kind.WORDS)) == 0


def test_what_is_not_settled_stays_however_old(
    session: scoped_session[Session], agency: Agency, settled: Complaint
) -> None:
    still = make_placed(session(), FILED, agency.unit, contact_name="Warga Dua")
    session.commit()
    erase(after(Kind.WORDS))
    session.expire_all()
    assert still.contact_name == "Warga Dua"
    assert still.erased_at is None


def test_messages_lose_whom_they_went_to_and_are_not_said_twice(session: scoped_session[Session]) -> None:
    for key in ("sent", "waits"):
        queue_message("telegram", "4711", {"method": "sendMessage", "text": "Halo"}, key=key)
    session.flush()
    message = session.scalars(select(OutgoingMessage).where(OutgoingMessage.key == "sent")).one()
    message.state = "sent"
    session.commit()
    later = datetime.now(UTC) + timedelta(days=TERMS[Kind.MESSAGES].days, minutes=1)
    assert erase(later) == 1
    session.expire_all()
    assert (message.address, message.content) == ("", None)
    assert session.scalars(select(OutgoingMessage.address).where(OutgoingMessage.key == "waits")).one() == "4711"
    queue_message("telegram", "4711", {"method": "sendMessage", "text": "Halo"}, key="sent")
    session.commit()
    assert session.scalar(select(func.count()).select_from(OutgoingMessage)) == 2


def test_some_at_a_time_and_past_what_somebody_holds(
    session: scoped_session[Session], agency: Agency, settled: Complaint, environment: dict[str, str]
) -> None:
    with psycopg.connect(environment["DATABASE_URL"]) as other:
        other.execute("SELECT 1 FROM complaint FOR UPDATE")
        assert erase(after(Kind.CONTACT)) == 0
    assert erase(after(Kind.CONTACT)) == 1


def test_the_command_and_the_page_tell_the_terms(
    app: Flask, client: FlaskClient, session: scoped_session[Session], agency: Agency, settled: Complaint
) -> None:
    erase(after(Kind.CONTACT))
    shown = app.test_cli_runner().invoke(args=["retention", "show"])
    assert shown.exit_code == 0, shown.output
    assert f"contact: {TERMS[Kind.CONTACT].days} days from settled; 0 to be erased, 1 erased, last on" in shown.output
    assert app.test_cli_runner().invoke(args=["retention", "sweep"]).output == "0 erased\n"
    head = make_account(session(), (Role.ADMINISTRATOR, agency.city))
    session.commit()
    sign_in(client, head)
    page = client.get("/kelola/retensi")
    assert page.status_code == 200
    assert page.text.count("<tr") == len(Kind) + 1
    sign_in(client, agency.rina)
    assert client.get("/kelola/retensi").status_code == 403


@pytest.mark.parametrize(
    ("before", "then", "sentence"),
    [
        ("[photos]", "[pictures]", "knows no kind"),
        ("days = 730", "days = 0", "photos: days must be"),
        ("days = 1825", "days = 30", "can't be kept longer"),
        ('from = "drawn"', 'from = "filed"', "only be counted from 'drawn'"),
    ],
)
def test_a_slip_in_the_terms_is_a_sentence(before: str, then: str, sentence: str) -> None:
    text = (Path(terms.__file__).parent / "retention.toml").read_text()
    assert before in text
    with pytest.raises(ValueError, match=sentence):
        read_terms(text.replace(before, then, 1))
