"""A small agency, and reading forms as a browser does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.factories.accounts import make_account
from tests.factories.counter import make_visit
from tests.factories.organisation import make_counter, make_officer, make_service, make_unit
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.counter.queries import receipt_of

OFFICER = "Bambang Tersembunyi"


@dataclass(frozen=True)
class Town:
    """Ids of what a citizen can choose, and a visit."""

    unit_id: int
    other_unit_id: int
    service_id: int
    counter_id: int
    other_counter_id: int
    visit_id: int
    receipt: str
    officer_account_id: int


@pytest.fixture
def town(database: SQLAlchemy) -> Town:
    """Two units in the zone of Makassar, a service, counters, and a visit of yesterday served by OFFICER."""
    session = database.session()
    city = make_unit(session, name="Kota Uji", timezone="Asia/Makassar")
    unit = make_unit(session, city, name="Dinas Uji", timezone="Asia/Makassar")
    other = make_unit(session, city, name="Kecamatan Uji", timezone="Asia/Makassar")
    service = make_service(session, unit, name="Akta Uji")
    counter, elsewhere = make_counter(session, unit, name="Loket Uji"), make_counter(session, other)
    account = make_account(session, (Role.OFFICER, unit), name=OFFICER)
    officer = make_officer(session, unit, name=OFFICER, account=account)
    visit = make_visit(
        session,
        unit,
        datetime.now(UTC) - timedelta(days=1),
        officer=officer,
        service=service,
        counter=counter,
    )
    session.commit()
    return Town(unit.id, other.id, service.id, counter.id, elsewhere.id, visit.id, receipt_of(visit.id), account.id)


@pytest.fixture
def officer_account(database: SQLAlchemy, town: Town) -> Account:
    """The account of whoever served the visit."""
    return database.session.get_one(Account, town.officer_account_id)


def hidden(html: str, name: str) -> str:
    """Value of a hidden field."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', html)
    assert found, f"no hidden field {name!r} in the page"
    return unescape(found[1])


def fresh(client: FlaskClient, path: str, prefix: str = "") -> dict[str, Any]:
    """What a browser sends along unseen after opening a form."""
    html = client.get(path).text
    return {f"{prefix}nonce": hidden(html, f"{prefix}nonce")}
