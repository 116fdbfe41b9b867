"""The officer's page of what is attributed to him, and the desk where his contests are decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from tests.attribution.contests.charged import CONTESTED, STORY, Charged, make_charged, shares_of
from tests.factories.accounts import make_account, sign_in
from tests.portal.test_few_queries import MOST, statements
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.contests.own_lines import key_of
from webapp.attribution.models import Contest
from webapp.audit.models import AuditEntry
from webapp.indicators.actions import record_facts

NOW = datetime.now(UTC) - timedelta(hours=2)
NONCE = "8c2f7f0e-1111-4222-8333-944455556666"
OWN, DESK = "/nilai-saya/atribusi", "/keberatan-atribusi"
WHY = "Jadwal jaga menunjukkan petugas lain di loket itu."


@pytest.fixture
def charged(session: scoped_session[Session]) -> Charged:
    charged = make_charged(session(), NOW, served=25)
    record_facts([charged.complaint.feedback_id], NOW)
    session.commit()
    return charged


def key_for(charged: Charged) -> str:
    return key_of(charged.agency.sari_officer.id, charged.complaint.feedback_id)


def file(client: FlaskClient, charged: Charged, reason: str = CONTESTED) -> int:
    sign_in(client, charged.agency.sari)
    client.get(OWN)
    return client.post(f"{OWN}/{key_for(charged)}", data={"nonce": NONCE, "reason": reason}).status_code


def decide(client: FlaskClient, actor: Account, contest_id: int, **data: object) -> tuple[int, str]:
    sign_in(client, actor)
    answer = client.post(f"{DESK}/{contest_id}", data={"nonce": NONCE, "reason": WHY, **data})
    return answer.status_code, answer.text


def test_the_page_says_why_and_neither_what_nor_who(client: FlaskClient, charged: Charged) -> None:
    sign_in(client, charged.agency.sari)
    for page in (client.get(OWN).text, client.get(f"{OWN}/{key_for(charged)}").text):
        assert "seluruhnya dikaitkan dengan Anda" in page and "Pekan" in page and "Akta kelahiran" in page
        assert "memutuskan bahwa ini menyangkut Anda" in page and "masuk angka kepuasan Anda" in page
        said = (STORY, "Zqcerita", "Zqalasan", charged.complaint.code, "Loket 3", "Olivia", "Rina", f"/{charged.at:%d}")
        assert not [word for word in said if word in page]
    assert "rincian" in client.get("/nilai-saya").text


def test_what_is_not_ones_own_is_not_there(client: FlaskClient, charged: Charged, session: Session) -> None:
    assert file(client, charged) == 303
    [contest_id] = session.scalars(select(Contest.id)).all()
    sign_in(client, charged.agency.budi)
    assert client.get(f"{OWN}/{key_for(charged)}").status_code == 404
    assert client.post(f"{OWN}/{key_for(charged)}", data={"nonce": NONCE, "reason": CONTESTED}).status_code == 404
    assert client.get(f"{OWN}/{charged.complaint.feedback_id}").status_code == 404
    refuse = {"verdict": "refused", "standing": "1"}
    for outsider in (charged.agency.rina, charged.agency.triage):  # one answered it, one named her
        assert decide(client, outsider, contest_id, **refuse)[0] == 404
        assert charged.complaint.code not in client.get(DESK).text
    assert decide(client, charged.agency.sari, contest_id, **refuse)[0] == 403
    for nobody in (987_654_321, 2**63):
        assert decide(client, charged.dewi, nobody, **refuse)[0] == 404


def test_it_is_filed_and_decided_once_by_the_pages(
    client: FlaskClient, charged: Charged, session: scoped_session[Session]
) -> None:
    agency = charged.agency
    assert file(client, charged, "pendek") == 400
    assert [file(client, charged) for _ in range(2)] == [303, 303]
    [contest] = session.scalars(select(Contest)).all()
    assert "keberatan diperiksa" in client.get(OWN).text
    sign_in(client, charged.dewi)
    assert CONTESTED in client.get(f"{DESK}/{contest.id}").text and STORY in client.get(f"{DESK}/{contest.id}").text
    looked = select(AuditEntry.account_id).where(AuditEntry.deed == "looked", AuditEntry.account_id == charged.dewi.id)
    assert session.scalars(looked).first() is not None
    answer = {"verdict": "to_officer", "standing": str(contest.attribution_id)}
    assert decide(client, charged.dewi, contest.id, **answer)[0] == 400  # which officer?
    assert decide(client, charged.dewi, contest.id, **answer, officer=agency.tono_officer.id)[0] == 400
    quoted = decide(client, charged.dewi, contest.id, **{**answer, "verdict": "refused", "reason": f"Katanya: {STORY}"})
    assert quoted[0] == 400 and "Hapus dulu yang menyebut pengaduannya" in quoted[1]
    stale = decide(client, charged.dewi, contest.id, **{**answer, "standing": "1"}, officer=agency.budi_officer.id)
    assert stale[0] == 409 and WHY in stale[1]
    for _ in range(2):
        assert decide(client, charged.dewi, contest.id, **answer, officer=agency.budi_officer.id)[0] == 303
    session.rollback()
    assert shares_of(session(), contest.feedback_id) == {(agency.unit.id, agency.budi_officer.id): 1.0}
    sign_in(client, charged.tari)  # was slower: is told, and nothing is overwritten
    assert "baru saja diputuskan" in client.get(f"{DESK}/{contest.id}", follow_redirects=True).text
    record_facts([contest.feedback_id], NOW)
    session.commit()
    sign_in(client, agency.sari)
    page = client.get(OWN).text
    assert WHY in page and "tidak lagi dihitung" in page and "Bukan saya" not in page
    assert "dikoreksi setelah keberatan Anda" in client.get("/nilai-saya").text
    sign_in(client, agency.budi)
    assert "setelah keberatan petugas lain diperiksa" in client.get(OWN).text
    assert STORY not in client.get(OWN).text


def test_few_queries(client: FlaskClient, charged: Charged, database: SQLAlchemy, session: Session) -> None:
    file(client, charged)
    [contest_id] = session.scalars(select(Contest.id)).all()
    roles = ((role, charged.agency.city) for role in Role if role != Role.OFFICER)
    everything = make_account(session, *roles)
    session.commit()
    for account, paths in (
        (charged.agency.sari, (OWN, f"{OWN}/{key_for(charged)}", "/nilai-saya")),
        (everything, (DESK, f"{DESK}/{contest_id}")),
    ):
        sign_in(client, account)
        for path in paths:
            client.get(path)
            asked = statements(database, client, path)
            assert len(asked) <= MOST, f"{path}: {len(asked)}\n" + "\n".join(asked)
