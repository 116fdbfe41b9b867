"""Staff sign in by a page that says what to do and gives nothing away."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import PASSWORD, make_account, sign_in
from tests.factories.organisation import make_unit
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role


@pytest.fixture
def officer(session: Session) -> Account:
    account = make_account(session, (Role.OFFICER, make_unit(session)), email="sari@contoh.go.id")
    session.commit()
    return account


def test_the_right_password_opens_the_desk(client: FlaskClient, officer: Account) -> None:
    response = client.post("/masuk", data={"email": "Sari@contoh.go.id", "password": PASSWORD})
    assert response.headers["Location"] == "/mulai"
    assert client.get("/mulai").headers["Location"] == "/meja"
    assert client.get("/meja").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [("sari@contoh.go.id", "salah-sandi-99"), ("tak.dikenal@contoh.go.id", PASSWORD)]
)
def test_a_refusal_never_says_what_was_wrong(client: FlaskClient, officer: Account, email: str, password: str) -> None:
    response = client.post("/masuk", data={"email": email, "password": password})
    assert response.status_code == 401
    assert "Alamat email atau kata sandi tidak cocok." in response.text
    assert f'value="{email}"' in response.text
    assert password not in response.text
    assert client.get("/meja").status_code == 302


def test_too_many_failures_lock_even_the_right_password_out(client: FlaskClient, officer: Account) -> None:
    for _attempt in range(5):
        client.post("/masuk", data={"email": "sari@contoh.go.id", "password": "salah-sandi-99"})
    response = client.post("/masuk", data={"email": "sari@contoh.go.id", "password": PASSWORD})
    assert response.status_code == 401
    assert "akun terkunci beberapa menit" in response.text
    unknown = client.post("/masuk", data={"email": "tak.dikenal@contoh.go.id", "password": PASSWORD})
    assert "akun terkunci beberapa menit" in unknown.text, "a lock must not tell that the address exists"


@pytest.mark.parametrize("target", ["https://jahat.example/", "//jahat.example/", "/\\jahat.example", "javascript:1"])
def test_signing_in_leads_to_no_other_site(client: FlaskClient, officer: Account, target: str) -> None:
    response = client.post(
        "/masuk", query_string={"next": target}, data={"email": "sari@contoh.go.id", "password": PASSWORD}
    )
    assert response.headers["Location"] == "/mulai"


def test_signing_in_leads_back_to_where_one_was_going(client: FlaskClient, officer: Account) -> None:
    response = client.get("/nilai-saya?periode=2026-Q4")
    assert response.status_code == 302
    response = client.post(response.headers["Location"], data={"email": "sari@contoh.go.id", "password": PASSWORD})
    assert response.headers["Location"] == "/nilai-saya?periode=2026-Q4"


def test_the_page_shows_no_sign_ins(client: FlaskClient, officer: Account) -> None:
    page = client.get("/masuk").text
    assert officer.email not in page
    assert PASSWORD not in page


def test_an_account_without_a_role_is_told_whom_to_ask(client: FlaskClient, session: Session) -> None:
    account = make_account(session)
    session.commit()
    sign_in(client, account)
    response = client.get("/mulai")
    assert response.status_code == 200
    assert "Akun Anda belum punya tugas" in response.text


def test_a_raised_session_version_ends_the_session(client: FlaskClient, session: Session, officer: Account) -> None:
    sign_in(client, officer)
    assert client.get("/meja").status_code == 200
    officer.session_version += 1
    session.commit()
    assert client.get("/meja").status_code == 302
