"""A city of two offices, each with its administrator, who must not reach into the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.organisation import (
    make_calendar,
    make_counter,
    make_officer,
    make_posting,
    make_service,
    make_shift,
    make_unit,
)
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.organisation.models import Counter, Officer, Service, Shift, Unit, WorkingCalendar


@dataclass(frozen=True)
class Office:
    """A unit with a section below it, and one of everything."""

    unit: Unit
    section: Unit
    service: Service
    counter: Counter
    officer: Officer
    account: Account
    shift: Shift
    calendar: WorkingCalendar
    admin: Account


@dataclass(frozen=True)
class City:
    """The whole agency. `shared` serves in both offices; `shared_account` holds roles in both."""

    root: Unit
    ours: Office
    theirs: Office
    shared: Officer
    shared_account: Account
    chief: Account


def make_office(session: Session, root: Unit, name: str) -> Office:
    """An office below `root`; its shift is tomorrow."""
    unit = make_unit(session, root, name=f"Dinas {name}", code=f"D-{name}")
    section = make_unit(session, unit, name=f"Seksi {name}", code=f"S-{name}")
    calendar = make_calendar(session)
    unit.calendar_id = calendar.id
    account = make_account(session, (Role.OFFICER, section), name=f"Akun {name}")
    officer = make_officer(session, section, name=f"Petugas {name}", account=account)
    counter = make_counter(session, section, name=f"Loket {name}")
    return Office(
        unit,
        section,
        make_service(session, section, name=f"Layanan {name}"),
        counter,
        officer,
        account,
        make_shift(session, officer, counter, datetime.now(UTC) + timedelta(days=1)),
        calendar,
        make_account(session, (Role.ADMINISTRATOR, unit), name=f"Admin {name}"),
    )


@pytest.fixture
def city(session: Session) -> City:
    """Committed, so that a client sees it."""
    root = make_unit(session, name="Kota", code="KOTA")
    ours, theirs = make_office(session, root, "Kita"), make_office(session, root, "Mereka")
    shared = make_officer(session, ours.section, name="Petugas Rangkap")
    make_posting(session, shared, theirs.section)
    both = make_account(session, (Role.OFFICER, ours.section), (Role.ADMINISTRATOR, theirs.unit), name="Akun Rangkap")
    chief = make_account(session, (Role.ADMINISTRATOR, root), name="Admin Kota")
    session.commit()
    return City(root, ours, theirs, shared, both, chief)
