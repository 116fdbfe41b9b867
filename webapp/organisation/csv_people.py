"""Planning imports of officers with their postings, and of shifts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.accounts.models import Account
from webapp.database import db
from webapp.organisation.csv_places import IMPORT, code_of, managed_units_by_code, once, unit_of
from webapp.organisation.csv_planning import Effect, Plan, Reason, RowRefused, optional, required
from webapp.organisation.csv_reading import CsvTable, Row, parse_day, parse_time
from webapp.organisation.errors import DayAhead, DaysReversed, ShiftTooLong
from webapp.organisation.managed import belongs_to, manages_wholly
from webapp.organisation.models import Counter, Officer, Posting, Shift, Unit
from webapp.organisation.nip import clean_nip
from webapp.organisation.staffing import check_days, check_span, nip_key


@dataclass
class _Person:
    """An officer as he will be. `postings`: those he has and those that rows before have planned."""

    name: str
    nip_key: bytes | None
    postings: list[_Place]
    stored: Officer | None = None
    mine: bool = True
    wholly: bool = True
    line: int | None = None


@dataclass
class _Place:
    unit_id: int
    title: str
    starts_on: date
    ends_on: date | None
    stored: Posting | None = None


def external_id_of(text: str) -> str:
    """How the number of an officer in a file is kept: "source:id", the source being "csv" unless it says so."""
    return text if ":" in text else f"csv:{text}"


def plan_officers(table: CsvTable, viewer: Account, now: datetime) -> Plan:
    """Officers and their postings; several rows of one officer are several postings."""
    return _Officers(table, viewer, now).plan


class _Officers:
    def __init__(self, table: CsvTable, viewer: Account, now: datetime) -> None:
        self.plan, self.viewer, self.now = Plan(table.columns), viewer, now
        self.mine, _foreign = managed_units_by_code(viewer)
        self.people: dict[str, _Person] = {}
        self.nips: dict[bytes, _Person] = {}
        own = set(db.session.scalars(select(Officer.id).where(belongs_to(viewer, IMPORT))))
        query = select(Officer).options(selectinload(Officer.postings).joinedload(Posting.unit))
        for officer in db.session.scalars(query):
            person = _Person(
                officer.name,
                officer.nip_key,
                [_Place(p.unit_id, p.title, p.starts_on, p.ends_on, p) for p in officer.postings],
                officer,
                officer.id in own,
                manages_wholly(viewer, officer, IMPORT),
            )
            if officer.external_id:
                self.people[officer.external_id] = person
            if officer.nip_key:
                self.nips[officer.nip_key] = person
        for row in table.rows:
            try:
                self._plan(row)
            except RowRefused as refused:
                self.plan.refuse(row, refused)

    def _plan(self, row: Row) -> None:
        if row.surplus:
            raise RowRefused(Reason.SURPLUS_CELLS)
        key, name = external_id_of(required(row, "id_pegawai", 100)), required(row, "nama")
        nip = _nip(row)
        known = nip_key(nip) if nip else None
        unit = unit_of(row, self.mine)
        starts_on, ends_on = _day(row, "mulai"), _day(row, "selesai") if optional(row, "selesai") else None
        title = optional(row, "jabatan")
        person, adopted = self._find(key, known)
        place = self._place(person, unit, starts_on, ends_on)
        changes: list[Callable[[], object]] = []
        if person is None:
            person = _Person(name, known, [], line=row.line)
            changes.append(partial(self._create, person, key, name, nip))
        else:
            if not person.mine:
                raise RowRefused(Reason.NOT_MANAGED, "id_pegawai", row.cells["id_pegawai"])
            differs = name != person.name or (known is not None and known != person.nip_key)
            if differs and person.line is not None:
                raise RowRefused(Reason.CONTRADICTS, "nama", str(person.line))
            if (differs or adopted) and not person.wholly:
                raise RowRefused(Reason.NOT_MANAGED, "id_pegawai", row.cells["id_pegawai"])
            if differs or adopted:
                changes.append(partial(self._change, person, key if adopted else None, name, nip))
                person.name, person.nip_key = name, known or person.nip_key
        # Nothing below refuses: from here on later rows see what this one does.
        effect = Effect.CREATES if person.stored is None and person.line == row.line else Effect.CHANGES
        person.line = person.line or row.line
        self.people[key] = person
        if known:
            self.nips[known] = person
        if place is None:
            person.postings.append(_Place(unit.id, title, starts_on, ends_on))
            changes.append(partial(self._post, person, unit, title, starts_on, ends_on))
        else:
            title = title if "jabatan" in self.plan.columns else place.title
            if (place.title, place.ends_on) != (title, ends_on):
                place.title, place.ends_on = title, ends_on
                changes.append(partial(self._repost, person, place, title, ends_on))
        if not changes:
            self.plan.take(Effect.NOTHING)
        else:
            self.plan.take(effect, partial(_in_order, changes))

    def _find(self, key: str, known: bytes | None) -> tuple[_Person | None, bool]:
        """The officer with this number, else the one with this NIP if he has no number of a file yet (`adopted`)."""
        person = self.people.get(key)
        bearer = self.nips.get(known) if known else None
        if person is not None:
            if bearer is not None and bearer is not person:
                raise RowRefused(Reason.NIP_TAKEN, "nip")
            return person, False
        if bearer is None:
            return None, False
        number = bearer.stored.external_id if bearer.stored is not None else "csv"
        if bearer.line is not None or (number is not None and not number.startswith("form:")):
            raise RowRefused(Reason.NIP_TAKEN, "nip")
        return bearer, True

    def _place(self, person: _Person | None, unit: Unit, starts_on: date, ends_on: date | None) -> _Place | None:
        """The posting that this row is about, if it is there; refuses days that cannot be."""
        today = self.now.astimezone(ZoneInfo(unit.timezone)).date()
        try:
            check_days(starts_on, ends_on, today)
        except DaysReversed:
            raise RowRefused(Reason.DAYS_REVERSED, "selesai") from None
        except DayAhead:
            raise RowRefused(Reason.DAY_AHEAD, "mulai") from None
        same = None
        for place in person.postings if person is not None else ():
            if place.unit_id != unit.id:
                continue
            if place.starts_on == starts_on:
                same = place
            elif (place.ends_on is None or place.ends_on >= starts_on) and (
                ends_on is None or place.starts_on <= ends_on
            ):
                raise RowRefused(Reason.POSTING_OVERLAPS, "mulai", place.starts_on.isoformat())
        return same

    def _create(self, person: _Person, key: str, name: str, nip: str | None) -> None:
        officer = Officer(name=name, external_id=key, nip=nip, nip_key=nip_key(nip) if nip else None)
        db.session.add(officer)
        db.session.flush()
        person.stored = officer

    def _change(self, person: _Person, key: str | None, name: str, nip: str | None) -> None:
        officer = person.stored
        assert officer is not None
        officer.name = name
        if key is not None:
            officer.external_id = key
        if nip is not None:
            officer.nip, officer.nip_key = nip, nip_key(nip)
        db.session.flush()

    def _post(self, person: _Person, unit: Unit, title: str, starts_on: date, ends_on: date | None) -> None:
        assert person.stored is not None
        db.session.add(
            Posting(officer_id=person.stored.id, unit_id=unit.id, title=title, starts_on=starts_on, ends_on=ends_on)
        )
        db.session.flush()

    def _repost(self, person: _Person, place: _Place, title: str, ends_on: date | None) -> None:
        assert person.stored is not None
        posting = (
            place.stored
            or db.session.scalars(
                select(Posting).where(
                    Posting.officer_id == person.stored.id,
                    Posting.unit_id == place.unit_id,
                    Posting.starts_on == place.starts_on,
                )
            ).one()
        )
        posting.title, posting.ends_on = title, ends_on
        db.session.flush()


def plan_shifts(table: CsvTable, viewer: Account, now: datetime) -> Plan:
    """Shifts at the viewer's counters; times are those of the counter's unit, an end before the beginning is on the
    day after. Keyed by counter, officer and beginning. A stored shift that has begun is evidence and keeps its end."""
    plan = Plan(table.columns)
    mine, _foreign = managed_units_by_code(viewer)
    counters = {(counter.unit_id, counter.code): counter for counter in db.session.scalars(select(Counter))}
    officers = _managed_officers(viewer)
    rows: list[tuple[Row, Counter, Officer, datetime, datetime]] = []
    lines: dict[tuple[int, int, datetime], int] = {}
    for row in table.rows:
        try:
            counter = _counter(row, unit_of(row, mine), counters)
            officer = _officer(row, officers)
            starts_at, ends_at = _span(row, counter.unit.timezone)
            once(row, (counter.id, officer.id, starts_at), lines, "mulai")
            day = starts_at.astimezone(ZoneInfo(counter.unit.timezone)).date()
            if not any(p.starts_on <= day and (p.ends_on is None or day <= p.ends_on) for p in officer.postings):
                raise RowRefused(Reason.NOT_POSTED, "tanggal")
        except RowRefused as refused:
            plan.refuse(row, refused)
        else:
            rows.append((row, counter, officer, starts_at, ends_at))
    taken = _taken(rows)
    for row, counter, officer, starts_at, ends_at in rows:
        spans = taken.setdefault(officer.id, {})
        key = (counter.id, starts_at)
        other = next((at for at, end in spans.items() if at != key and at[1] < ends_at and end > starts_at), None)
        if other is not None:
            plan.refuse(row, RowRefused(Reason.SHIFT_OVERLAPS, "mulai"))
            continue
        before = spans.get(key)
        if before not in (None, ends_at) and starts_at <= now:
            plan.refuse(row, RowRefused(Reason.SHIFT_BEGUN, "selesai"))
            continue
        spans[key] = ends_at
        if before is None:
            plan.take(Effect.CREATES, partial(_add_shift, counter.id, officer.id, starts_at, ends_at))
        elif before == ends_at:
            plan.take(Effect.NOTHING)
        else:
            plan.take(Effect.CHANGES, partial(_end_shift, counter.id, officer.id, starts_at, ends_at))
    plan.bad.sort(key=lambda bad: bad.row.line)
    return plan


def _managed_officers(viewer: Account) -> dict[str, Officer]:
    """The viewer's officers by the numbers that a row may name them by: that of a file, or the NIP."""
    found: dict[str, Officer] = {}
    query = select(Officer).where(belongs_to(viewer, IMPORT)).options(selectinload(Officer.postings))
    for officer in db.session.scalars(query):
        if officer.external_id:
            found[officer.external_id] = officer
        if officer.nip_key:
            found[officer.nip_key.hex()] = officer
    return found


