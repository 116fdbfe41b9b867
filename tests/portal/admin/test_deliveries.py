"""The outbox as a page: what failed is seen without what is in it, and taken up again."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.portal.admin.conftest import City
from webapp.accounts.permissions import Role
from webapp.outbox.models import DeliveryState, OutboxDelivery, OutboxEvent


def make_dead(session: Session) -> OutboxDelivery:
    event = OutboxEvent(name="ComplaintSubmitted", payload={"feedback_id": 7, "canary": "burung-kenari"})
    session.add(event)
    session.flush()
    delivery = OutboxDelivery(
        event_id=event.id,
        job="attribute_feedback",
        queue="attribution",
        state=DeliveryState.DEAD,
        attempts=8,
        last_error="builtins.ValueError at rules.py:7",
    )
    session.add(delivery)
    session.commit()
    return delivery


def test_a_dead_delivery_is_seen_and_retried(client: FlaskClient, session: Session, city: City) -> None:
    delivery = make_dead(session)
    sign_in(client, city.chief)
    assert "1 pesan gagal" in client.get("/kelola").text
    page = client.get("/kelola/pesan-tertunda").text
    assert "ComplaintSubmitted" in page
    assert "builtins.ValueError at rules.py:7" in page
    assert "burung-kenari" not in page
    url = f"/kelola/pesan-tertunda/{delivery.id}/ulangi"
    assert client.post(url).status_code == 302
    session.expire_all()
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 0)
    client.post(url)
    assert "tidak ada yang perlu diulang" in client.get("/kelola/pesan-tertunda").text
    assert client.post(f"/kelola/pesan-tertunda/{2**70}/ulangi").status_code == 404


def test_an_auditor_sees_and_does_not_touch(client: FlaskClient, session: Session, city: City) -> None:
    delivery = make_dead(session)
    auditor = make_account(session, (Role.AUDITOR, city.root))
    session.commit()
    sign_in(client, auditor)
    page = client.get("/kelola/pesan-tertunda")
    assert page.status_code == 200
    assert "Coba lagi" not in page.text
    assert client.post(f"/kelola/pesan-tertunda/{delivery.id}/ulangi").status_code == 403
