"""Whom a feedback concerns: the rules, third version.

Each rule looks at the known circumstances and either says whom they point at, or says nothing. CERTAIN rules decide
alone, the first that speaks; what the WEIGHED ones say is combined (webapp.attribution.combining). Every rule has a
version of its own and a sentence (webapp.attribution.sentences).

Nobody is charged without evidence that points at him: a receipt, a queue number, a counter with its records or its
shifts, his name beside unit and day, the stages of a file that took too long, or somebody's decision. The rest goes to
a unit, or is not known and a human decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webapp.attribution.circumstances import Circumstances, Delay, Part, UnitPart

RULES_VERSION = "3"

#: A share below this stays with the unit (law 3 of the indicator).
LEAST_OFFICER_SHARE = 0.3

Particulars = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a feedback: an officer in a unit, a unit, or unknown (both None)."""

    share: float
    unit_id: int | None = None
    officer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Certain:
    """What a rule says that decides alone: shares that sum to 1."""

    rule: str
    version: int
    shares: tuple[Share, ...]
    particulars: Particulars


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a rule says that is weighed: units and officers it points at, with parts that sum to 1 at most.

    `kind` names its strength (strengths.toml). Pieces of evidence with the same `source` come from one statement, so
    that they are right or wrong together: for the unit the form or the words, for the officer the counter, the queue
    number or the name.
    """

    rule: str
    version: int
    kind: str
    source: str
    particulars: Particulars
    units: tuple[UnitPart, ...]
    officers: tuple[Part, ...] = ()
    #: From strong to weak where a unit and one below it are both named: the higher rank says which of the two it is.
    rank: int = 3


def agency_decision(known: Circumstances) -> Certain | None:
    """The agency's own system had decided whom it concerns."""
    if known.agency_officer_id is None and known.agency_unit_id is None:
        return None
    return _certain("agency_decision", known, known.agency_unit_id, known.agency_officer_id)


def receipt(known: Circumstances) -> Certain | None:
    """A signed receipt proves the visit, and the visit says who served."""
    if known.visit_officer_id is None:
        return None
    return _certain("receipt", known, known.visit_unit_id, known.visit_officer_id)


def application_delay(known: Circumstances) -> Certain | None:
    """It is about how long a file takes: whoever delayed it, in proportion to the delay.

    What lay in a tray is the unit's, and so is an officer's part below LEAST_OFFICER_SHARE. Time that was nobody's
    fault is in no delay; a file without delay leads to its unit (`application_unit`).
    """
    if not known.about_delay:
        return None
    return _by_delay("application_delay", known, known.delays)


def application_unit(known: Circumstances) -> Certain | None:
    """It is about a file, and the file is the unit's."""
    unit_id = known.application_unit_id
    return None if unit_id is None else _certain("application_unit", known, unit_id, None)


def told_file_delay(known: Circumstances) -> Certain | None:
    """The text tells the code of a file, which only its holder knows, and that it takes long: `application_delay`."""
    return None if known.told_file_unit_id is None else _by_delay("told_file_delay", known, known.told_file_delays)


def told_file(known: Circumstances) -> Certain | None:
    """The text tells the code of a file, and the file is the unit's."""
    unit_id = known.told_file_unit_id
    return None if unit_id is None else _certain("told_file", known, unit_id, None)


def queue_number(known: Circumstances) -> Testimony | None:
    """The queue number that is told and its day: whoever served it."""
    if not known.queue_served or known.queue_unit_id is None:
        return None
    return Testimony(
        "queue_number",
        1,
        "queue_label" if known.queue_by_label else "queue_number",
        "number",
        {**known.names, "officers": _heads(known.queue_served)},
        (UnitPart(known.queue_unit_id),),
        known.queue_served,
    )


def file_number(known: Circumstances) -> Testimony | None:
    """The text tells the agency's own number of a file: its unit."""
    unit_id = known.numbered_file_unit_id
    return None if unit_id is None else _unit_only("file_number", "file_number", "form", known, unit_id)


def served_at_counter(known: Circumstances) -> Testimony | None:
    """The told counter and time, held against who really served there: visits, and who had opened the counter.

    Where only the day is told, each to the part of that day's visits.
    """
    if not known.served_there or known.counter_unit_id is None:
        return None
    return Testimony(
        "served_at_counter",
        1,
        "served_then" if known.exactly else "served_that_day",
        "counter",
        {**known.names, "officers": _heads(known.served_there)},
        (UnitPart(known.counter_unit_id),),
        known.served_there,
    )


def counter_and_shift(known: Circumstances) -> Testimony | None:
    """The told counter and time, held against the roster: whoever was on duty there, in parts of the time.

    Speaks also where records speak, which are stronger: they come from the same statement, so the two are no two
    witnesses.
    """
    if not known.on_duty or known.counter_unit_id is None:
        return None
    return Testimony(
        "counter_and_shift",
        2,
        "shift_then" if known.exactly else "shift_that_day",
        "counter",
        {**known.names, "officers": _heads(known.on_duty)},
        (UnitPart(known.counter_unit_id),),
        known.on_duty,
    )


