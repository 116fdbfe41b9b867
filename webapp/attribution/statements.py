"""What a citizen states, held against the records: counter and time, queue number, names, file numbers, words, place.

A statement is only looked for where its context is told as well: a counter and a queue number on a day of a unit, a
name among the officers whom that unit had on that day. A few queries for any batch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select

from webapp.attribution.circumstances import Circumstances, Delay, Part, UnitPart
from webapp.attribution.counter_records import There, find_there, present_at
from webapp.attribution.delays import delays_of
from webapp.attribution.models import TextOpinion
from webapp.attribution.named_officers import OfficerThen, find_named
from webapp.attribution.named_places import find_places
from webapp.attribution.presence import STATED_SLACK, WRITTEN_SLACK
from webapp.attribution.routing.cases import CatalogueUnit
from webapp.attribution.routing.places import classes_of
from webapp.attribution.stated import Statement, Units, bounds_of
from webapp.attribution.told import Queued, read_told
from webapp.counter.applications.models import Application
from webapp.counter.models import Visit
from webapp.counter.queue.models import QueueTicket
from webapp.database import db
from webapp.feedback.models import Complaint, Feedback, Rating
from webapp.organisation.models import Counter, Officer, Posting, Unit

#: With more officers than that at and below a unit, a name within it tells too little.
LARGEST_ROSTER = 400

Key = tuple[int, date]


def add_statements(
    known: Mapping[int, tuple[Feedback, Circumstances]], counters: Mapping[int, Counter], timezone: str
) -> dict[int, Circumstances]:
    """The circumstances of each feedback with what its statements point at.

    `counters`: those that feedback states, by its id; `timezone`: where no unit is known.
    """
    units = _units()
    texts = _texts(known)
    statements = {
        id_: _statement(one, circumstances, texts.get(id_, ""), counters.get(id_), units, timezone)
        for id_, (one, circumstances) in known.items()
    }
    _find_written_counters(statements, units)
    files = _files(statements.values())
    delays = delays_of({file.id for id_, file in files.items() if statements[id_].told.of_delay})
    there = find_there(statements.values())
    queues = _queues(statements.values(), units)
    rosters = _rosters(statements.values(), units)
    opinions = _opinions(known)
    return {
        id_: _complete(one, units, files.get(id_), delays, there, queues.get(id_, ()), rosters, opinions.get(id_, ()))
        for id_, one in statements.items()
    }


def _complete(
    one: Statement,
    units: Units,
    file: Application | None,
    delays: Mapping[int, tuple[Delay, ...]],
    there: There,
    queue: tuple[Part, ...],
    rosters: Mapping[Key, list[OfficerThen]],
    opinion: tuple[UnitPart, ...],
) -> Circumstances:
    counter, known = one.counter, one.known
    names = dict(known.names)
    if counter is not None:
        names["counter"] = counter.name
    if one.day is not None:
        names.setdefault("day", one.day.isoformat())
    if "unit" not in names and one.unit_id is not None:
        names["unit"] = units.names[one.unit_id]
    served, on_duty = present_at(one, there)
    roster = rosters.get((one.unit_id, one.day)) if one.unit_id is not None and one.day is not None else None
    match = find_named(one.text, roster) if roster else None
    by_code = file is not None and file.code == one.told.file_code
    return replace(
        known,
        told_file_unit_id=file.unit_id if file is not None and by_code else None,
        told_file_delays=delays.get(file.id, ()) if file is not None and by_code and one.told.of_delay else (),
        numbered_file_unit_id=file.unit_id if file is not None and not by_code else None,
        queue_served=queue,
        queue_unit_id=queue[0].unit_id if queue else None,
        queue_by_label=bool(one.told.queued and one.told.queued.prefix),
        served_there=served,
        on_duty=on_duty,
        exactly=one.at is not None,
        counter_unit_id=counter.unit_id if counter is not None else None,
        named=tuple(Part(who.unit_id, who.officer_id, part) for who, part in match.parts) if match else (),
        named_by=match.by if match else "",
        text_units=opinion,
        place_units=_places(one, opinion, units),
        paths=units.paths,
        roster_sizes={one.unit_id: len(roster)} if roster and one.unit_id is not None else {},
        names=names,
        unit_names=units.names,
    )


def _units() -> Units:
    rows = db.session.execute(select(Unit.id, Unit.path, Unit.name, Unit.timezone).order_by(Unit.id)).all()
    return Units(
        {row.id: row.path for row in rows}, {row.id: row.name for row in rows}, {row.id: row.timezone for row in rows}
    )


def _texts(ids: Iterable[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(Feedback.id, Complaint.text, Rating.comment)
        .outerjoin(Complaint, Complaint.feedback_id == Feedback.id)
        .outerjoin(Rating, Rating.feedback_id == Feedback.id)
        .where(Feedback.id.in_(sorted(ids)))
    )
    return {row.id: row.text or row.comment or "" for row in rows}


def _statement(
    one: Feedback, known: Circumstances, text: str, counter: Counter | None, units: Units, timezone: str
) -> Statement:
    unit_id = counter.unit_id if counter is not None else known.chosen_unit_id or known.service_unit_id
    zone = ZoneInfo(units.zones.get(unit_id or 0, timezone))
    told = read_told(text, one.filed_at.astimezone(zone).date())
    at, slack = None, STATED_SLACK
    if one.occurred_at is not None:
        day: date | None = one.occurred_at.astimezone(zone).date()
        at = one.occurred_at if one.occurred_exactly else None
    else:
        day = told.day
    if at is None and day is not None and told.at is not None:
        at, slack = datetime.combine(day, told.at, zone), WRITTEN_SLACK
    return Statement(one, replace(known, paths=units.paths), text, told, unit_id, counter, zone, day, at, slack)


def _find_written_counters(statements: Mapping[int, Statement], units: Units) -> None:
    """Fill in counters that are told in the text only, of the unit that is told."""
    seeking = [one for one in statements.values() if one.counter is None and one.told.counter and one.unit_id]
    if not seeking:
        return
    within = {id_ for one in seeking if one.unit_id for id_ in units.at_and_below(one.unit_id)}
    counters = db.session.scalars(
        select(Counter).where(Counter.unit_id.in_(sorted(within)), Counter.active).order_by(Counter.id)
    ).all()
    for one in seeking:
        assert one.unit_id is not None
        near = set(units.at_and_below(one.unit_id))
        found = [counter for counter in counters if counter.unit_id in near and _is_called(counter, one.told.counter)]
        if len(found) == 1:
            one.counter = found[0]


def _is_called(counter: Counter, told: str) -> bool:
    words = re.findall(r"[A-Z]?\d+|[A-Z]+", counter.name.upper())
    return told in {word.lstrip("0") for word in (*words[-1:], counter.code.upper())}


def _files(statements: Iterable[Statement]) -> dict[int, Application]:
    """The file that each text tells: by its code, or by the agency's own number within the unit that is told."""
    codes = {one.told.file_code: one for one in statements if one.told.file_code}
    numbers = {one.told.file_number for one in statements if one.told.file_number and one.unit_id}
    if not codes and not numbers:
        return {}
    files = db.session.scalars(
        select(Application)
        .where(or_(Application.code.in_(sorted(codes)), Application.external_id.in_(sorted(numbers))))
        .order_by(Application.id)
    ).all()
    found: dict[int, Application] = {}
    for one in statements:
        by_code = [file for file in files if file.code == one.told.file_code]
        by_number = [
            file
            for file in files
            if one.told.file_number and file.external_id == one.told.file_number and _is_kin(one, file.unit_id)
        ]
        for fitting in (by_code, by_number):
            if len(fitting) == 1:
                found.setdefault(one.feedback.id, fitting[0])
    return found


