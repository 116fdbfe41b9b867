"""That a plan's attainment becomes part of the figure is promised only where the preset in force has it so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import make_agency
from tests.factories.plans import planned
from webapp.indicators.presets.stored import put_in_force, store_all_shipped
from webapp.indicators.work_plans.actions import draft_plan, propose_plan

NOW = datetime(2026, 8, 24, 3, 0, tzinfo=UTC)
PROMISED = "Setelah disepakati, capaian tiap triwulan menjadi bagian dari nilai Anda."
RECORDED = "Acuan yang berlaku sekarang tidak menghitung capaian target. Rencana ini tetap dicatat."
PARTLY = "Menurut acuan yang ditetapkan, capaian menjadi bagian dari nilai Anda pada triwulan IV."


@pytest.mark.parametrize(
    ("put", "said"),
    [
        ([], RECORDED),
        ([("semarang-1", "2026-Q3")], PROMISED),
        ([("semarang-1", "2026-Q4")], PARTLY),
        ([("senapelan-1", "2026-Q3")], RECORDED),
        ([("semarang-1", "2027-Q1")], RECORDED),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_only_what_the_preset_in_force_counts_is_promised(
    client: FlaskClient, session: Session, put: list[tuple[str, str]], said: str
) -> None:
    agency = make_agency(session)
    store_all_shipped(NOW)
    for version, period in put:
        put_in_force(version, period, NOW)
    plan = draft_plan(agency.sari, 2026, [planned()], NOW)
    session.commit()
    sign_in(client, agency.sari)
    page = client.get("/rencana-kerja?tahun=2026").text
    assert [words for words in (PROMISED, RECORDED, PARTLY) if words in page] == [said]
    propose_plan(agency.sari, plan.id, "", NOW)
    session.commit()
    assert said not in client.get("/rencana-kerja?tahun=2026").text  # nothing is proposed any more
