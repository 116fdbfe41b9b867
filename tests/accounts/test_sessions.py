"""Sessions end when they should; a failing page tells its log what failed and not what was said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.factories.accounts import PASSWORD, make_account
from tests.factories.city import SmallCity, make_small_city
from webapp.accounts.actions import change_account, set_password
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.database import db
from webapp.portal.citizen import filing

NEW = "sandi-yang-lain-88"


@pytest.fixture
def city(database: SQLAlchemy) -> SmallCity:
    city = make_small_city(database.session(), datetime.now(UTC))
    database.session.commit()
    return city


@pytest.fixture
def officer(city: SmallCity) -> Account:
    return city.staff[Role.OFFICER]


def enter(client: FlaskClient, account: Account, password: str = PASSWORD) -> int:
    return client.post("/masuk", data={"email": account.email, "password": password}).status_code


def test_a_new_password_ends_every_session(client: FlaskClient, officer: Account, database: SQLAlchemy) -> None:
    elsewhere = type(client)(client.application, client.response_wrapper, use_cookies=True)
    for browser in (client, elsewhere):
        assert enter(browser, officer) == 302 and browser.get("/meja").status_code == 200
    set_password(officer, NEW)
    database.session.commit()
    for browser in (client, elsewhere):
        assert browser.get("/meja").headers["Location"].startswith("/masuk")
        assert browser.post("/keluar").status_code == 401
    assert enter(client, officer) == 401
    assert enter(client, officer, NEW) == 302 and client.get("/meja").status_code == 200


def test_deactivation_ends_the_session_at_once(client: FlaskClient, officer: Account, database: SQLAlchemy) -> None:
    enter(client, officer)
    change_account(officer, email=officer.email, name=officer.name, active=False)
    database.session.commit()
    assert client.get("/meja").status_code == 302
    assert enter(client, officer) == 401
    change_account(officer, email=officer.email, name=officer.name, active=True)
    database.session.commit()
    assert client.get("/meja").status_code == 302, "coming back does not bring the old session back"
    assert enter(client, officer) == 302


def test_a_role_that_is_taken_is_gone_at_the_next_page(
    client: FlaskClient, officer: Account, database: SQLAlchemy
) -> None:
    enter(client, officer)
    officer.grants = []
    database.session.commit()
    assert client.get("/meja").status_code == 403


def test_signing_in_takes_nothing_along_from_before(client: FlaskClient, officer: Account, city: SmallCity) -> None:
    """Whoever used this browser before must not lend his complaints to the officer, nor a fixed session its owner."""
    with client.session_transaction() as session:
        session["filed"] = [city.complaint.feedback_id]
    assert client.get(f"/lacak/{city.complaint.code}").status_code == 200
    enter(client, officer)
    assert client.get(f"/lacak/{city.complaint.code}").status_code == 302
    client.post("/keluar")
    with client.session_transaction() as session:
        assert not {"_user_id", "filed", "opened"} & set(session)


@pytest.mark.parametrize("stolen", ["1", "1:", ":1", "1:1:1", "x:1", "999999:1", "1:999"])
def test_a_session_of_another_shape_opens_nothing(client: FlaskClient, officer: Account, stolen: str) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = stolen if stolen != "1:999" else f"{officer.id}:999"
    assert client.get("/mulai").headers["Location"].startswith("/masuk")


def test_too_many_sign_ins_from_one_address_are_refused(client: FlaskClient, database: SQLAlchemy) -> None:
    make_account(database.session(), email="sari@contoh.go.id")
    database.session.commit()
    answers = [client.post("/masuk", data={"email": "", "password": ""}).status_code for _ in range(24)]
    assert answers[:20] == [400] * 20 and set(answers[20:]) == {429}


def test_a_failing_page_logs_no_word_of_what_was_said(
    app: Flask, client: FlaskClient, city: SmallCity, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = "zqrahasia tidak boleh masuk catatan"

    def stumble(*_: object, **__: object) -> None:
        # PostgreSQL repeats the whole row in its error.
        db.session.execute(
            text("UPDATE complaint SET text = :words, state = 'nowhere' WHERE feedback_id = :id"),
            {"words": words, "id": city.complaint.feedback_id},
        )

    monkeypatch.setattr(filing, "file_complaint", stumble)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with capture_logs() as logs:
        response = client.post("/lapor", data={"kind": "complaint", "text": words, "anonymous": "yes"})
    assert response.status_code == 500 and "Ini kesalahan kami" in response.text
    [entry] = [log for log in logs if log["event"] == "request failed"]
    assert entry["error"].endswith("IntegrityError") and entry["endpoint"] == "citizen.submit_complaint"
    assert any("filing.py" in line for line in entry["trace"])
    assert "zqrahasia" not in str(logs) + caplog.text
