"""The trail: who saw and did what, by case, by person, by time. Never what was said."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from webapp.accounts.permissions import Permission, Role, can
from webapp.app import settings_of
from webapp.audit.actions import Look
from webapp.database import transaction
from webapp.feedback.codes import clean_code
from webapp.feedback.trail import Asked, Trail, list_people, read_trail, record_case_look
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import ROLES
from webapp.portal.chosen import chosen_id
from webapp.portal.dates import moment_in_words, span_in_words
from webapp.portal.inspector.room import blueprint
from webapp.portal.inspector.words import REASONS, actor_in_words, deed_in_words
from webapp.portal.typed_text import without_nul

#: Days shown where nothing was asked for, and the most that are shown at once without a case or a person.
_DAYS = 7
_MOST_DAYS = 31


@blueprint.get("/jejak")
@requires(Permission.AUDIT_READ)
def list_trail() -> ResponseReturnValue:
    """Entries, the latest first; asking about a case is itself written down."""
    viewer = current_account()
    today = datetime.now(UTC).astimezone(_zone()).date()
    written = (without_nul(request.args.get("kode")) or "").strip()
    code = clean_code(written) or written or None
    person = _person()
    first, last = _days(today, everything=code is not None)
    asked = Asked(
        since=_midnight(first),
        until=_midnight(last + timedelta(days=1)),
        code=code,
        account_id=person,
        originals=request.args.get("asli") == "ya",
        before=_before(),
    )
    trail = read_trail(viewer, asked)
    people = list_people(viewer)
    page = render_template(
        "inspector/list_trail.html",
        lines=_lines(trail),
        older=_token(trail),
        sealed_at=moment_in_words(trail.sealed_at, _zone().key) if trail.sealed_at else None,
        people=people,
        chosen=person,
        code=written,
        originals=asked.originals,
        first=first,
        last=last,
        span=span_in_words(first, last),
        asked={name: value for name, value in request.args.items() if name != "sebelum"},
        may_read_originals=can(viewer, Permission.COMPLAINT_READ_ORIGINAL),
    )
    if code is not None and trail.lines:
        with transaction():
            record_case_look(viewer, code, Look.TRAIL, datetime.now(UTC))
    return page


def _lines(trail: Trail) -> list[dict[str, object]]:
    return [
        {
            "when": moment_in_words(line.at, line.timezone),
            "code": line.code,
            "who": actor_in_words(line),
            "what": deed_in_words(line),
            "to": ", ".join(name for name in (line.unit, line.person) if name),
            "role": ROLES[Role(line.role)] if line.role else None,
            "reason": next((words for reason, words in REASONS.items() if reason == line.reason), None),
            "note": line.note,
        }
        for line in trail.lines
    ]


def _person() -> int | None:
    try:
        return chosen_id(request.args.get("orang"))
    except ValueError:
        return None


def _days(today: date, *, everything: bool) -> tuple[date, date]:
    """The days asked for, in order and not too many; one case is shown from its beginning."""
    last = _day("sampai") or today
    first = _day("dari")
    if first is None:
        first = date(2000, 1, 1) if everything else last - timedelta(days=_DAYS - 1)
    if first > last:
        first, last = last, first
    if not everything:
        first = max(first, last - timedelta(days=_MOST_DAYS - 1))
    return first, last


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _zone() -> ZoneInfo:
    return ZoneInfo(settings_of(current_app).default_timezone)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _zone())


def _token(trail: Trail) -> str | None:
    return f"{trail.older[0].astimezone(UTC).isoformat()}~{trail.older[1]}" if trail.older else None


def _before() -> tuple[datetime, int] | None:
    """Where the page before ended, as `_token` wrote it."""
    at, _tilde, id_ = request.args.get("sebelum", "").partition("~")
    try:
        moment, number = datetime.fromisoformat(at), chosen_id(id_)
    except ValueError:
        return None
    return (moment, number) if number is not None and moment.tzinfo is not None else None