def _officer(row: Row, officers: dict[str, Officer]) -> Officer:
    text = required(row, "id_pegawai", 100)
    officer = officers.get(external_id_of(text))
    if officer is None:
        try:
            nip = clean_nip(text)
        except ValueError:
            nip = None
        officer = officers.get(nip_key(nip).hex()) if nip else None
    if officer is None or not officer.active:
        raise RowRefused(Reason.UNKNOWN_OFFICER, "id_pegawai", text)
    return officer


def _counter(row: Row, unit: Unit, counters: dict[tuple[int, str], Counter]) -> Counter:
    code = code_of(row, "kode_loket")
    counter = counters.get((unit.id, code))
    if counter is None or not counter.active:
        raise RowRefused(Reason.UNKNOWN_COUNTER, "kode_loket", code)
    return counter


def _span(row: Row, timezone: str) -> tuple[datetime, datetime]:
    day, begins, ends = _day(row, "tanggal"), _time(row, "mulai"), _time(row, "selesai")
    zone = ZoneInfo(timezone)
    starts_at = datetime.combine(day, begins, zone).astimezone(UTC)
    ends_at = datetime.combine(day + timedelta(days=ends < begins), ends, zone).astimezone(UTC)
    try:
        check_span(starts_at, ends_at)
    except DaysReversed:
        raise RowRefused(Reason.DAYS_REVERSED, "selesai") from None
    except ShiftTooLong:
        raise RowRefused(Reason.SHIFT_TOO_LONG, "selesai") from None
    return starts_at, ends_at


