"""No address answers a NUL in it with a failure of ours."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import make_agency
from webapp.accounts.permissions import Role


@pytest.mark.parametrize("path", ["/kelola/indikator/%00", "/kelola/indikator/%00/ubah"])
def test_no_preset_has_a_nul(client: FlaskClient, session: Session, path: str) -> None:
    agency = make_agency(session)
    account = make_account(session, (Role.ADMINISTRATOR, agency.city))
    session.commit()
    sign_in(client, account)
    assert client.get(path).status_code == 404


def test_no_line_of_a_figure_has_a_nul(client: FlaskClient, session: Session) -> None:
    agency = make_agency(session)
    session.commit()
    sign_in(client, agency.sari)
    for path in ("/nilai-saya/keberatan/%00", "/nilai-saya/keberatan/a%00b"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
