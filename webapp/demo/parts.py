"""What the demo city is made of: frozen records with their hidden truth. No database, no web.

Things are known by codes ("DUKCAPIL-LAHIR", "P07") or numbers of their own. Times are aware, in UTC. Every attribute
whose name begins with `true_` is truth that the product does not get to see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from webapp.accounts.permissions import Role
from webapp.feedback.life_cycle import Step
from webapp.feedback.vocabulary import Channel, ComplaintKind, Element, Finding

#: Spans of local time ("07:30", "12:00") by weekday ("0" is Monday), as a unit stores them.
WeeklyHours = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit; `parent` is the code of the unit above, None for the root."""

    code: str
    parent: str | None
    name: str
    kind: str
    timezone: str
    hours: WeeklyHours


@dataclass(frozen=True, slots=True)
class DemoService:
    """A service with its standard; `said` is how citizens call it.

    `true_difficulty` is taken off the logistic expectation of every rating of it, whoever serves.
    """

    code: str
    unit: str
    name: str
    said: str
    standard_minutes: int
    standard_hours: int
    fee: int
    requirements: tuple[str, ...]
    true_difficulty: float


@dataclass(frozen=True, slots=True)
class DemoPosting:
    """Where an officer belongs; `ends_on` is the last day, None while it lasts."""

    unit: str
    title: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class DemoOfficer:
    """An officer. `called` is the short name, `looks` what a citizen sees who did not read the name.

    `true_quality` is theta on the logistic scale (0 is the city's average), `true_pace` multiplies serving times.
    """

    code: str
    name: str
    called: str
    sex: str
    looks: str
    nip: str
    postings: tuple[DemoPosting, ...]
    leads: str | None
    true_quality: float
    true_pace: float


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody who has a role; `shown` are the ones whose sign-in is told to whoever tries the city."""

    email: str
    name: str
    roles: tuple[tuple[Role, str], ...]
    officer: str | None
    shown: Role | None


@dataclass(frozen=True, slots=True)
class DemoCounter:
    """A counter, known by unit and code."""

    unit: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoShift:
    """An officer's time at a counter, [starts_at, ends_at)."""

    unit: str
    counter: str
    officer: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class DemoVisit:
    """A citizen served once."""

    number: int
    unit: str
    counter: str
    officer: str
    service: str
    waited_seconds: int
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class DemoRating:
    """A rating as the citizen gave it, and the truth about it.

    `receipt` is the visit whose receipt it was given with; without one, unit, service, counter and time are what the
    citizen stated. `true_story` is "honest", "burst" (made up by one network in an afternoon) or "self_praise"
    (an officer's own device); `true_visit` is None where nobody was served. `network` is where it was sent from.
    """

    number: int
    channel: Channel
    receipt: int | None
    unit: str | None
    service: str | None
    counter: str | None
    occurred_at: datetime | None
    filed_at: datetime
    value: int
    comment: str | None
    elements: Mapping[Element, int]
    rater: str
    network: str
    true_officer: str | None
    true_visit: int | None
    true_story: str


@dataclass(frozen=True, slots=True)
class DemoStep:
    """A step in the life of a complaint; `by` is the account's e-mail, None for the reporter or the rules.

    `officer` is whom a triage decision names, with `text` its reason; else `text` is what was said.
    """

    step: Step
    at: datetime
    by: str | None = None
    unit: str | None = None
    officer: str | None = None
    text: str | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class DemoComplaint:
    """A complaint with its life so far, and the truth about it.

    `true_cause` says who could have prevented it: "officer" is a person, "praise" means there was nothing to prevent,
    everything else lies outside an officer's control. `true_officer` is the one who is blamed or praised, if any;
    `true_revealed_by` says what leads to him: "receipt", "counter_and_time", "name", "description" or "nothing".
    `true_served_by` is who sat at the counter, to blame or not.
    """

    number: int
    channel: Channel
    kind: ComplaintKind
    topic: str
    text: str
    receipt: int | None
    unit: str | None
    service: str | None
    counter: str | None
    occurred_at: datetime | None
    filed_at: datetime
    place: str | None
    position: tuple[float, float] | None
    secret: bool
    anonymous: bool
    says_person: bool
    contact_name: str | None
    contact_phone: str | None
    rater: str
    steps: tuple[DemoStep, ...]
    true_unit: str
    true_cause: str
    true_officer: str | None
    true_served_by: str | None
    true_revealed_by: str

    def lived(self, number: int, steps: tuple[DemoStep, ...]) -> DemoComplaint:
        """The same complaint with its number and what became of it."""
        return replace(self, number=number, steps=steps)


def fits(shift: DemoShift, at: datetime) -> bool:
    """Whether `at` lies in the shift."""
    return shift.starts_at <= at < shift.ends_at
