"""What is configured for files: the stages of a service, and why files wait."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.counter.applications.errors import StagesInvalid
from webapp.counter.applications.models import PauseCause, ServiceStage
from webapp.database import db
from webapp.organisation.models import Officer, Service, Unit

_CIVIL_REGISTRY = Path(__file__).with_name("civil_registry.toml")
#: The cause of a file that waits for a paper or for being collected.
WAITING_APPLICANT = "waiting_applicant"


@dataclass(frozen=True, slots=True)
class StageFacts:
    """A stage as it is configured. `target_minutes` is working time of the unit that registered the file.

    `unit_id` None: the unit that registered the file. `officer_id` None: it waits in the tray.
    """

    code: str
    name: str
    target_minutes: int
    unit_id: int | None = None
    officer_id: int | None = None
    waits_for_applicant: bool = False


def default_stages() -> list[StageFacts]:
    """The stages that a service of the civil registry begins with."""
    return [StageFacts(**entry) for entry in _civil_registry()["stage"]]


def requirement_texts() -> dict[str, list[str]]:
    """What services of the civil registry ask for by regulation, by kind: "birth", "death", "family_card_new" ..."""
    return {kind: list(names) for kind, names in _civil_registry()["requirements"].items()}


def set_stages(service: Service, stages: Sequence[StageFacts]) -> None:
    """Give `service` these stages in this order. Files under way keep those they began with.

    Raises StagesInvalid where a code comes twice, a name is empty or a target is not above zero, or where a unit or
    officer is not there. No stages at all: files of the service are registered no longer.
    """
    codes = [stage.code.strip() for stage in stages]
    if len(set(codes)) != len(codes) or not all(codes):
        raise StagesInvalid("every stage needs a code of its own")
    if not all(stage.name.strip() and stage.target_minutes > 0 for stage in stages):
        raise StagesInvalid("every stage needs a name and a target above zero")
    for model, ids in (
        (Unit, {stage.unit_id for stage in stages}),
        (Officer, {stage.officer_id for stage in stages}),
    ):
        wanted = ids - {None}
        if db.session.scalar(select(func.count()).select_from(model).where(model.id.in_(wanted))) != len(wanted):
            raise StagesInvalid("a unit or officer of a stage is not there")
    standing = {stage.code: stage for stage in list_stages(service.id)}
    for position, (code, stage) in enumerate(zip(codes, stages, strict=True)):
        row = standing.pop(code, None)
        if row is None:
            row = ServiceStage(service_id=service.id, code=code)
            db.session.add(row)
        row.position, row.name, row.target_minutes = position, stage.name.strip(), stage.target_minutes
        row.unit_id, row.officer_id = stage.unit_id, stage.officer_id
        row.waits_for_applicant = stage.waits_for_applicant
    for gone in standing.values():
        db.session.delete(gone)
    _write_default_causes()  # so that whoever opens the first file finds causes that are there for good
    db.session.flush()


def list_stages(service_id: int) -> list[ServiceStage]:
    """The stages of a service in their order."""
    return list(
        db.session.scalars(
            select(ServiceStage)
            .where(ServiceStage.service_id == service_id)
            .order_by(ServiceStage.position, ServiceStage.id)
        )
    )


def pause_causes(*, all_of_them: bool = False) -> list[PauseCause]:
    """The causes that a pause can name, those outside control first; with `all_of_them` also those out of use.

    A city begins with those of the civil registry, written with the first stages; one that is missing is written now.
    """
    _write_default_causes()
    query = select(PauseCause).order_by(PauseCause.outside_control.desc(), PauseCause.name)
    return list(db.session.scalars(query if all_of_them else query.where(PauseCause.active)))


def set_cause(code: str, name: str, *, outside_control: bool, active: bool = True) -> PauseCause:
    """Write a cause, new or changed. Pauses keep what held when they began.

    Waiting for the applicant stays in use and outside control: files name it by themselves.
    """
    if code == WAITING_APPLICANT:
        outside_control = active = True
    values = {"name": name.strip(), "outside_control": outside_control, "active": active}
    return db.session.scalars(
        upsert(PauseCause)
        .values(code=code, **values)
        .on_conflict_do_update(index_elements=[PauseCause.code], set_=values)
        .returning(PauseCause),
        execution_options={"populate_existing": True},
    ).one()


def cause_of(code: str) -> PauseCause:
    """The cause with this code; raises LookupError."""
    query = select(PauseCause).where(PauseCause.code == code)
    cause = db.session.scalars(query).one_or_none()
    if cause is None:
        _write_default_causes()
        cause = db.session.scalars(query).one_or_none()
    if cause is None:
        raise LookupError(f"no cause {code!r}")
    return cause


def _write_default_causes() -> None:
    entries = _civil_registry()["cause"]
    codes = [entry["code"] for entry in entries]
    if db.session.scalar(select(func.count()).where(PauseCause.code.in_(codes))) == len(codes):
        return
    db.session.execute(upsert(PauseCause).values(entries).on_conflict_do_nothing(index_elements=[PauseCause.code]))


@cache
def _civil_registry() -> dict[str, Any]:
    return tomllib.loads(_CIVIL_REGISTRY.read_text("utf-8"))
