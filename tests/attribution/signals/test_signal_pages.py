"""The pages of signals: what is open, one of them, what was done; few questions however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Self

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, select

from tests.attribution.signals.conftest import NOW, Town
from tests.factories.accounts import make_account, sign_in
from tests.page_forms import forms_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.signals.detecting import raise_signals
from webapp.attribution.signals.models import Signal, SignalCase
from webapp.feedback.models import Complaint
from webapp.organisation.models import Topic, Unit

MOST_QUERIES = 12


@pytest.fixture
def now_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are opened at NOW."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return cls.fromtimestamp(NOW.timestamp(), UTC)

    monkeypatch.setattr("webapp.portal.supervisor.signals.datetime", Clock)


@pytest.mark.usefixtures("now_is")
def test_the_pages(client: FlaskClient, town: Town, raised: Signal) -> None:
    town.session.commit()
    sign_in(client, town.agency.rina)
    page = client.get("/sinyal").text
    assert "10 laporan dalam 3 hari, biasanya sekitar 1,5" in page
    assert "belum dilihat" in page
    address = f"/sinyal/{raised.id}"
    sheet = client.get(address).text
    codes = town.session.scalars(
        select(Complaint.code).join(SignalCase, SignalCase.complaint_id == Complaint.feedback_id)
    ).all()
    assert all(f"/meja/{code}" in sheet for code in codes)
    assert "5 sinyal setahun" in sheet
    client.post(f"{address}/dilihat")
    assert "belum dilihat" not in client.get("/sinyal").text
    form = next(
        one for one in forms_of(client.get(f"{address}/tutup").text, f"{address}/tutup") if "note" in one.fields
    )
    assert client.post(form.action, data={**form.fields, "note": ""}).status_code == 400
    sent = client.post(form.action, data={**form.fields, "note": "Server pusat pulih."})
    assert sent.status_code == 302, sent.text
    assert "Tidak ada yang melonjak" in client.get("/sinyal").text
    assert "Server pusat pulih." in client.get("/sinyal?tampil=selesai").text
    client.post(f"{address}/buka")
    assert "Dibuka lagi oleh Rina Kusuma" in client.get(address).text
    assert client.get("/sinyal/99999999").status_code == client.get(f"/sinyal/{2**70}").status_code == 404
    sign_in(client, make_committed(town, (Role.SUPERVISOR, town.agency.elsewhere)))
    assert client.get(address).status_code == client.post(f"{address}/buka").status_code == 404
    sign_in(client, town.agency.sari)
    assert client.get("/sinyal").status_code == 403


@pytest.mark.usefixtures("now_is")
def test_the_pages_ask_no_more_for_more(client: FlaskClient, database: SQLAlchemy, town: Town, raised: Signal) -> None:
    town.session.commit()
    sign_in(client, town.agency.rina)
    client.get("/sinyal")
    paths = ("/sinyal", f"/sinyal/{raised.id}")
    few = [len(list(statements(database, client, path))) for path in paths]
    for number in range(5):
        topic = Topic(name=f"Topik {number}")
        town.session.add(topic)
        town.session.flush()
        town.file(1, 8, topic=topic)
    assert len(raise_signals(NOW).new) == 5
    town.session.commit()
    many = [len(list(statements(database, client, path))) for path in paths]
    assert many == few
    assert max(many) <= MOST_QUERIES


def statements(database: SQLAlchemy, client: FlaskClient, path: str) -> Iterator[str]:
    said: list[str] = []

    def note(*statement: object) -> None:
        said.append(str(statement[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return iter(said)


def make_committed(town: Town, *roles: tuple[Role, Unit]) -> Account:
    account = make_account(town.session, *roles)
    town.session.commit()
    return account
