"""The units, services and officers of one source: found by what an export calls them, made where a mapping says so."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from webapp.database import db, new_ids
from webapp.importing.errors import ImportFailed, Unusable
from webapp.importing.mapping import Field, ImportMapping, Root
from webapp.organisation.models import Officer, Posting, Service, Unit


def open_root(mapping: ImportMapping, code: str | None) -> Unit:
    """The unit below which a source hangs: the one with this code, else that of the mapping, made if there is none.

    Raises ImportFailed where no unit has the code, or neither says anything.
    """
    root = Root(code, "") if code is not None else mapping.root
    if root is None:
        raise ImportFailed("Below which unit shall it hang? Name its code with --root, or put [root] into the mapping.")
    standing = db.session.scalars(select(Unit).where(Unit.code == root.code)).one_or_none()
    if standing is not None:
        return standing
    if code is not None:
        raise ImportFailed(f"No unit has the code {code}. See the units' codes on the page of units.")
    return create_unit(None, code=root.code, name=root.name, kind=root.kind, timezone=root.timezone, external_id=None)


def create_unit(
    parent: Unit | None, *, code: str, name: str, kind: str, timezone: str, external_id: str | None
) -> Unit:
    """A new unit below `parent`, with its path."""
    (unit_id,) = new_ids(Unit, 1)
    unit = Unit(
        id=unit_id,
        parent_id=parent.id if parent is not None else None,
        path=f"{parent.path if parent is not None else '/'}{unit_id}/",
        code=code,
        name=name,
        kind=kind,
        timezone=timezone,
        external_id=external_id,
    )
    db.session.add(unit)
    db.session.flush()
    return unit


def find_by_name(known: dict[str, list[int]], name: str) -> int:
    """The one unit of this name; raises Unusable where there is none, or more than one."""
    ids = known.get(plain(name), [])
    if not ids:
        raise Unusable(f'no unit is called "{name}": import the units first, or correct the name')
    if len(ids) > 1:
        raise Unusable(f'{len(ids)} units are called "{name}": name the unit by its id instead (unit_by = "id")')
    return ids[0]


def plain(name: str) -> str:
    """A name as it is compared: without regard to capitals and blanks."""
    return " ".join(name.casefold().split())


class Agency:
    """What a source's rows refer to, as primary keys.

    Read from the database once and kept up by what is made. What is made stands only if the transaction commits:
    where it is rolled back, take a new Agency.
    """

    def __init__(self, mapping: ImportMapping, root_code: str | None, today: date) -> None:
        self._mapping = mapping
        self._since = mapping.posted_since or today
        self.created = {"units": 0, "services": 0, "officers": 0}
        mine = f"{mapping.source}:"
        self._root: Unit | None = open_root(mapping, root_code) if root_code is not None else None
        self._units: dict[str, int] = {}
        self._unit_names: dict[str, list[int]] = {}
        below = self._root.path if self._root is not None else self._standing_root()
        for external_id, unit_id, name, path in db.session.execute(
            select(Unit.external_id, Unit.id, Unit.name, Unit.path).order_by(Unit.id)
        ):
            if (external_id or "").startswith(mine):
                self._units[str(external_id)] = unit_id
            elif below is None or not path.startswith(below):
                continue
            self._unit_names.setdefault(plain(name), []).append(unit_id)
        self._services = _by_external_id(Service, mine)
        self._officers = _by_external_id(Officer, mine)
        self._posted: set[tuple[int, int]] = set(db.session.execute(select(Posting.officer_id, Posting.unit_id)))

    def unit(self, row: dict[str, str]) -> int | None:
        """The unit that a row names, None where it names none; raises Unusable for one that is not known."""
        told = self._mapping.value("unit", row)
        if not told:
            return None
        if self._mapping.unit_by == "name" and "unit" not in (self._mapping.names or {}):
            return find_by_name(self._unit_names, told)
        key = self._mapping.external_id(told)
        if key not in self._units:
            name = self._name("unit", told, row)
            made = create_unit(
                self._open_root(),
                code=f"{self._mapping.source}-{told}",
                name=name,
                kind="unit",
                timezone=self._open_root().timezone,
                external_id=key,
            )
            self._units[key] = made.id
            self.created["units"] += 1
        return self._units[key]

    def service(self, row: dict[str, str]) -> int | None:
        """The service that a row names, None where it names none; raises Unusable for one that is not known."""
        told = self._mapping.value("service", row)
        if not told:
            return None
        key = self._mapping.external_id(told)
        if key not in self._services:
            name = self._name("service", told, row)
            made = Service(
                unit_id=self._open_root().id, code=f"{self._mapping.source}-{told}", name=name, external_id=key
            )
            db.session.add(made)
            db.session.flush()
            self._services[key] = made.id
            self.created["services"] += 1
        return self._services[key]

    def officer(self, row: dict[str, str], unit_id: int | None) -> int | None:
        """The officer that a row names, posted to `unit_id`; None where it names none.

        Raises Unusable for one that is not known, or that would have to be made without a unit.
        """
        told = self._mapping.value("officer", row)
        if not told:
            return None
        key = self._mapping.external_id(told)
        if key not in self._officers:
            if unit_id is None:
                raise Unusable(f'officer "{told}" is new, and the row names no unit for the posting')
            made = Officer(name=self._name("officer", told, row), external_id=key)
            db.session.add(made)
            db.session.flush()
            self._officers[key] = made.id
            self.created["officers"] += 1
        officer_id = self._officers[key]
        if unit_id is not None and (officer_id, unit_id) not in self._posted:
            db.session.add(
                Posting(officer_id=officer_id, unit_id=unit_id, title=self._mapping.title, starts_on=self._since)
            )
            self._posted.add((officer_id, unit_id))
        return officer_id

    def _name(self, what: str, told: str, row: dict[str, str]) -> str:
        names = (self._mapping.names or {}).get(what)
        if names is None:
            raise Unusable(f'{what} "{told}" is not known, and the mapping has no names.{what} to make one by')
        name = names.of(row) if isinstance(names, Field) else names.get(told, "")
        if not name:
            raise Unusable(f'{what} "{told}" is not known, and the mapping gives it no name')
        return name

    def _standing_root(self) -> str | None:
        root = self._mapping.root
        return db.session.scalar(select(Unit.path).where(Unit.code == root.code)) if root is not None else None

    def _open_root(self) -> Unit:
        if self._root is None:
            self._root = open_root(self._mapping, None)
        return self._root


def _by_external_id(model: type[Service] | type[Officer], mine: str) -> dict[str, int]:
    rows = db.session.execute(
        select(model.external_id, model.id).where(model.external_id.startswith(mine, autoescape=True))
    )
    return {str(key): number for key, number in rows}
