"""What an officer typed into the form of a target is not lost when another version of his plan is agreed meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency
from tests.factories.plans import make_agreed_plan, planned
from webapp.indicators.work_plans.actions import draft_plan
from webapp.indicators.work_plans.models import WorkReport
from webapp.indicators.work_plans.vocabulary import Measure

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TYPED = {"month": "2026-10", "done": "2", "evidence": "Daftar hadir 12 Oktober"}


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def form_of(target_id: int) -> str:
    return f"/rencana-kerja/target/{target_id}?tahun=2026"


@time_machine.travel(NOW, tick=False)
def test_a_report_lands_on_the_same_row_of_the_new_version(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    [old] = make_agreed_plan(agency, at=NOW).targets
    new = make_agreed_plan(agency, planned(result="Yang lain"), planned(Measure.OWN_COUNT, 0, 0, 0, 9), at=NOW)
    session.commit()
    sign_in(client, agency.sari)
    assert client.get(form_of(old.id)).headers["Location"] == form_of(new.targets[1].id)
    refused = client.post(form_of(old.id), data=TYPED | {"done": "dua"})
    assert refused.status_code == 400
    assert TYPED["evidence"] in refused.text and form_of(new.targets[1].id) in refused.text
    assert client.post(form_of(old.id), data=TYPED).headers["Location"] == "/rencana-kerja?tahun=2026"
    [report] = session.scalars(select(WorkReport)).all()
    assert (report.target_id, report.done) == (new.targets[1].id, 2.0)


@time_machine.travel(NOW, tick=False)
def test_where_no_row_says_the_same_the_text_stays_and_nothing_is_stored(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    [old] = make_agreed_plan(agency, at=NOW).targets
    make_agreed_plan(agency, planned(result="Yang lain"), at=NOW)
    session.commit()
    sign_in(client, agency.sari)
    refused = client.post(form_of(old.id), data=TYPED)
    assert refused.status_code == 400
    assert "Target ini tidak ada lagi dalam rencana yang berlaku" in refused.text
    assert TYPED["evidence"] in refused.text and 'value="2"' in refused.text
    assert session.scalars(select(WorkReport)).all() == []
    back = client.get(form_of(old.id)).headers["Location"]
    assert "tidak ada lagi dalam rencana yang berlaku" in client.get(back).text
    sign_in(client, agency.budi)  # of somebody else's plan nothing is said
    assert client.get(form_of(old.id)).status_code == client.post(form_of(old.id), data=TYPED).status_code == 404


@time_machine.travel(NOW, tick=False)
def test_of_a_draft_nothing_is_reported(client: FlaskClient, session: Session, agency: Agency) -> None:
    [drafted] = draft_plan(agency.sari, 2026, [planned()], NOW).targets
    session.commit()
    sign_in(client, agency.sari)
    for target_id in (drafted.id, 2**63):
        assert client.get(form_of(target_id)).status_code == 404
        assert client.post(form_of(target_id), data=TYPED).status_code == 404
    assert session.scalars(select(WorkReport)).all() == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1,23456789012", "Paling banyak sembilan angka di depan koma dan dua angka di belakangnya."),
        ("1.2345", "Paling banyak sembilan angka di depan koma dan dua angka di belakangnya."),
        ("99999999999999999999", "Paling banyak sembilan angka di depan koma dan dua angka di belakangnya."),
        ("1.250", "Tulis angka seperti 120 atau 97,5, tanpa titik ribuan."),
        ("-1", "Tulis angka seperti 120 atau 97,5, tanpa titik ribuan."),
        ("999999999,99", None),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_of_a_number_that_is_not_kept_the_limit_is_said(
    client: FlaskClient, session: Session, agency: Agency, typed: str, said: str | None
) -> None:
    [own] = make_agreed_plan(agency, at=NOW).targets
    session.commit()
    sign_in(client, agency.sari)
    answer = client.post(form_of(own.id), data=TYPED | {"done": typed})
    assert answer.status_code == (303 if said is None else 400)
    assert said is None or said in answer.text
    assert len(session.scalars(select(WorkReport)).all()) == (said is None)
