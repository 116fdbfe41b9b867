"""Bringing the demo city's files into the database, with the stages of its services and the facts of turnaround."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.counter.applications.catalogue import default_stages, pause_causes, set_stages
from webapp.counter.applications.due_dates import count_due
from webapp.counter.applications.models import (
    Application,
    ApplicationPaper,
    ApplicationPause,
    ApplicationStage,
    StageHolding,
)
from webapp.counter.applications.turnaround_facts import record_turnaround
from webapp.counter.codes import new_application_code
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import copy_rows, db, new_ids
from webapp.demo.city import DemoCity
from webapp.demo.files import REGISTRY, DemoFile
from webapp.demo.load_agency import LoadedIds
from webapp.organisation.models import Service


def load_files(city: DemoCity, ids: LoadedIds, now: datetime) -> None:
    """Write the stages of the registry's services and all files, due dates counted and turnaround recorded."""
    for service in city.agency.services:
        if service.unit in REGISTRY:
            set_stages(db.session.get_one(Service, ids.service[service.code]), default_stages())
    ids.file = dict(zip((f.number for f in city.files), new_ids(Application, len(city.files)), strict=True))
    copy_rows(Application, [_file_row(city, file, ids) for file in city.files])
    copy_rows(ApplicationPaper, [row for file in city.files for row in _paper_rows(city, file, ids)])
    _load_stages(city, ids)
    files = select(Application).where(Application.id.in_(ids.file.values())).options(selectinload(Application.pauses))
    with db.session.no_autoflush:  # all are written together
        for file in db.session.scalars(files):
            count_due(file)
    db.session.flush()
    record_turnaround(sorted(ids.file.values()), now)


def _file_row(city: DemoCity, file: DemoFile, ids: LoadedIds) -> dict[str, object]:
    visit = file.visit
    return {
        "id": ids.file[file.number],
        "code": new_application_code(),
        "write_key": f"{city.mark}:file:{file.number}",
        "unit_id": ids.unit[visit.unit],
        "service_id": ids.service[visit.service],
        "channel": DrawChannel.KIOSK.value,
        "state": file.state,
        "applicant_name": file.applicant,
        "applicant_phone": file.phone,
        "registered_at": visit.finished_at,
        "complete_at": file.complete_at,
        "standard_minutes": city.agency.service_by_code[visit.service].standard_hours * 60,
        "finished_at": file.finished_at,
        "visit_id": ids.visit[visit.number],
    }


def _paper_rows(city: DemoCity, file: DemoFile, ids: LoadedIds) -> list[dict[str, object]]:
    officer = ids.officer[file.visit.officer]
    rows: list[dict[str, object]] = []
    for place, name in enumerate(city.agency.service_by_code[file.visit.service].requirements):
        late = place == file.missing
        rows.append(
            {
                "application_id": ids.file[file.number],
                "position": place,
                "name": name,
                "state": "missing" if late and file.complete_at is None else "met",
                "changed_at": file.complete_at if late else file.visit.finished_at,
                "changed_by_id": officer,
            }
        )
    return rows


def _load_stages(city: DemoCity, ids: LoadedIds) -> None:
    planned = default_stages()
    numbers = new_ids(ApplicationStage, len(planned) * len(city.files))
    stages: list[dict[str, object]] = []
    holdings: list[dict[str, object]] = []
    pauses: list[dict[str, object]] = []
    causes = {cause.code: cause.id for cause in pause_causes()}
    for file in city.files:
        unit_id, reached = ids.unit[file.visit.unit], {stage.code: stage for stage in file.stages}
        stage_ids: dict[str, int] = {}
        for position, plan in enumerate(planned):
            stage_ids[plan.code] = stage_id = numbers.pop()
            lived = reached.get(plan.code)
            stages.append(
                {
                    "id": stage_id,
                    "application_id": ids.file[file.number],
                    "position": position,
                    "code": plan.code,
                    "name": plan.name,
                    "target_minutes": plan.target_minutes,
                    "waits_for_applicant": plan.waits_for_applicant,
                    "unit_id": unit_id,
                    "started_at": lived.started_at if lived else None,
                    "finished_at": lived.finished_at if lived else None,
                }
            )
            if lived is None:
                continue
            hands = {"stage_id": stage_id, "unit_id": unit_id}
            if lived.taken_at != lived.started_at:
                holdings.append({**hands, "officer_id": None, "starts_at": lived.started_at, "ends_at": lived.taken_at})
            if lived.officer is not None:
                held = {"starts_at": lived.taken_at, "ends_at": lived.finished_at}
                holdings.append({**hands, "officer_id": ids.officer[lived.officer], **held})
        pauses += [
            {
                "application_id": ids.file[file.number],
                "stage_id": stage_ids[pause.stage],
                "cause_id": causes[pause.cause],
                "outside_control": pause.outside_control,
                "starts_at": pause.starts_at,
                "ends_at": pause.ends_at,
            }
            for pause in file.pauses
        ]
    copy_rows(ApplicationStage, stages)
    copy_rows(StageHolding, holdings)
    copy_rows(ApplicationPause, pauses)
