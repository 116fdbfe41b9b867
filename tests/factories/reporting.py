"""A registry office whose systems report: units, a service with stages, officers, a counter, and what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tests.factories.counting import next_number
from tests.factories.organisation import make_counter, make_officer, make_service, make_unit
from webapp.counter.applications.catalogue import StageFacts, set_stages
from webapp.counter.incoming.clients import create_client
from webapp.counter.incoming.intake import Sender
from webapp.counter.incoming.models import ApiClient
from webapp.organisation.models import Counter, Officer, Service, Unit
from webapp.organisation.staffing import nip_key

NIP = "198501012010011001"
#: A Tuesday, 09:00 in Jakarta.
MORNING = datetime(2026, 11, 17, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Office:
    """The office, its system and the system's token."""

    root: Unit
    unit: Unit
    service: Service
    counter: Counter
    officer: Officer
    other_officer: Officer
    client: ApiClient
    token: str

    @property
    def sender(self) -> Sender:
        return Sender(self.client.source, self.unit, self.client)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def make_reporting_office(session: Session) -> Office:
    """An office with a client; its first officer is P-1 and has a NIP, its second P-2."""
    root = make_unit(session, name="Kota")
    unit = make_unit(session, root, name="Dinas Uji", code="DISDUK")
    service = make_service(session, unit, name="Akta Kelahiran")
    service.code = "akta"
    set_stages(service, [StageFacts(code, code.capitalize(), 60) for code in ("received", "verified", "produced")])
    officers = [make_officer(session, unit), make_officer(session, unit)]
    for number, officer in enumerate(officers, start=1):
        officer.external_id = f"csv:P-{number}"
    officers[0].nip, officers[0].nip_key = NIP, nip_key(NIP)
    counter = make_counter(session, unit)
    counter.code = "3"
    client, token = create_client(unit, name=f"Mesin {next_number()}", source="mesin", now=MORNING)
    session.commit()
    return Office(root, unit, service, counter, officers[0], officers[1], client, token)


def visit(number: str = "A-1", at: datetime = MORNING, **other: Any) -> dict[str, Any]:
    """A visit as a machine tells it: drawn at `at`, called ten minutes later, finished after eight more."""
    return {
        "id": number,
        "service": "akta",
        "counter": "3",
        "officer": "P-1",
        "drawn_at": at.isoformat(),
        "called_at": (at + timedelta(minutes=10)).isoformat(),
        "finished_at": (at + timedelta(minutes=18)).isoformat(),
        **other,
    }


def stage(code: str = "received", at: datetime = MORNING, hours: float | None = 1, **other: Any) -> dict[str, Any]:
    """A stage as a registry tells it, `hours` long from `at` on (None: it goes on), in the hands of P-1."""
    told = {
        "file": "2026-1",
        "service": "akta",
        "stage": code,
        "registered_at": MORNING.isoformat(),
        "started_at": at.isoformat(),
        "hands": [{"officer": "P-1", "taken_at": at.isoformat()}],
        **other,
    }
    if hours is not None:
        told["finished_at"] = (at + timedelta(hours=hours)).isoformat()
    return told
