"""People who sign in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.counting import next_number
from webapp.accounts.actions import hash_password
from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import Role
from webapp.organisation.models import Unit

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: The password of every account made here, so that a journey can sign in by the page.
PASSWORD = "kopi-tubruk-47"


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)  # 134 ms: once a process


def make_account(
    session: Session,
    *roles: tuple[Role, Unit],
    email: str | None = None,
    name: str | None = None,
    active: bool = True,
    language: str = "id",
) -> Account:
    """An account that signs in with PASSWORD and holds `roles`, each for a unit."""
    n = next_number()
    account = Account(
        email=email or f"pegawai{n}@contoh.go.id",
        name=name or f"Pegawai {n}",
        password_hash=_password_hash(),
        active=active,
        language=language,
    )
    if roles:  # written together with the account
        account.grants = [RoleAssignment(role=role, unit_id=unit.id) for role, unit in roles]
    session.add(account)
    session.flush()
    return account


def give_role(session: Session, account: Account, role: Role, unit: Unit) -> RoleAssignment:
    """Another role for `account`."""
    grant = RoleAssignment(role=role, unit_id=unit.id)
    account.grants.append(grant)
    session.flush()
    return grant


def sign_in(client: FlaskClient, account: Account) -> None:
    """Put `account` into the client's session, as the sign-in page does: its id and session version."""
    with client.session_transaction() as session:
        session["_user_id"] = f"{account.id}:{account.session_version}"
        session["_fresh"] = True
        session["language"] = account.language


def sign_in_window(page: Page, account: Account) -> None:
    """Give the browser of `page` the session that the sign-in page would give it, and take any other from it.

    Call it within the application's context. It spares two pages and a hash that is slow on purpose, where signing in
    is not what is looked at; test_officer_journey.py and others go through the page.
    """
    client = current_app.test_client()
    sign_in(client, account)
    name = current_app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    page.context.clear_cookies()
    page.context.add_cookies(
        [
            {
                "name": name,
                "value": cookie.value,
                "domain": "127.0.0.1",
                "path": "/",
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
