"""The case on one screen: nothing typed is lost, nobody is overwritten, the answer is seen before it is sent."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_picture
from tests.feedback.test_casework import jpeg, settled
from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.actions import reply_to_agency
from webapp.feedback.casework.models import CaseNote, PhotoFlag
from webapp.feedback.casework.notes import write_note
from webapp.feedback.casework.reply_templates import add_template
from webapp.feedback.handling import answer_complaint, exclude_officers, take_complaint
from webapp.feedback.models import Complaint, ComplaintMessage, Photo
from webapp.feedback.photos import store_photo
from webapp.feedback.vocabulary import Finding

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(NOW + timedelta(days=14))
NONCE = "0e1c6b1e-6a55-4b4e-9f0d-6f6a9d6f0001"
WORDS = "Akta Anda terbit Rabu, 25 November."
ANSWER = {"do": "answer", "answer-nonce": NONCE, "answer-text": WORDS, "answer-finding": "founded"}


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


@pytest.fixture
def complaint(session: Session, agency: Agency) -> Complaint:
    store_photo("form:report", jpeg(1), NOW)
    complaint = make_placed(session, NOW, agency.unit, service_id=agency.service.id, photo_key="form:report")
    session.commit()
    return complaint


def photo(seed: int) -> dict[str, object]:
    return {"answer-photos": (io.BytesIO(jpeg(seed)), "hasil.jpg")}


def test_an_answer_is_seen_as_the_citizen_will_read_it(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.sari)
    typed = ANSWER | {"answer-text": f"{WORDS} Telepon 081234567890.", "answer-finding": "", "preview": "1"}
    response = client.post(f"/meja/{complaint.code}", data=typed)
    assert response.status_code == 200
    assert f"{WORDS} Telepon [nomor telepon disamarkan]." in response.text
    assert "Begini warga membacanya" in response.text and "Pilih satu temuan." not in response.text
    assert "081234567890" in response.text  # what was typed is still in the form
    assert client.post(f"/meja/{complaint.code}", data=typed | {"answer-text": ""}).status_code == 400
    session.expire_all()
    assert complaint.state == "sent"


def test_a_template_goes_below_what_is_typed_and_its_gaps_are_not_sent(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    id_ = add_template(agency.rina, agency.unit.id, "Siap", "{layanan} siap di {loket}, kode {kode}.", at=NOW)
    session.commit()
    sign_in(client, agency.sari)
    filled = f"Akta kelahiran siap di [loket], kode {complaint.code}."
    assert filled in client.get(f"/meja/{complaint.code}").text
    response = client.post(f"/meja/{complaint.code}", data=ANSWER | {"use": str(id_)})
    assert response.status_code == 200
    assert re.search(rf">\s*{re.escape(WORDS)}\s+{re.escape(filled)}</textarea>", response.text)
    refused = client.post(f"/meja/{complaint.code}", data=ANSWER | {"answer-text": filled})
    assert refused.status_code == 400
    assert "Masih ada yang harus diisi: [loket]." in refused.text
    for wrong in ("999999999999999999999999", "-1", "x"):
        assert client.post(f"/meja/{complaint.code}", data=ANSWER | {"use": wrong}).status_code == 200


def test_photos_of_a_remedy_wait_with_the_form_and_go_with_the_answer(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.sari)
    address = f"/meja/{complaint.code}"
    response = client.post(address, data=ANSWER | {"answer-finding": ""} | photo(1))
    assert response.status_code == 400
    shown = re.search(r'src="(/meja/[^"]+/foto-baru/(\d+))"', response.text)
    assert shown is not None
    assert client.get(shown[1]).data.startswith(b"\xff\xd8")
    response = client.post(address, data=ANSWER | {"answer-uploaded": "1", "preview": "1"} | photo(2))
    assert response.text.count("/foto-baru/") == 4  # both in the form and in the preview
    second = session.scalars(select(Photo.id).where(Photo.kind == "remedy").order_by(Photo.id.desc()).limit(1)).one()
    response = client.post(address, data=ANSWER | {"answer-uploaded": "1", "remove_photo": str(second)})
    assert response.text.count("/foto-baru/") == 1
    for _press in range(2):
        assert client.post(address, data=ANSWER | {"answer-uploaded": "1"}).status_code == 302
    remedy = session.scalars(select(Photo).where(Photo.kind == "remedy")).one()
    answer = session.scalars(select(ComplaintMessage).where(ComplaintMessage.kind == "answer")).one()
    assert (remedy.complaint_id, remedy.message_id) == (complaint.feedback_id, answer.id)
    kinds = session.scalars(select(PhotoFlag.kind).where(PhotoFlag.photo_id == remedy.id)).all()
    assert set(kinds) == {"same_as_report", "no_date"}
    assert client.get(shown[1]).status_code == 404  # it waits no longer
    assert "Tampak sama dengan foto" not in client.get(address).text
    sign_in(client, agency.rina)
    assert "Tampak sama dengan foto yang dikirim pelapor." in client.get(address).text
    verdict = {"do": "judge", "judge-nonce": NONCE, "judge-photo": str(remedy.id), "verdict": "not_fine"}
    assert client.post(address, data=verdict).status_code == 302
    assert "tidak dapat dipakai" in client.get(address).text
    assert client.post(address, data=verdict | {"judge-photo": "1x"}).status_code == 400


def test_a_photo_that_is_none_is_said_so_and_nothing_is_sent(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.sari)
    broken = {"answer-photos": (io.BytesIO(make_picture()[:400]), "rusak.jpg")}
    response = client.post(f"/meja/{complaint.code}", data=ANSWER | broken)
    assert response.status_code == 400
    assert "rusak.jpg bukan foto atau berkasnya rusak." in response.text and WORDS in response.text
    session.expire_all()
    assert complaint.state == "sent"


def version(client: FlaskClient, complaint: Complaint) -> str:
    found = re.search(r'data-seen="([^"]+)"', client.get(f"/meja/{complaint.code}").text)
    assert found is not None
    return found[1]


def test_a_stale_answer_shows_both_and_is_sent_by_pressing_again(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    take_complaint(complaint, agency.sari, NOW)
    session.commit()
    sign_in(client, agency.sari)
    seen = version(client, complaint)
    reply_to_agency(complaint, "Maaf, ternyata sudah saya terima.", write_key="form:reply", at=NOW)
    session.commit()
    stale = client.post(f"/meja/{complaint.code}", data=ANSWER | {"answer-seen": seen})
    assert stale.status_code == 409
    assert "Sementara Anda menulis" in stale.text and "ternyata sudah saya terima" in stale.text
    assert WORDS in stale.text
    session.expire_all()
    assert complaint.state == "in_work"
    now = re.search(r'name="answer-seen"[^>]*value="([^"]+)"', stale.text)
    assert now is not None and now[1] != seen
    again = client.post(f"/meja/{complaint.code}", data=ANSWER | {"answer-seen": now[1]})
    assert again.status_code == 302


def test_who_was_slower_sees_the_colleagues_answer_beside_his_own(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.sari)
    seen = version(client, complaint)
    answer_complaint(complaint, agency.budi, "Jawaban Budi.", Finding.FOUNDED, write_key="form:budi", at=NOW)
    session.commit()
    late = client.post(f"/meja/{complaint.code}", data=ANSWER | {"answer-seen": seen})
    assert late.status_code == 409
    assert WORDS in late.text and "Jawaban Budi." in late.text
    assert session.scalars(select(ComplaintMessage.text)).all() == ["Jawaban Budi."]


def test_a_note_is_kept_and_says_who_was_told(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.sari)
    note = {"do": "note", "note-nonce": NONCE, "note-text": "@Rina Kusuma mohon arahan."}
    for _press in range(2):
        assert client.post(f"/meja/{complaint.code}", data=note).status_code == 302
    page = client.get(f"/meja/{complaint.code}").text
    assert "Yang diberi tahu: Rina Kusuma." in page and "mohon arahan" in page
    assert session.scalar(select(func.count()).select_from(CaseNote)) == 1
    assert client.post(f"/meja/{complaint.code}", data=note | {"note-text": " "}).status_code == 400


def test_presence_names_who_else_is_here_and_what_is_new(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    address = f"/meja/{complaint.code}/kehadiran"
    sign_in(client, agency.sari)
    seen = version(client, complaint)
    assert client.post(address, data={"writing": "1", "seen": seen}).text.strip() == ""
    sign_in(client, agency.budi)
    assert "Sari Wulandari sedang menulis" in client.post(address, data={"seen": seen}).text
    take_complaint(complaint, agency.budi, NOW)
    session.commit()
    sign_in(client, agency.sari)
    answer = client.post(address, data={"seen": seen}).text
    assert "Budi Santoso juga membuka" in answer and "Ada yang baru" in answer
    assert client.post(address, data={"left": "1"}).status_code == 204


def test_who_is_excluded_finds_nothing_anywhere(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    settled(session, agency, complaint.text, "Jawaban yang diterima.")
    photo_id = session.scalars(select(Photo.id)).one()
    exclude_officers(complaint.feedback_id, [agency.budi_officer.id], NOW)
    session.commit()
    sign_in(client, agency.sari)
    assert "Jawaban yang diterima." in client.get(f"/meja/{complaint.code}/serupa").text
    names = client.get(f"/meja/{complaint.code}/rekan").json
    assert names is not None and "Budi Santoso" not in names["names"] and "Rina Kusuma" in names["names"]
    sign_in(client, agency.budi)
    address = f"/meja/{complaint.code}"
    for piece in ("", "/serupa", "/rekan", f"/foto/{photo_id}", f"/foto-baru/{photo_id}", f"/foto-baru/{2**70}"):
        assert client.get(address + piece).status_code == 404
    assert client.post(f"{address}/kehadiran", data={}).status_code == 404
    for doing in ("note", "judge", "answer"):
        sent = {"do": doing, "note-text": "Halo.", "judge-photo": str(photo_id), "verdict": "fine"} | photo(3)
        assert client.post(address, data=ANSWER | sent | {"do": doing}).status_code == 404
    assert session.scalar(select(func.count()).select_from(CaseNote)) == 0


def statements_for(client: FlaskClient, account: Account, address: str) -> int:
    counted = []
    sign_in(client, account)

    def count(*_args: object) -> None:
        counted.append(1)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(counted)


def test_a_long_case_takes_as_few_queries_as_a_short_one(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    take_complaint(complaint, agency.sari, NOW)
    session.commit()
    address = f"/meja/{complaint.code}"
    short = statements_for(client, agency.rina, address)
    for n in range(20):
        at = NOW + timedelta(minutes=n)
        write_note(complaint, agency.sari, f"@Rina Kusuma catatan {n}", write_key=f"form:n{n}", at=at)
        reply_to_agency(complaint, f"Keterangan {n}", write_key=f"form:r{n}", at=at)
        add_template(agency.rina, agency.unit.id, f"Templat {n}", "Terima kasih banyak.", at=at)
        store_photo(f"form:p{n}", make_picture(40, 30, colour=(n, 0, 0)), at)
        session.execute(Photo.__table__.update().values(complaint_id=complaint.feedback_id))
    session.commit()
    assert statements_for(client, agency.rina, address) == short
    assert short <= 12
