"""What every report goes through, whatever it tells: known or new, corrected or outdated, taken or held.

Reports of one source are taken one after the other, so that the same one sent twice at once is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import select, text

from webapp.counter.incoming.clocks import LATE_AFTER, clock_offset, note, note_offset
from webapp.counter.incoming.models import ApiClient, IncomingRecord
from webapp.counter.incoming.names import KnownNames, without_nip
from webapp.counter.incoming.problems import Code, Problem, problem_from
from webapp.counter.incoming.reports import Outcome, StageReport, VisitReport, content_of
from webapp.database import db
from webapp.organisation.models import Unit

#: Above every revision that a report can tell.
_LARGEST = 2**31

R = TypeVar("R", VisitReport, StageReport)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who reports: the name its records are kept under, the unit it reports for, and its client if it has one."""

    source: str
    unit: Unit
    client: ApiClient | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one report."""

    outcome: Outcome
    record: IncomingRecord
    problems: tuple[Problem, ...]


#: Makes of a report what it tells of, and adds to its problems what is wrong with it; where one of them holds it, it
#: writes nothing.
Use = Callable[[IncomingRecord, R, timedelta, list[Problem]], None]


@dataclass
class Sitting(Generic[R]):
    """Reports of one source that are taken in one transaction, and what is known meanwhile."""

    sender: Sender
    now: datetime
    names: KnownNames = field(init=False)

    def __post_init__(self) -> None:
        self.names = KnownNames(self.sender.source, self.sender.unit)

    def take(
        self,
        kind: str,
        reports: Sequence[R],
        sent_at: datetime | None,
        use: Use[R],
    ) -> list[Taken]:
        """Take reports in the order they came."""
        with db.session.no_autoflush:
            taken = self._take(kind, reports, sent_at, use)
        db.session.flush()
        return taken

    def _take(
        self,
        kind: str,
        reports: Sequence[R],
        sent_at: datetime | None,
        use: Use[R],
    ) -> list[Taken]:
        lock_source(self.sender.source)
        offset = clock_offset(sent_at, self.now)
        if self.sender.client is not None and sent_at is not None:
            self.sender.client.clock_offset_seconds = _seconds(self.now - sent_at)
        standing = {
            record.external_id: record
            for record in db.session.scalars(
                select(IncomingRecord).where(
                    IncomingRecord.source == self.sender.source,
                    IncomingRecord.kind == kind,
                    IncomingRecord.external_id.in_([report.id for report in reports]),
                )
            )
        }
        taken = []
        for report in reports:
            content = without_nips(content_of(report))
            record = standing.get(report.id)
            outcome: Outcome = "created"
            if record is None:
                record = self._new(kind, report.id, content)
                standing[report.id] = record
            elif record.payload == content:
                outcome = "unchanged"
            elif content.get("revision", _LARGEST) < record.payload.get("revision", 0):
                taken.append(Taken("outdated", record, ()))
                continue
            else:
                record.payload, record.received_at, outcome = content, self.now, "corrected"
                record.revision += 1
                record.unit = self.sender.unit  # the system may belong elsewhere by now
            if outcome == "unchanged" and record.state != "held":
                taken.append(Taken("unchanged", record, _problems_of(record)))
                continue
            taken.append(self.consider(record, report, offset, outcome, use))
        return taken

    def consider(
        self,
        record: IncomingRecord,
        report: R,
        offset: timedelta,
        outcome: Outcome,
        use: Use[R],
    ) -> Taken:
        """Use a report if nothing holds it, and note on its record what became of it."""
        known_before = record.visit is not None or record.application is not None
        problems = note_offset(offset)
        record.clock_offset_seconds = _seconds(offset) if offset else None
        use(record, report, offset, problems)
        record.problems = [problem.stored() for problem in problems]
        if any(problem.holds for problem in problems):
            record.state = "held"
            return Taken("held", record, tuple(problems))
        was_held, record.state = record.state == "held", "accepted"
        if outcome == "unchanged" and was_held:
            outcome = "corrected" if known_before else "created"
        return Taken(outcome, record, tuple(problems))

    def _new(self, kind: str, external_id: str, content: dict[str, Any]) -> IncomingRecord:
        record = IncomingRecord(
            source=self.sender.source,
            client=self.sender.client,
            unit=self.sender.unit,
            kind=kind,
            external_id=external_id,
            payload=content,
            received_at=self.now,
            revision=1,
            state="accepted",
        )
        db.session.add(record)
        return record


def lock_source(source: str) -> None:
    """Wait for whoever takes reports of this source; held until the transaction ends."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(7231002, hashtext(:source))"), {"source": source})


def without_nips(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a report with every NIP as its keyed hash."""
    if "officer" in content:
        content["officer"] = without_nip(content["officer"])
    for hands in content.get("hands", ()):
        hands["officer"] = without_nip(hands["officer"])
    return content


def note_lateness(happened_at: datetime, now: datetime, problems: list[Problem]) -> None:
    """Note in `problems` what arrives long after it happened."""
    if now - happened_at > LATE_AFTER:
        note(problems, Problem(Code.LATE))


def _problems_of(record: IncomingRecord) -> tuple[Problem, ...]:
    return tuple(problem_from(stored) for stored in record.problems)


def _seconds(span: timedelta) -> int:
    """Whole seconds, within what the column holds."""
    return max(-(2**31) + 1, min(round(span.total_seconds()), 2**31 - 1))
