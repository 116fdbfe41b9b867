"""Presets: how long each thing may take on a complaint, who is reminded before, and who is told after.

A preset is a TOML file beside this module; national.toml explains each key. Pure apart from reading that file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from webapp.feedback.clocks.vocabulary import Clock, Person
from webapp.feedback.vocabulary import ComplaintKind
from webapp.organisation.calendars import WorkingTime, add_working_time, due_after_working_days

FOLDER: Final = Path(__file__).parent
#: What holds where no unit has chosen.
DEFAULT: Final = "national"

_TERM = re.compile(r"(\d{1,4})(wd|wh|d|h)")


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time as rules state it: "3wd" working days, "14d" plain days, "24h" hours, "8wh" working hours."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Term:
        """The term that `text` writes down; raises ValueError with a sentence."""
        match = _TERM.fullmatch(text)
        if match is None:
            raise ValueError(f"A term is written like 3wd, 14d, 24h or 8wh, not {text!r}.")
        return cls(int(match[1]), match[2])

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def in_working_time(self) -> bool:
        """Whether only the time counts in which the unit works."""
        return self.unit in ("wd", "wh")

    def due(self, start: datetime, working: WorkingTime) -> datetime:
        """When a term that starts at `start` runs out.

        Working days end at close of business, plain days at the end of the day in the unit's zone; the day of the start
        does not count in either. Hours are counted to the minute. Zero is the start itself.
        """
        if self.amount == 0:
            return start
        if self.unit == "wd":
            return due_after_working_days(start, self.amount, working)
        if self.unit == "wh":
            return add_working_time(start, timedelta(hours=self.amount), working)
        if self.unit == "d":
            day = working.local_day(start) + timedelta(days=self.amount + 1)
            return datetime.combine(day, time(), ZoneInfo(working.timezone)).astimezone(UTC)
        return start + timedelta(hours=self.amount)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder that a missed term climbs: so long `after` it ran out, `tell` is told."""

    after: Term
    tell: Person


@dataclass(frozen=True, slots=True)
class Standard:
    """What holds for one clock.

    `remind_at` is the part of the term after which `remind` is told that it runs out soon; None: nobody is.
    """

    term: Term
    kinds: Mapping[ComplaintKind, Term] = field(default_factory=dict)
    inspection: Term | None = None
    remind_at: float | None = None
    remind: Person = Person.HANDLER
    ladder: tuple[Rung, ...] = ()

    def term_for(self, kind: ComplaintKind, needs_inspection: bool) -> Term:
        """The term of a complaint of this kind: an inspection decides before the kind."""
        if needs_inspection and self.inspection is not None:
            return self.inspection
        return self.kinds.get(kind, self.term)


@dataclass(frozen=True, slots=True)
class Preset:
    """The deadlines of one administration.

    `reopening`: how long after its closing a complaint can be reopened. `forwards`: how often units may hand it on or
    back before the administrator decides.
    """

    name: str
    title: str
    source: str
    standards: Mapping[Clock, Standard]
    reopening: Term
    forwards: int


@cache
def load_preset(name: str = DEFAULT) -> Preset:
    """The shipped preset of that name. Raises ValueError if there is none or it is faulty."""
    path = FOLDER / f"{name}.toml"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        raise ValueError(f"There is no preset {name!r}; there are: {', '.join(_names())}.")
    return read_preset(name, path.read_text(encoding="utf-8"))


def find_preset(name: str | None) -> Preset:
    """The preset that a unit has chosen; the default where it chose none, or one that is shipped no more."""
    return load_preset(name if name in _names() else DEFAULT)


def list_presets() -> list[Preset]:
    """All shipped presets, the default first."""
    return sorted((load_preset(name) for name in _names()), key=lambda preset: (preset.name != DEFAULT, preset.title))


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


_KEYS = {"title", "source", "reopening", "forwards", *Clock}
_CLOCK_KEYS = {"term", "kinds", "inspection", "remind_at", "remind", "ladder"}


def read_preset(name: str, text: str) -> Preset:
    """A preset from TOML text. Raises ValueError with a sentence for anything missing, unknown or impossible."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"Preset {name} is no valid TOML: {error}.") from error
    where = f"Preset {name}"
    _refuse_unknown(where, data, _KEYS)
    forwards = data.get("forwards")
    if not isinstance(forwards, int) or isinstance(forwards, bool) or forwards < 1:
        raise ValueError(f"{where} needs a whole number above 0 as forwards, not {forwards!r}.")
    return Preset(
        name=name,
        title=_text(where, data, "title"),
        source=_text(where, data, "source"),
        standards=MappingProxyType({clock: _standard(f"{where}, [{clock}]", data.get(clock)) for clock in Clock}),
        reopening=_term(where, data, "reopening"),
        forwards=forwards,
    )


def _standard(where: str, table: object) -> Standard:
    if not isinstance(table, dict):
        raise ValueError(f"{where} is missing.")
    _refuse_unknown(where, table, _CLOCK_KEYS)
    kinds = table.get("kinds", {})
    if not isinstance(kinds, dict):
        raise ValueError(f"{where}: kinds must be a table.")
    _refuse_unknown(f"{where}, kinds", kinds, set(ComplaintKind))
    remind_at = table.get("remind_at")
    if remind_at is not None and (not isinstance(remind_at, float) or not 0.0 < remind_at < 1.0):
        raise ValueError(f"{where}: remind_at is a part between 0 and 1, not {remind_at!r}.")
    rungs = table.get("ladder", [])
    if not isinstance(rungs, list) or not all(isinstance(rung, dict) for rung in rungs):
        raise ValueError(f"{where}: ladder must be a list of tables.")
    for rung in rungs:
        _refuse_unknown(f"{where}, ladder", rung, {"after", "tell"})
    return Standard(
        term=_term(where, table, "term"),
        kinds=MappingProxyType({ComplaintKind(kind): _term(f"{where}, kinds", kinds, kind) for kind in kinds}),
        inspection=_term(where, table, "inspection") if "inspection" in table else None,
        remind_at=remind_at,
        remind=_person(where, table.get("remind", Person.HANDLER)),
        ladder=tuple(
            Rung(_term(f"{where}, ladder", rung, "after"), _person(f"{where}, ladder", rung.get("tell")))
            for rung in rungs
        ),
    )


def _refuse_unknown(where: str, table: Mapping[str, Any], allowed: set[Any]) -> None:
    if unknown := set(table) - {str(key) for key in allowed}:
        raise ValueError(f"{where} has unknown keys: {', '.join(sorted(unknown))}.")


def _text(where: str, table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{where} needs a text as {key}, not {value!r}.")
    return value


def _term(where: str, table: Mapping[str, Any], key: str) -> Term:
    try:
        return Term.parse(_text(where, table, key))
    except ValueError as error:
        raise ValueError(f"{where}, {key}: {error}") from error


def _person(where: str, value: object) -> Person:
    if value not in set(Person):
        raise ValueError(f"{where} tells one of {', '.join(Person)}, not {value!r}.")
    return Person(str(value))
