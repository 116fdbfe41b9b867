"""What pages show of work plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReportView:
    """What the officer said he did in a month; `outcome` is None while nobody has decided."""

    id: int
    month: str
    done: float
    evidence: str
    at: datetime
    outcome: str | None
    note: str | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month of a target, "2026-11": `done` as it counts now (None: nothing known), the latest report beside it.

    `ended`: the month is over, so that it counts in the figure. Of a running month `done` is what there is until now.
    """

    month: str
    done: float | None
    ended: bool
    report: ReportView | None


@dataclass(frozen=True, slots=True)
class QuarterView:
    """A quarter of a target, "2026-Q4": `done` is the sum of what is known, `ratio` done by target, None without.

    Of a limit (less is better) `done` is the average of the months as they count, none above twice the limit, `ratio`
    how far it is kept, and nothing is `reached` before the quarter has ended. `measured` is the average of what was
    told and confirmed, as it is, None while nothing was; `beyond` months came above twice the limit, of `untold` ones
    nothing was told in time.
    """

    period: str
    target: float
    done: float
    ratio: float | None
    reached: bool
    months: tuple[MonthView, ...]
    measured: float | None = None
    beyond: int = 0
    untold: int = 0


@dataclass(frozen=True, slots=True)
class TargetView:
    """A row of a plan with its four quarters."""

    id: int
    position: int
    superior_result: str
    result: str
    aspect: str
    indicator: str
    measure: str
    unit_of_measure: str
    less_is_better: bool
    quarters: tuple[QuarterView, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """Who did what with a plan, and why."""

    step: str
    by: str
    note: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version of a plan in the list of all: where it stands, and who did what with it."""

    version: int
    state: str
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A version of a plan. `may` has what the viewer may do now: edit, propose, report, agree, return, confirm.

    `in_force` is the version that counts, where this is not it; None where none was agreed. `versions`: all that the
    viewer may read, the latest first; nothing is done with earlier ones but in the one that counts.
    """

    id: int
    officer_id: int
    officer: str
    year: int
    version: int
    state: str
    in_force: int | None
    targets: tuple[TargetView, ...]
    steps: tuple[StepView, ...]
    may: frozenset[str]
    versions: tuple[VersionView, ...]

    @property
    def latest(self) -> int:
        """The number of the latest version."""
        return self.versions[0].version


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """An officer of a unit with the latest version of his plan that is not a draft, if there is one.

    `waiting`: reports that wait for a superior's word, the latest of each target and month.
    """

    officer_id: int
    officer: str
    unit: str
    plan_id: int | None
    version: int | None
    state: str | None
    in_force: bool
    moved_at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class PlanList:
    """A page of a unit's plans."""

    plans: tuple[PlanSummary, ...]
    total: int
    page: int
    pages: int
