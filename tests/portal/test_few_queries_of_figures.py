"""The pages of figures and work plans ask the database at most twelve questions, however many officers there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import make_agency, make_rated_visits
from tests.factories.organisation import make_officer, make_service
from tests.portal.test_few_queries import MOST, statements
from webapp.accounts.permissions import Role
from webapp.indicators.work_plans.actions import PlannedTarget, agree_plan, draft_plan, propose_plan, report_done
from webapp.indicators.work_plans.vocabulary import Aspect, Measure

AT = datetime(2026, 11, 10, 2, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(AT + timedelta(days=14))
PAGES = (
    "/petugas?periode=2026-Q4",
    "/petugas?periode=2026-Q4&unit={unit}&urut=perhatian",
    "/petugas/gambar/corong.svg?periode=2026-Q4",
    "/petugas/lembar.pdf?periode=2026-Q4",
    "/petugas/{officer}?periode=2026-Q4",
    "/petugas/{officer}/gambar/angka.svg?periode=2026-Q4",
    "/rencana-kerja-unit?tahun=2026",
    "/petugas/{officer}/rencana-kerja?tahun=2026",
)


def test_no_page_of_figures_asks_much_or_more_for_more_officers(client: FlaskClient, database: SQLAlchemy) -> None:
    session = database.session()
    agency = make_agency(session)
    head = make_account(session, *((role, agency.city) for role in Role), name="Kepala Dinas")

    def grow(officers: int) -> None:
        for _n in range(officers):
            account = make_account(session, (Role.OFFICER, agency.unit))
            officer = make_officer(session, agency.unit, account=account)
            make_service(session, agency.unit)
            make_rated_visits(session, agency, officer, AT, [4, 3, 4, 2, 4])
            row = PlannedTarget(
                "Hasil", "Hasil", Aspect.QUANTITY, "Kegiatan", Measure.OWN_COUNT, "kali", (1.0, 1.0, 1.0, 1.0)
            )
            plan = draft_plan(account, 2026, [row] * 2, AT)
            propose_plan(account, plan.id, "", AT)
            agree_plan(head, plan.id, "", AT)
            for target in plan.targets:
                report_done(account, target.id, "2026-10", 1, "Daftar hadir", write_key=f"w{target.id}", at=AT)
        session.commit()

    make_rated_visits(session, agency, agency.sari_officer, AT, [4, 3, 4, 2, 4, 4])
    grow(1)
    paths = [page.format(unit=agency.unit.id, officer=agency.sari_officer.id) for page in PAGES]
    sign_in(client, head)
    for path in paths:  # what a process keeps
        client.get(path)
    few = {path: len(statements(database, client, path)) for path in paths}
    grow(2)
    many = {path: statements(database, client, path) for path in paths}
    wrong = [
        f"{path}: {few[path]}, then {len(many[path])}: {many[path]}"
        for path in paths
        if len(many[path]) > min(MOST, few[path])
    ]
    assert not wrong, "\n".join(wrong)
