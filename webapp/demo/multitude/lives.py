"""What became of each of a multitude of complaints: a life that the table of states allows, up to a given now.

Everything is drawn from a generator and nothing touches a database: rows come out as plain mappings of columns, in the
tables in which the product's own actions would have written them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from webapp.demo.multitude.texts import TextMill
from webapp.feedback.facts.models import Deed
from webapp.feedback.life_cycle import State
from webapp.feedback.vocabulary import Finding, Move

#: Most messages and judgements on one complaint: by so many their ids are apart.
MESSAGES = 12
#: Shares of what triage makes of a complaint that no rule could place, and of what reporters make of an answer.
TO_TRIAGE, PASSED_ON, ARCHIVED, DEFERRED = 0.22, 0.06, 0.04, 0.07
ACCEPTED, DISPUTED = 0.5, 0.09
#: What lies for weeks before anybody looks, what is asked back, what is given to somebody, what is not to be solved.
FORGOTTEN, ASKED, ASSIGNED, UNSOLVED = 0.03, 0.12, 0.15, 0.05
SILENCE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who answers: account and, where he is one, officer."""

    account: int
    officer: int | None


@dataclass(frozen=True, slots=True)
class Bench:
    """Who works on the complaints of a unit: its officers, who decides about persons, who hands out, who triages."""

    unit: int
    officers: tuple[Worker, ...]
    superior: Worker
    liaison: int | None
    triage: int


#: When a term of so many working days that begins on a day ends.
Due = Callable[[date, int], datetime]


@dataclass(slots=True)
class Life:
    """A life under way. `rows` are those of each table, `complaint` the columns that say how it stands now."""

    id: int
    filed_at: datetime
    now: datetime
    complaint: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    state: State = State.FILED
    over: bool = False
    said: int = 0

    def add(self, table: str, **columns: Any) -> None:
        """A row of `table` about this complaint."""
        self.rows.setdefault(table, []).append({"complaint_id": self.id, **columns})

    def step(self, state: State, at: datetime, by: int | None) -> bool:
        """Come to `state`, unless that lies in the future: then the life stops here for good."""
        if self.over or at > self.now:
            self.over = True
            return False
        self.state = state
        self.add("state_change", state=state.value, at=at, account_id=by)
        return True

    def moved(self, kind: Move, at: datetime, by: int | None, unit: int | None, **more: Any) -> None:
        """Write down who moved it where."""
        reason = more.pop("reason", None) or kind.value
        self.add(
            "disposition",
            unit_id=unit,
            handler_id=more.get("handler"),
            decided_by_id=by,
            at=at,
            reason=reason,
            kind=kind.value,
            note=more.get("note"),
        )

    def message(self, author: str, kind: str, text: str, at: datetime, by: int | None = None) -> int:
        """Something that was said; its id."""
        number = self.id * MESSAGES + self.said
        self.said += 1
        self.add(
            "complaint_message",
            id=number,
            author=author,
            kind=kind,
            text=text,
            account_id=by,
            write_key=f"multitude:{number}",
            at=at,
        )
        return number

    def clock(self, clock: str, term: str, begins: datetime, due: datetime, ended: datetime | None) -> None:
        """A clock that ran from `begins`, and how it ended; one that runs on is as far up as its lateness says."""
        late = due < self.now
        running = ended is None
        self.add(
            "complaint_clock",
            clock=clock,
            round=1 + sum(row["clock"] == clock for row in self.rows.get("complaint_clock", ())),
            preset="national",
            term=term,
            started_at=begins,
            due_at=due,
            due_calendar=self.complaint["due_calendar"],
            stopped_at=ended,
            outcome=None if ended is None else "met" if ended <= due else "missed",
            next_look_at=due if running and not late else None,
            reminded_at=due - timedelta(days=2) if running and late else None,
            escalated_at=due if running and late else None,
            level=2 if running and late else 0,
        )


