"""Stages of files that an agency's own registry system reports.

With each report a file is laid out anew from all that stands of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.counter.applications.catalogue import WAITING_APPLICANT, cause_of, list_stages, pause_causes
from webapp.counter.applications.models import (
    Application,
    ApplicationFollower,
    ApplicationStage,
    PauseCause,
    ServiceStage,
)
from webapp.counter.events import ApplicationMoved, StagesReported
from webapp.counter.incoming.clocks import check_moment, in_order, moved, note
from webapp.counter.incoming.file_rows import Standing, agency_key, change_since, new_file, standing_of, write_file
from webapp.counter.incoming.files import Hands, StandingStage, Standstill
from webapp.counter.incoming.intake import Sender, Sitting, Taken, note_lateness
from webapp.counter.incoming.models import IncomingRecord
from webapp.counter.incoming.names import Unknown, without_nip
from webapp.counter.incoming.problems import Code, Problem
from webapp.counter.incoming.reports import StageReport
from webapp.database import db
from webapp.organisation.models import Service, Unit
from webapp.outbox import publish


def take_in_stages(
    reports: Sequence[StageReport], sender: Sender, *, now: datetime, sent_at: datetime | None = None
) -> list[Taken]:
    """Take stages in, in the order told; what became of each. Publishes StagesReported for the files that changed.

    The order does not matter: a file looks the same however its stages arrived. `sent_at` is what the sender's clock
    showed: times are moved by what it is off.
    """
    sitting = Sitting[StageReport](sender, now)
    use = StageUse(sitting, [report.file for report in reports])
    taken = sitting.take("stage", reports, sent_at, use)
    use.write()
    return taken


class _Times(TypedDict):
    registered_at: datetime
    complete_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    file_finished_at: datetime | None


@dataclass
class _File:
    """A file that is being reported."""

    application: Application | None = None
    standing: dict[str, StandingStage] = field(default_factory=dict)
    changed: bool = False
    #: An officer leads it by now: nothing that is reported changes it.
    taken_over: bool = False


class StageUse:
    """Makes stages of reports; see `intake.Use`. `write` then lays out the files that changed."""

    def __init__(self, sitting: Sitting[StageReport], files: Iterable[str]) -> None:
        self._sitting = sitting
        self._causes: dict[str, PauseCause] | None = None
        self._catalogue: dict[int, list[ServiceStage]] = {}
        self._files: dict[str, _File] | None = None
        self._wanted = sorted(set(files))

    def __call__(self, record: IncomingRecord, report: StageReport, offset: timedelta, problems: list[Problem]) -> None:
        if self._files is None:  # the source is locked by now
            self._files = self._open(self._wanted)
        file, names = self._files[report.file], self._sitting.names
        unit = service = None
        try:
            unit = names.unit(report.unit)
            service = names.service(report.service, unit)
        except Unknown as unknown:
            note(problems, unknown.problem)
        stage, is_last = self._stage(file, service, report.stage)
        if service is not None and stage is None:
            note(problems, Problem(Code.UNKNOWN_STAGE, "stage", report.stage))
        hands, pauses = self._hands(report, offset, problems), self._pauses(report, offset, problems)
        times = self._times(report, offset, problems)
        if stage is not None and stage.waits_for_applicant and not report.pauses:
            pauses = (_waiting(times),)
        if unit is not None and service is not None and _contradicts(file, report.stage, unit, service):
            note(problems, Problem(Code.CONTRADICTS_FILE))
        if file.taken_over:
            note(problems, Problem(Code.TAKEN_OVER))
        if any(problem.holds for problem in problems):
            return
        assert unit is not None and service is not None and stage is not None
        stands = StandingStage(
            unit_id=unit.id,
            service_id=service.id,
            code=stage.code,
            position=stage.position,
            is_last=is_last,
            hands=hands,
            pauses=pauses,
            withdrawn=report.withdrawn,
            **times,
        )
        if record.application is None and any(other.position > stands.position for other in file.standing.values()):
            note(problems, Problem(Code.OUT_OF_ORDER))
        if file.application is None:
            file.application = new_file(record.source, report.file, unit, service, stands.registered_at)
        file.application.unit = unit
        file.standing[stands.code] = stands
        file.changed = True
        record.application, record.standing = file.application, stands.model_dump(mode="json")
        if all(other.complete_at is None for other in file.standing.values()):
            note(problems, Problem(Code.COMPLETENESS_UNKNOWN))

    def write(self) -> None:
        """Lay out the files that changed, publish that they did, and what became of those that somebody follows."""
        changed = [file for file in (self._files or {}).values() if file.changed and file.application is not None]
        before: dict[int, Standing] = {}
        for file in changed:
            assert file.application is not None
            if file.application.id is not None:
                before[file.application.id] = standing_of(file.application)
            write_file(file.application, list(file.standing.values()), self._stages_of(file.application.service.id))
            file.changed = False
        db.session.flush()
        if not changed:
            return
        applications = {file.application.id: file.application for file in changed if file.application is not None}
        publish(StagesReported(sorted(applications)))
        for application_id in db.session.scalars(
            select(ApplicationFollower.application_id)
            .where(ApplicationFollower.application_id.in_(before))
            .distinct()
            .order_by(ApplicationFollower.application_id)
        ):
            change = change_since(before[application_id], applications[application_id])
            if change is not None:
                publish(ApplicationMoved(application_id, change))

    def _open(self, wanted: Sequence[str]) -> dict[str, _File]:
        files = {number: _File() for number in wanted}
        applications = db.session.scalars(
            select(Application)
            .where(Application.source == self._sitting.sender.source, Application.external_id.in_(wanted))
            .options(
                selectinload(Application.stages).selectinload(ApplicationStage.holdings),
                selectinload(Application.pauses),
            )
        ).all()
        keys = {agency_key(self._sitting.sender.source, number): number for number in wanted}
        taken_over = select(Application.write_key).where(Application.write_key.in_(keys), Application.source.is_(None))
        for key in db.session.scalars(taken_over):
            files[keys[key]].taken_over = True
        by_id = {}
        for application in applications:
            by_id[application.id] = files[str(application.external_id)]
            by_id[application.id].application = application
        records = db.session.execute(
            select(IncomingRecord.application_id, IncomingRecord.standing).where(
                IncomingRecord.application_id.in_(by_id), IncomingRecord.standing.is_not(None)
            )
        )
        for application_id, standing in records:
            stage = StandingStage.model_validate(standing, strict=False)
            by_id[application_id].standing[stage.code] = stage
        return files

    def _stage(
        self, file: _File, service: Service | None, code: str
    ) -> tuple[ServiceStage | ApplicationStage | None, bool]:
        """The stage of this code, and whether it is the last: of the file, which keeps its own, else of the service."""
        own: Sequence[ServiceStage | ApplicationStage] = file.application.stages if file.application else ()
        for known in (own, self._stages_of(service.id) if service is not None else ()):
            for stage in known:
                if stage.code == code:
                    return stage, all(other.position <= stage.position for other in known)
        return None, False

    def _stages_of(self, service_id: int) -> list[ServiceStage]:
        if service_id not in self._catalogue:
            self._catalogue[service_id] = list_stages(service_id)
        return self._catalogue[service_id]

    def _times(self, report: StageReport, offset: timedelta, problems: list[Problem]) -> _Times:
        now = self._sitting.now

        def at(field: str, told: datetime) -> datetime:
            moment = moved(told, offset)
            check_moment(moment, field, now, problems)
            return moment

        def after(begins: datetime, field: str, told: datetime | None) -> datetime | None:
            return in_order(begins, at(field, told), field, problems) if told is not None else None

        registered = at("registered_at", report.registered_at)
        started = at("started_at", report.started_at)
        finished = after(started, "finished_at", report.finished_at)
        note_lateness(finished or started, now, problems)
        return {
            "registered_at": registered,
            "complete_at": after(registered, "complete_at", report.complete_at),
            "started_at": started,
            "finished_at": finished,
            "file_finished_at": after(registered, "file_finished_at", report.file_finished_at),
        }

    def _hands(self, report: StageReport, offset: timedelta, problems: list[Problem]) -> tuple[Hands, ...]:
        found = []
        for number, hands in enumerate(report.hands):
            starts, ends = self._span(f"hands/{number}/given_at", hands.taken_at, hands.given_at, offset, problems)
            try:
                officer = self._sitting.names.officer(without_nip(hands.officer))
            except Unknown as unknown:
                note(problems, unknown.problem)
            else:
                found.append(Hands(officer_id=officer.id, starts_at=starts, ends_at=ends))
        return tuple(found)

    def _pauses(self, report: StageReport, offset: timedelta, problems: list[Problem]) -> tuple[Standstill, ...]:
        if self._causes is None and report.pauses:
            self._causes = {cause.code: cause for cause in pause_causes(all_of_them=True)}
        found = []
        for number, pause in enumerate(report.pauses):
            starts, ends = self._span(f"pauses/{number}/ends_at", pause.starts_at, pause.ends_at, offset, problems)
            cause = (self._causes or {}).get(pause.cause)
            if cause is None:
                note(problems, Problem(Code.UNKNOWN_CAUSE, "cause", pause.cause))
                continue
            found.append(
                Standstill(cause_id=cause.id, outside_control=cause.outside_control, starts_at=starts, ends_at=ends)
            )
        return tuple(found)

    def _span(
        self, field: str, starts_at: datetime, ends_at: datetime | None, offset: timedelta, problems: list[Problem]
    ) -> tuple[datetime, datetime | None]:
        starts = moved(starts_at, offset)
        check_moment(starts, field, self._sitting.now, problems)
        if ends_at is None:
            return starts, None
        ends = moved(ends_at, offset)
        check_moment(ends, field, self._sitting.now, problems)
        return starts, in_order(starts, ends, field, problems)


def _waiting(times: _Times) -> Standstill:
    """Such a stage waits for the applicant to come, unless the system knows it better."""
    cause = cause_of(WAITING_APPLICANT)
    return Standstill(
        cause_id=cause.id,
        outside_control=cause.outside_control,
        starts_at=times["started_at"],
        ends_at=times["finished_at"],
    )


def _contradicts(file: _File, stage: str, unit: Unit, service: Service) -> bool:
    """Whether what was told of the file before names another unit or service. Its service never changes."""
    if any(other.service_id != service.id for other in file.standing.values()):
        return True
    return any(other.unit_id != unit.id for code, other in file.standing.items() if code != stage)
