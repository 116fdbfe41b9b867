"""A multitude of complaints as the rows of the product's tables, in the text form that COPY reads.

Made in processes of their own, since making them takes longer than writing them; the same seed, first number and now
give the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from webapp.demo.multitude.lives import MESSAGES, Bench, Life, live
from webapp.demo.multitude.texts import Place, StoredText, TextMill
from webapp.demo.texts import invent_citizen, invent_phone
from webapp.encryption import Keyring
from webapp.feedback.codes import ALPHABET, PREFIX, WORDS
from webapp.feedback.life_cycle import State
from webapp.feedback.vocabulary import Move

#: Columns of each table, in the order in which the tables are written.
COLUMNS: dict[str, tuple[str, ...]] = {
    "feedback": (
        "id", "kind", "channel", "write_key", "unit_id", "service_id", "occurred_at", "filed_at", "place", "latitude",
        "longitude",
    ),
    "complaint": (
        "feedback_id", "code", "secret_word", "complaint_kind", "text", "secret", "anonymous", "points_at_person",
        "contact_name", "contact_phone", "state", "unit_id", "handler_id", "due_at", "due_calendar", "answered_at",
        "answered_by_id", "settled_at", "reopened", "finding", "verified_at", "first_answered_at",
        "awaiting_reporter_since", "merged_into_id", "passed_on_to",
    ),
    "state_change": ("complaint_id", "state", "at", "account_id"),
    "disposition": (
        "complaint_id", "unit_id", "handler_id", "decided_by_id", "at", "reason", "kind", "note", "other_id",
    ),
    "complaint_message": ("id", "complaint_id", "author", "kind", "text", "account_id", "write_key", "at"),
    "complaint_clock": (
        "complaint_id", "clock", "round", "preset", "term", "started_at", "due_at", "due_calendar", "stopped_at",
        "outcome", "next_look_at", "reminded_at", "escalated_at", "level",
    ),
    "handling_fact": (
        "key", "complaint_id", "account_id", "officer_id", "unit_id", "month", "deed", "at", "on_time",
        "working_seconds",
    ),
    "attribution": ("id", "feedback_id", "made_by", "rules_version", "decided_by_id", "reason", "at"),
    "attribution_share": ("attribution_id", "officer_id", "unit_id", "share"),
    "evidence": ("attribution_id", "rule", "rule_version", "particulars"),
    "exclusion": ("complaint_id", "officer_id", "at"),
}  # fmt: skip
#: Finished texts a unit, before their details.
MOST_STORED = 800
#: The sea where the invented city lies.
_CENTRE = (-5.35, 110.9)
_CODES = len(ALPHABET) ** 8
#: Coprime with the number of codes: consecutive numbers get codes far apart, and no two the same.
_STRIDE = 412_345_678_901


@dataclass(frozen=True, slots=True)
class Desk:
    """A unit's people and words, and how many of the complaints come to it (any scale)."""

    bench: Bench
    place: Place
    service_ids: Mapping[str, int]
    weight: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process needs to know to make any part of the multitude."""

    seed: int
    count: int
    #: First number of each: feedback, attribution.
    first_id: int
    first_attribution: int
    began: datetime
    now: datetime
    rules_version: str
    calendar: str | None
    #: When a term ends that begins on a day: (day, working days) -> moment.
    dues: Mapping[tuple[date, int], datetime]
    desks: tuple[Desk, ...]
    encryption_keys: tuple[str, ...]
    secret_key: str


class Writer:
    """Makes the rows of parts of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        rng = Random(f"{plan.seed}/texts")
        self._mill = TextMill(rng)
        stored = min(MOST_STORED, max(40, plan.count // 100))
        self._stores = [self._mill.store(desk.place, stored) for desk in plan.desks]
        self._answers = [self._mill.answers(desk.place) for desk in plan.desks]
        self._weights = [desk.weight for desk in plan.desks]
        self._ring = Keyring(plan.encryption_keys, plan.secret_key)
        self._span = (plan.now - plan.began - timedelta(minutes=1)) / plan.count
        self._offset = Random(f"{plan.seed}/{plan.first_id}/codes").randrange(_CODES)

    def part(self, first: int, count: int) -> dict[str, bytes]:
        """The rows of the complaints numbered from `first` on (0 is the oldest), by table."""
        rng = Random(f"{self._plan.seed}/{self._plan.first_id}/{first}")
        self._mill.draw_from(rng)
        lines: dict[str, list[str]] = {table: [] for table in COLUMNS}
        places = rng.choices(range(len(self._weights)), self._weights, k=count)
        open_ones: dict[int, int] = {}
        for number, place in enumerate(places, start=first):
            life = self._life(number, place, rng, open_ones)
            for table, rows in life.rows.items():
                columns = COLUMNS[table]
                lines[table].extend([_line([row.get(name) for name in columns]) for row in rows])
        return {table: "".join(rows).encode() for table, rows in lines.items() if rows}

    def _life(self, number: int, place: int, rng: Random, open_ones: dict[int, int]) -> Life:
        plan, desk = self._plan, self._plan.desks[place]
        stored = self._stores[place][int(rng.random() * len(self._stores[place]))]
        filed_at = plan.began + self._span * (number + rng.random())
        filed_at = filed_at.replace(microsecond=0)
        id_ = plan.first_id + number
        life = Life(id_, filed_at, plan.now, self._complaint(id_, number, stored, rng))
        self._feedback(life, desk, stored, rng)
        main = open_ones.get(place)
        if main is not None and rng.random() < 0.03:
            self._merge(life, desk.bench, main)
        else:
            live(life, desk.bench, rng, self._mill, self._answers[place], self._due, stored.cause)
            if life.state in (State.SENT, State.ASSIGNED, State.IN_WORK):
                open_ones[place] = id_
        life.complaint["state"] = life.state.value
        life.rows["complaint"] = [life.complaint]
        self._attribute(life, number, desk)
        return life

    def _complaint(self, id_: int, number: int, stored: StoredText, rng: Random) -> dict[str, Any]:
        named = rng.random() < 0.15
        return {
            "feedback_id": id_,
            "code": self._code(number),
            "secret_word": self._ring.encrypt("-".join([WORDS[int(rng.random() * len(WORDS))] for _ in range(3)])),
            "complaint_kind": stored.kind,
            "text": self._mill.with_details(stored.text),
            "secret": stored.personal or rng.random() < 0.6,
            "anonymous": rng.random() < 0.6,
            "points_at_person": stored.personal,
            "contact_name": self._ring.encrypt(invent_citizen(rng)) if named else None,
            "contact_phone": self._ring.encrypt(invent_phone(rng)) if named else None,
            "due_calendar": self._plan.calendar,
            "reopened": 0,
            "first_answered_at": None,
            "answered_at": None,
        }

    def _feedback(self, life: Life, desk: Desk, stored: StoredText, rng: Random) -> None:
        somewhere = stored.service is None
        placed = rng.random() < 0.35 or somewhere
        life.rows["feedback"] = [
            {
                "id": life.id,
                "kind": "complaint",
                "channel": "telegram" if rng.random() < 0.3 else "portal",
                "write_key": f"multitude:{self._plan.seed}:{life.id}",
                "unit_id": desk.bench.unit if rng.random() < 0.75 else None,
                "service_id": desk.service_ids.get(stored.service or ""),
                "occurred_at": life.filed_at - timedelta(hours=2 + 90 * rng.random()),
                "filed_at": life.filed_at,
                "place": f"Jalan {self._mill.name()} {self._mill.name()}" if placed else None,
                "latitude": round(_CENTRE[0] + rng.gauss(0, 0.02), 6) if somewhere else None,
                "longitude": round(_CENTRE[1] + rng.gauss(0, 0.02), 6) if somewhere else None,
            }
        ]

    def _merge(self, life: Life, bench: Bench, main: int) -> None:
        """The same matter as a complaint of the unit that is still worked on."""
        at = life.filed_at + timedelta(hours=2)
        if not life.step(State.IN_TRIAGE, life.filed_at + timedelta(seconds=2), None):
            return
        if life.step(State.MERGED, at, bench.triage):
            life.complaint["unit_id"], life.complaint["merged_into_id"] = bench.unit, main
            life.complaint["verified_at"] = at
            life.moved(Move.MERGED, at, bench.triage, bench.unit)
            life.rows["disposition"][-1]["other_id"] = main

    def _attribute(self, life: Life, number: int, desk: Desk) -> None:
        """Whom it concerns: the unit; where it points at a person, an officer of it, who never sees it."""
        plan, bench = self._plan, desk.bench
        id_, complaint = plan.first_attribution + number, life.complaint
        unit, accused = complaint.get("unit_id"), None
        if complaint["points_at_person"] and unit is not None:
            officers = [one.officer for one in bench.officers if one.officer is not None]
            accused = officers[number % len(officers)] if officers else None
        by_hand = unit is not None and any(row.get("decided_by_id") for row in life.rows.get("disposition", ())[:2])
        at = life.filed_at + timedelta(seconds=1)
        life.rows["attribution"] = [
            {
                "id": id_,
                "feedback_id": life.id,
                "made_by": "triage" if by_hand else "rules",
                "rules_version": plan.rules_version,
                "decided_by_id": bench.triage if by_hand else None,
                "reason": desk.place.unit if by_hand else None,
                "at": at,
            }
        ]
        share = {"attribution_id": id_, "officer_id": accused, "unit_id": unit, "share": 1}
        life.rows["attribution_share"] = [share]
        rule = "triage_decision" if by_hand else "unit_chosen" if unit is not None else "nothing_known"
        told = json.dumps({"unit": desk.place.unit} if unit is not None else {}, ensure_ascii=False)
        life.rows["evidence"] = [{"attribution_id": id_, "rule": rule, "rule_version": 1, "particulars": told}]
        if accused is not None:
            life.add("exclusion", officer_id=accused, at=at)

    def _due(self, day: date, days: int) -> datetime:
        return self._plan.dues[day, days]

    def _code(self, number: int) -> str:
        left = (self._offset + number * _STRIDE) % _CODES
        letters = []
        for _ in range(8):
            left, letter = divmod(left, len(ALPHABET))
            letters.append(ALPHABET[letter])
        return f"{PREFIX}-{''.join(letters[:4])}-{''.join(letters[4:])}"


def sequences_after(plan: Plan) -> dict[str, int]:
    """The highest number used of each table whose numbers are given here."""
    last = plan.first_id + plan.count
    return {"feedback": last, "attribution": plan.first_attribution + plan.count, "complaint_message": last * MESSAGES}


def _line(values: list[Any]) -> str:
    return "\t".join([_FIELDS.get(type(value), str)(value) for value in values]) + "\n"


def _nothing(_value: None) -> str:
    return "\\N"


def _text(value: str) -> str:
    if "\\" in value or "\n" in value or "\t" in value:
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    return value


def _bytes(value: bytes) -> str:
    return "\\\\x" + value.hex()


#: How a value is written, by its type: asking each value what it is would take longer than anything else here.
_FIELDS: dict[type, Callable[[Any], str]] = {type(None): _nothing, str: _text, bytes: _bytes}
