"""The router that is used now: learned from decided cases, else from the catalogue of units, services and topics."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import select

from webapp.attribution.models import LearnedModel
from webapp.attribution.routing import CatalogueUnit, Router, UnreadableModel
from webapp.database import db
from webapp.organisation.models import Service, Topic, Unit

log = structlog.get_logger()

ROUTING = "routing"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the agency says of itself: units with what they serve; `fingerprint` changes with any of it."""

    units: tuple[CatalogueUnit, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CurrentRouter:
    """A router with what is known about it. `model_id` is None where it was learned from the catalogue alone.

    `known_cases`: decided cases by unit that it was learned from.
    """

    model_id: int | None
    version: str
    router: Router
    known_cases: Mapping[int, int]


#: The last router of this process: loading a model takes longer than judging a hundred texts. Whoever asks looks first
#: whether it is still the one, so what another process adopted is used at once.
_kept: dict[str, CurrentRouter] = {}


def read_catalogue() -> Catalogue:
    """The units that something can be sent to, with their services and topics.

    The agency as a whole (a root with units below it) is none of them: everything is its matter.
    """
    units = db.session.execute(
        select(Unit.id, Unit.name, Unit.kind, Unit.parent_id).where(Unit.active).order_by(Unit.id)
    ).all()
    services: dict[int, list[str]] = {}
    for unit_id, name in db.session.execute(
        select(Service.unit_id, Service.name).where(Service.active).order_by(Service.id)
    ):
        services.setdefault(unit_id, []).append(name)
    topics: dict[int, list[str]] = {}
    for topic in db.session.scalars(select(Topic).where(Topic.active).order_by(Topic.id)):
        if topic.unit_id is not None:
            topics.setdefault(topic.unit_id, []).append(topic.name)
    parents = {unit.parent_id for unit in units}
    catalogue = tuple(
        CatalogueUnit(
            str(unit.id),
            unit.name,
            unit.kind,
            tuple(services.get(unit.id, ())),
            tuple(topics.get(unit.id, ())),
        )
        for unit in units
        if unit.parent_id is not None or unit.id not in parents
    )
    written = json.dumps([[one.id, one.name, one.kind, one.services, one.topics] for one in catalogue])
    return Catalogue(catalogue, hashlib.sha256(written.encode()).hexdigest()[:16])


def current_router() -> CurrentRouter:
    """The router that is used now. What a model knew under a unit or topic that is no more is not used."""
    row = db.session.execute(
        select(LearnedModel.id, LearnedModel.version).where(
            LearnedModel.kind == ROUTING, LearnedModel.adopted_at.is_not(None), LearnedModel.retired_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return _from_catalogue(read_catalogue())
    key = f"model:{row.id}:{row.version}"
    if key not in _kept:
        content, figures = db.session.execute(
            select(LearnedModel.content, LearnedModel.figures).where(LearnedModel.id == row.id)
        ).one()
        try:
            router = Router.from_bytes(content)
        except UnreadableModel as error:
            # Written by an earlier release: the catalogue speaks until the next learning.
            log.warning("routing model is unreadable", model=row.id, error=str(error))
            return _from_catalogue(read_catalogue())
        known_cases = {int(unit): int(count) for unit, count in figures.get("cases_by_unit", {}).items()}
        _keep(key, CurrentRouter(row.id, row.version, router, known_cases))
    return _kept[key]


def _from_catalogue(catalogue: Catalogue) -> CurrentRouter:
    key = f"catalogue:{catalogue.fingerprint}"
    if key not in _kept:
        router = Router.learn((), catalogue.units)
        _keep(key, CurrentRouter(None, f"catalogue-{catalogue.fingerprint}", router, {}))
    return _kept[key]


def _keep(key: str, router: CurrentRouter) -> None:
    """Keep this one and no other: a model takes tens of megabytes."""
    _kept.clear()
    _kept[key] = router
