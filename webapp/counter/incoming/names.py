"""What a system calls our units, services, counters and officers, as the rows that are meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, case, exists, select

from webapp.counter.incoming.models import SourceAlias
from webapp.counter.incoming.problems import Code, Problem
from webapp.database import db
from webapp.organisation.csv_people import external_id_of
from webapp.organisation.models import Counter, Officer, Posting, Service, Unit
from webapp.organisation.nip import clean_nip
from webapp.organisation.staffing import nip_key

T = TypeVar("T")
C = TypeVar("C", Unit, Service)

_HIDDEN_NIP = re.compile(r"nip:(\d{4}):([0-9a-f]{32})")


class Unknown(Exception):
    """A name that means nothing yet; `problem` says which."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code)


def without_nip(told: str) -> str:
    """A name of an officer as we keep it: a NIP, which tells birth date and sex, as its keyed hash and last digits."""
    try:
        nip = clean_nip(told)
    except ValueError:
        return told
    return f"nip:{nip[-4:]}:{nip_key(nip).hex()}" if nip else told


def shown_name(kept: str) -> str:
    """A kept name as a page shows it."""
    hidden = _HIDDEN_NIP.fullmatch(kept)
    return f"NIP •••• {hidden[1]}" if hidden else kept


class KnownNames:
    """Finds what one source means, at and below the unit that it reports for. What was found once is kept.

    An alias that an administrator has set comes first, then our own code, then the number under which the thing was
    imported from this very source. Closed units and officers who left are found too: reports arrive late.
    """

    def __init__(self, source: str, unit: Unit) -> None:
        self._source, self._unit = source, unit
        self._found: dict[Hashable, Any] = {}

    def unit(self, told: str | None) -> Unit:
        """The unit of this code; the reporting one where nothing is told. Raises Unknown."""
        if told is None:
            return self._unit
        return self._once(("unit", told), lambda: self._unit_called(told))

    def service(self, told: str, unit: Unit) -> Service:
        """The service of this code that `unit` offers; raises Unknown."""
        return self._once(("service", told, unit.id), lambda: self._service_called(told, unit))

    def counter(self, told: str | None, unit: Unit) -> Counter | None:
        """The counter of this code in `unit`, None where none is told; raises Unknown."""
        if told is None:
            return None
        return self._once(("counter", told, unit.id), lambda: self._counter_called(told, unit))

    def officer(self, kept: str) -> Officer:
        """Who is called so (see `without_nip`), if he was ever posted at or below the unit; raises Unknown."""
        return self._once(("officer", kept), lambda: self._officer_called(kept))

    def _once(self, key: Hashable, find: Callable[[], T]) -> T:
        if key not in self._found:
            try:
                self._found[key] = find()
            except Unknown as unknown:
                self._found[key] = unknown
        found = self._found[key]
        if isinstance(found, Unknown):
            raise found
        return found  # type: ignore[no-any-return]  # the key says what it is

    def _unit_called(self, told: str) -> Unit:
        here = Unit.path.startswith(self._unit.path, autoescape=True)
        unit = self._coded(Unit, "unit", told, here)
        if unit is None:
            raise Unknown(Problem(Code.UNKNOWN_UNIT, "unit", told))
        return unit

    def _service_called(self, told: str, unit: Unit) -> Service:
        offered = Service.unit_id.in_([int(part) for part in unit.path.strip("/").split("/")])
        service = self._coded(Service, "service", told, offered)
        if service is None:
            raise Unknown(Problem(Code.UNKNOWN_SERVICE, "service", told))
        return service

    def _coded(self, model: type[C], kind: str, told: str, within: ColumnElement[bool]) -> C | None:
        """What is meant by an alias, else by our code, else by the number that it was imported under from here."""
        alias = self._alias(kind, told)
        if alias is not None:
            return db.session.scalar(select(model).where(model.id == getattr(alias, f"{kind}_id"), within))
        ours, numbered = model.code == told, model.external_id == f"{self._source}:{told}"
        return db.session.scalars(select(model).where(ours | numbered, within).order_by(_first(ours))).first()

    def _counter_called(self, told: str, unit: Unit) -> Counter:
        name = f"{unit.code}/{told}"
        alias = self._alias("counter", name)
        meant = Counter.id == alias.counter_id if alias is not None else Counter.code == told
        counter = db.session.scalar(select(Counter).where(meant, Counter.unit_id == unit.id))
        if counter is None:
            raise Unknown(Problem(Code.UNKNOWN_COUNTER, "counter", name))
        return counter

    def _officer_called(self, kept: str) -> Officer:
        alias, hidden = self._alias("officer", kept), _HIDDEN_NIP.fullmatch(kept)
        if alias is not None:
            meant: ColumnElement[bool] = Officer.id == alias.officer_id
        elif hidden:
            meant = Officer.nip_key == bytes.fromhex(hidden[2])
        else:
            meant = Officer.external_id.in_([f"{self._source}:{kept}", external_id_of(kept)])
        posted = exists(
            select(Posting.id)
            .join(Unit, Unit.id == Posting.unit_id)
            .where(Posting.officer_id == Officer.id, Unit.path.startswith(self._unit.path, autoescape=True))
        )
        found = db.session.scalars(select(Officer).where(meant, posted).order_by(Officer.id).limit(2)).all()
        if len(found) != 1:  # two: our number and the source's own are different people
            raise Unknown(Problem(Code.UNKNOWN_OFFICER, "officer", kept))
        return found[0]

    def _alias(self, kind: str, name: str) -> SourceAlias | None:
        return db.session.scalar(
            select(SourceAlias).where(
                SourceAlias.source == self._source, SourceAlias.kind == kind, SourceAlias.alias == name
            )
        )


def _first(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 0), else_=1)
