"""A small agency with people at its desks, and feedback that has gone through attribution like everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.counter import make_visit
from tests.factories.counting import next_number
from tests.factories.feedback import make_complaint, make_rating
from tests.factories.organisation import make_counter, make_officer, make_service, make_unit
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.actions import attribute_feedback
from webapp.feedback.models import Complaint
from webapp.indicators.actions import record_facts
from webapp.organisation.models import Counter, Officer, Service, Unit


@dataclass(frozen=True)
class Agency:
    """A city with two units. Sari and Budi serve in `unit`, Rina supervises it; Tono serves in `elsewhere`."""

    city: Unit
    unit: Unit
    elsewhere: Unit
    service: Service
    counter: Counter
    sari: Account
    budi: Account
    rina: Account
    tono: Account
    triage: Account
    sari_officer: Officer
    budi_officer: Officer
    tono_officer: Officer


def make_agency(session: Session) -> Agency:
    """The agency, with everybody's roles."""
    city = make_unit(session, name="Kota Uji")
    unit = make_unit(session, city, name="Seksi Akta")
    elsewhere = make_unit(session, city, name="Seksi Pindah Datang")
    sari = make_account(session, (Role.OFFICER, unit), name="Sari Wulandari")
    budi = make_account(session, (Role.OFFICER, unit), name="Budi Santoso")
    rina = make_account(session, (Role.SUPERVISOR, unit), name="Rina Kusuma")
    tono = make_account(session, (Role.OFFICER, elsewhere), name="Tono Harjo")
    return Agency(
        city=city,
        unit=unit,
        elsewhere=elsewhere,
        service=make_service(session, unit, name="Akta kelahiran"),
        counter=make_counter(session, unit, name="Loket 3"),
        sari=sari,
        budi=budi,
        rina=rina,
        tono=tono,
        triage=make_account(session, (Role.TRIAGE, city), name="Olivia Triase"),
        sari_officer=make_officer(session, unit, name="Sari Wulandari", account=sari),
        budi_officer=make_officer(session, unit, name="Budi Santoso", account=budi),
        tono_officer=make_officer(session, elsewhere, name="Tono Harjo", account=tono),
    )


def make_placed(session: Session, at: datetime, unit: Unit | None, **stated: Any) -> Complaint:
    """A complaint about `unit` (about nothing known, if None), where the rules of attribution have sent it."""
    complaint = make_complaint(session, at, unit_id=unit.id if unit else None, **stated)
    attribute_feedback([complaint.feedback_id], at)
    session.flush()
    return complaint


def make_rated_visits(session: Session, agency: Agency, officer: Officer, at: datetime, values: list[int]) -> None:
    """Ratings by as many different citizens, each with a receipt, an hour apart until `at`; figures computed."""
    ids = []
    for hours, value in enumerate(reversed(values)):
        finished = at - timedelta(hours=hours)
        visit = make_visit(
            session, agency.unit, finished, officer=officer, service=agency.service, counter=agency.counter
        )
        rating = make_rating(
            session, finished, value=value, visit_id=visit.id, rater_key=f"rater-{next_number()}".encode()
        )
        ids.append(rating.feedback_id)
    attribute_feedback(ids, at)
    record_facts(ids, at)
    session.flush()
