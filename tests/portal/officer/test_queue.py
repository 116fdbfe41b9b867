"""The queue as a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.feedback.actions import accept_answer
from webapp.feedback.handling import answer_complaint, take_complaint
from webapp.feedback.vocabulary import Finding
from webapp.portal.officer.piles import first_sentence

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(NOW + timedelta(days=14))


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def test_an_empty_desk_says_so(client: FlaskClient, session: Session, agency: Agency) -> None:
    session.commit()
    sign_in(client, agency.sari)
    assert "Meja Anda kosong" in client.get("/meja").text
    assert "Belum ada yang selesai" in client.get("/meja?tampil=selesai").text


def test_the_desk_lists_each_case_in_its_pile(client: FlaskClient, session: Session, agency: Agency) -> None:
    taken = make_placed(session, NOW, agency.unit, text="Nama anak saya salah ketik di akta.")
    make_placed(session, NOW, agency.unit, text="Loket tutup sebelum waktunya.")
    take_complaint(taken, agency.sari, NOW)
    session.commit()
    sign_in(client, agency.sari)
    page = client.get("/meja").text
    mine, untaken = page.index("Di meja Anda <span"), page.index("Belum diambil <span")
    assert mine < page.index("Nama anak saya salah ketik") < untaken < page.index("Loket tutup sebelum waktunya")


def test_the_list_fetches_itself_alone(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    session.commit()
    sign_in(client, agency.sari)
    response = client.get(f"/meja?buka={complaint.code}", headers={"HX-Request": "true"})
    assert response.text.lstrip().startswith('<div id="queue"')
    assert "<html" not in response.text
    assert 'aria-current="true"' in response.text
    assert "HX-Request" in response.headers["Vary"]
    # A page asked for as such says that the fragment is something else, or a cache would mix them up.
    assert "HX-Request" in client.get("/meja").headers.get("Vary", "")


def test_a_list_that_fetches_itself_after_the_session_ended_brings_no_sign_in_form(client: FlaskClient) -> None:
    assert client.get("/meja", headers={"HX-Request": "true"}).status_code == 401


def test_a_search_is_kept_while_reading(client: FlaskClient, session: Session, agency: Agency) -> None:
    found = make_placed(session, NOW, agency.unit, text="Blangko habis lagi, disuruh pulang.")
    other = make_placed(session, NOW, agency.unit, text="Antrean panjang sekali pagi ini.")
    session.commit()
    sign_in(client, agency.sari)
    page = client.get("/meja?q=blangko").text
    assert found.code in page
    assert other.code not in page
    assert f"/meja/{found.code}?q=blangko" in page
    assert other.code not in client.get(f"/meja/{found.code}?q=blangko").text
    assert "Tidak ada yang cocok" in client.get("/meja?q=naga").text
    assert client.get("/meja?q=%00").status_code == 200


def test_what_is_done_is_found_again(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="form:a", at=NOW)
    accept_answer(complaint, write_key="form:b", at=NOW)
    session.commit()
    sign_in(client, agency.sari)
    assert complaint.code not in client.get("/meja").text
    assert "diterima warga" in client.get("/meja?tampil=selesai").text


@pytest.mark.parametrize("path", ["/meja", "/meja/TG-2222-2222", "/nilai-saya", "/petugas", "/petugas/1", "/triase"])
def test_who_is_not_signed_in_is_sent_to_the_door(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/masuk?next=")
    assert response.headers.get("Cache-Control", "").startswith("private")


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [
        ("Akta belum jadi sejak tiga minggu. Padahal perlu.", "Akta belum jadi sejak tiga minggu.", "Padahal perlu."),
        ("Selamat pagi. Akta anak saya belum jadi! Tolong.", "Selamat pagi. Akta anak saya belum jadi!", "Tolong."),
        ("Pendek.", "Pendek.", ""),
        ("", "", ""),
        ("x" * 200, "x" * 90, "x" * 110),
    ],
)
def test_a_list_shows_how_a_text_begins(text: str, first: str, rest: str) -> None:
    assert first_sentence(text) == (first, rest)


def test_nothing_of_a_text_is_lost_in_a_list() -> None:
    text = "Saya datang ke loket tiga pada hari Senin pagi tanggal sembilan, menunggu sampai siang, lalu disuruh pulang"
    first, rest = first_sentence(text)
    assert f"{first} {rest}" == text
    assert len(first) <= 90
