"""Visits and stages of a queue machine's or registry system's export: the same reports that come in as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from webapp.counter.incoming.intake import Sender, Taken
from webapp.counter.incoming.reports import StageReport, VisitReport
from webapp.counter.incoming.shape_errors import errors_in_words
from webapp.counter.incoming.stages import take_in_stages
from webapp.counter.incoming.visits import take_in_visits
from webapp.importing.agency import open_root
from webapp.importing.errors import Unusable
from webapp.importing.mapping import FIELDS, ImportMapping
from webapp.importing.outcome import Outcome
from webapp.importing.reading import Row
from webapp.importing.times import read_time

_TIMES = frozenset(field for kind in ("visits", "stages") for field in FIELDS[kind] if field.endswith("_at"))


class ReportImport:
    """Takes visits or stages in, for the root and the units below it. What names something unknown is held."""

    def __init__(self, mapping: ImportMapping, root_code: str | None, now: datetime) -> None:
        self._mapping = mapping
        self._now = now
        self._sender = Sender(mapping.source, open_root(mapping, root_code))
        self.made: dict[str, int] = {}
        #: How many reports are held for what reason, by the codes that the interface uses.
        self.held_because = Counter[str]()

    def take(self, rows: Sequence[Row]) -> Outcome:
        """Write what is new or corrected of `rows`."""
        outcome = Outcome()
        visits: list[VisitReport] = []
        stages: list[StageReport] = []
        for row in rows:
            try:
                row.check()
                if self._mapping.kind == "visits":
                    visits.append(VisitReport(**self._visit(row.values)))
                else:
                    stages.append(StageReport(**self._stage(row.values)))
            except Unusable as error:
                outcome.bad.append((row, str(error)))
            except ValidationError as error:
                [first, *_] = errors_in_words(error.errors(include_url=False, include_input=False))
                outcome.bad.append((row, f"{first['where']} {first['what']}"))
        taken = take_in_visits(visits, self._sender, now=self._now)
        taken += take_in_stages(stages, self._sender, now=self._now)
        self._count(taken, outcome)
        return outcome

    def finish(self) -> Outcome:
        """Nothing waits."""
        return Outcome()

    def _count(self, taken: Sequence[Taken], outcome: Outcome) -> None:
        for one in taken:
            if one.outcome == "created":
                outcome.created += 1
            elif one.outcome == "corrected":
                outcome.changed += 1
            elif one.outcome == "held":
                outcome.held += 1
                self.held_because.update({problem.code.value for problem in one.problems if problem.holds})
            else:
                outcome.unchanged += 1

    def _visit(self, row: dict[str, str]) -> dict[str, Any]:
        return self._values(row, FIELDS["visits"])

    def _stage(self, row: dict[str, str]) -> dict[str, Any]:
        told = self._values(row, FIELDS["stages"])
        hands = {field: told.pop(field) for field in ("officer", "taken_at", "given_at") if field in told}
        pause = {
            field.removeprefix("pause_"): told.pop(field)
            for field in ("pause_cause", "pause_starts_at", "pause_ends_at")
            if field in told
        }
        if "officer" in hands:  # without a time of its own since the stage began; without an officer in the tray
            told["hands"] = ({"taken_at": told.get("started_at"), **hands},)
        if pause:
            told["pauses"] = (pause,)
        return told

    def _values(self, row: dict[str, str], fields: Sequence[str]) -> dict[str, Any]:
        """What a row says; what it says nothing of is left out."""
        values = {
            field: read_time(self._mapping, field, row) if field in _TIMES else self._mapping.value(field, row)
            for field in fields
        }
        return {field: value for field, value in values.items() if value}
