"""`python -m tests.cities.small VAR`: the whole product under the real supervisor, with a small agency instead of the
demo city, so that it opens quickly and a test knows all that is in it. `--load` is the step that makes the agency.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from webapp.embedded.environment import CityEnvironment
from webapp.embedded.plan import Plan, city_plan
from webapp.embedded.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
OFFICERS = 8
VISITS = 500


def small_plan(city: CityEnvironment, root: Path) -> Plan:
    """The plan of every city, but for what is loaded into an empty database."""
    return replace(city_plan(city, root), load_demo=(sys.executable, "-m", "tests.cities.small", "--load"))


def load_agency() -> dict[str, object]:
    """Two units, eight officers, visits with their receipts; what a test has to know of it."""
    from config import Settings
    from tests.factories.accounts import make_account
    from tests.factories.counter import make_visit
    from tests.factories.organisation import make_calendar, make_counter, make_officer, make_service, make_unit
    from webapp.accounts.permissions import Role
    from webapp.app import create_app
    from webapp.counter.queries import receipt_of
    from webapp.database import transaction

    now = datetime.now(UTC)
    app = create_app(Settings.from_env(), pool_size=1)
    with app.app_context(), transaction() as session:
        city = make_unit(session, name="Kota Uji", calendar=make_calendar(session))
        units = [make_unit(session, city, name=name) for name in ("Dinas Uji", "Kecamatan Uji")]
        services = [make_service(session, unit) for unit in units]
        counters = [make_counter(session, unit) for unit in units]
        officers = [
            make_officer(session, units[n % 2], account=make_account(session, (Role.OFFICER, units[n % 2])))
            for n in range(OFFICERS)
        ]
        receipts = []
        for n in range(VISITS):
            where = n % 2
            visit = make_visit(
                session,
                units[where],
                now - timedelta(minutes=5 + n),
                officer=officers[n % OFFICERS],
                service=services[where],
                counter=counters[where],
            )
            receipts.append(receipt_of(visit.id))
        return {
            "sign_ins": [],
            "units": [unit.id for unit in units],
            "officers": [officer.id for officer in officers],
            "visits": receipts,
        }


if __name__ == "__main__":
    if sys.argv[1] == "--load":
        print(json.dumps(load_agency()))
        sys.exit(0)
    sys.exit(Supervisor(ROOT, Path(sys.argv[1]), os.environ, small_plan).run())
