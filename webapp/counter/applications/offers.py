"""What can be applied for: services that have stages, where each is offered, and what it asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, literal, or_, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.counter.applications.models import ServiceStage
from webapp.counter.models import Visit
from webapp.database import db
from webapp.organisation.models import Officer, Posting, Service, Unit

#: A citizen's papers are put into a file within this time of having been served.
RECENT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that takes files."""

    id: int
    name: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A service that files are registered for: what it promises, what it costs, what it asks for, and where.

    `standard_hours` are working hours of the unit; None where nothing is promised.
    """

    service_id: int
    service: str
    unit: str
    standard_hours: int | None
    fee: int
    requirements: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class RecentVisit:
    """A visit that a file may belong to: who of the staff served, when, what for."""

    id: int
    service_id: int
    service: str
    finished_at: datetime
    timezone: str


def list_offers(within: Iterable[str] | None = None) -> list[Offer]:
    """Services with stages, by the unit that offers them and by name.

    `within` are paths of the tree: only places at or below these, and services that are offered at one of them.
    """
    services = db.session.scalars(_offered()).all()
    units = db.session.scalars(select(Unit).where(Unit.active).order_by(Unit.path)).all()
    paths = None if within is None else tuple(within)
    offers = [_offer(service, units, paths) for service in services]
    return [offer for offer in offers if offer.places]


def find_offer(service_id: int | None, within: Iterable[str] | None = None) -> Offer | None:
    """The offer of one service; None where there is none (any more)."""
    return next((offer for offer in list_offers(within) if offer.service_id == service_id), None)


def list_offers_of(account: Account) -> list[Offer]:
    """What an officer may register."""
    return list_offers(reach(account, Permission.APPLICATION_HANDLE))


def list_recent_visits(account: Account, now: datetime) -> list[RecentVisit]:
    """Visits that the account's own officer finished within RECENT, newest first."""
    query = (
        select(Visit)
        .join(Officer, Officer.id == Visit.officer_id)
        .where(Officer.account_id == account.id, Visit.finished_at > now - RECENT, Visit.finished_at <= now)
        .options(joinedload(Visit.service), joinedload(Visit.unit))
        .order_by(Visit.finished_at.desc(), Visit.id.desc())
        .limit(10)
    )
    return [
        RecentVisit(visit.id, visit.service_id, visit.service.name, visit.finished_at, visit.unit.timezone)
        for visit in db.session.scalars(query)
    ]


def list_officers_of(unit_id: int, *, without: int | None = None) -> list[tuple[int, str]]:
    """Officers to whom a unit's file can be given: active, signing in, posted there, below or above."""
    unit = db.session.get_one(Unit, unit_id)
    posted = exists(
        select(Posting.id)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(
            Posting.officer_id == Officer.id,
            Posting.ends_on.is_(None),
            or_(Unit.path.startswith(unit.path, autoescape=True), literal(unit.path).startswith(Unit.path)),
        )
    )
    rows = db.session.execute(
        select(Officer.id, Officer.name)
        .where(Officer.active, Officer.account_id.is_not(None), posted)
        .order_by(Officer.name, Officer.id)
    )
    return [(id_, name) for id_, name in rows if id_ != without]


def _offered() -> Select[Service]:
    return (
        select(Service)
        .join(Unit, Unit.id == Service.unit_id)
        .where(
            Service.active,
            Unit.active,
            exists(select(ServiceStage.id).where(ServiceStage.service_id == Service.id)),
        )
        .options(joinedload(Service.unit))
        .order_by(Unit.path, Service.name, Service.id)
    )


def _offer(service: Service, units: Iterable[Unit], within: tuple[str, ...] | None) -> Offer:
    places = tuple(
        Place(unit.id, unit.name, unit.timezone)
        for unit in units
        if unit.path.startswith(service.unit.path)
        and (within is None or any(unit.path.startswith(path) for path in within))
    )
    return Offer(
        service.id,
        service.name,
        service.unit.name,
        service.standard_hours,
        service.fee,
        tuple(str(name) for name in service.requirements),
        places,
    )
