"""Writing a reported file as it was laid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm.attributes import set_committed_value

from webapp.counter.applications.due_dates import count_due
from webapp.counter.applications.models import (
    Application,
    ApplicationPause,
    ApplicationStage,
    ServiceStage,
    StageHolding,
)
from webapp.counter.applications.vocabulary import ApplicationState, Change
from webapp.counter.codes import new_application_code
from webapp.counter.incoming.files import File, Stage, StandingStage, lay_out
from webapp.database import db
from webapp.organisation.models import Service, Unit


def new_file(source: str, number: str, unit: Unit, service: Service, registered_at: datetime) -> Application:
    """A file of an agency's own registry, under its number there. Nothing tells whose it is."""
    file = Application(
        code=new_application_code(),
        write_key=agency_key(source, number),
        unit=unit,
        service=service,
        channel="agency",
        registered_at=registered_at,
        standard_minutes=service.standard_hours * 60 if service.standard_hours is not None else None,
        source=source,
        external_id=number,
    )
    # Nothing is there to be read: it is new.
    for part in ("stages", "pauses", "papers"):
        set_committed_value(file, part, [])
    db.session.add(file)
    return file


def agency_key(source: str, number: str) -> str:
    """The write key of a file of an agency's registry; it stays when an officer takes the file over."""
    return f"agency:{source}:{number}"


def write_file(file: Application, standing: Sequence[StandingStage], catalogue: Sequence[ServiceStage]) -> None:
    """Let the rows of `file` be what stands of it. `catalogue` are the service's stages, for those not begun yet."""
    laid = lay_out(standing)
    rows = {row.code: row for row in file.stages}
    for planned in catalogue:
        # A file keeps the stages it began with; one that was added since comes in when it is reported.
        if planned.code not in rows and (not file.stages or planned.code in {stage.code for stage in laid.stages}):
            rows[planned.code] = _new_stage(file, planned)
    file.stages = sorted(rows.values(), key=lambda row: row.position)
    for stage in laid.stages:
        _write_stage(rows[stage.code], stage)
    # Pauses refer to stages by number.
    db.session.flush()
    _write_pauses(file, laid, {code: row.id for code, row in rows.items()})
    file.state = laid.state
    file.registered_at, file.complete_at, file.finished_at = laid.registered_at, laid.complete_at, laid.finished_at
    try:
        count_due(file)
    except ValueError:
        file.due_at = None  # the unit works on no day


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a file stands, as far as its followers are told."""

    state: str
    complete: bool
    begun: frozenset[str]


def standing_of(file: Application) -> Standing:
    """Where `file` stands now."""
    return Standing(
        file.state, file.complete_at is not None, frozenset(stage.code for stage in file.stages if stage.started_at)
    )


def change_since(before: Standing, file: Application) -> Change | None:
    """The one thing that followers are told of what a report changed; None where it is nothing to them."""
    now = standing_of(file)
    told = {ApplicationState.FINISHED: Change.FINISHED, ApplicationState.WITHDRAWN: Change.WITHDRAWN}
    if now.state != before.state and now.state in told:
        return told[ApplicationState(now.state)]
    if now.state in told:
        return None
    if (now.state == ApplicationState.PAUSED) != (before.state == ApplicationState.PAUSED):
        return Change.PAUSED if now.state == ApplicationState.PAUSED else Change.RESUMED
    if now.complete and not before.complete:
        return Change.COMPLETED
    return Change.STAGE_BEGUN if now.begun - before.begun else None


def _new_stage(file: Application, planned: ServiceStage) -> ApplicationStage:
    stage = ApplicationStage(
        position=planned.position,
        code=planned.code,
        name=planned.name,
        target_minutes=planned.target_minutes,
        unit_id=planned.unit_id or file.unit.id,
        officer_id=planned.officer_id,
        waits_for_applicant=planned.waits_for_applicant,
    )
    set_committed_value(stage, "holdings", [])
    return stage


def _write_stage(row: ApplicationStage, stage: Stage) -> None:
    row.started_at, row.finished_at = stage.started_at, stage.finished_at
    told = [(held.officer_id, held.starts_at, held.ends_at) for held in stage.holdings]
    if [(held.officer_id, held.starts_at, held.ends_at) for held in row.holdings] == told:
        return
    for held in row.holdings:
        db.session.delete(held)
    row.holdings = [
        StageHolding(unit_id=row.unit_id, officer_id=officer_id, starts_at=starts_at, ends_at=ends_at)
        for officer_id, starts_at, ends_at in told
    ]


def _write_pauses(file: Application, laid: File, stage_ids: dict[str, int]) -> None:
    told = [
        (stage_ids[pause.stage], pause.cause_id, pause.outside_control, pause.starts_at, pause.ends_at)
        for pause in laid.pauses
    ]
    was = [
        (pause.stage_id, pause.cause_id, pause.outside_control, pause.starts_at, pause.ends_at) for pause in file.pauses
    ]
    if was == told:
        return
    for pause in file.pauses:
        db.session.delete(pause)
    # One pause of a file may be open: the old one has to be gone before the new one comes.
    file.pauses = []
    db.session.flush()
    file.pauses = [
        ApplicationPause(
            stage_id=stage_id,
            cause_id=cause_id,
            outside_control=outside,
            starts_at=starts_at,
            ends_at=ends_at,
            external_id=file.external_id,
        )
        for stage_id, cause_id, outside, starts_at, ends_at in told
    ]
