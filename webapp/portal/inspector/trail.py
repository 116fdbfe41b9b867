"""The trail: who saw and did what, by case, by person, by time. Never what was said."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, Role, can
from webapp.app import settings_of
from webapp.audit.actions import Look
from webapp.database import transaction
from webapp.feedback.codes import clean_code
from webapp.feedback.trail import Asked, Trail, TrailLine, list_people, read_trail, record_case_look
from webapp.indicators.deeds import OWN_DEEDS, Deed, PresetDeed, deeds_of
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import ROLES
from webapp.portal.chosen import chosen_id
from webapp.portal.dates import moment_in_words, span_in_words
from webapp.portal.inspector.objects import named
from webapp.portal.inspector.room import blueprint
from webapp.portal.inspector.words import REASONS, actor_in_words, deed_in_words
from webapp.portal.staff.plan_view import plan_years
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
    people = list_people(viewer)
    person = _person(people)
    first, last = _days(today, everything=code is not None)
    notes = _notes(person, first, last, everything=code is not None)
    asked = Asked(
        since=_midnight(first),
        until=_midnight(last + timedelta(days=1)),
        code=code,
        account_id=person,
        originals=request.args.get("asli") == "ya",
        before=_before(),
    )
    trail = read_trail(viewer, asked)
    page = render_template(
        "inspector/list_trail.html",
        lines=_lines(viewer, trail, today),
        older=_token(trail),
        sealed_at=moment_in_words(trail.sealed_at, _zone().key) if trail.sealed_at else None,
        people=people,
        chosen=person,
        code=written,
        originals=asked.originals,
        first=first,
        last=last,
        span=span_in_words(first, last),
        notes=notes,
        asked={name: value for name, value in request.args.items() if name != "sebelum"},
        may_read_originals=can(viewer, Permission.COMPLAINT_READ_ORIGINAL),
    )
    if code is not None and trail.lines:
        with transaction():
            record_case_look(viewer, code, Look.TRAIL, datetime.now(UTC))
    return page


def _lines(viewer: Account, trail: Trail, today: date) -> list[dict[str, object]]:
    deeds, years = deeds_of(viewer, trail.lines), plan_years(today)
    return [
        {
            "when": moment_in_words(line.at, line.timezone),
            "code": line.code,
            "who": actor_in_words(line, unnamed=_is_unnamed(line, deeds.get(line.id))),
            "what": deed_in_words(line),
            "about": named(viewer, deeds[line.id], years) if line.id in deeds else None,
            "to": ", ".join(name for name in (line.unit, line.person) if name),
            "role": ROLES[Role(line.role)] if line.role else None,
            "reason": next((words for reason, words in REASONS.items() if reason == line.reason), None),
            "note": line.note,
        }
        for line in trail.lines
    ]


def _is_unnamed(line: TrailLine, deed: Deed | None) -> bool:
    """Whether the name of who did it would tell whose it is, to somebody who may not read of him."""
    if (line.deed, line.what) not in OWN_DEEDS:
        return False
    return deed is None or isinstance(deed, PresetDeed) or deed.officer is None


def _person(people: list[tuple[int, str]]) -> int | None:
    """Whose deeds are asked for; 0, which is nobody, where he is none of those whom the viewer may ask about."""
    try:
        asked = chosen_id(request.args.get("orang"))
    except ValueError:
        return 0
    return asked if asked is None or any(id_ == asked for id_, _name in people) else 0


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


def _notes(person: int | None, first: date, last: date, *, everything: bool) -> list[str]:
    """What of the question was not understood, or not followed as it was asked."""
    notes = []
    if person == 0:
        notes.append(_("Pegawai yang diminta tidak dikenal, jadi tidak ada jejak yang ditampilkan. Pilih dari daftar."))
    asked = [_day(name) for name in ("dari", "sampai") if request.args.get(name)]
    if None in asked:
        notes.append(
            _("Tanggal yang diminta tidak terbaca. Tulis seperti 2026-11-24, antara tahun 2000 dan 2200.")
            if everything
            else _(
                "Tanggal yang diminta tidak terbaca, jadi yang ditampilkan %(span)s. Tulis seperti 2026-11-24, antara "
                "tahun 2000 dan 2200.",
                span=span_in_words(first, last),
            )
        )
    elif first not in asked and _day("dari") is not None:
        notes.append(
            _(
                "Paling banyak %(n)s hari ditampilkan sekaligus tanpa nomor laporan, jadi yang ditampilkan %(span)s.",
                n=_MOST_DAYS,
                span=span_in_words(first, last),
            )
        )
    return [str(note) for note in notes]


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
