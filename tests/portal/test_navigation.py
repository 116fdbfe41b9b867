"""The header of the staff: everything that is allowed is there, on one line."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.desk import make_agency
from webapp.accounts.permissions import Role
from webapp.portal.navigation import NavItem, navigation_for


def entries(items: list[NavItem]) -> dict[str, list[str]]:
    return {item.label: [link.url for link in item.links] or [item.url] for item in items}


def test_a_supervisors_unit_is_folded_under_one_word(app: Flask, session: Session) -> None:
    agency = make_agency(session)
    rina = make_account(session, (Role.SUPERVISOR, agency.unit))
    with app.test_request_context("/penanganan"):
        items = navigation_for(rina)
        found = entries(items)
        assert found["Unit"] == [
            "/keberatan-atribusi", "/keberatan-nilai", "/petugas", "/rencana-kerja-unit", "/kelola/indikator",
            "/penanganan", "/sinyal", "/berkas-unit", "/antrean-unit", "/templat-jawaban",
        ]  # fmt: skip
        assert len(items) <= 5
        (unit,) = (item for item in items if item.links)
        assert unit.current and [link.label for link in unit.links if link.current] == ["Penanganan"]


def test_few_links_are_not_folded(app: Flask, session: Session) -> None:
    agency = make_agency(session)
    liaison = make_account(session, (Role.LIAISON, agency.unit))
    with app.test_request_context("/meja"):
        items = navigation_for(liaison)
        assert entries(items)["Templat"] == ["/templat-jawaban"]
        assert not any(item.links for item in items)