def live(
    life: Life,
    bench: Bench,
    rng: Random,
    mill: TextMill,
    answers: Mapping[str, list[str]],
    due: Due,
    cause: str,
) -> None:
    """Take `life` from its filing to where it stands now."""
    complaint, at = life.complaint, life.filed_at
    placed = rng.random() > TO_TRIAGE and not complaint["points_at_person"]
    if placed:
        at += timedelta(seconds=2)
    else:
        known = _through_triage(life, bench, rng, mill, due)
        if known is None:
            return
        at = known
    if not life.step(State.SENT, at, None if placed else bench.triage):
        return
    complaint["unit_id"], complaint["verified_at"] = bench.unit, at
    days = 5 if complaint["complaint_kind"] == "information_request" else 14
    complaint["due_at"] = due(life.filed_at.date(), days)
    by = None if placed else bench.triage
    life.moved(Move.SENT, at, by, bench.unit, reason="unit_chosen" if placed else "triage_decision")
    life.clock("verify", "3wd", life.filed_at, due(life.filed_at.date(), 3), at)
    sent_at, slow = at, rng.random() < FORGOTTEN
    worker = bench.superior if complaint["points_at_person"] else _any(rng, bench.officers)
    if bench.liaison is not None and rng.random() < ASSIGNED:
        at += timedelta(hours=1 + 30 * rng.random())
        if life.step(State.ASSIGNED, at, bench.liaison):
            complaint["handler_id"] = worker.account
            life.moved(Move.ASSIGNED, at, bench.liaison, bench.unit, handler=worker.account)
    at += timedelta(hours=2 + 60 * rng.random() ** 2, days=40 * rng.random() if slow else 0)
    begun = _take(life, bench, worker, at)
    life.clock("begin", "5wd", sent_at, due(sent_at.date(), 5), at if begun else None)
    answered_at = None
    if begun:
        answered_at = _work(life, bench, worker, rng, mill, answers, cause, at)
    term = "5wd" if days == 5 else "14wd"
    life.clock("settle", term, life.filed_at, complaint["due_at"], answered_at)
    if answered_at is not None:
        _be_judged(life, bench, worker, rng, mill, answers, due, cause, answered_at)


def _through_triage(life: Life, bench: Bench, rng: Random, mill: TextMill, due: Due) -> datetime | None:
    """Wait for triage; when it goes on to a unit, or None where it ends or waits here."""
    at = life.filed_at + timedelta(seconds=2)
    life.step(State.IN_TRIAGE, at, None)
    life.moved(Move.HELD, at, None, None, reason="nothing_known")
    at += timedelta(hours=1 + 40 * rng.random() ** 2)
    drawn, by = rng.random(), bench.triage
    verify_due = due(life.filed_at.date(), 3)
    if drawn < PASSED_ON + ARCHIVED:
        away = drawn < PASSED_ON
        if life.step(State.PASSED_ON if away else State.ARCHIVED, at, by):
            agency = mill.one_of("agencies") if away else None
            life.complaint["passed_on_to"] = agency
            life.complaint["settled_at"] = at
            life.moved(Move.PASSED_ON if away else Move.ARCHIVED, at, by, None, note=agency)
            life.message("agency", "farewell", mill.one_of("farewells"), at, by)
            life.clock("verify", "3wd", life.filed_at, verify_due, at)
            return None
    elif drawn < PASSED_ON + ARCHIVED + DEFERRED and life.step(State.DEFERRED, at, by):
        life.complaint["awaiting_reporter_since"] = at
        life.moved(Move.DEFERRED, at, by, None)
        life.message("agency", "deferral", mill.one_of("deferrals"), at, by)
        deferred_at, at = at, at + timedelta(days=1 + 6 * rng.random())
        if life.step(State.IN_TRIAGE, at, None):
            life.complaint["awaiting_reporter_since"] = None
            life.moved(Move.COMPLETED, at, None, None)
            life.message("reporter", "reply", mill.one_of("replies"), at)
        life.clock("complete", "10d", deferred_at, deferred_at + timedelta(days=10), None if life.over else at)
        at += timedelta(hours=1 + 20 * rng.random())
    if life.over or at > life.now:
        life.over = True
        if life.state == State.IN_TRIAGE:
            life.clock("verify", "3wd", life.filed_at, verify_due, None)
        return None
    return at


def _take(life: Life, bench: Bench, worker: Worker, at: datetime) -> bool:
    if not life.step(State.IN_WORK, at, worker.account):
        return False
    life.complaint["handler_id"] = worker.account
    life.moved(Move.TAKEN, at, worker.account, bench.unit, handler=worker.account)
    return True


def _work(
    life: Life,
    bench: Bench,
    worker: Worker,
    rng: Random,
    mill: TextMill,
    answers: Mapping[str, list[str]],
    cause: str,
    at: datetime,
) -> datetime | None:
    """Ask where something is unclear, then answer; when that was, None where it is still to come."""
    complaint = life.complaint
    if rng.random() < ASKED:
        at += timedelta(hours=1 + 20 * rng.random())
        if at > life.now:
            return None
        life.message("agency", "question", mill.one_of("questions"), at, worker.account)
        complaint["awaiting_reporter_since"] = at
        at += timedelta(hours=5 + 80 * rng.random())
        if at > life.now:
            return None
        complaint["awaiting_reporter_since"] = None
        life.message("reporter", "reply", mill.one_of("replies"), at)
    at += timedelta(hours=2, days=11 * rng.random() ** 1.5)
    if not life.step(State.ANSWERED, at, worker.account):
        return None
    text = answers.get(cause) or answers["unit"]
    number = life.message("agency", "answer", text[int(rng.random() * len(text))], at, worker.account)
    first = complaint["first_answered_at"] is None
    complaint["answered_at"], complaint["answered_by_id"] = at, worker.account
    complaint["first_answered_at"] = complaint["first_answered_at"] or at
    complaint["finding"] = _finding(cause)
    _record(life, bench, worker, Deed.ANSWER, f"answer:{number}", at)
    if first:
        _record(life, bench, worker, Deed.FIRST_ANSWER, f"first_answer:{number}", at)
    return at


