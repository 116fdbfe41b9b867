"""A file as its reported stages show it: pure, and the same whatever the order in which they arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.counter.applications.vocabulary import ApplicationState
from webapp.counter.incoming.reports import Moment, Shape


class Hands(Shape):
    """Who had a stage, from when to when (None: until the next, or the end)."""

    officer_id: int
    starts_at: Moment
    ends_at: Moment | None


class Standstill(Shape):
    """A pause as it was told."""

    cause_id: int
    outside_control: bool
    starts_at: Moment
    ends_at: Moment | None


class StandingStage(Shape):
    """What stands of a reported stage: our ids, our time. Kept with its record."""

    unit_id: int
    service_id: int
    code: str
    position: int
    is_last: bool
    registered_at: Moment
    complete_at: Moment | None
    started_at: Moment
    finished_at: Moment | None
    hands: tuple[Hands, ...]
    pauses: tuple[Standstill, ...]
    file_finished_at: Moment | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Held:
    """In whose hands a stage was, None: the unit's tray. Ends are None while it goes on."""

    officer_id: int | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage with no gap in its hands."""

    code: str
    started_at: datetime
    finished_at: datetime | None
    holdings: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that overlaps no other."""

    stage: str
    cause_id: int
    outside_control: bool
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class File:
    """All that the stages tell of their file."""

    state: ApplicationState
    registered_at: datetime
    complete_at: datetime | None
    finished_at: datetime | None
    stages: tuple[Stage, ...]
    pauses: tuple[Pause, ...]


def lay_out(told: Sequence[StandingStage]) -> File:
    """The file that these stages (at least one, each code once) are of.

    What the file as a whole is told of, the furthest stage that says something decides. A finished file leaves nothing
    open behind.
    """
    stages = sorted(told, key=lambda stage: (stage.position, stage.code))
    # Whoever takes a file back takes it back as a whole.
    withdrawn = any(stage.withdrawn for stage in stages)
    finished_at = None if withdrawn else _finish(stages)
    end = _latest(stages) if withdrawn else finished_at
    laid = tuple(_lay_stage(stage, end) for stage in stages)
    pauses = _lay_pauses(stages, {stage.code: stage.finished_at for stage in laid})
    complete_at = _furthest([stage.complete_at for stage in stages])
    return File(
        state=_state(withdrawn, finished_at, complete_at, pauses),
        registered_at=min(min(stage.registered_at, stage.started_at) for stage in stages),
        complete_at=complete_at,
        finished_at=finished_at,
        stages=laid,
        pauses=pauses,
    )


def _finish(stages: Sequence[StandingStage]) -> datetime | None:
    told = _furthest([stage.file_finished_at for stage in stages])
    return told or next((stage.finished_at for stage in stages if stage.is_last), None)


def _latest(stages: Sequence[StandingStage]) -> datetime:
    """The last that was told of a file."""
    moments = [at for stage in stages for at in (stage.started_at, stage.finished_at, stage.file_finished_at)]
    moments += [at for stage in stages for hands in stage.hands for at in (hands.starts_at, hands.ends_at)]
    moments += [at for stage in stages for pause in stage.pauses for at in (pause.starts_at, pause.ends_at)]
    return max(at for at in moments if at is not None)


def _furthest(told: Sequence[datetime | None]) -> datetime | None:
    return next((at for at in reversed(told) if at is not None), None)


def _state(
    withdrawn: bool, finished_at: datetime | None, complete_at: datetime | None, pauses: Sequence[Pause]
) -> ApplicationState:
    if withdrawn:
        return ApplicationState.WITHDRAWN
    if finished_at is not None:
        return ApplicationState.FINISHED
    if complete_at is None:
        return ApplicationState.INCOMPLETE
    return ApplicationState.PAUSED if any(pause.ends_at is None for pause in pauses) else ApplicationState.IN_WORK


def _lay_stage(stage: StandingStage, file_ends_at: datetime | None) -> Stage:
    end = stage.finished_at
    if end is None and file_ends_at is not None:
        end = max(stage.started_at, file_ends_at)
    holdings: list[Held] = []
    at = stage.started_at
    hands = sorted(stage.hands, key=lambda hands: (hands.starts_at, hands.officer_id))
    for number, one in enumerate(hands):
        # In these hands until given away, taken by the next, or finished, whatever came first.
        following = hands[number + 1].starts_at if number + 1 < len(hands) else None
        ends = min((moment for moment in (one.ends_at, following, end) if moment is not None), default=None)
        starts = max(one.starts_at, at) if end is None else min(max(one.starts_at, at), end)
        if ends is not None and ends <= starts:
            continue
        if starts > at:
            holdings.append(Held(None, at, starts))
        holdings.append(Held(one.officer_id, starts, ends))
        if ends is None:
            return Stage(stage.code, stage.started_at, end, tuple(holdings))
        at = ends
    if end is None or at < end or not holdings:
        holdings.append(Held(None, at, end))
    return Stage(stage.code, stage.started_at, end, tuple(holdings))


def _lay_pauses(stages: Sequence[StandingStage], ends: dict[str, datetime | None]) -> tuple[Pause, ...]:
    """All pauses in order of time. Where two overlap, the time is the earlier one's; an open one ends with its stage,
    or where the next begins."""
    told = sorted(
        ((stage, pause) for stage in stages for pause in stage.pauses),
        key=lambda pair: (pair[1].starts_at, pair[0].position, pair[0].code, pair[1].cause_id),
    )
    laid: list[Pause] = []
    for number, (stage, pause) in enumerate(told):
        starts, end = pause.starts_at, pause.ends_at or ends[stage.code]
        if end is None and number + 1 < len(told):
            end = told[number + 1][1].starts_at
        if laid:
            before = laid[-1].ends_at
            starts = max(starts, before) if before is not None else starts
        if end is not None and end <= starts:
            continue
        laid.append(Pause(stage.code, pause.cause_id, pause.outside_control, starts, end))
    return tuple(laid)
