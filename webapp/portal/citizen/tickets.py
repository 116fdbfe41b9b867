"""One's own number: where it stands, giving it back, and the receipt of the visit that came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.app import settings_of
from webapp.counter.codes import clean_ticket_code
from webapp.counter.errors import ReceiptExpired
from webapp.counter.models import Visit
from webapp.counter.queries import receipt_of, visit_of_receipt
from webapp.counter.queue.board import NoSuchHall, current_board
from webapp.counter.queue.drawing import cancel_ticket, ticket_by_code
from webapp.counter.queue.errors import NoSuchTicket, TicketGone
from webapp.counter.queue.paces import expected_range, is_checked
from webapp.counter.queue.queries import TicketView, ticket_of
from webapp.counter.queue.vocabulary import TicketState
from webapp.counter.receipts import InvalidReceipt
from webapp.database import transaction
from webapp.feedback.errors import ReceiptUsed
from webapp.feedback.ratings import check_may_rate
from webapp.portal.access import public
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.limits import count_drawing, count_wrong_code
from webapp.portal.citizen.queue_forms import CancelForm
from webapp.portal.citizen.queue_words import duration_in_words
from webapp.portal.citizen.ticket_story import tell_ticket
from webapp.portal.citizen.visits import DAYS_FOR_COMPLAINTS
from webapp.portal.citizen.words import day_in_words, time_in_words
from webapp.portal.dates import local_day
from webapp.portal.qr import draw_qr
from webapp.portal.typed_text import keeps_typed_text


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """A receipt in words: what was done where and when, never by whom."""

    code: str
    service: str
    facts: tuple[tuple[str, str | None], ...]
    #: Until when it rates, in words.
    until: str
    rated: bool
    expired: bool
    #: Opens the bot to rate there, or None.
    telegram: str | None


@dataclass(frozen=True, slots=True)
class OnBoard:
    """Where a ticket stands on its hall's board, which the page goes on asking for."""

    address: str
    #: As the board has it: waiting, called, or away.
    state: str
    #: The last call of a number with the same letter, in words; empty where there was none lately.
    last_call: str


@blueprint.get("/antrean/tiket/<code>")
@public
def show_ticket(code: str) -> ResponseReturnValue:
    """A number, for whoever has its code."""
    now = datetime.now(UTC)
    try:
        ticket = ticket_of(code, now)
    except NoSuchTicket:
        return _unknown(code)
    if ticket.code != code:
        return redirect(url_for("citizen.show_ticket", code=ticket.code))
    return _page(ticket, CancelForm(formdata=None), now)


@blueprint.route("/antrean/tiket/<code>/batal", methods=["GET", "POST"])
@public
@keeps_typed_text
def cancel_own_ticket(code: str) -> ResponseReturnValue:
    """Give a number back; its place is free for somebody else."""
    if request.method == "GET":
        return redirect(url_for("citizen.show_ticket", code=code))
    now = datetime.now(UTC)
    form = CancelForm()
    try:
        if form.received(count_drawing):
            try:
                with transaction():
                    cancel_ticket(code, now)
            except TicketGone:
                flash(_("Nomor ini tidak dapat dibatalkan lagi: sudah dipanggil atau sudah selesai."), "warning")
            return redirect(url_for("citizen.show_ticket", code=clean_ticket_code(code)), 303)
        return _page(ticket_of(code, now), form, now, form.status)
    except NoSuchTicket:
        return _unknown(code)


def _unknown(code: str) -> ResponseReturnValue:
    count_wrong_code()
    return render_template("citizen/ticket_unknown.html", typed=code[:40]), 404


def _page(ticket: TicketView, form: CancelForm, now: datetime, status: int = 200) -> ResponseReturnValue:
    row = ticket_by_code(ticket.code)
    story = tell_ticket(ticket, expected_range(row, now), now, checked=is_checked(row, now))
    public_url = settings_of(current_app).public_url
    address = public_url + url_for("citizen.show_ticket", code=ticket.code)
    receipt = read_receipt_page(ticket.receipt, now) if ticket.receipt else None
    may_cancel = story.open and ticket.state in (TicketState.WAITING, TicketState.HELD)
    page = render_template(
        "citizen/show_ticket.html",
        ticket=ticket,
        story=story,
        board=_on_board(ticket, now) if story.open and ticket.day == local_day(now, ticket.timezone) else None,
        address=address,
        qr=draw_qr(address),
        cancel=form if may_cancel else None,
        requirements=row.line.service.requirements,
        receipt=receipt,
        receipt_qr=draw_qr(public_url + url_for("citizen.rate", receipt=receipt.code)) if receipt else None,
        telegram=_bot_link(ticket.code) if story.open else None,
    )
    return page, status


