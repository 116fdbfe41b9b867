"""Whom a feedback concerns: second version, certain evidence only.

Each rule looks at the known circumstances and either says whom they point at, with a sentence's particulars, or says
nothing. The first that speaks decides, so the order of RULES is the order from strong to weak. The value of a rating
is not among the circumstances: what somebody thinks of a service never decides whose service it was.

Nobody is charged without evidence: only a receipt, a counter with its shift, the stages of a file that took too long,
or a decision of the agency names an officer. The rest goes to a unit, or is not known and a human decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

RULES_VERSION = "2"

#: A share below this stays with the unit (law 3 of the indicator).
LEAST_OFFICER_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An officer at a counter at the stated time."""

    officer_id: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds of a file's delay that somebody answers for: an officer, or a unit's tray (officer None)."""

    unit_id: int
    officer_id: int | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a feedback when it is judged. Ids, and names for the sentences."""

    #: Decision that came along from the agency's own system.
    agency_officer_id: int | None = None
    agency_unit_id: int | None = None
    #: The visit that a receipt proves.
    visit_officer_id: int | None = None
    visit_unit_id: int | None = None
    #: The file that it is about: its unit, and, where it is about how long the file takes, who delayed it.
    application_unit_id: int | None = None
    about_delay: bool = False
    delays: tuple[Delay, ...] = ()
    #: Who was on duty at the counter and time that the citizen stated exactly.
    on_duty: tuple[OnDuty, ...] = ()
    counter_unit_id: int | None = None
    #: What the citizen chose.
    chosen_unit_id: int | None = None
    service_unit_id: int | None = None
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a feedback: an officer in a unit, a unit, or unknown (both None)."""

    share: float
    unit_id: int | None = None
    officer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says: shares that sum to 1, and the particulars of its sentence."""

    rule: str
    version: int
    shares: tuple[Share, ...]
    particulars: dict[str, str | int]


def agency_decision(known: Circumstances) -> Judgement | None:
    """The agency's own system had decided whom it concerns."""
    if known.agency_officer_id is None and known.agency_unit_id is None:
        return None
    return _certain("agency_decision", known, known.agency_unit_id, known.agency_officer_id)


def receipt(known: Circumstances) -> Judgement | None:
    """A signed receipt proves the visit, and the visit says who served."""
    if known.visit_officer_id is None:
        return None
    return _certain("receipt", known, known.visit_unit_id, known.visit_officer_id)


def application_delay(known: Circumstances) -> Judgement | None:
    """It is about how long a file takes: whoever delayed it, in proportion to the delay.

    What lay in a tray is the unit's, and so is an officer's part below LEAST_OFFICER_SHARE. Time that was nobody's
    fault is in no delay; a file without delay leads to its unit (`application_unit`).
    """
    total = sum(delay.seconds for delay in known.delays)
    if not known.about_delay or total == 0:
        return None
    parts: dict[tuple[int, int | None], float] = {}
    for delay in known.delays:
        part = delay.seconds / total
        officer_id = delay.officer_id if part >= LEAST_OFFICER_SHARE else None
        parts[delay.unit_id, officer_id] = parts.get((delay.unit_id, officer_id), 0.0) + part
    shares = tuple(
        Share(part, unit_id, officer_id)
        for (unit_id, officer_id), part in sorted(parts.items(), key=lambda entry: (entry[0][0], entry[0][1] or 0))
        if part > 0
    )
    return Judgement("application_delay", 1, shares, dict(known.names))


def application_unit(known: Circumstances) -> Judgement | None:
    """It is about a file, and the file is the unit's."""
    unit_id = known.application_unit_id
    return None if unit_id is None else _certain("application_unit", known, unit_id, None)


def counter_and_shift(known: Circumstances) -> Judgement | None:
    """The stated counter and time, held against the shifts: whoever was on duty there, in equal parts.

    Where so many were on duty that nobody's part reaches LEAST_OFFICER_SHARE, it stays with the unit.
    """
    if not known.on_duty:
        return None
    part = 1 / len(known.on_duty)
    particulars: dict[str, str | int] = {**known.names, "officers": len(known.on_duty)}
    if part < LEAST_OFFICER_SHARE:
        return Judgement("counter_and_shift", 1, (Share(1.0, known.counter_unit_id),), particulars)
    shares = tuple(Share(part, on_duty.unit_id, on_duty.officer_id) for on_duty in known.on_duty)
    return Judgement("counter_and_shift", 1, shares, particulars)


def unit_chosen(known: Circumstances) -> Judgement | None:
    """The citizen chose a unit, or a counter that stands in one."""
    unit_id = known.chosen_unit_id if known.chosen_unit_id is not None else known.counter_unit_id
    return None if unit_id is None else _certain("unit_chosen", known, unit_id, None)


def service_chosen(known: Circumstances) -> Judgement | None:
    """The citizen chose a service, and one unit offers it."""
    return None if known.service_unit_id is None else _certain("service_chosen", known, known.service_unit_id, None)


def nothing_known(known: Circumstances) -> Judgement:
    """No evidence: not known, a human decides."""
    return Judgement("nothing_known", 1, (Share(1.0),), {})


#: From strong to weak.
RULES: tuple[Callable[[Circumstances], Judgement | None], ...] = (
    agency_decision,
    receipt,
    application_delay,
    application_unit,
    counter_and_shift,
    unit_chosen,
    service_chosen,
)


def judge(known: Circumstances) -> Judgement:
    """The judgement of the strongest rule that speaks."""
    for rule in RULES:
        judgement = rule(known)
        if judgement is not None:
            return judgement
    return nothing_known(known)


def _certain(rule: str, known: Circumstances, unit_id: int | None, officer_id: int | None) -> Judgement:
    return Judgement(rule, 1, (Share(1.0, unit_id, officer_id),), dict(known.names))
