"""The demo city's document applications: what became of each, stage by stage, and the truth about what delayed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from webapp.counter.applications.catalogue import default_stages
from webapp.demo.agency import DemoAgency
from webapp.demo.parts import DemoVisit
from webapp.demo.texts import invent_citizen, invent_phone
from webapp.organisation.calendars import Season, WorkingTime, add_working_time
from webapp.organisation.holiday_table import national_days

#: Units whose services hand out documents.
REGISTRY = ("DUKCAPIL-LAHIR", "DUKCAPIL-IDENTITAS", "DUKCAPIL-PINDAH", "DUKCAPIL-KAWIN")
#: Share of the visits there at which a file is registered, and for how many days back.
_SHARE = 0.16
_DAYS = 24
_MISSING_PAPER = 0.22
#: What delays a file, and how often; the time it takes in working hours, at least and at most.
_TROUBLES = (
    ("none", 0.6, (0, 0)),
    ("central_server", 0.16, (4, 26)),
    ("no_blanks", 0.06, (8, 30)),
    ("waiting_signature", 0.05, (2, 8)),
    ("tray", 0.08, (5, 14)),
    ("officer", 0.05, (4, 10)),
)
_OUTSIDE = frozenset({"central_server", "no_blanks"})


@dataclass(frozen=True, slots=True)
class DemoStage:
    """A stage that a file has reached; `taken_at` and `officer` None while it lies in the tray."""

    code: str
    started_at: datetime
    taken_at: datetime | None
    officer: str | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class DemoPause:
    """A time in which a file waited."""

    stage: str
    cause: str
    outside_control: bool
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class DemoFile:
    """A citizen's file. `missing` is the place of the paper that was missing, None where all were there.

    `true_cause` is what really delayed it: a cause of pauses, "tray", "officer" or "none".
    """

    number: int
    visit: DemoVisit
    applicant: str
    phone: str
    missing: int | None
    complete_at: datetime | None
    stages: tuple[DemoStage, ...]
    pauses: tuple[DemoPause, ...]
    true_cause: str

    @property
    def finished_at(self) -> datetime | None:
        """When it was handed over."""
        return self.stages[-1].finished_at if len(self.stages) == len(default_stages()) else None

    @property
    def state(self) -> str:
        """As `ApplicationState` calls it."""
        if self.complete_at is None:
            return "incomplete"
        if self.finished_at is not None:
            return "finished"
        return "paused" if self.pauses and self.pauses[-1].ends_at is None else "in_work"


def file_applications(
    rng: Random, agency: DemoAgency, visits: Sequence[DemoVisit], until: datetime
) -> tuple[DemoFile, ...]:
    """The files registered at visits of the registry in the weeks before `until`, as far as they had come by then."""
    since = until - timedelta(days=_DAYS)
    working = {unit: _working_time(agency, unit, since.date(), until.date()) for unit in REGISTRY}
    at_desk = {unit: [o.code for o in agency.officers if o.postings[-1].unit == unit] for unit in REGISTRY}
    files: list[DemoFile] = []
    for visit in visits:
        if visit.unit in working and visit.finished_at >= since and rng.random() < _SHARE:
            story = _Story(rng, working[visit.unit], at_desk[visit.unit], until)
            papers = len(agency.service_by_code[visit.service].requirements)
            files.append(story.tell(len(files) + 1, visit, papers))
    return tuple(files)


class _Story:
    """What becomes of one file."""

    def __init__(self, rng: Random, working: WorkingTime, officers: list[str], until: datetime) -> None:
        self.rng, self.working, self.officers, self.until = rng, working, officers, until
        self.stages: list[DemoStage] = []
        self.pauses: list[DemoPause] = []

    def tell(self, number: int, visit: DemoVisit, papers: int) -> DemoFile:
        """The file from its registration on; nothing in it lies after `until`."""
        rng = self.rng
        missing = rng.randrange(papers) if rng.random() < _MISSING_PAPER else None
        complete_at: datetime | None = visit.finished_at
        if missing is not None:
            complete_at = self._known(self._later(visit.finished_at, rng.uniform(3, 30)))
        (cause, _share, (least, most)), *_rest = rng.choices(_TROUBLES, [share for _, share, _ in _TROUBLES])
        trouble = rng.uniform(least, most)
        troubled = rng.choice(("verified", "approved", "produced"))
        at: datetime | None = visit.finished_at
        for stage in default_stages():
            if at is None:
                break
            here = cause if stage.code == troubled else "none"
            if stage.code == "received":  # the officer at the counter keeps it until the papers are complete
                finished = None if complete_at is None else self._known(self._later(complete_at, 0.1))
                self.stages.append(DemoStage(stage.code, at, at, visit.officer, finished))
            elif stage.waits_for_applicant:
                finished = self._known(self._later(at, rng.uniform(1, 24)))
                self.stages.append(DemoStage(stage.code, at, at, visit.officer, finished))
                self.pauses.append(DemoPause(stage.code, "waiting_applicant", True, at, finished))
            else:
                finished = self._work(stage.code, stage.target_minutes / 60, at, here, trouble)
            at = finished
        return DemoFile(
            number,
            visit,
            invent_citizen(rng),
            invent_phone(rng),
            missing,
            complete_at,
            tuple(self.stages),
            tuple(self.pauses),
            cause if any(stage.code == troubled for stage in self.stages) else "none",
        )

    def _work(self, code: str, target: float, at: datetime, cause: str, trouble: float) -> datetime | None:
        rng = self.rng
        in_tray = target * rng.uniform(0.02, 0.3) + (trouble if cause == "tray" else 0)
        taken = self._known(self._later(at, in_tray))
        if taken is None:
            self.stages.append(DemoStage(code, at, None, None, None))
            return None
        hands = target * rng.uniform(0.2, 0.6) + (trouble if cause == "officer" else 0)
        finished: datetime | None = self._later(taken, hands)
        if cause in ("central_server", "no_blanks", "waiting_signature"):
            starts = self._later(taken, hands / 2)
            ends = self._later(starts, trouble)
            finished = self._later(ends, hands / 2)
            if starts < self.until:
                self.pauses.append(DemoPause(code, cause, cause in _OUTSIDE, starts, self._known(ends)))
        finished = self._known(finished)
        self.stages.append(DemoStage(code, at, taken, rng.choice(self.officers), finished))
        return finished

    def _later(self, at: datetime, hours: float) -> datetime:
        """The moment by which the unit has worked for so many hours more."""
        return add_working_time(at, timedelta(seconds=round(hours * 3600)), self.working)

    def _known(self, at: datetime | None) -> datetime | None:
        return at if at is not None and at < self.until else None


def _working_time(agency: DemoAgency, unit: str, first: date, last: date) -> WorkingTime:
    hours = {day: [list(span) for span in spans] for day, spans in agency.unit_by_code[unit].hours.items()}
    ramadan = [span for year in range(first.year, last.year + 2) for span in national_days(year).ramadan]
    return WorkingTime(
        agency.unit_by_code[unit].timezone,
        hours,
        dict.fromkeys(agency.days_off, False),
        tuple(Season(begins, ends) for begins, ends in ramadan),
    )
