"""Units of an agency's export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.database import db
from webapp.importing.agency import create_unit, open_root
from webapp.importing.errors import Unusable
from webapp.importing.mapping import ImportMapping
from webapp.importing.outcome import Outcome
from webapp.importing.reading import Row
from webapp.organisation.models import Unit

DEFAULT_KIND = "unit"


class UnitImport:
    """Takes units in below a root. A name or kind that has changed is changed here; their place in the tree is not.

    A unit may come before the one it lies below: it waits until the end of the file. The units of an agency are few
    enough to be kept in memory.
    """

    def __init__(self, mapping: ImportMapping, root_code: str | None, now: datetime) -> None:
        self._mapping = mapping
        self._root = open_root(mapping, root_code)
        mine = f"{mapping.source}:"
        self._known = {
            str(unit.external_id): unit
            for unit in db.session.scalars(
                select(Unit).where(Unit.external_id.startswith(mine, autoescape=True)).order_by(Unit.id)
            )
        }
        self._codes = dict(db.session.execute(select(Unit.code, Unit.external_id)).all())
        #: What was made beside what the rows are.
        self.made: dict[str, int] = {}
        self._lines: dict[str, int] = {}
        self._waiting: list[Row] = []

    def take(self, rows: Sequence[Row]) -> Outcome:
        """Write what is new or changed of `rows`; those that lie below a unit still to come wait."""
        outcome = Outcome()
        for row in rows:
            try:
                row.check()
                self._take(row, outcome)
            except Unusable as error:
                outcome.bad.append((row, str(error)))
        db.session.flush()
        return outcome

    def finish(self) -> Outcome:
        """Write those that waited; those that still lie below nothing are bad."""
        outcome = Outcome()
        while self._waiting:
            rows, self._waiting = self._waiting, []
            for row in rows:
                self._lines.pop(self._mapping.value("id", row.values))
            taken = self.take(rows)
            outcome += taken
            if len(self._waiting) == len(rows):
                break
        for row in self._waiting:
            parent = self._mapping.value("parent", row.values)
            outcome.bad.append((row, f'it lies below "{parent}", which is not among the units'))
        return outcome

    def _take(self, row: Row, outcome: Outcome) -> None:
        number = self._mapping.value("id", row.values)
        name = " ".join(self._mapping.value("name", row.values).split())
        if not number:
            raise Unusable("it has no id")
        if not name:
            raise Unusable("it has no name")
        if number in self._lines:
            raise Unusable(f'the id "{number}" stands in line {self._lines[number]} already')
        kind = self._kind(row, name)
        key = self._mapping.external_id(number)
        standing = self._known.get(key)
        if standing is not None:
            self._lines[number] = row.line
            self._change(standing, name, kind, outcome)
            return
        parent = self._parent(row)
        if parent is None:
            self._lines[number] = row.line
            self._waiting.append(row)
            return
        code = self._mapping.value("code", row.values) or f"{self._mapping.source}-{number}"
        if code in self._codes:
            raise Unusable(f'the code "{code}" belongs to another unit')
        self._known[key] = create_unit(
            parent,
            code=code,
            name=name,
            kind=kind or DEFAULT_KIND,
            timezone=self._timezone(row, parent),
            external_id=key,
        )
        self._codes[code] = key
        self._lines[number] = row.line
        outcome.created += 1

    def _change(self, unit: Unit, name: str, kind: str | None, outcome: Outcome) -> None:
        kind = kind or unit.kind
        if (unit.name, unit.kind) == (name, kind):
            outcome.unchanged += 1
            return
        unit.name, unit.kind = name, kind
        outcome.changed += 1

    def _parent(self, row: Row) -> Unit | None:
        """The unit that a row lies below; None where that one is still to come."""
        told = self._mapping.value("parent", row.values)
        return self._known.get(self._mapping.external_id(told)) if told else self._root

    def _kind(self, row: Row, name: str) -> str | None:
        told = self._mapping.value("kind", row.values)
        for beginning, kind in (self._mapping.kinds or {}).items():
            if (told or name).startswith(beginning):
                return kind
        return told or None

    def _timezone(self, row: Row, parent: Unit) -> str:
        told = self._mapping.value("timezone", row.values)
        if not told:
            return parent.timezone
        try:
            return ZoneInfo(told).key
        except (KeyError, ValueError, OSError):
            raise Unusable(f'"{told}" is no time zone such as Asia/Jakarta') from None