def _be_judged(
    life: Life,
    bench: Bench,
    worker: Worker,
    rng: Random,
    mill: TextMill,
    answers: Mapping[str, list[str]],
    due: Due,
    cause: str,
    at: datetime,
) -> None:
    """What the reporter makes of the answer, and what becomes of it then."""
    complaint, drawn, answered_at = life.complaint, rng.random(), at
    number = life.id * MESSAGES + life.said
    verdict_due = due(answered_at.date(), 10)
    if drawn < ACCEPTED:
        at += timedelta(hours=3 + 150 * rng.random())
        if life.step(State.ACCEPTED, at, None):
            complaint["settled_at"] = at
            life.message("reporter", "acceptance", "", at)
            _record(life, bench, worker, Deed.ACCEPTED, f"verdict:{number}", at)
    elif drawn < ACCEPTED + DISPUTED and not complaint["reopened"] and len(bench.officers) > 1:
        at += timedelta(hours=3 + 150 * rng.random())
        if life.step(State.DISPUTED, at, None):
            complaint["reopened"], complaint["handler_id"] = 1, None
            life.message("reporter", "dispute", mill.one_of("replies"), at)
            _record(life, bench, worker, Deed.DISPUTED, f"verdict:{number}", at)
            life.clock("verdict", "10wd", answered_at, verdict_due, at)
            _again(life, bench, worker, rng, mill, answers, due, cause, at)
            return
    else:
        at += SILENCE
        if life.step(State.CLOSED, at, None):
            complaint["settled_at"] = at
            _record(life, bench, worker, Deed.SILENT, f"verdict:{number}", at)
    life.clock("verdict", "10wd", answered_at, verdict_due, None if life.over else at)


def _again(
    life: Life,
    bench: Bench,
    before: Worker,
    rng: Random,
    mill: TextMill,
    answers: Mapping[str, list[str]],
    due: Due,
    cause: str,
    disputed_at: datetime,
) -> None:
    """Another pair of eyes: a second answer, or the superior's word that nothing more can be done."""
    other = bench.superior
    if before is not bench.superior and not life.complaint["points_at_person"] and rng.random() < 0.7:
        other = _any(rng, tuple(one for one in bench.officers if one is not before))
    at, answered_at = disputed_at + timedelta(hours=4 + 70 * rng.random()), None
    if _take(life, bench, other, at):
        if rng.random() < UNSOLVED:
            at += timedelta(days=1 + 4 * rng.random())
            if life.step(State.UNSOLVED, at, bench.superior.account):
                life.complaint["settled_at"] = answered_at = at
                life.moved(Move.UNSOLVED, at, bench.superior.account, bench.unit)
                life.message("agency", "farewell", mill.one_of("unsolved"), at, bench.superior.account)
                _record(life, bench, bench.superior, Deed.UNSOLVED, f"unsolved:{life.id}", at)
        else:
            answered_at = _work(life, bench, other, rng, mill, answers, cause, at)
    life.clock("settle", "14wd", disputed_at, due(disputed_at.date(), 14), answered_at)
    if answered_at is not None and life.state == State.ANSWERED:
        _be_judged(life, bench, other, rng, mill, answers, due, cause, answered_at)


def _record(life: Life, bench: Bench, worker: Worker, deed: Deed, key: str, at: datetime) -> None:
    answered = deed in (Deed.ANSWER, Deed.FIRST_ANSWER)
    answered_at = life.complaint["answered_at"] or at
    life.add(
        "handling_fact",
        key=key,
        account_id=worker.account,
        officer_id=worker.officer,
        unit_id=bench.unit,
        month=date(answered_at.year, answered_at.month, 1),
        deed=deed.value,
        at=at,
        on_time=at <= life.complaint["due_at"] if answered else None,
        working_seconds=int((at - life.filed_at).total_seconds() * 0.22) if answered else None,
    )


def _finding(cause: str) -> str:
    if cause in ("none", "praise"):
        return Finding.NOT_APPLICABLE.value
    return (Finding.FOUNDED if cause in ("officer", "unit", "facilities") else Finding.OUTSIDE_CONTROL).value


def _any(rng: Random, workers: tuple[Worker, ...]) -> Worker:
    return workers[int(rng.random() * len(workers))]
