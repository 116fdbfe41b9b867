"""What a reporter reads and does on the page when a complaint does not go straight on."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, select, update

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_picture
from tests.portal.citizen.conftest import hidden
from webapp.feedback.actions import close_after_silence
from webapp.feedback.handling import answer_complaint, take_complaint
from webapp.feedback.models import Complaint, ComplaintMessage, Follower, Photo
from webapp.feedback.movement.conflicts import close_unsolved
from webapp.feedback.movement.merging import merge_complaints
from webapp.feedback.movement.splitting import split_complaint
from webapp.feedback.movement.verifying import defer_complaint, pass_on
from webapp.feedback.photos import store_photo
from webapp.feedback.publishing.actions import publish_complaint
from webapp.feedback.vocabulary import Finding

MISSING = "Sebutkan nomor antrean Anda."


@pytest.fixture
def agency(database: SQLAlchemy) -> Agency:
    return make_agency(database.session())


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def opened(client: FlaskClient, *complaints: Complaint) -> None:
    """This browser has opened these complaints with their secret words."""
    with client.session_transaction() as session:
        session["opened"] = [complaint.feedback_id for complaint in complaints]


def state(database: SQLAlchemy, complaint: Complaint) -> str:
    database.session.rollback()
    database.session.refresh(complaint)
    return complaint.state


def with_remedy(database: SQLAlchemy, complaint: Complaint, agency: Agency, now: datetime) -> int:
    """An answer that shows a photo; its id."""
    answer_complaint(complaint, agency.sari, "Sudah diperbaiki.", Finding.FOUNDED, write_key="a", at=now)
    photo_id = store_photo("a", make_picture(), now)
    message = select(ComplaintMessage.id).where(ComplaintMessage.write_key == "a").scalar_subquery()
    database.session.execute(
        update(Photo)
        .where(Photo.id == photo_id)
        .values(complaint_id=complaint.feedback_id, kind="remedy", message_id=message)
    )
    database.session.commit()
    return photo_id


def test_what_is_missing_is_completed_with_photos_and_nothing_typed_is_lost(
    client: FlaskClient, database: SQLAlchemy, agency: Agency, now: datetime
) -> None:
    complaint = make_placed(database.session(), now, None)
    defer_complaint(complaint, agency.triage, MISSING, write_key="d", at=now)
    database.session.commit()
    opened(client, complaint)
    page = client.get(f"/lacak/{complaint.code}").text
    assert MISSING in page and "Lengkapi paling lambat" in page and agency.triage.name not in page
    nonce = {"complete-nonce": hidden(page, "complete-nonce")}
    # Words are missing: the photo is kept, and shown to this browser alone.
    refused = client.post(
        f"/lacak/{complaint.code}/lengkapi",
        data={**nonce, "complete-text": "", "complete-photos": (io.BytesIO(make_picture()), "struk.jpg")},
    )
    assert refused.status_code == 400 and "/lapor/foto/" in refused.text
    [photo_id] = database.session.scalars(select(Photo.id)).all()
    assert client.get(f"/lapor/foto/{photo_id}").status_code == 200
    sent = {**nonce, "complete-text": "Nomor A-12.", "complete-uploaded": hidden(refused.text, "complete-uploaded")}
    for _press in range(2):  # twice is once
        assert client.post(f"/lacak/{complaint.code}/lengkapi", data=sent).status_code == 303
    assert state(database, complaint) == "in_triage"
    assert database.session.get_one(Photo, photo_id).complaint_id == complaint.feedback_id
    page = client.get(f"/lacak/{complaint.code}").text
    assert page.count("Nomor A-12.") == 1 and "Anda melengkapi laporan" in page


def test_who_was_passed_on_has_nothing_to_do(
    client: FlaskClient, database: SQLAlchemy, agency: Agency, now: datetime
) -> None:
    complaint = make_placed(database.session(), now, None)
    pass_on(complaint, agency.triage, "PLN Kota Uji", "PLN memeriksa gardunya.", write_key="p", at=now)
    database.session.commit()
    opened(client, complaint)
    page = client.get(f"/lacak/{complaint.code}").text
    for words in ("PLN Kota Uji", "PLN memeriksa gardunya.", "Anda tidak perlu mengirim ulang ke mana pun"):
        assert words in page
    assert "Tambahkan keterangan" not in page and agency.triage.name not in page
    refused = client.post(f"/lacak/{complaint.code}/jawab", data={"reply-text": "Halo?"})
    assert refused.status_code == 400 and "Halo?" in refused.text


def test_unsolved_leads_to_another_pair_of_eyes_and_to_the_ombudsman(
    client: FlaskClient, database: SQLAlchemy, agency: Agency, now: datetime
) -> None:
    complaint = make_placed(database.session(), now, agency.unit)
    take_complaint(complaint, agency.sari, now)
    database.session.flush()
    close_unsolved(complaint, agency.rina, "Blangko dari pusat habis.", write_key="u", at=now)
    database.session.commit()
    opened(client, complaint)
    page = client.get(f"/lacak/{complaint.code}").text
    assert "Blangko dari pusat habis." in page and "Ombudsman" in page
    bundle = client.get(f"/lacak/{complaint.code}/berkas").text
    assert complaint.text in bundle and "Blangko dari pusat habis." in bundle
    assert complaint.secret_word not in bundle
    assert not any(name in page + bundle for name in (agency.sari.name, agency.rina.name))
    sent = {"reopen-text": "Kota sebelah punya blangko.", "reopen-nonce": hidden(page, "reopen-nonce")}
    assert client.post(f"/lacak/{complaint.code}/buka-lagi", data=sent).status_code == 303
    assert state(database, complaint) == "disputed" and complaint.settled_at is None


def test_the_window_is_counted_from_the_closing(
    client: FlaskClient, database: SQLAlchemy, agency: Agency, now: datetime
) -> None:
    complaint = make_placed(database.session(), now - timedelta(days=90), agency.unit)
    answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="a", at=now - timedelta(days=80))
    close_after_silence(complaint, now - timedelta(days=60))
    database.session.commit()
    opened(client, complaint)
    assert 'action="/lacak/' + complaint.code + '/buka-lagi"' not in client.get(f"/lacak/{complaint.code}").text
    late = client.post(f"/lacak/{complaint.code}/buka-lagi", data={"reopen-text": "Rusak lagi."})
    assert late.status_code == 400 and "hanya dapat dibuka lagi sampai" in late.text and "Rusak lagi." in late.text
    assert state(database, complaint) == "closed"


def test_remedies_are_shown_to_both_reporters_of_one_matter_and_to_nobody_else(
    client: FlaskClient, database: SQLAlchemy, agency: Agency, now: datetime
) -> None:
    session = database.session()
    main, duplicate, other = (make_placed(session, now, agency.unit) for _number in range(3))
    merge_complaints(main, duplicate, agency.triage, None, now)
    session.flush()
    session.commit()
    opened(client, duplicate)
    page = client.get(f"/lacak/{duplicate.code}").text
    assert "Ditangani bersama" in page and main.code not in page
    photo_id = with_remedy(database, main, agency, now + timedelta(minutes=1))
    page = client.get(f"/lacak/{duplicate.code}").text
    assert "Sudah diperbaiki." in page and f"/lacak/{duplicate.code}/foto/{photo_id}" in page
    assert client.get(f"/lacak/{duplicate.code}/foto/{photo_id}").status_code == 200
    opened(client, other)
    assert client.get(f"/lacak/{other.code}/foto/{photo_id}").status_code == 404


def test_one_half_opens_the_other(client: FlaskClient, database: SQLAlchemy, agency: Agency, now: datetime) -> None:
    complaint = make_placed(database.session(), now, agency.unit)
    stranger = make_placed(database.session(), now, agency.unit)
    half = split_complaint(complaint, agency.triage, agency.elsewhere, "Dua hal", now)
    database.session.commit()
    for mine, others in ((complaint, half), (half, complaint)):
        opened(client, mine)
        page = client.get(f"/lacak/{mine.code}").text
        assert f'href="/lacak/{others.code}"' in page and stranger.code not in page
        assert client.get(f"/lacak/{others.code}").status_code == 200
        assert client.get(f"/lacak/{stranger.code}").status_code == 302


def test_letters_come_until_one_stops_them(client: FlaskClient, database: SQLAlchemy, agency: Agency) -> None:
    sent = {
        "kind": "complaint",
        "text": "Antrean habis pagi-pagi.",
        "anonymous": "yes",
        "contact_email": "sri@contoh.id",
    }
    assert client.post("/lapor", data=sent).status_code == 303
    [follower] = database.session.scalars(select(Follower)).all()
    assert (follower.channel, follower.address, follower.language) == ("email", "sri@contoh.id", "id")
    code = database.session.scalars(select(Complaint.code)).one()
    assert "Berhenti menerima email" in client.get(f"/lacak/{code}").text
    assert client.post(f"/lacak/{code}/tanpa-email").status_code == 303
    assert "Berhenti menerima email" not in client.get(f"/lacak/{code}").text


def test_published_only_as_it_was_looked_at(
    client: FlaskClient, database: SQLAlchemy, agency: Agency, now: datetime
) -> None:
    complaint = make_placed(database.session(), now, agency.unit, secret=True)
    answer_complaint(complaint, agency.sari, "Kuota ditambah.", Finding.FOUNDED, write_key="a", at=now)
    database.session.commit()
    code, words = complaint.code, {"text": "Kuota akta habis terlalu pagi.", "answer": "Kuota ditambah."}
    sign_in(client, agency.rina)
    assert "Pelapor tidak mengizinkan" in client.get(f"/umumkan/{code}").text
    assert client.post(f"/umumkan/{code}", data={**words, "do": "publish"}).status_code == 409
    opened(client, complaint)
    assert client.post(f"/lacak/{code}/umum", data={"allowed": "yes"}).status_code == 303
    assert code in client.get("/umumkan").text
    unseen = client.post(f"/umumkan/{code}", data={**words, "do": "publish", "seen": "x"})
    assert unseen.status_code == 200 and "Begini umum akan membacanya" in unseen.text
    seen = hidden(unseen.text, "seen")
    altered = {**words, "text": "Kuota akta habis. Nomor saya 081234567890.", "do": "publish", "seen": seen}
    assert client.post(f"/umumkan/{code}", data=altered).status_code == 400
    assert "Belum ada laporan yang diumumkan" in client.get("/laporan-publik").text
    assert client.post(f"/umumkan/{code}", data={**words, "do": "publish", "seen": seen}).status_code == 303
    page = client.get("/laporan-publik?q=kuota").text
    assert "Kuota akta habis terlalu pagi." in page and code not in page
    assert client.post(f"/umumkan/{code}/tarik", data={"withdraw-reason": "Salah unit"}).status_code == 303
    assert "Kuota akta" not in client.get("/laporan-publik").text


def test_no_page_asks_the_database_more_for_more_rows(
    client: FlaskClient, database: SQLAlchemy, agency: Agency, now: datetime
) -> None:
    def queries(path: str) -> int:
        seen: list[str] = []

        def note(*statement: object) -> None:
            seen.append(str(statement[2]))

        event.listen(database.engine, "before_cursor_execute", note)
        assert client.get(path).status_code == 200
        event.remove(database.engine, "before_cursor_execute", note)
        return len(seen)

    complaint = make_placed(database.session(), now, agency.unit, secret=False, service_id=agency.service.id)
    complaint.feedback.unit_id, complaint.feedback.counter_id = agency.elsewhere.id, agency.counter.id
    with_remedy(database, complaint, agency, now)
    publish_complaint(complaint, agency.rina, "Kuota akta habis.", None, now)
    database.session.commit()
    opened(client, complaint)
    counts = {path: queries(path) for path in (f"/lacak/{complaint.code}", "/laporan-publik", "/")}
    for number in range(4):
        more = make_placed(database.session(), now, agency.unit, secret=False)
        publish_complaint(more, agency.rina, f"Kuota akta habis {number}.", None, now)
    database.session.commit()
    assert {path: queries(path) for path in counts} == counts
    assert max(counts.values()) <= 12, counts
