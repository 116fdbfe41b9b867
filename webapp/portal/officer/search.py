"""Searching everything that the viewer may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.feedback.desk import DeskItem
from webapp.feedback.life_cycle import OPEN_STATES, WAITING_STATES, State
from webapp.feedback.search.choices import colleagues_in_reach, units_in_reach
from webapp.feedback.search.queries import Found, Place, Search, find_complaints
from webapp.feedback.vocabulary import ComplaintKind
from webapp.portal.access import current_account, requires
from webapp.portal.chosen import chosen_id
from webapp.portal.dates import local_day, short_day
from webapp.portal.officer.piles import STATES, ListedCase, first_sentence, state_tag
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.words import KINDS
from webapp.portal.typed_text import without_nul

#: Whoever holds one of these sees complaints, each as far as it reaches.
_SEEING = (
    Permission.COMPLAINT_READ,
    Permission.COMPLAINT_ANSWER,
    Permission.COMPLAINT_READ_PERSONAL,
    Permission.COMPLAINT_TRIAGE,
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found, and where it is opened; None for whoever may only read that it is there."""

    case: ListedCase
    href: str | None


@blueprint.get("/cari")
@requires(Permission.COMPLAINT_SEARCH)
def search() -> ResponseReturnValue:
    """What was looked for among all that the viewer may see."""
    viewer = current_account()
    zone = ZoneInfo(viewer.grants[0].unit.timezone if viewer.grants else "Asia/Jakarta")
    wanted = _wanted(zone)
    found = None if wanted.is_empty else find_complaints(viewer, wanted, after=_after())
    return render_template(
        "officer/search.html",
        found=found,
        hits=[Hit(_listed(item), _href(viewer, item)) for item in found.items] if found else [],
        further=_further(found) if found else None,
        asked={name: value for name, value in request.args.items() if name != "sejak"},
        units=units_in_reach(viewer, *_SEEING),
        officers=colleagues_in_reach(viewer, *_SEEING),
        states=[("berjalan", _("Sedang berjalan")), ("menunggu", _("Menunggu pelapor")), *_state_choices()],
        kinds=[(str(kind), label) for kind, label in KINDS.items()],
    )


def _wanted(zone: ZoneInfo) -> Search:
    """What the page was asked for; what can't be read is left out."""
    last = _day("sampai")
    kind = request.args.get("jenis", "")
    return Search(
        words=_text("q"),
        place=_text("tempat"),
        unit_id=_id("unit"),
        officer_id=_id("petugas"),
        states=_states(request.args.get("keadaan", "")),
        kind=kind if kind in set(ComplaintKind) else None,
        filed_from=_moment(_day("dari"), zone),
        filed_until=_moment(last + timedelta(days=1) if last is not None and last < date.max else None, zone),
    )


def _states(name: str) -> tuple[State, ...]:
    if name == "berjalan":
        return tuple(sorted(OPEN_STATES))
    if name == "menunggu":
        return tuple(sorted(WAITING_STATES))
    return (State(name),) if name in set(State) else ()


def _state_choices() -> list[tuple[str, str]]:
    return [(str(state), str(words).capitalize()) for state, (words, _tone) in STATES.items()]


def _text(name: str) -> str:
    return (without_nul(request.args.get(name)) or "").strip()[:200]


def _id(name: str) -> int | None:
    try:
        return chosen_id(request.args.get(name))
    except ValueError:
        return None


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _moment(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None or not 1990 <= day.year <= 9000 else datetime.combine(day, time(), zone)


def _after() -> Place | None:
    """Where the page begins: "1763700000.123456-17", microseconds and all."""
    at, _dash, number = request.args.get("sejak", "").partition("-")
    if not (at.isascii() and at.isdecimal() and len(at) < 18 and number.isascii() and number.isdecimal()):
        return None
    if len(number) > 18:
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(at)), int(number)
    except OverflowError:
        return None


def _further(found: Found) -> str | None:
    if found.after is None:
        return None
    at, number = found.after
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f"{micros}-{number}"


def _listed(item: DeskItem) -> ListedCase:
    first, rest = first_sentence(item.excerpt)
    tag, tone = state_tag(item.state)
    personal = _("menyangkut perbuatan seseorang") if item.personal else ""
    detail = " · ".join(part for part in (item.code, item.service, item.unit, item.handler, personal) if part)
    return ListedCase(item.code, first, rest, short_day(local_day(item.filed_at, item.timezone)), tag, tone, detail)


def _href(viewer: Account, item: DeskItem) -> str | None:
    if item.unit is not None and can(viewer, Permission.COMPLAINT_ANSWER):
        return url_for("officer.show_case", code=item.code)
    if can(viewer, Permission.COMPLAINT_TRIAGE):
        return url_for("triage.decide", code=item.code)
    return None