def _taken(
    rows: list[tuple[Row, Counter, Officer, datetime, datetime]],
) -> dict[int, dict[tuple[int, datetime], datetime]]:
    """When the officers of these rows serve already: by officer, (counter, beginning) -> end."""
    taken: dict[int, dict[tuple[int, datetime], datetime]] = {}
    if not rows:
        return taken
    stored = db.session.execute(
        select(Shift.officer_id, Shift.counter_id, Shift.starts_at, Shift.ends_at).where(
            Shift.officer_id.in_({officer.id for _row, _counter, officer, _starts, _ends in rows}),
            Shift.starts_at < max(row[4] for row in rows),
            Shift.ends_at > min(row[3] for row in rows),
        )
    )
    for officer_id, counter_id, starts_at, ends_at in stored:
        taken.setdefault(officer_id, {})[counter_id, starts_at.astimezone(UTC)] = ends_at.astimezone(UTC)
    return taken


def _add_shift(counter_id: int, officer_id: int, starts_at: datetime, ends_at: datetime) -> None:
    db.session.add(Shift(counter_id=counter_id, officer_id=officer_id, starts_at=starts_at, ends_at=ends_at))


def _end_shift(counter_id: int, officer_id: int, starts_at: datetime, ends_at: datetime) -> None:
    shift = db.session.scalars(
        select(Shift).where(
            Shift.counter_id == counter_id, Shift.officer_id == officer_id, Shift.starts_at == starts_at
        )
    ).one()
    shift.ends_at = ends_at


def _nip(row: Row) -> str | None:
    try:
        return clean_nip(optional(row, "nip", 40))
    except ValueError:
        raise RowRefused(Reason.BAD_NIP, "nip") from None


def _day(row: Row, column: str) -> date:
    text = required(row, column)
    try:
        return parse_day(text)
    except ValueError:
        raise RowRefused(Reason.BAD_DAY, column, text) from None


def _time(row: Row, column: str) -> time:
    text = required(row, column)
    try:
        return parse_time(text)
    except ValueError:
        raise RowRefused(Reason.BAD_TIME, column, text) from None


def _in_order(changes: list[Callable[[], object]]) -> None:
    for change in changes:
        change()
