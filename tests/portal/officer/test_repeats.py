"""Likely repeats beside a case: how likely, in words, and merged by one press that can be undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.attribution.repeats.actions import note_repeats
from webapp.feedback.models import Complaint
from webapp.organisation.models import Unit

NOW = datetime.now(UTC) - timedelta(hours=5)
NONCE = "8c2f7f0e-1111-4222-8333-944455556666"
LAMP = "Lampu jalan di depan SD Kenanga 3 padam sejak Senin malam, gelap dan rawan."


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def noted(session: Session, unit: Unit | None, text: str, hours: float = 0) -> Complaint:
    complaint = make_placed(session, NOW + timedelta(hours=hours), unit, text=text)
    note_repeats([complaint.feedback_id], NOW)
    session.commit()
    return complaint


@pytest.mark.parametrize("where", ["meja", "triase"])
def test_one_press_merges_and_another_page_undoes_it(
    client: FlaskClient, session: Session, agency: Agency, where: str
) -> None:
    unit, actor = (agency.unit, agency.rina) if where == "meja" else (None, agency.triage)
    main, twice = noted(session, unit, LAMP), noted(session, unit, LAMP.upper(), 1)
    sign_in(client, actor)
    page = client.get(f"/{where}/{twice.code}").text
    action = f"/meja/{twice.code}/gabung/{main.code}"
    assert "hampir pasti sama" in page and "kata-katanya sama" in page and f'action="{action}"' in page
    assert 'data-key="g"' in page
    assert client.get(action).status_code == 405
    for _ in range(2):
        assert client.post(action, data={"merge-nonce": NONCE}).status_code == 302
    session.expire_all()
    assert twice.merged_into_id == main.feedback_id
    assert client.post(f"/meja/{twice.code}/pisah", data={"nonce": NONCE}).status_code == 302
    session.expire_all()
    assert twice.merged_into_id is None


def test_the_page_of_the_merge_lists_them_with_their_likeness(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    main, twice = noted(session, agency.unit, LAMP), noted(session, agency.unit, LAMP, 1)
    noted(session, agency.unit, "Syarat pindah datang apa saja, dan bolehkah diwakilkan?", 2)
    sign_in(client, agency.rina)
    page = client.get(f"/meja/{twice.code}/gabung").text
    assert page.count('name="main"') == 1 and main.code in page and "hampir pasti sama" in page


def test_nobody_merges_into_what_he_does_not_see(client: FlaskClient, session: Session, agency: Agency) -> None:
    hidden, mine = noted(session, agency.elsewhere, LAMP), noted(session, agency.unit, LAMP, 1)
    sign_in(client, agency.rina)
    assert hidden.code not in client.get(f"/meja/{mine.code}").text
    client.post(f"/meja/{mine.code}/gabung/{hidden.code}", data={"merge-nonce": NONCE})
    session.expire_all()
    assert mine.merged_into_id is None
    sign_in(client, agency.sari)
    assert client.post(f"/meja/{mine.code}/gabung/{hidden.code}", data={"merge-nonce": NONCE}).status_code == 403
