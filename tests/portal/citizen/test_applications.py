"""A citizen registers a file and follows it by its code, and no name is on its page."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.applications import make_registry_service
from tests.factories.organisation import make_unit
from tests.portal.citizen.conftest import fresh
from webapp.counter.applications.models import Application
from webapp.organisation.models import Service

NAME = "Zqwati Rahasia"


@pytest.fixture
def service(session: Session) -> Service:
    unit = make_unit(session, name="Seksi Akta")
    make_unit(session, unit, name="UPT Utara")
    service = make_registry_service(session, unit, requirements=("KK", "KTP-el"))
    session.commit()
    return service


def form(client: FlaskClient, service: Service, **changes: object) -> dict[str, object]:
    filled = {"unit": str(service.unit_id), "papers": ["KK"], "name": NAME, "phone": "0812 3456 7890"}
    return fresh(client, f"/berkas/daftar?layanan={service.id}") | filled | changes


def files(session: Session) -> list[Application]:
    session.rollback()
    return list(session.scalars(select(Application).order_by(Application.id)))


def test_what_is_registered_opens_by_its_code_and_names_nobody(
    client: FlaskClient, session: Session, service: Service
) -> None:
    assert "Akta kelahiran" in client.get("/berkas/layanan").text
    sent = form(client, service)
    answers = [client.post(f"/berkas/daftar?layanan={service.id}", data=sent) for _press in range(2)]
    (file,) = files(session)
    assert {answer.headers["Location"] for answer in answers} == {f"/berkas/{file.code}"}
    assert [(paper.name, paper.at_hand) for paper in file.papers] == [("KK", True), ("KTP-el", False)]
    assert (file.applicant_name, file.applicant_phone) == (NAME, "+6281234567890")
    first, later = client.get(f"/berkas/{file.code}").text, client.get(f"/berkas/{file.code}").text
    assert "Simpan kode ini" in first
    assert "Simpan kode ini" not in later
    for page in (first, later):
        assert "KTP-el" in page
        assert "Zqwati" not in page
        assert "81234567890" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Isi nama pemohon"),
        ({"name": "3578012509900001"}, "dengan huruf"),
        ({"phone": "12"}, "Tulis nomor seperti"),
        ({"unit": "987654321"}, "Pilih kantornya dari daftar."),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_kept(
    client: FlaskClient, session: Session, service: Service, changes: dict[str, str], words: str
) -> None:
    answer = client.post(f"/berkas/daftar?layanan={service.id}", data=form(client, service, **changes))
    assert answer.status_code == 400
    assert words in answer.text
    assert re.search(r'<input checked[^>]*value="KK"', answer.text)
    assert changes.get("name", NAME).strip() in answer.text
    assert files(session) == []


def test_twins_are_two_files_but_only_when_meant(client: FlaskClient, session: Session, service: Service) -> None:
    address = f"/berkas/daftar?layanan={service.id}"
    client.post(address, data=form(client, service))
    (file,) = files(session)
    second = form(client, service)
    asked = client.post(address, data=second)
    assert asked.status_code == 400
    assert f"baru saja terdaftar sebagai berkas {file.code}" in asked.text
    assert len(files(session)) == 1
    assert client.post(address, data=second | {"again": file.code}).status_code == 303
    assert len(files(session)) == 2


def test_other_words_under_a_sent_form_are_kept_and_told(
    client: FlaskClient, session: Session, service: Service
) -> None:
    address, sent = f"/berkas/daftar?layanan={service.id}", form(client, service)
    client.post(address, data=sent)
    answer = client.post(address, data=sent | {"name": "Orang Lain"})
    assert answer.status_code == 400
    assert files(session)[0].code in answer.text
    assert "Orang Lain" in answer.text
    assert str(sent["nonce"]) not in answer.text


def test_an_ended_session_loses_nothing(csrf_client: FlaskClient, session: Session, service: Service) -> None:
    sent = form(csrf_client, service, csrf_token="stale")
    answer = csrf_client.post(f"/berkas/daftar?layanan={service.id}", data=sent)
    assert answer.status_code == 400
    assert "terlalu lama terbuka" in answer.text
    assert NAME in answer.text
    assert files(session) == []


@pytest.mark.parametrize("typed", ["BK-22222-22222", "apa saja", "\x00", "BK", "<script>"])
def test_a_code_that_opens_nothing_says_what_to_do(client: FlaskClient, typed: str) -> None:
    answer = client.get("/berkas", query_string={"kode": typed})
    assert answer.status_code in (200, 404)
    assert "<script>alert" not in answer.text
    if typed.strip("\x00"):
        assert "Berkasnya belum ketemu" in answer.text
    assert client.get("/berkas/ZZZZ").headers["Location"].startswith("/berkas?kode=")


def test_a_service_that_is_gone_sends_back_to_the_list(client: FlaskClient, session: Session, service: Service) -> None:
    sent = form(client, service)
    service.active = False
    session.commit()
    for address in (
        f"/berkas/daftar?layanan={service.id}",
        "/berkas/daftar?layanan=x",
        f"/berkas/daftar?layanan={2**70}",
    ):
        assert client.post(address, data=sent).headers["Location"] == "/berkas/layanan"
    assert files(session) == []
