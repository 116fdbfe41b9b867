"""Drawing a number: where, for what, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.counter.codes import clean_ticket_code
from webapp.counter.queue.directory import QueuePlace, list_places
from webapp.counter.queue.drawing import (
    OfferedDay,
    draw_ticket,
    offer_slots,
    open_line,
    places_now,
    ticket_by_code,
)
from webapp.counter.queue.errors import NoQueueHere, NoSuchTicket, QueueRefusal, SlotFull, SlotGone
from webapp.counter.queue.hall_times import serving_time_of
from webapp.counter.queue.models import QueueLine
from webapp.counter.queue.own_tickets import OwnTicket, drawn_under, list_own_tickets
from webapp.counter.queue.paces import expected_range
from webapp.counter.queue.queries import LineChoice, list_halls, list_lines
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import transaction
from webapp.portal.access import public
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.device import device_key, known_device
from webapp.portal.citizen.limits import count_drawing, count_wrong_code
from webapp.portal.citizen.queue_forms import NOW, DrawForm
from webapp.portal.citizen.queue_words import (
    PRIORITIES,
    day_said,
    hours_in_words,
    own_ticket_in_words,
    refusal_in_words,
    slot_in_words,
    wait_in_words,
    waiting_in_words,
)
from webapp.portal.typed_text import keeps_typed_text, without_nul

#: More places than these are folded away by office.
_MOST_UNFOLDED = 6
#: Under this purpose a device is known in the queue.
PERSON = "queue"


@dataclass(frozen=True, slots=True)
class TurnChoice:
    """One turn that can be chosen: now, or a slot."""

    id: str
    value: str
    words: str
    hint: str
    chosen: bool
    full: bool = False


@dataclass(frozen=True, slots=True)
class DayChoice:
    """A day with its turns; `open` where one of them is chosen already."""

    words: str
    left: str
    open: bool
    turns: tuple[TurnChoice, ...]


@blueprint.get("/antrean")
@public
def choose_hall() -> ResponseReturnValue:
    """Where to queue; `?kode=` opens a number by its code."""
    typed = (without_nul(request.args.get("kode")) or "").strip()[:40]
    unknown = None
    if typed:
        try:
            return redirect(url_for("citizen.show_ticket", code=ticket_by_code(typed).code))
        except NoSuchTicket:
            count_wrong_code()
            unknown = (
                _("Tidak ada nomor dengan kode ini. Periksa huruf dan angkanya sekali lagi.")
                if clean_ticket_code(typed)
                else _("Kode nomor terdiri dari AN dan 10 huruf atau angka, misalnya AN-7K2M9-4QXTV.")
            )
    places = list_places()
    if len(places) == 1 and not typed and not request.args.get("semua"):
        return redirect(url_for("citizen.choose_line", unit_id=places[0].unit_id))
    page = render_template(
        "citizen/choose_hall.html",
        groups=[_group(office, list(group)) for office, group in groupby(places, lambda place: place.office)],
        folded=len(places) > _MOST_UNFOLDED,
        own=_own(datetime.now(UTC)),
        typed=typed,
        unknown=unknown,
    )
    return page, 404 if unknown else 200


def _group(office: str | None, places: list[QueuePlace]) -> dict[str, Any]:
    """The halls of an office, and what one can do there."""
    services = dict.fromkeys(name for place in places for name in place.services)
    return {"office": office, "places": places, "services": ", ".join(services)}


@blueprint.get("/antrean/<int:unit_id>")
@public
def choose_line(unit_id: int) -> ResponseReturnValue:
    """What to queue for in one hall."""
    now = datetime.now(UTC)
    halls = list_halls()
    hall = next((one for one in halls if one.unit_id == unit_id), None)
    if hall is None:
        flash(_("Di unit itu tidak ada antrean daring. Pilih tempat lain."), "warning")
        return redirect(url_for("citizen.choose_hall", semua=1))
    lines = list_lines(unit_id, DrawChannel.PORTAL, now)
    return render_template(
        "citizen/choose_line.html",
        unit=hall.name,
        unit_id=unit_id,
        hours=hours_in_words(serving_time_of(unit_id), now),
        lines=[{"id": line.id, "service": line.service, "detail": waiting_in_words(line)} for line in lines],
        own=_own(now),
        several=len(halls) > 1,
    )


@blueprint.route("/antrean/ambil/<int:line_id>", methods=["GET", "POST"])
@public
@keeps_typed_text
def draw(line_id: int) -> ResponseReturnValue:
    """Draw a number in a line, for now or for a slot. Pressed twice it is drawn once."""
    now = datetime.now(UTC)
    try:
        line = open_line(line_id if line_id < 2**63 else 0)
    except NoQueueHere as refusal:
        flash(refusal_in_words(refusal), "warning")
        return redirect(url_for("citizen.choose_hall", semua=1))
    if request.method == "GET":
        return _page(DrawForm(formdata=None), line, now)
    form = DrawForm()
    if form.received(count_drawing):
        code = _drawn_by(form, line) or _draw(form, line, now)
        if code is not None:
            return redirect(url_for("citizen.show_ticket", code=code), 303)
    return _page(form, line, now, form.status)


def _drawn_by(form: DrawForm, line: QueueLine) -> str | None:
    """The code of the number that this form has drawn already: a second press, or going back and pressing again.

    With another time or priority it is a new wish, which is asked about like any second number.
    """
    earlier = drawn_under(form.write_key)
    if earlier is None or earlier.draft == form.draft(line.id):
        return earlier.code if earlier is not None else None
    form.renew_nonce()
    return None


def _draw(form: DrawForm, line: QueueLine, now: datetime) -> str | None:
    """The code of the number drawn; None where the form says why there is none."""
    person_key = device_key(PERSON)
    mine = [one for one in list_own_tickets(person_key, now) if one.line_id == line.id]
    if mine and not form.another.data:
        form.another.errors = [
            _(
                "Anda sudah punya nomor %(label)s di layanan ini. Ingin mengganti waktunya? Batalkan nomor itu dulu. "
                "Untuk orang lain? Centang ini, lalu ambil nomor.",
                label=mine[0].label,
            )
        ]
        return None
    try:
        with transaction():
            drawn = draw_ticket(
                form.draft(line.id),
                channel=DrawChannel.PORTAL,
                write_key=form.write_key,
                at=now,
                person_key=person_key,
            )
    except (SlotFull, SlotGone) as refusal:
        form.when.errors = [refusal_in_words(refusal)]
        return None
    except QueueRefusal as refusal:
        form.form_errors.append(refusal_in_words(refusal))
        return None
    return drawn.code


def _page(form: DrawForm, line: QueueLine, now: datetime, status: int = 200) -> ResponseReturnValue:
    working = serving_time_of(line.unit_id)
    zone, today = working.timezone, working.local_day(now)
    try:
        left, days = places_now(line.id, DrawChannel.PORTAL, now), offer_slots(line.id, DrawChannel.PORTAL, now)
    except NoQueueHere:  # closed down since it was looked up
        left, days = 0, []
    waits = next((one for one in list_lines(line.unit_id, DrawChannel.PORTAL, now) if one.id == line.id), None)
    spans = working.spans_on(today)
    begun, works_today = any(opens <= now for opens, _c in spans), any(closes > now for _o, closes in spans)
    page = render_template(
        "citizen/draw_ticket.html",
        form=form,
        line={"id": line.id, "unit_id": line.unit_id, "unit": line.hall.unit.name, "service": line.service.name},
        now_choice=_for_now(form, line.id, waits, begun, left, now) if left else None,
        closed_words=None if left else _why_not_now(works_today),
        days=_days(form, days, today, zone, first=1 if left else 0),
        mine=_own(now, line.id),
        requirements=line.service.requirements,
        priority_hints={one.value: hint for one, (_words, hint) in PRIORITIES.items()},
    )
    return page, status


def _for_now(
    form: DrawForm, line_id: int, line: LineChoice | None, begun: bool, left: int, now: datetime
) -> TurnChoice:
    said = [waiting_in_words(line)] if line is not None else []
    expected = expected_range((line_id, None), now) if begun else None
    if expected is not None:
        said.append(_("Perkiraan menunggu %(wait)s.", wait=wait_in_words(expected, now)))
    said.append(ngettext("Sisa %(num)d tempat.", "Sisa %(num)d tempat.", left))
    return TurnChoice(
        id="when-0",
        value=NOW,
        words=_("Sekarang, langsung ikut antrean") if begun else _("Hari ini, begitu loket buka"),
        hint=" ".join(said),
        chosen=form.when.data == NOW,
    )


def _why_not_now(works_today: bool) -> str:
    if works_today:
        return str(
            _(
                "Tempat untuk ikut antrean sekarang sudah habis. Pilih waktu di bawah, atau ambil nomor di pintu: "
                "sebagian tempat disediakan untuk yang datang langsung."
            )
        )
    return str(_("Hari ini tidak ada pelayanan lagi. Pilih hari di bawah."))


def _days(form: DrawForm, offered: Sequence[OfferedDay], today: date, zone: str, first: int) -> list[DayChoice]:
    days: list[DayChoice] = []
    number = first
    for day in offered:
        turns = []
        for slot in day.slots:
            value = slot.starts_at.astimezone(UTC).isoformat(timespec="minutes")
            full = slot.left == 0
            left = ngettext("sisa %(num)d", "sisa %(num)d", slot.left)
            turns.append(
                TurnChoice(
                    id=f"when-{number}",
                    value=value,
                    words=slot_in_words(slot.starts_at, slot.ends_at, zone),
                    hint=_("penuh") if full else left,
                    chosen=form.when.data == value and not full,
                    full=full,
                )
            )
            number += 1
        places = sum(slot.left for slot in day.slots)
        # Nothing for now: the first day with a place stands open.
        first_with_places = first == 0 and bool(places) and not any(one.open for one in days) and not form.when.data
        days.append(
            DayChoice(
                words=day_said(day.day, today),
                left=ngettext("sisa %(num)d tempat", "sisa %(num)d tempat", places) if places else _("penuh"),
                open=first_with_places or any(turn.chosen for turn in turns),
                turns=tuple(turns),
            )
        )
    return days


def _own(now: datetime, line_id: int | None = None) -> list[dict[str, str]]:
    """The open numbers of this device, of one line or all, in words."""
    if known_device() is None:
        return []
    tickets: list[OwnTicket] = list_own_tickets(device_key(PERSON), now)
    return [
        {"code": one.code, "label": one.label, "words": own_ticket_in_words(one, now)}
        for one in tickets
        if line_id is None or one.line_id == line_id
    ]