def _is_kin(one: Statement, unit_id: int) -> bool:
    return one.unit_id is not None and one.known.kin(one.unit_id, unit_id)


def _queues(statements: Iterable[Statement], units: Units) -> dict[int, tuple[Part, ...]]:
    """Who served the told queue number on the told day: our own tickets, and visits that a queue machine reported."""
    seeking = [
        one
        for one in statements
        if one.told.queued is not None and one.unit_id is not None and one.day and not units.is_whole(one.unit_id)
    ]
    if not seeking:
        return {}
    kin = {one.feedback.id: units.kin(one.unit_id) for one in seeking if one.unit_id is not None}
    within = sorted(set().union(*kin.values()))
    tickets = db.session.execute(
        select(QueueTicket.day, QueueTicket.label, QueueTicket.number, QueueTicket.unit_id, Visit.officer_id)
        .join(Visit, Visit.id == QueueTicket.visit_id)
        .where(QueueTicket.unit_id.in_(within), QueueTicket.day.in_(sorted({one.day for one in seeking if one.day})))
        .where(QueueTicket.number.in_(sorted({one.told.queued.number for one in seeking if one.told.queued})))
        .order_by(QueueTicket.id)
    ).all()
    reported = db.session.execute(
        select(Visit.external_id, Visit.unit_id, Visit.officer_id, Visit.started_at)
        .where(
            or_(
                *(
                    and_(
                        Visit.unit_id.in_(sorted(kin[one.feedback.id])),
                        Visit.finished_at > first,
                        Visit.finished_at <= last,
                    )
                    for one in seeking
                    if one.day is not None
                    for first, last in (bounds_of(one.day, one.timezone),)
                )
            ),
            Visit.external_id.is_not(None),
        )
        .order_by(Visit.id)
    ).all()
    found: dict[int, tuple[Part, ...]] = {}
    for one in seeking:
        queued = one.told.queued
        assert queued is not None
        heads = {
            (row.unit_id, row.officer_id)
            for row in tickets
            if row.day == one.day and row.unit_id in kin[one.feedback.id] and _is_label(row.label, queued)
        } or {
            (row.unit_id, row.officer_id)
            for row in reported
            if row.started_at.astimezone(one.timezone).date() == one.day
            and row.unit_id in kin[one.feedback.id]
            and _is_label(str(row.external_id).partition(":")[2], queued)
        }
        # Several lines may have had the same number: then it may be any of those.
        if heads and len({unit_id for unit_id, _ in heads}) == 1:
            found[one.feedback.id] = tuple(Part(*head, 1 / len(heads)) for head in sorted(heads))
    return found


