"""Document applications: services with stages, officers who handle files, and files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.counting import next_number
from tests.factories.organisation import make_officer, make_service
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.counter.applications.actions import ApplicationDraft, register_application
from webapp.counter.applications.catalogue import StageFacts, default_stages, requirement_texts, set_stages
from webapp.counter.applications.models import Application
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.organisation.models import Officer, Service, Unit


def make_registry_service(
    session: Session,
    unit: Unit,
    *,
    name: str = "Akta kelahiran",
    standard_hours: int | None = 8,
    requirements: Sequence[str] | None = None,
    stages: Sequence[StageFacts] | None = None,
) -> Service:
    """A service that files are registered for: by default the birth certificate with the registry's usual stages."""
    service = make_service(session, unit, name=name)
    service.standard_hours = standard_hours
    service.requirements = list(requirement_texts()["birth"] if requirements is None else requirements)
    set_stages(service, default_stages() if stages is None else stages)
    session.flush()
    return service


def make_clerk(session: Session, unit: Unit, *, name: str | None = None) -> tuple[Account, Officer]:
    """An officer of `unit` who signs in and handles files there."""
    account = make_account(session, (Role.OFFICER, unit), name=name)
    return account, make_officer(session, unit, name=name, account=account)


def make_application(
    session: Session,
    unit: Unit,
    at: datetime,
    *,
    service: Service | None = None,
    officer: Officer | None = None,
    met: frozenset[int] | None = None,
    name: str = "Siti Aminah",
    channel: DrawChannel = DrawChannel.PORTAL,
) -> Application:
    """A file registered at `at`: by an officer with all its papers seen, else online and waiting for an officer's look.

    `met` names the papers by position where it is not all of them.
    """
    service = service or make_registry_service(session, unit)
    draft = ApplicationDraft(
        unit_id=unit.id,
        service_id=service.id,
        applicant_name=name,
        met=frozenset(range(len(service.requirements))) if met is None else met,
    )
    return register_application(draft, channel=channel, write_key=f"file-{next_number()}", at=at, officer=officer)
