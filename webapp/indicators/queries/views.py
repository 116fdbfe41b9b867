"""What pages show of figures: plain values that a query has filled for its viewer. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from webapp.indicators.movements import Movement
from webapp.indicators.objections.marks import DecidedLine
from webapp.indicators.presets import Mark


@dataclass(frozen=True, slots=True)
class ComponentView:
    """One part of the figure. Points 25 to 100; `weight`, `reliability` 0 to 1. figure, low, high: None where they are
    withheld."""

    name: str
    figure: float | None
    low: float | None
    high: float | None
    expected: float
    weight: float
    status: str
    facts: int
    reliability: float = 0.0


@dataclass(frozen=True, slots=True)
class GroupView:
    """Lines shown as one; `points` moved the figure by. None where fewer raters stand behind it than may be shown.

    `kind`: ratings, waiting, cases, case, days. `sources`: how many ratings, complaints, answers. `line_key`: names the
    line on pages and in objections; "" for one that can't be named. `objected`: None, "filed" or how it was decided.
    """

    component: str
    kind: str
    since: date | None
    until: date | None
    facts: int
    sources: dict[str, int]
    points: float | None
    line_key: str = ""
    objected: str | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The figure as it was at the end of a week."""

    until: date
    figure: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Damped:
    """How many facts counted little or nothing, and why: share_too_small, unverified, same_rater, same_day."""

    reason: str
    facts: int


@dataclass(frozen=True, slots=True)
class Change:
    """Facts that were changed by a later decision or record, and not by a new visit.

    `what`: withdrawn (they stood in the figure and count no more), added (they count since another judgement was
    replaced). `why`: objection, attribution (a person decided otherwise), evidence (came late), decision (about the
    complaint), repeated, corrected. `source`: rating, complaint, answer, ... `at`: the latest of them.
    """

    what: str
    why: str
    component: str
    source: str
    facts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """One officer's figure of one quarter. figure, low, high are None while there is none, or while it is withheld.

    `withheld`: so few people rated that the figure itself would tell how; only its officer is kept from it.
    `movements` sum to figure - `moved_from`, the figure at the end of `moved_since`; that is the last month, or an
    earlier one where fewer raters stand between than may be told; the quarter's begin is the expected figure.
    """

    officer_id: int
    officer: str
    units: tuple[str, ...]
    period: str
    periods: tuple[str, ...]
    computed_at: datetime | None = None
    figure: float | None = None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    status: str = "not_enough_data"
    facts: int = 0
    withheld: bool = False
    components: tuple[ComponentView, ...] = ()
    groups: tuple[GroupView, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    damped: tuple[Damped, ...] = ()
    reliability: float = 0.0
    movements: tuple[Movement, ...] = ()
    moved_since: date | None = None
    moved_from: float | None = None
    changes: tuple[Change, ...] = ()
    decided: tuple[DecidedLine, ...] = ()
    preset_title: str = ""
    mark: Mark = field(default_factory=Mark)
    preset_version: str = ""
    reference_version: str = ""
    formula_version: str = ""
    snapshot_id: int | None = None


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit to filter by; `depth` is its level below the topmost that the viewer may read."""

    id: int
    name: str
    depth: int