def _is_label(label: str, queued: Queued) -> bool:
    """Whether a label, or a machine's own number of a visit that ends in one ("20261124-A-012"), is the told number."""
    written = re.search(r"(?:^|[^A-Za-z])([A-Za-z]{0,2})[-. ]?0*(\d+)$", label)
    if written is None or int(written[2]) != queued.number:
        return False
    return not queued.prefix or written[1].upper() == queued.prefix


def _rosters(statements: Iterable[Statement], units: Units) -> dict[Key, list[OfficerThen]]:
    """The officers whom the told units, and those below, had on the told days."""
    wanted = {
        (one.unit_id, one.day)
        for one in statements
        if one.unit_id is not None and one.day and one.text and not units.is_whole(one.unit_id)
    }
    if not wanted:
        return {}
    below = {unit_id: set(units.at_and_below(unit_id)) for unit_id, _ in wanted}
    days = [day for _, day in wanted]
    rows = db.session.execute(
        select(Posting.officer_id, Posting.unit_id, Officer.name, Posting.title, Posting.starts_on, Posting.ends_on)
        .join(Officer, Officer.id == Posting.officer_id)
        .where(
            Posting.unit_id.in_(sorted(set().union(*below.values()))),
            Posting.starts_on <= max(days),
            or_(Posting.ends_on.is_(None), Posting.ends_on >= min(days)),
        )
        .order_by(Posting.officer_id, Posting.starts_on, Posting.id)
        .limit(20 * LARGEST_ROSTER)
    ).all()
    rosters = {}
    for unit_id, day in wanted:
        roster = {
            row.officer_id: OfficerThen(row.officer_id, row.unit_id, row.name, row.title)
            for row in rows
            if row.unit_id in below[unit_id] and row.starts_on <= day and (row.ends_on is None or row.ends_on >= day)
        }
        if len(roster) <= LARGEST_ROSTER:
            rosters[unit_id, day] = list(roster.values())
    return rosters


def _opinions(ids: Iterable[int]) -> dict[int, tuple[UnitPart, ...]]:
    rows = db.session.execute(
        select(TextOpinion.feedback_id, TextOpinion.candidates).where(TextOpinion.feedback_id.in_(sorted(ids)))
    )
    return {
        row.feedback_id: tuple(
            UnitPart(int(one["unit_id"]), float(one["probability"])) for one in row.candidates if one["probability"] > 0
        )
        for row in rows
    }


def _places(one: Statement, opinion: tuple[UnitPart, ...], units: Units) -> tuple[UnitPart, ...]:
    """Units of a kind that the told place names, where the kind is in question by what else is told."""
    if not one.feedback.place:
        return ()
    near = {id_ for stated in (one.unit_id,) if stated is not None for id_ in units.at_and_below(stated)}
    near |= {candidate.unit_id for candidate in opinion}
    classes = classes_of([CatalogueUnit(str(id_), name) for id_, name in units.names.items()])
    return find_places(classes, one.feedback.place, near)
