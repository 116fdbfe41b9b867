"""Topics of an agency's export: what its complaints are about, in its own list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.database import db
from webapp.importing.agency import Agency, plain
from webapp.importing.errors import Unusable
from webapp.importing.mapping import ImportMapping
from webapp.importing.outcome import Outcome
from webapp.importing.reading import Row
from webapp.organisation.models import Topic


class TopicImport:
    """Takes topics in, each known by source and id. A name or unit that has changed is changed here.

    A topic that was made here under the same name becomes the agency's. One that was retired here stays retired. The
    topics of an agency are few enough to be kept in memory.
    """

    def __init__(self, mapping: ImportMapping, root_code: str | None, now: datetime) -> None:
        self._mapping = mapping
        self._agency = Agency(mapping, root_code, now.astimezone(mapping.timezone).date())
        topics = db.session.scalars(select(Topic).order_by(Topic.id)).all()
        self._known = {topic.external_id: topic for topic in topics if topic.external_id is not None}
        self._names = {plain(topic.name): topic for topic in topics}
        self._lines: dict[str, int] = {}
        #: How many units were made that topics brought along.
        self.made = self._agency.created

    def take(self, rows: Sequence[Row]) -> Outcome:
        """Write what is new or changed of `rows`."""
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
        """Nothing waits."""
        return Outcome()

    def _take(self, row: Row, outcome: Outcome) -> None:
        number = self._mapping.value("id", row.values)
        name = " ".join(self._mapping.value("name", row.values).split())
        if not number:
            raise Unusable("it has no id")
        if not name:
            raise Unusable("it has no name")
        if number in self._lines:
            raise Unusable(f'the id "{number}" stands in line {self._lines[number]} already')
        unit_id = self._agency.unit(row.values)
        key = self._mapping.external_id(number)
        namesake = self._names.get(plain(name))
        if namesake is not None and namesake.external_id not in (None, key):
            raise Unusable(f'another topic is called "{name}" already')
        self._lines[number] = row.line
        found = self._known.get(key, namesake)
        if namesake is not None and found is not namesake:
            raise Unusable(f'another topic is called "{name}" already')
        if found is not None:
            self._change(found, name, unit_id, key, outcome)
            return
        topic = Topic(name=name, unit_id=unit_id, external_id=key)
        db.session.add(topic)
        self._known[key] = self._names[plain(name)] = topic
        outcome.created += 1

    def _change(self, topic: Topic, name: str, unit_id: int | None, key: str, outcome: Outcome) -> None:
        # What was said here about the unit stands where the export says nothing.
        unit_id = topic.unit_id if unit_id is None else unit_id
        if (topic.name, topic.unit_id, topic.external_id) == (name, unit_id, key):
            outcome.unchanged += 1
            return
        self._names.pop(plain(topic.name), None)
        topic.name, topic.unit_id, topic.external_id = name, unit_id, key
        self._known[key] = self._names[plain(name)] = topic
        outcome.changed += 1
