"""The interface as a system meets it: what is taken, what is held, what is refused, and how it says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.addresses import rules_of
from tests.factories.reporting import MORNING, NIP, Office, make_reporting_office, stage, visit
from webapp.counter.incoming.models import IncomingRecord
from webapp.counter.models import Visit
from webapp.counter.queries import visit_of_receipt
from webapp.outbox.models import OutboxEvent
from webapp.portal.access import OTHER_SYSTEM, access_of
from webapp.portal.api.room import count_report
from webapp.portal.security import limiter


@pytest.fixture
def office(session: Session) -> Office:
    return make_reporting_office(session)


def send(client: FlaskClient, office: Office, path: str, content: dict[str, Any]) -> TestResponse:
    return client.post(f"/api/v1/{path}", json=content, headers=office.headers)


def test_a_visit_sent_twice_is_one_with_a_receipt_to_rate_it(
    csrf_client: FlaskClient, session: Session, office: Office
) -> None:
    first, again = (send(csrf_client, office, "visits", visit(unit="DISDUK")) for _ in range(2))
    assert (first.status_code, first.json["outcome"]) == (201, "created")
    assert (again.status_code, again.json["outcome"], again.json["revision"]) == (200, "unchanged", 1)
    assert again.json["receipt"] == first.json["receipt"]
    [stored] = session.scalars(select(Visit))
    proven = visit_of_receipt(first.json["receipt"], now=MORNING, valid_days=14)
    assert proven == stored and stored.officer_id == office.officer.id and stored.counter_id == office.counter.id
    assert (stored.waited_seconds, stored.finished_at - stored.started_at) == (600, timedelta(minutes=8))
    assert csrf_client.get(f"/nilai/{first.json['receipt']}").status_code in (200, 410)
    assert first.json["rating_url"].endswith(f"/nilai/{first.json['receipt']}")


def test_what_is_unknown_is_held_and_said_and_the_rest_of_a_batch_is_taken(
    client: FlaskClient, session: Session, office: Office
) -> None:
    batch = {"visits": [visit("1"), visit("2", officer="Bu Sari", counter="99"), visit("3", service="zzz")]}
    answer = send(client, office, "visits/batch", batch)
    assert answer.json["counts"] == {"created": 1, "held": 2}
    told = [[(p["code"], p["field"], p["value"]) for p in one["problems"] if p["code"] != "late"]
            for one in answer.json["results"]]  # fmt: skip
    assert told == [
        [],
        [("unknown_counter", "counter", "DISDUK/99"), ("unknown_officer", "officer", "Bu Sari")],
        [("unknown_service", "service", "zzz")],
    ]
    assert [one["receipt"] is None for one in answer.json["results"]] == [False, True, True]
    held = session.scalars(select(IncomingRecord).where(IncomingRecord.state == "held")).all()
    assert {record.external_id for record in held} == {"2", "3"}
    assert session.scalar(select(func.count(Visit.id))) == 1


def test_a_nip_is_neither_kept_nor_told_back(client: FlaskClient, session: Session, office: Office) -> None:
    assert send(client, office, "visits", visit("1", officer=NIP)).json["outcome"] == "created"
    unknown = send(client, office, "visits", visit("2", officer="19900101 201501 2 002"))
    assert unknown.status_code == 202 and "•••• 2002" in unknown.json["problems"][-1]["value"]
    kept = " ".join(map(str, session.scalars(select(IncomingRecord.payload))))
    assert NIP not in kept and "19900101" not in kept and "19900101" not in unknown.text


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ({"citizen_name": "Burung Kenari"}, "citizen_name", "nothing about the citizen"),
        ({"id": "3578014505900001"}, "id", "NIK"),
        ({"finished_at": "2026-11-17 09:00:00"}, "finished_at", "with its zone"),
        ({"officer": None}, "officer", "must be a text"),
        ({"id": "x" * 81}, "id", "at most 80"),
        ({"revision": 0}, "revision", "at least 1"),
    ],
)
def test_what_is_not_described_is_refused_in_plain_words_without_repeating_it(
    client: FlaskClient, session: Session, office: Office, change: dict[str, Any], where: str, what: str
) -> None:
    answer = send(client, office, "visits", visit(**change))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    [error] = answer.json["errors"]
    assert error["where"] == where and what in error["what"]
    assert "Burung" not in answer.text and "3578" not in answer.text
    in_batch = send(client, office, "visits/batch", {"visits": [visit("ok"), visit(**change)]})
    assert in_batch.json["errors"][0]["where"] == f"visits/1/{where}"
    assert session.scalar(select(func.count(IncomingRecord.id))) == 0, "all or none"


def test_who_may_not_report_is_told_what_to_do(client: FlaskClient, session: Session, office: Office) -> None:
    for headers in ({}, {"Authorization": "Bearer tgp_wrong"}, {"Authorization": f"Basic {office.token}"}):
        refused = client.post("/api/v1/visits", json=visit(), headers=headers)
        assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")
        assert refused.headers["WWW-Authenticate"].startswith("Bearer") and "administrator" in refused.json["detail"]
    office.client.active = False
    session.commit()
    assert send(client, office, "visits", visit()).status_code == 401


def test_every_endpoint_of_the_interface_asks_for_a_token(app: Flask, client: FlaskClient, office: Office) -> None:
    rules = [rule for rule in rules_of(app) if rule.rule.startswith("/api/")]
    assert len(rules) == 5
    for rule in rules:
        if rule.endpoint == "api.show_description":
            assert client.get(rule.rule).status_code == 200
        else:
            assert access_of(app, rule.endpoint) == OTHER_SYSTEM
            assert client.post(rule.rule, json={}).status_code == 401


def test_other_errors_are_problem_documents_as_well(client: FlaskClient, office: Office) -> None:
    url, headers = "/api/v1/visits", office.headers
    answers = {
        404: client.get("/api/v2/visits"),
        405: client.get(url),
        415: client.post(url, data="id=1", headers=headers),
        400: client.post(url, data=b'{"id": "\xff', content_type="application/json", headers=headers),
        413: client.post(url, data=b" " * 2_200_000, content_type="application/json", headers=headers),
    }
    assert {code: answer.status_code for code, answer in answers.items()} == {code: code for code in answers}
    assert {answer.mimetype for answer in answers.values()} == {"application/problem+json"}
    assert answers[405].headers["Allow"].split(", ") == ["OPTIONS", "POST"] or "POST" in answers[405].headers["Allow"]


def test_a_system_that_sends_too_much_is_slowed_down(app: Flask, client: FlaskClient, office: Office) -> None:
    limiter.reset()
    for _ in range(120):
        with app.test_request_context("/api/v1/visits", method="POST"):
            g.reporting_client_id = office.client.id
            count_report()
    slowed = send(client, office, "visits", visit())
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "60")
    assert client.post("/api/v1/visits", json={}, headers={"Authorization": "Bearer other"}).status_code == 401
    limiter.reset()


def test_times_of_a_clock_out_of_step_are_moved(client: FlaskClient, session: Session, office: Office) -> None:
    now = datetime.now(UTC)
    behind = now - timedelta(minutes=30)
    answer = send(client, office, "visits", visit(at=behind - timedelta(minutes=18), sent_at=behind.isoformat()))
    assert answer.json["outcome"] == "created"
    assert [(p["code"], p["value"]) for p in answer.json["problems"]] == [("clock_offset", "1800")]
    [stored] = session.scalars(select(Visit))
    assert abs(stored.finished_at - now) < timedelta(seconds=5)
    session.refresh(office.client)
    assert abs(office.client.clock_offset_seconds - 1800) <= 5
    unset = datetime(2001, 1, 1, tzinfo=UTC)
    answer = send(client, office, "visits", visit("2", at=unset, sent_at=(unset + timedelta(hours=1)).isoformat()))
    assert "clock_unbelievable" in [p["code"] for p in answer.json["problems"]] and answer.status_code == 202


def test_stages_become_a_file_that_is_followed_by_its_code(
    client: FlaskClient, session: Session, office: Office
) -> None:
    answer = send(client, office, "stages", stage(complete_at=MORNING.isoformat()))
    assert (answer.status_code, answer.json["outcome"], answer.json["file"]) == (201, "created", "2026-1")
    assert client.get(answer.json["tracking_url"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    batch = {"stages": [stage("verified", MORNING + timedelta(hours=1)), stage("nonsense")]}
    told = send(client, office, "stages/batch", batch).json
    assert told["counts"] == {"created": 1, "held": 1}
    assert told["results"][0]["tracking_code"] == answer.json["tracking_code"]
    events = session.scalars(select(OutboxEvent).where(OutboxEvent.name == "StagesReported")).all()
    assert len(events) == 2
