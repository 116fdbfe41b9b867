"""What pages and the bot get to see of files: frozen, and only the listed fields.

The applicant's name and phone stand in FileView and FileEntry alone, and only for who handles files of the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.counter.applications.urgency import Urgency
from webapp.counter.applications.vocabulary import PaperState


@dataclass(frozen=True, slots=True)
class TrackedPaper:
    """A requirement as its applicant sees it. `state` as in PaperState; `at_hand`: he says that he has it."""

    name: str
    state: str
    at_hand: bool


@dataclass(frozen=True, slots=True)
class TrackedStage:
    """A stage as the applicant sees it: no names."""

    id: int
    code: str
    name: str
    waits_for_applicant: bool
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrackedPause:
    """A time in which the file waited: why, in words, and since when. `ends_at` None: still."""

    id: int
    cause_code: str
    cause: str
    outside_control: bool
    note: str | None
    stage_id: int | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutsideTime:
    """Working time taken out for a cause that is nobody's fault."""

    code: str
    cause: str
    seconds: int


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """How a finished file ended against what was promised, without names. Seconds of working time.

    `delay` is counted time over the standard, `late_stages` where it arose. `nobodys` was taken out for causes outside
    everybody's control, `applicants` because the applicant was waited for.
    """

    counted: int
    standard: int | None
    delay: int
    late_stages: tuple[tuple[str, int], ...]
    nobodys: tuple[OutsideTime, ...]
    applicants: int

    @property
    def waited(self) -> int:
        """How long it waited for what was nobody's fault."""
        return sum(one.seconds for one in self.nobodys)

    @property
    def prolonged(self) -> bool:
        """Whether it took longer than promised, and only because of what was nobody's fault."""
        return self.standard is not None and not self.delay and self.counted + self.waited > self.standard


@dataclass(frozen=True, slots=True)
class TrackedApplication:
    """A file for whoever has its code. `state` as in ApplicationState, times in UTC, `timezone` the unit's."""

    code: str
    service_id: int
    service: str
    unit_id: int
    unit: str
    timezone: str
    state: str
    urgency: Urgency
    registered_at: datetime
    complete_at: datetime | None
    finished_at: datetime | None
    standard_minutes: int | None
    due_at: datetime | None
    papers: tuple[TrackedPaper, ...]
    stages: tuple[TrackedStage, ...]
    pauses: tuple[TrackedPause, ...]
    outcome: FileOutcome | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the papers that are missing."""
        return tuple(paper.name for paper in self.papers if paper.state == PaperState.MISSING)

    @property
    def stage(self) -> TrackedStage | None:
        """The stage that the file is in."""
        return next((one for one in self.stages if one.started_at is not None and one.finished_at is None), None)

    @property
    def waits_for(self) -> TrackedPause | None:
        """What it waits for now."""
        return next((one for one in self.pauses if one.ends_at is None), None)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file under way, in a list of staff. `applicant` is None for who does not handle it, or where it is not known.

    `holder` is the name of who has it, None while it lies in the tray, since `since`; `mine` says that it is the
    viewer. `missing` counts papers. `cause` is what it waits for.
    """

    id: int
    code: str
    service: str
    unit_id: int
    unit: str
    timezone: str
    applicant: str | None
    state: str
    urgency: Urgency
    stage_id: int | None
    stage: str | None
    holder: str | None
    mine: bool
    since: datetime | None
    registered_at: datetime
    complete_at: datetime | None
    due_at: datetime | None
    missing: int
    cause_code: str | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class OfficerFiles:
    """The open files that concern an officer, each list by urgency: on his desk, in the trays, at his colleagues'."""

    mine: tuple[FileEntry, ...]
    tray: tuple[FileEntry, ...]
    colleagues: tuple[FileEntry, ...]


@dataclass(frozen=True, slots=True)
class PaperView:
    """A requirement as staff see it."""

    id: int
    name: str
    state: str
    at_hand: bool
    changed_at: datetime | None
    changed_by: str | None


@dataclass(frozen=True, slots=True)
class HoldingView:
    """In whose hands a stage was: an officer's, or, without one, the tray of the unit."""

    officer_id: int | None
    officer: str | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage as staff see it. `mine`: the viewer holds it now. `may_take`: it lies in a unit where he may act."""

    id: int
    code: str
    name: str
    target_minutes: int | None
    unit_id: int
    unit: str
    waits_for_applicant: bool
    started_at: datetime | None
    finished_at: datetime | None
    holdings: tuple[HoldingView, ...]
    current: bool
    mine: bool
    may_act: bool

    @property
    def holder(self) -> HoldingView | None:
        """In whose hands it is now."""
        return next((one for one in self.holdings if one.ends_at is None), None)


@dataclass(frozen=True, slots=True)
class PauseView:
    """A pause as staff see it. `automatic`: it began by itself."""

    id: int
    cause_code: str
    cause: str
    outside_control: bool
    note: str | None
    stage_id: int | None
    starts_at: datetime
    ends_at: datetime | None
    automatic: bool


@dataclass(frozen=True, slots=True)
class FileView:
    """One file for staff. `may_handle`: the viewer may change it; only then are name and phone given.

    `may_resume`: it waits for something that somebody may end by a press.
    """

    id: int
    code: str
    service_id: int
    service: str
    unit_id: int
    unit: str
    timezone: str
    channel: str
    state: str
    urgency: Urgency
    applicant_name: str | None
    applicant_phone: str | None
    registered_at: datetime
    complete_at: datetime | None
    finished_at: datetime | None
    standard_minutes: int | None
    due_at: datetime | None
    due_calendar: str | None
    papers: tuple[PaperView, ...]
    stages: tuple[StageView, ...]
    pauses: tuple[PauseView, ...]
    may_handle: bool
    may_resume: bool
    #: The connected system that leads the file, so that nobody changes it here.
    led_by: str | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the papers that are missing."""
        return tuple(paper.name for paper in self.papers if paper.state == PaperState.MISSING)

    @property
    def stage(self) -> StageView | None:
        """The stage that the file is in."""
        return next((one for one in self.stages if one.current), None)

    @property
    def waits_for(self) -> PauseView | None:
        """What it waits for now."""
        return next((one for one in self.pauses if one.ends_at is None), None)


@dataclass(frozen=True, slots=True)
class TurnaroundLine:
    """A stage in one pair of hands: an officer's, or the unit's tray (`officer` None). Seconds.

    `elapsed` by the clock on the wall, `counted` working time without what was nobody's fault, `delay` the part of the
    file's delay that these hands answer for.
    """

    stage_id: int
    stage: str
    unit: str
    officer_id: int | None
    officer: str | None
    started_at: datetime
    ended_at: datetime | None
    elapsed: int
    counted: int
    target: int | None
    delay: int
    outside: tuple[OutsideTime, ...]


@dataclass(frozen=True, slots=True)
class Turnaround:
    """What a file's turnaround was, or is up to now: the delays of `lines` sum up to `delay` exactly."""

    started_at: datetime
    ended_at: datetime | None
    elapsed: int
    counted: int
    standard: int | None
    delay: int
    outside: tuple[OutsideTime, ...]
    calendar: str | None
    lines: tuple[TurnaroundLine, ...]