def _bot_link(start: str) -> str | None:
    """Address that opens the bot and tells it what for; None where this city has no bot to link to."""
    bot = settings_of(current_app).telegram_bot
    return f"https://t.me/{bot}?start={start}" if bot else None


def _on_board(ticket: TicketView, now: datetime) -> OnBoard | None:
    try:
        board = json.loads(current_board(ticket.unit_id, now).text)
    except NoSuchHall:
        return None
    waiting = {label for line in board["lines"] if line["id"] == ticket.line_id for label in line["waiting"]}
    called = {counter["label"] for counter in board["counters"]}
    letter = ticket.label.partition("-")[0]
    last = next((call for call in board["calls"] if call["label"].startswith(f"{letter}-")), None)
    return OnBoard(
        url_for("hall.read_board", unit_id=ticket.unit_id),
        "waiting" if ticket.label in waiting else "called" if ticket.label in called else "away",
        _("%(label)s ke %(counter)s", label=last["label"], counter=last["counter"]) if last else "",
    )


@blueprint.get("/struk/<receipt>")
@public
def show_receipt(receipt: str) -> ResponseReturnValue:
    """The receipt of a visit: to keep, to print, to rate by."""
    now = datetime.now(UTC)
    try:
        page = read_receipt_page(receipt, now)
    except InvalidReceipt:
        count_wrong_code()
        return _no_receipt(
            _("Kode struk tidak dikenali"),
            _("Periksa lagi 16 huruf dan angka pada struk Anda. Huruf O dan angka 0 kami anggap sama."),
            404,
        )
    except ReceiptExpired:
        return _no_receipt(
            _("Struk ini sudah terlalu lama"),
            _("Struk disimpan satu tahun. Laporan tetap dapat dikirim tanpa struk."),
            410,
        )
    if page.code != receipt:
        return redirect(url_for("citizen.show_receipt", receipt=page.code))
    address = settings_of(current_app).public_url + url_for("citizen.rate", receipt=page.code)
    return render_template("citizen/show_receipt.html", receipt=page, qr=draw_qr(address))


def _no_receipt(title: str, text: str, status: int) -> ResponseReturnValue:
    return render_template("citizen/receipt_unknown.html", title=title, text=text), status


def read_receipt_page(receipt: str, now: datetime) -> ReceiptPage:
    """What a receipt's page tells; raises InvalidReceipt or ReceiptExpired."""
    visit = visit_of_receipt(receipt, now=now, valid_days=DAYS_FOR_COMPLAINTS)
    zone, valid = visit.unit.timezone, timedelta(days=settings_of(current_app).receipt_valid_days)
    until = visit.finished_at + valid
    day = day_in_words(visit.finished_at, zone)
    return ReceiptPage(
        code=receipt_of(visit.id),
        service=visit.service.name,
        facts=(
            (_("Layanan"), visit.service.name),
            (_("Tempat"), visit.unit.name),
            (_("Loket"), visit.counter.name if visit.counter is not None else None),
            (_("Waktu"), _("%(day)s, pukul %(time)s", day=day, time=time_in_words(visit.finished_at, zone))),
            (_("Lama menunggu"), duration_in_words(visit.waited_seconds)),
            (_("Lama dilayani"), duration_in_words((visit.finished_at - visit.started_at).total_seconds())),
        ),
        until=_("Dapat dinilai sampai %(day)s.", day=day_in_words(until, zone)),
        rated=_is_rated(visit),
        expired=now > until,
        telegram=_bot_link(f"struk_{receipt_of(visit.id)}"),
    )


def _is_rated(visit: Visit) -> bool:
    try:
        check_may_rate(visit.id, None)
    except ReceiptUsed:
        return True
    return False
