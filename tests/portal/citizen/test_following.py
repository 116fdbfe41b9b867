"""Following a complaint on the portal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.factories.accounts import make_account
from tests.factories.feedback import make_complaint
from tests.portal.citizen.conftest import Town, fresh
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.feedback.actions import FAILURES_BEFORE_LOCK, close_after_silence
from webapp.feedback.handling import answer_complaint, ask_reporter, send_to_unit, take_complaint
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of

STAFF = "Hadiwijaya Rahasia"


class Case:
    """A complaint, and what the agency does with it."""

    def __init__(self, database: SQLAlchemy, town: Town) -> None:
        self.session = database.session()
        self.database = database
        self.now = datetime.now(UTC)
        self.unit = self.session.get_one(Unit, town.unit_id)
        self.actor: Account = make_account(self.session, (Role.OFFICER, self.unit), name=STAFF)
        make_account(self.session, (Role.OFFICER, self.unit))  # another pair of eyes
        self.complaint = make_complaint(self.session, self.now - timedelta(days=2), unit_id=town.unit_id)
        self.session.commit()
        self.code, self.secret_word = self.complaint.code, self.complaint.secret_word
        self.step = 0

    def tick(self) -> datetime:
        self.step += 1
        return self.now - timedelta(days=1) + timedelta(minutes=self.step)

    def send(self) -> Case:
        working = working_time_of(self.unit)
        send_to_unit(
            self.complaint, self.unit, working, reason=f"menurut {STAFF}", at=self.tick(), decided_by=self.actor
        )
        self.session.commit()
        return self

    def take(self) -> Case:
        take_complaint(self.complaint, self.actor, self.tick())
        self.session.commit()
        return self

    def ask(self, text: str) -> Case:
        ask_reporter(self.complaint, self.actor, text, write_key=f"tanya-{self.step}", at=self.tick())
        self.session.commit()
        return self

    def answer(self, text: str) -> Case:
        key = f"jawab-{self.step}"
        answer_complaint(self.complaint, self.actor, text, Finding.FOUNDED, write_key=key, at=self.tick())
        self.session.commit()
        return self

    def close(self) -> Case:
        close_after_silence(self.complaint, self.tick())
        self.session.commit()
        return self

    def state(self) -> str:
        self.session.rollback()
        return self.session.get_one(Complaint, self.complaint.feedback_id, populate_existing=True).state


@pytest.fixture
def case(database: SQLAlchemy, town: Town) -> Iterator[Case]:
    yield Case(database, town)


def open_it(client: FlaskClient, case: Case, **other: str) -> Any:
    return client.post("/lacak", data={"code": case.code, "secret_word": case.secret_word} | other)


def test_code_and_secret_word_open_it_however_they_are_written(client: FlaskClient, case: Case) -> None:
    written = open_it(
        client, case, code=case.code.lower().replace("-", " "), secret_word=case.secret_word.upper().replace("-", " ")
    )
    assert (written.status_code, written.location) == (303, f"/lacak/{case.code}")
    assert client.get(f"/lacak/{case.code}").status_code == 200


def test_the_code_alone_opens_nothing(client: FlaskClient, case: Case) -> None:
    answer = client.get(f"/lacak/{case.code}")
    assert (answer.status_code, answer.location) == (302, f"/lacak?kode={case.code}")
    wrong = open_it(client, case, secret_word="salah-salah-salah")
    assert wrong.status_code == 400
    unknown = open_it(client, case, code="TG-2222-2222")
    # Neither says which of the two is wrong.
    assert "Kode dan kata rahasia tidak cocok" in wrong.text
    assert "Kode dan kata rahasia tidak cocok" in unknown.text


def test_guessing_locks_the_case_even_for_the_right_word(client: FlaskClient, case: Case) -> None:
    for _ in range(FAILURES_BEFORE_LOCK):
        open_it(client, case, secret_word="salah-salah-salah")
    locked = open_it(client, case)
    assert locked.status_code == 400
    assert "Terlalu banyak percobaan untuk laporan ini" in locked.text


def test_closing_it_on_this_device_asks_for_the_word_again(client: FlaskClient, case: Case) -> None:
    open_it(client, case)
    client.post("/lacak/tutup")
    assert client.get(f"/lacak/{case.code}").status_code == 302


def test_the_page_tells_what_happened_and_names_nobody(client: FlaskClient, case: Case) -> None:
    case.send().take().ask("Berapa nomor berkasnya?")
    open_it(client, case)
    page = client.get(f"/lacak/{case.code}").text
    for words in ("Diteruskan ke Dinas Uji", "Mulai ditangani", "Petugas bertanya", "Berapa nomor berkasnya?", "WITA"):
        assert words in page
    # The agency's time rests while its question is open, so there is no day to name.
    assert "Perlu jawaban Anda" in page and "berhenti dihitung sampai Anda menjawab" in page
    assert STAFF not in page
    assert case.secret_word not in page


def test_a_reply_reaches_the_case_once(client: FlaskClient, database: SQLAlchemy, case: Case) -> None:
    case.send().take().ask("Berapa nomor berkasnya?")
    open_it(client, case)
    address = f"/lacak/{case.code}/jawab"
    sent = {"reply-text": "Nomornya 0147.", **fresh(client, f"/lacak/{case.code}", "reply-")}
    assert client.post(address, data=sent).status_code == 303
    assert client.post(address, data=sent).status_code == 303
    page = client.get(f"/lacak/{case.code}").text
    assert page.count("Nomornya 0147.") == 1
    assert "Perlu jawaban Anda" not in page
    other = client.post(address, data=sent | {"reply-text": "Bukan, 0148."})
    assert other.status_code == 400
    assert "Pesan sebelumnya sudah terkirim" in other.text and "Bukan, 0148." in other.text


def test_accepting_settles_it(client: FlaskClient, case: Case) -> None:
    case.send().take().answer("Akta sudah dapat diambil.")
    open_it(client, case)
    page = client.get(f"/lacak/{case.code}").text
    assert "Akta sudah dapat diambil." in page and "Apakah masalahnya selesai?" in page
    client.post(f"/lacak/{case.code}/terima", data=fresh(client, f"/lacak/{case.code}", "accept-"))
    assert case.state() == "accepted"
    assert "Anda menyatakan selesai" in client.get(f"/lacak/{case.code}").text


def test_disputing_needs_a_reason_and_opens_it_again(client: FlaskClient, case: Case) -> None:
    case.send().take().answer("Akta sudah dapat diambil.")
    open_it(client, case)
    sent = fresh(client, f"/lacak/{case.code}", "dispute-")
    refused = client.post(f"/lacak/{case.code}/sanggah", data=sent | {"dispute-text": ""})
    assert refused.status_code == 400
    assert "Tulis apa yang belum selesai" in refused.text
    client.post(f"/lacak/{case.code}/sanggah", data=sent | {"dispute-text": "Namanya salah tulis."})
    client.post(f"/lacak/{case.code}/sanggah", data=sent | {"dispute-text": "Namanya salah tulis."})
    assert case.state() == "disputed"
    page = client.get(f"/lacak/{case.code}").text
    assert page.count("Namanya salah tulis.") == 1 and "Anda menyanggah jawaban" in page


def test_a_verdict_on_what_is_not_answered_is_refused_and_its_words_kept(client: FlaskClient, case: Case) -> None:
    case.send()
    open_it(client, case)
    answer = client.post(f"/lacak/{case.code}/sanggah", data={"dispute-text": "Belum ada jawaban sama sekali."})
    assert answer.status_code == 400
    assert "sudah berubah" in answer.text and "Belum ada jawaban sama sekali." in answer.text
    assert case.state() == "sent"


def test_closed_is_not_called_solved(client: FlaskClient, case: Case) -> None:
    case.send().take().answer("Akta sudah dapat diambil.").close()
    open_it(client, case)
    page = client.get(f"/lacak/{case.code}").text
    assert "Ditutup, belum tentu selesai" in page
    assert 'action="/lacak/' + case.code + '/terima"' not in page


def test_actions_of_others_need_the_secret_word(app: Flask, client: FlaskClient, case: Case) -> None:
    case.send().take().answer("Akta sudah dapat diambil.")
    answer = client.post(f"/lacak/{case.code}/terima", data={})
    assert answer.status_code == 403
    assert case.state() == "answered"


def test_looking_is_limited(client: FlaskClient, case: Case) -> None:
    answers = [open_it(client, case, code="TG-2222-2222") for _ in range(11)]
    assert "Terlalu banyak kiriman" not in answers[9].text
    assert "Terlalu banyak kiriman" in answers[10].text


def test_an_address_that_no_code_has_finds_nothing(client: FlaskClient, case: Case) -> None:
    open_it(client, case)
    assert client.get("/lacak/TG%00-2222").status_code == 302


@pytest.mark.parametrize("path", ["jawab", "terima", "sanggah"])
def test_the_address_of_an_action_leads_back_to_the_case(client: FlaskClient, case: Case, path: str) -> None:
    assert client.get(f"/lacak/{case.code}/{path}").location == f"/lacak/{case.code}"