def named_officer(known: Circumstances) -> Testimony | None:
    """The text names or describes somebody of the unit on the told day.

    The unit must be told besides, so the name says nothing about it; it is never looked for in the whole city.
    """
    if not known.named or not known.named_by:
        return None
    return Testimony(
        "named_officer", 1, f"named_{known.named_by}", "name", {**known.names, "officers": _heads(known.named)}, (),
        known.named,
    )  # fmt: skip


def counter_told(known: Circumstances) -> Testimony | None:
    """The citizen told a counter: the unit in which it stands."""
    unit_id = known.counter_unit_id
    return None if unit_id is None else _unit_only("counter_told", "counter", "form", known, unit_id)


def unit_chosen(known: Circumstances) -> Testimony | None:
    """The citizen chose a unit."""
    unit_id = known.chosen_unit_id
    return None if unit_id is None else _unit_only("unit_chosen", "unit_chosen", "form", known, unit_id, version=2)


def service_chosen(known: Circumstances) -> Testimony | None:
    """The citizen chose a service, and one unit offers it."""
    unit_id = known.service_unit_id
    if unit_id is None:
        return None
    return _unit_only("service_chosen", "service_chosen", "form", known, unit_id, version=2, rank=1)


def words(known: Circumstances) -> Testimony | None:
    """The text itself, as the router reads it: units with calibrated probabilities, the rest another or none."""
    if not known.text_units:
        return None
    return _units_of("words", "text", known, known.text_units, rank=0)


def place(known: Circumstances) -> Testimony | None:
    """The place that is told decides among units that are many of a kind by place."""
    if not known.place_units:
        return None
    return _units_of("place", "place", known, known.place_units, rank=2)


def nothing_known(known: Circumstances) -> Certain:
    """No evidence: not known, a human decides."""
    return Certain("nothing_known", 1, (Share(1.0),), {})


#: From strong to weak.
CERTAIN: tuple[Callable[[Circumstances], Certain | None], ...] = (
    agency_decision,
    receipt,
    application_delay,
    application_unit,
    told_file_delay,
    told_file,
)
WEIGHED: tuple[Callable[[Circumstances], Testimony | None], ...] = (
    queue_number,
    served_at_counter,
    counter_and_shift,
    named_officer,
    file_number,
    counter_told,
    unit_chosen,
    service_chosen,
    words,
    place,
)
RULES: tuple[Callable[[Circumstances], Certain | Testimony | None], ...] = (*CERTAIN, *WEIGHED)


def certain_of(known: Circumstances) -> Certain | None:
    """What the strongest certain rule says."""
    return next((said for rule in CERTAIN if (said := rule(known)) is not None), None)


def weighed_of(known: Circumstances) -> tuple[Testimony, ...]:
    """What every weighed rule says."""
    return tuple(said for rule in WEIGHED if (said := rule(known)) is not None)


def _certain(rule: str, known: Circumstances, unit_id: int | None, officer_id: int | None) -> Certain:
    return Certain(rule, 1, (Share(1.0, unit_id, officer_id),), dict(known.names))


def _by_delay(rule: str, known: Circumstances, delays: tuple[Delay, ...]) -> Certain | None:
    total = sum(delay.seconds for delay in delays)
    if total == 0:
        return None
    parts: dict[tuple[int, int | None], float] = {}
    for delay in delays:
        part = delay.seconds / total
        officer_id = delay.officer_id if part >= LEAST_OFFICER_SHARE else None
        parts[delay.unit_id, officer_id] = parts.get((delay.unit_id, officer_id), 0.0) + part
    shares = tuple(
        Share(part, unit_id, officer_id)
        for (unit_id, officer_id), part in sorted(parts.items(), key=lambda entry: (entry[0][0], entry[0][1] or 0))
        if part > 0
    )
    return Certain(rule, 1, shares, dict(known.names))


def _unit_only(
    rule: str, kind: str, source: str, known: Circumstances, unit_id: int, *, version: int = 1, rank: int = 3
) -> Testimony:
    particulars = {**known.names, **_unit_name(known, unit_id)}
    return Testimony(rule, version, kind, source, particulars, (UnitPart(unit_id),), rank=rank)


def _units_of(rule: str, kind: str, known: Circumstances, units: tuple[UnitPart, ...], *, rank: int) -> Testimony:
    likeliest = max(units, key=lambda one: (one.part, -one.unit_id))
    percent: dict[str, str | int] = {"percent": round(100 * likeliest.part)}
    particulars = {**_unit_name(known, likeliest.unit_id), **percent}
    return Testimony(rule, 1, kind, "words", particulars, units, rank=rank)


def _unit_name(known: Circumstances, unit_id: int) -> dict[str, str]:
    return {"unit": known.unit_names[unit_id]} if unit_id in known.unit_names else {}


def _heads(parts: tuple[Part, ...]) -> int:
    return len({one.officer_id for one in parts})
