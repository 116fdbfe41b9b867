"""The page at the door of a hall: a press on a service, and a number on paper. Its address holds the hall's key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.app import settings_of
from webapp.counter.queue.drawing import TicketDraft, draw_ticket, ticket_by_code
from webapp.counter.queue.errors import NoQueueHere, NoSuchTicket, QueueRefusal
from webapp.counter.queue.hall_times import serving_time_of
from webapp.counter.queue.paces import expected_range, is_checked
from webapp.counter.queue.queries import HallChoice, LineChoice, hall_of_kiosk, list_lines, ticket_of
from webapp.counter.queue.vocabulary import DrawChannel, Priority
from webapp.database import transaction
from webapp.portal.access import public
from webapp.portal.chosen import chosen_id
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.limits import count_kiosk, count_wrong_code
from webapp.portal.citizen.queue_forms import KioskForm
from webapp.portal.citizen.queue_words import call_in_words, hours_in_words, waiting_in_words
from webapp.portal.citizen.ticket_story import tell_ticket
from webapp.portal.citizen.words import moment_in_words
from webapp.portal.qr import draw_qr
from webapp.portal.typed_text import keeps_typed_text, without_nul

#: The same form within this time is a double press; after it, the next person at a page that was left standing.
_ONE_PERSON = timedelta(seconds=20)
#: How long a number stands on the screen before the start comes back.
_SHOWN_SECONDS = 15


@blueprint.route("/kiosk/<kiosk_key>", methods=["GET", "POST"])
@public
@keeps_typed_text
def show_kiosk(kiosk_key: str) -> ResponseReturnValue:
    """What one can queue for here; a press draws the number."""
    now, hall = datetime.now(UTC), _hall(kiosk_key)
    if request.method == "GET":
        return _start(kiosk_key, hall, KioskForm(formdata=None), now)
    form = KioskForm()
    if form.received(count_kiosk):
        code = _draw(form, hall, now)
        if code is not None:
            return redirect(url_for("citizen.show_kiosk_slip", kiosk_key=kiosk_key, code=code), 303)
    form.renew_nonce()
    return _start(kiosk_key, hall, form, now, form.status)


@blueprint.get("/kiosk/<kiosk_key>/<code>")
@public
def show_kiosk_slip(kiosk_key: str, code: str) -> ResponseReturnValue:
    """The number that was drawn here, on the screen and for the printer."""
    now, hall = datetime.now(UTC), _hall(kiosk_key)
    try:
        ticket, row = ticket_of(code, now), ticket_by_code(code)
    except NoSuchTicket:
        return redirect(url_for("citizen.show_kiosk", kiosk_key=kiosk_key))
    if ticket.unit_id != hall.unit_id:
        return redirect(url_for("citizen.show_kiosk", kiosk_key=kiosk_key))
    address = settings_of(current_app).public_url + url_for("citizen.show_ticket", code=ticket.code)
    expected = expected_range(row, now)
    return render_template(
        "citizen/kiosk_slip.html",
        kiosk_key=kiosk_key,
        ticket=ticket,
        story=tell_ticket(ticket, expected, now, checked=is_checked(row, now)),
        expected=call_in_words(expected, now, ticket.timezone) if expected is not None else None,
        drawn=moment_in_words(ticket.drawn_at, ticket.timezone),
        qr=draw_qr(address),
        seconds=_SHOWN_SECONDS,
    )


def _hall(kiosk_key: str) -> HallChoice:
    try:
        return hall_of_kiosk(without_nul(kiosk_key) or "")
    except NoQueueHere:
        count_wrong_code()
        abort(404)


def _draw(form: KioskForm, hall: HallChoice, now: datetime) -> str | None:
    """The code of the number drawn; None where the form says why there is none."""
    try:
        line_id = chosen_id(request.form.get("line"))
    except ValueError:
        line_id = None
    lines = {line.id for line in list_lines(hall.unit_id, DrawChannel.KIOSK, now)}
    if line_id not in lines:
        form.form_errors.append(_("Sentuh salah satu layanan di bawah."))
        return None
    try:
        with transaction():
            drawn = draw_ticket(
                TicketDraft(line_id, priority=Priority(form.priority.data)),
                channel=DrawChannel.KIOSK,
                write_key=form.write_key,
                at=now,
            )
            stale = not drawn.created and now - ticket_by_code(drawn.code).drawn_at > _ONE_PERSON
    except QueueRefusal:
        form.form_errors.append(
            _("Nomor untuk layanan ini baru saja habis atau tidak dibuka lagi hari ini. Tanyakan kepada petugas.")
        )
        return None
    if stale:
        form.form_errors.append(_("Halaman ini terlalu lama terbuka. Sentuh layanan Anda sekali lagi."))
        return None
    return drawn.code


def _start(kiosk_key: str, hall: HallChoice, form: KioskForm, now: datetime, status: int = 200) -> ResponseReturnValue:
    lines = list_lines(hall.unit_id, DrawChannel.KIOSK, now)
    page = render_template(
        "citizen/kiosk_start.html",
        kiosk_key=kiosk_key,
        unit=hall.name,
        hours=hours_in_words(serving_time_of(hall.unit_id), now),
        form=form,
        lines=[
            {"id": line.id, "service": line.service, "detail": _detail(line), "open": line.open_now} for line in lines
        ],
    )
    return page, status


def _detail(line: LineChoice) -> str:
    return waiting_in_words(line) if line.open_now else str(_("Sekarang tidak ada nomor."))
