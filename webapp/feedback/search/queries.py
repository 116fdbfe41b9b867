"""Searching what a viewer may see.

Found is what was filed last first. A word that many complaints hold is met soon by walking back in time; one that few
hold is looked up in the index of words. Which it is nobody knows beforehand, so a short walk comes first, and where it
did not fill the page the index is asked: neither ever reads much more than it shows, however many complaints there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, cast, false, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.feedback.desk import DeskItem, item_columns, item_of
from webapp.feedback.handling import visible_to
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.feedback.search.lexicon import words_alike
from webapp.feedback.search.models import ComplaintWords
from webapp.feedback.search.wording import as_tsquery, code_beginning, code_in, words_of
from webapp.organisation.models import Unit

#: Shown on a page, looked at by the short walk, and taken from the index of words at first.
PAGE, WALK, NEWEST = 25, 3_000, 400
#: More units than that are not told to the index one by one: their complaints are left out afterwards.
MOST_UNITS = 80
#: The permissions by any of which somebody may see a complaint.
_SEEING = (Permission.COMPLAINT_READ, Permission.COMPLAINT_ANSWER, Permission.COMPLAINT_READ_PERSONAL)

#: States of which there are few: an index of their own finds them sooner than a walk.
PUT_AWAY = frozenset({State.DEFERRED, State.MERGED, State.UNSOLVED, State.PASSED_ON, State.ARCHIVED})

Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; everything that is given must hold. `words` may be (part of) a code.

    `filed_from` and `filed_until` are moments, the latter left out itself. `officer_id` is an account that has the
    complaint or gave its answer.
    """

    words: str = ""
    place: str = ""
    unit_id: int | None = None
    officer_id: int | None = None
    states: tuple[State, ...] = ()
    kind: str | None = None
    filed_from: datetime | None = None
    filed_until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return self == Search()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found. `after` is where the next page begins, None where there is none.

    `read_as` says which known words were looked for besides a typed one that hardly any complaint holds; only words of
    which something was found are told, so that nobody learns from it what he may not see.
    """

    items: tuple[DeskItem, ...]
    after: Place | None
    read_as: dict[str, tuple[str, ...]]


def find_complaints(viewer: Account, search: Search, *, after: Place | None = None, limit: int = PAGE) -> Found:
    """What `viewer` may see of what is looked for, the last filed first, from `after` on."""
    code, beginning = code_in(search.words), code_beginning(search.words)
    if code or beginning:
        items = _by_code(viewer, search, code, beginning, limit)
        if items:
            return Found(items, None, {})
    alike = words_alike([*words_of(search.words), *words_of(search.place)])
    rows = _find(viewer, search, alike, after, limit + 1)
    items = tuple(item_of(row) for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    told = " ".join(item.excerpt.lower() for item in items)
    read_as = {typed: tuple(word for word in words if word in told) for typed, words in alike.items()}
    return Found(
        items,
        (last.filed_at, last.feedback_id) if last is not None else None,
        {typed: words for typed, words in read_as.items() if words},
    )


def _by_code(viewer: Account, search: Search, code: str, beginning: str, limit: int) -> tuple[DeskItem, ...]:
    matches = or_(
        Complaint.code == code,
        # Codes are plain capitals and digits: a range of them is what begins alike.
        and_(Complaint.code >= beginning, Complaint.code < beginning + "~") if beginning else false(),
    )
    rows = db.session.execute(
        item_columns(viewer)
        .where(matches, visible_to(viewer), *_narrowed(search))
        .order_by(Complaint.code)
        .limit(limit)
    )
    return tuple(item_of(row) for row in rows)


def _find(
    viewer: Account, search: Search, alike: dict[str, tuple[str, ...]], after: Place | None, limit: int
) -> Sequence[Any]:
    units = _units_to_look_in(viewer, search)
    if units is not None and not units:
        return []
    said, narrow = _said(search, alike), _narrowed(search)
    where = [*_in_time(search, after), *([] if units is None else [_in_units(units)])]
    if said is not None or not set(search.states) & PUT_AWAY:
        walked = (
            select(ComplaintWords.complaint_id, ComplaintWords.filed_at, ComplaintWords.words)
            .where(*where)
            .order_by(ComplaintWords.filed_at.desc(), ComplaintWords.complaint_id.desc())
            .limit(WALK)
            .subquery("walked")
        )
        held = [] if said is None else [walked.c.words.op("@@")(said)]
        rows = db.session.execute(_page(viewer, walked, [*held, *narrow], limit)).all()
        if len(rows) >= limit:
            return rows
    columns: tuple[Any, ...] = (ComplaintWords.complaint_id, ComplaintWords.filed_at)
    hits: Select[Any] = select(*columns).where(*where)
    if said is None:
        return db.session.execute(_page(viewer, hits.subquery("hit"), narrow, limit)).all()
    if units is not None and len(units) <= MOST_UNITS:
        said = said.op("&&")(cast(literal(" | ".join(f"'#{unit}'" for unit in units)), TSQUERY))
    # Held apart, so that the index of words is asked and not all of time walked through after all. Nearly everything
    # that lies in the viewer's units is his to see, so the latest few hundred mostly hold a page of it.
    newest = (
        hits.where(ComplaintWords.words.op("@@")(said))
        .order_by(ComplaintWords.filed_at.desc(), ComplaintWords.complaint_id.desc())
        .limit(NEWEST)
    )
    rows = db.session.execute(_page(viewer, _held_apart(newest), narrow, limit)).all()
    if len(rows) >= limit or _count(newest) < NEWEST:
        return rows
    return db.session.execute(_page(viewer, _held_apart(newest.limit(None)), narrow, limit)).all()


def _held_apart(hits: Select[Any]) -> FromClause:
    return hits.cte("hit").prefix_with("MATERIALIZED")


def _count(hits: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(hits.subquery())) or 0


def _page(viewer: Account, hits: FromClause, narrow: list[ColumnElement[bool]], limit: int) -> Select[Any]:
    return (
        item_columns(viewer, hits, hits.c.complaint_id == Complaint.feedback_id)
        .where(visible_to(viewer), *narrow)
        .order_by(hits.c.filed_at.desc(), hits.c.complaint_id.desc())
        .limit(limit)
    )


def _said(search: Search, alike: dict[str, tuple[str, ...]]) -> ColumnElement[Any] | None:
    """The query of words, those of the place marked as such; None where no word is looked for."""
    parts = [as_tsquery(words_of(search.words), alike), as_tsquery(words_of(search.place), alike, weight="B")]
    wanted = " & ".join(part for part in parts if part)
    return func.to_tsquery(cast("pg_catalog.indonesian", REGCONFIG), wanted) if wanted else None


def _narrowed(search: Search) -> list[ColumnElement[bool]]:
    """Conditions on the complaint itself."""
    found: list[ColumnElement[bool]] = []
    if search.states:
        found.append(Complaint.state.in_(search.states))
    if search.kind is not None:
        found.append(Complaint.complaint_kind == search.kind)
    if search.officer_id is not None:
        found.append(or_(Complaint.handler_id == search.officer_id, Complaint.answered_by_id == search.officer_id))
    return found


def _in_time(search: Search, after: Place | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.filed_from is not None:
        found.append(ComplaintWords.filed_at >= search.filed_from)
    if search.filed_until is not None:
        found.append(ComplaintWords.filed_at < search.filed_until)
    if after is not None:
        found.append(tuple_(ComplaintWords.filed_at, ComplaintWords.complaint_id) < tuple_(*map(literal, after)))
    return found


def _in_units(units: tuple[int, ...]) -> ColumnElement[bool]:
    placed = ComplaintWords.unit_id.in_([unit for unit in units if unit])
    return or_(placed, ComplaintWords.unit_id.is_(None)) if 0 in units else placed


def _units_to_look_in(viewer: Account, search: Search) -> tuple[int, ...] | None:
    """The units in which the viewer sees anything, 0 for those that lie in none; None where there is nothing to narrow.

    This only keeps the search from reading what would be left out anyway: `visible_to` decides.
    """
    paths = [path for permission in _SEEING for path in reach(viewer, permission)]
    everywhere = any(path.count("/") == 2 for path in paths)  # "/1/": the root
    homeless = bool(reach(viewer, Permission.COMPLAINT_TRIAGE))
    if search.unit_id is None and everywhere:
        return None
    below = select(Unit.id).where(or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in set(paths))))
    if search.unit_id is not None:
        chosen = aliased(Unit)
        below = below.join(chosen, Unit.path.startswith(chosen.path)).where(chosen.id == search.unit_id)
    units = tuple(sorted(db.session.scalars(below)))
    return (0, *units) if homeless and search.unit_id is None else units
