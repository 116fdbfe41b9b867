"""From the tables of files to columns of turnaround, and from there to rows of facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import select

from webapp.counter.applications.due_dates import working_time_for
from webapp.counter.applications.models import (
    Application,
    ApplicationPause,
    ApplicationStage,
    PauseCause,
    StageHolding,
)
from webapp.counter.applications.turnaround import (
    NONE,
    TRAY,
    Column,
    FileColumns,
    HandTimes,
    HoldingColumns,
    PauseColumns,
    StageColumns,
    compute_turnaround,
)
from webapp.database import db
from webapp.organisation.working_clock import clock_around


@dataclass(frozen=True, slots=True)
class Fact:
    """What will stand in a row of TurnaroundFact. Seconds; `stage_id` None: the file as a whole."""

    application_id: int
    stage_id: int | None
    unit_id: int
    officer_id: int | None
    started_at: datetime
    ended_at: datetime | None
    elapsed_seconds: int
    counted_seconds: int
    outside_seconds: dict[str, int]
    target_seconds: int | None
    delay_seconds: int
    calendar: str | None


@dataclass(frozen=True, slots=True)
class _Stage:
    id: int
    application_id: int
    unit_id: int
    target_minutes: int | None
    started_at: datetime
    finished_at: datetime | None


def facts_of(applications: Sequence[Application], at: datetime) -> list[Fact]:
    """The facts that hold at `at`: of each file its own first, then those of its stages. None before it is complete.

    What is still going on is measured up to `at`.
    """
    complete = [one for one in applications if one.complete_at is not None and one.complete_at <= at]
    stages = _stages_of([one.id for one in complete])
    groups: dict[tuple[int, str | None, bool], list[Application]] = defaultdict(list)
    for one in complete:
        # As in working_time_for: without a calendar, whether a due date was counted decides what "none" means.
        groups[one.unit_id, one.due_calendar, one.due_at is None].append(one)
    facts: list[Fact] = []
    for group in groups.values():
        facts += _facts_of_group(group, [stage for one in group for stage in stages.get(one.id, ())], at)
    return facts


def _stages_of(application_ids: Sequence[int]) -> dict[int, list[_Stage]]:
    rows = db.session.execute(
        select(
            ApplicationStage.id,
            ApplicationStage.application_id,
            ApplicationStage.unit_id,
            ApplicationStage.target_minutes,
            ApplicationStage.started_at,
            ApplicationStage.finished_at,
        )
        .where(ApplicationStage.application_id.in_(application_ids), ApplicationStage.started_at.is_not(None))
        .order_by(ApplicationStage.application_id, ApplicationStage.position)
    )
    found: dict[int, list[_Stage]] = defaultdict(list)
    for id_, application_id, unit_id, target_minutes, started_at, finished_at in rows:
        assert started_at is not None  # asked for
        found[application_id].append(_Stage(id_, application_id, unit_id, target_minutes, started_at, finished_at))
    return found


def _facts_of_group(files: Sequence[Application], stages: Sequence[_Stage], at: datetime) -> list[Fact]:
    """Facts of files that share a unit and a calendar version."""
    place = {one.id: number for number, one in enumerate(files)}
    stage_place = {stage.id: number for number, stage in enumerate(stages)}
    holdings = db.session.execute(
        select(StageHolding.stage_id, StageHolding.officer_id, StageHolding.starts_at, StageHolding.ends_at)
        .join(ApplicationStage, ApplicationStage.id == StageHolding.stage_id)
        .where(ApplicationStage.application_id.in_(place), ApplicationStage.started_at.is_not(None))
        .order_by(StageHolding.stage_id, StageHolding.starts_at, StageHolding.id)
    ).all()
    pauses = db.session.execute(
        select(ApplicationPause.application_id, PauseCause.code, ApplicationPause.starts_at, ApplicationPause.ends_at)
        .join(PauseCause, PauseCause.id == ApplicationPause.cause_id)
        .where(ApplicationPause.application_id.in_(place), ApplicationPause.outside_control)
        .order_by(ApplicationPause.application_id, ApplicationPause.starts_at, ApplicationPause.id)
    ).all()
    codes = sorted({pause.code for pause in pauses})
    begins = [one.complete_at or at for one in files]
    ends = [one.finished_at or at for one in files]
    working = working_time_for(files[0])
    clock = clock_around(working, min(begins), max(*ends, *begins))
    whole, hands = compute_turnaround(
        FileColumns(_seconds(begins), _seconds(ends), _whole([_in_seconds(one.standard_minutes) for one in files])),
        StageColumns(
            _whole([place[stage.application_id] for stage in stages]),
            _seconds([stage.started_at for stage in stages]),
            _seconds([stage.finished_at or _end(files[place[stage.application_id]], at) for stage in stages]),
            _whole([_in_seconds(stage.target_minutes) for stage in stages]),
        ),
        HoldingColumns(
            _whole([stage_place[one.stage_id] for one in holdings]),
            _whole([one.officer_id or TRAY for one in holdings]),
            _seconds([one.starts_at for one in holdings]),
            _seconds([one.ends_at or at for one in holdings]),
        ),
        PauseColumns(
            _whole([place[one.application_id] for one in pauses]),
            _whole([codes.index(one.code) for one in pauses]),
            _seconds([one.starts_at for one in pauses]),
            _seconds([one.ends_at or at for one in pauses]),
            len(codes),
        ),
        clock,
    )
    still_held = {(one.stage_id, one.officer_id or TRAY) for one in holdings if one.ends_at is None}
    # The tray of a running stage in which nothing lies answers for it as long as it runs.
    lay_in_tray = {one.stage_id for one in holdings if one.officer_id is None}
    still_held |= {(stage.id, TRAY) for stage in stages if stage.finished_at is None and stage.id not in lay_in_tray}
    facts: list[list[Fact]] = [
        [
            Fact(
                application_id=one.id,
                stage_id=None,
                unit_id=one.unit_id,
                officer_id=None,
                started_at=one.complete_at or at,
                ended_at=one.finished_at,
                elapsed_seconds=int(whole.elapsed[number]),
                counted_seconds=int(whole.counted[number]),
                outside_seconds=_by_cause(codes, whole.outside[:, number]),
                target_seconds=one.standard_minutes * 60 if one.standard_minutes is not None else None,
                delay_seconds=int(whole.delay[number]),
                calendar=working.calendar,
            )
        ]
        for number, one in enumerate(files)
    ]
    for row in range(len(hands.stage)):
        stage = stages[int(hands.stage[row])]
        facts[place[stage.application_id]].append(_hands_fact(stage, hands, row, codes, still_held, working.calendar))
    return [fact for of_file in facts for fact in of_file]


def _hands_fact(
    stage: _Stage,
    hands: HandTimes,
    row: int,
    codes: Sequence[str],
    still_held: set[tuple[int, int]],
    calendar: str | None,
) -> Fact:
    officer = int(hands.officer[row])
    goes_on = (stage.id, officer) in still_held
    return Fact(
        application_id=stage.application_id,
        stage_id=stage.id,
        unit_id=stage.unit_id,
        officer_id=officer if officer != TRAY else None,
        started_at=datetime.fromtimestamp(int(hands.starts_at[row]), UTC),
        ended_at=None if goes_on else datetime.fromtimestamp(int(hands.ends_at[row]), UTC),
        elapsed_seconds=int(hands.elapsed[row]),
        counted_seconds=int(hands.counted[row]),
        outside_seconds=_by_cause(codes, hands.outside[:, row]),
        target_seconds=stage.target_minutes * 60 if stage.target_minutes is not None else None,
        delay_seconds=int(hands.delay[row]),
        calendar=calendar,
    )


def _end(file: Application, at: datetime) -> datetime:
    return file.finished_at or at


def _by_cause(codes: Sequence[str], seconds: Column) -> dict[str, int]:
    return {code: int(one) for code, one in zip(codes, seconds, strict=True) if one}


def _in_seconds(minutes: int | None) -> int:
    return minutes * 60 if minutes is not None else NONE


def _whole(numbers: Iterable[int]) -> Column:
    return np.fromiter(numbers, np.int64)


def _seconds(moments: Iterable[datetime]) -> Column:
    """Whole seconds: what is below is cut off everywhere alike, so that sums stay exact."""
    return np.fromiter((int(moment.timestamp()) for moment in moments), np.int64)
