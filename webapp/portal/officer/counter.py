"""The counter: opening it, calling numbers, what becomes of them, closing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.counter.queue import calling
from webapp.counter.queue.desk import CounterDesk, desk_of
from webapp.counter.queue.drawing import TicketDraft, draw_ticket
from webapp.counter.queue.errors import (
    CounterClosed,
    CounterTaken,
    HallClosed,
    NoQueueHere,
    QueueRefusal,
    SlotFull,
    StillServing,
    TicketGone,
)
from webapp.counter.queue.opening import Opening, opening_for
from webapp.counter.queue.pressing import is_pressed_twice
from webapp.counter.queue.vocabulary import DrawChannel, Priority
from webapp.database import transaction
from webapp.organisation.errors import NotManaged
from webapp.organisation.queries import officer_of
from webapp.portal.access import current_account, requires
from webapp.portal.dates import clock
from webapp.portal.officer.counter_forms import DrawForm, OpeningForm
from webapp.portal.officer.counter_view import desk_view
from webapp.portal.officer.room import blueprint
from webapp.portal.typed_text import keeps_typed_text

#: Buttons after which the number is done with.
_ENDS_VISIT = frozenset({"next", "finish", "absent"})


@blueprint.get("/loket")
@requires(Permission.QUEUE_SERVE)
def show_counter() -> ResponseReturnValue:
    """The officer's counter as it stands; without one, what can be opened.

    The list of who waits fetches itself anew; where the counter was moved on elsewhere, that reloads the page.
    """
    now = datetime.now(UTC)
    desk = desk_of(current_account(), now)
    alone = request.headers.get("HX-Request") == "true"
    if desk is None:
        return _reload() if alone else _opening_page(OpeningForm())
    if alone and request.args.get("bagian") == "menunggu":
        shown = request.args.get("nomor", 0, type=int)
        if shown != (desk.current.id if desk.current else 0):
            return _reload()
        return _fragment(render_template("officer/counter_waiting.html", desk=desk_view(desk)))
    return _desk_page(desk, _draw_form(desk), alone=alone)


@blueprint.post("/loket/buka")
@requires(Permission.QUEUE_SERVE)
@keeps_typed_text
def open_counter() -> ResponseReturnValue:
    """Open a counter, or go on at one that is open already."""
    form = OpeningForm()
    opening = _opening()
    if opening is None:
        return _opening_page(form)
    form.offer(opening)
    if not form.is_valid():
        return _opening_page(form)
    try:
        with transaction():
            calling.open_counter(current_account(), form.counter.data, form.lines.data or [], datetime.now(UTC))
    except CounterTaken as taken:
        form.counter.errors = [_("Loket ini sedang dibuka %(name)s. Pilih loket lain.", name=taken.officer)]
    except (NoQueueHere, NotManaged):
        form.form_errors.append(_("Loket atau layanan ini baru saja diubah. Pilih lagi, lalu buka."))
    except StillServing:
        form.form_errors.append(_("Di loket Anda yang lain masih ada nomor yang dilayani. Selesaikan dulu di sana."))
    else:
        return redirect(url_for("officer.show_counter"))
    return _opening_page(form)


@blueprint.post("/loket")
@requires(Permission.QUEUE_SERVE)
def act_at_counter() -> ResponseReturnValue:
    """One press of a button; `do` says which, `ticket` the number that it was pressed for.

    A press for a number that is not the counter's any more changes nothing, so that pressing again after a lost
    connection is safe.
    """
    do = _DEEDS.get(request.form.get("do", ""))
    if do is None:
        abort(400)
    account, now = current_account(), datetime.now(UTC)
    ticket_id = request.form.get("ticket", type=int)
    if ticket_id is not None and not 0 < ticket_id < 2**63:
        abort(400)
    if ticket_id is not None and request.form["do"] in _ENDS_VISIT and is_pressed_twice(account, ticket_id, now):
        flash(_("Nomor ini baru saja dipanggil, jadi belum diselesaikan."), "warning")
        return _back()
    try:
        with transaction():
            said = do(account, ticket_id, now)
    except TicketGone:
        flash(_("Nomor itu tidak lagi di loket Anda. Ini keadaan sekarang."), "warning")
    except CounterClosed:
        flash(_("Loket Anda sudah ditutup. Buka lagi untuk memanggil."), "warning")
    except StillServing:
        flash(_("Selesaikan dulu nomor yang sedang dilayani."), "warning")
    except NoQueueHere:
        flash(_("Layanan itu tidak lagi diantrekan. Pilih yang lain."), "warning")
    else:
        if said:
            flash(said)
    return _back()


@blueprint.post("/loket/nomor")
@requires(Permission.QUEUE_SERVE)
@keeps_typed_text
def draw_for_visitor() -> ResponseReturnValue:
    """A number for somebody who stands before the officer and has no phone; it takes a place of the door's."""
    now = datetime.now(UTC)
    desk = desk_of(current_account(), now)
    if desk is None:
        return _back()
    form = _draw_form(desk)
    if not form.is_valid():
        return _desk_page(desk, form)
    draft = TicketDraft(form.line.data, priority=Priority(form.priority.data))
    try:
        with transaction():
            drawn = draw_ticket(draft, channel=DrawChannel.KIOSK, write_key=form.write_key, at=now)
    except SlotFull:
        form.form_errors.append(_("Tempat untuk sekarang sudah habis. Tawarkan slot berikutnya di kios atau portal."))
    except HallClosed:
        form.form_errors.append(_("Unit ini sudah tutup untuk hari ini, jadi nomor tidak dapat diambil."))
    except QueueRefusal:
        form.form_errors.append(_("Layanan ini tidak lagi diantrekan. Pilih yang lain."))
    else:
        flash(_("Nomor %(label)s sudah diambil. Sebutkan atau tuliskan untuk warga.", label=drawn.label))
        return _back()
    return _desk_page(desk, form)


def _next(account: Account, ticket_id: int | None, now: datetime) -> str:
    if calling.call_next(account, now, finishing=ticket_id) is None:
        return str(_("Belum ada yang menunggu."))
    return ""


def _finish(account: Account, ticket_id: int | None, now: datetime) -> str:
    calling.finish_ticket(account, ticket_id or 0, now)
    return ""


def _recall(account: Account, ticket_id: int | None, now: datetime) -> str:
    return str(_("%(label)s dipanggil ulang.", label=calling.recall_ticket(account, ticket_id or 0, now).label))


def _hold(account: Account, ticket_id: int | None, now: datetime) -> str:
    return str(_("%(label)s ditahan.", label=calling.hold_ticket(account, ticket_id or 0, now).label))


def _absent(account: Account, ticket_id: int | None, now: datetime) -> str:
    return str(_("%(label)s ditandai tidak hadir.", label=calling.mark_absent(account, ticket_id or 0, now).label))


def _call_held(account: Account, ticket_id: int | None, now: datetime) -> str:
    calling.call_held(account, ticket_id or 0, now)
    return ""


def _transfer(account: Account, ticket_id: int | None, now: datetime) -> str:
    line_id = request.form.get("line", 0, type=int)
    if not 0 < line_id < 2**63:
        raise NoQueueHere
    ticket = calling.transfer_ticket(account, ticket_id or 0, line_id, now)
    return str(_("%(label)s dialihkan.", label=ticket.label))


def _close(account: Account, ticket_id: int | None, now: datetime) -> str:
    if ticket_id is not None:
        calling.finish_ticket(account, ticket_id, now)
    calling.close_counter(account, now)
    return str(_("Loket Anda ditutup."))


#: What a button can do; each says what to tell, or nothing where the page shows it.
_DEEDS: dict[str, Callable[[Account, int | None, datetime], str]] = {
    "next": _next,
    "finish": _finish,
    "recall": _recall,
    "hold": _hold,
    "absent": _absent,
    "held": _call_held,
    "transfer": _transfer,
    "close": _close,
}


def _opening() -> Opening | None:
    account = current_account()
    officer = officer_of(account)
    if officer is None or not officer.active:
        return None
    return opening_for(account, officer, request.args.get("unit", type=int), datetime.now(UTC))


def _opening_page(form: OpeningForm) -> ResponseReturnValue:
    opening = _opening()
    if opening is None:
        officer = officer_of(current_account())
        if officer is None or not officer.active:
            title = _("Akun ini belum terhubung dengan data petugas")
            text = _("Minta administrator instansi Anda menghubungkannya. Setelah itu Anda dapat membuka loket.")
        else:
            title = _("Unit Anda belum memakai antrean")
            text = _("Administrator instansi Anda membukanya di Kelola, bagian Antrean.")
        return render_template("officer/no_counter.html", title=title, text=text)
    form.offer(opening, only_free=True)
    taken = [counter for counter in opening.counters if counter.taken_by]
    page = render_template(
        "officer/open_counter.html", opening=opening, form=form, taken=taken, closed=_closed_words(opening)
    )
    return page, form.status


def _closed_words(opening: Opening) -> str:
    """That somebody closed the officer's counter in his stead."""
    if opening.closed is None:
        return ""
    return str(
        _(
            "%(counter)s ditutup oleh %(name)s pukul %(time)s. Alasannya: %(reason)s",
            counter=opening.closed.counter,
            name=opening.closed.by,
            time=clock(opening.closed.at, opening.closed.timezone),
            reason=opening.closed.reason,
        )
    )


def _desk_page(desk: CounterDesk, draw: DrawForm, *, alone: bool = False) -> ResponseReturnValue:
    template = "officer/counter_desk.html" if alone else "officer/counter.html"
    page = render_template(template, desk=desk_view(desk), draw=draw, alone=alone)
    return _fragment(page), draw.status


def _draw_form(desk: CounterDesk) -> DrawForm:
    return DrawForm([(line.id, f"{line.prefix} · {line.service}") for line in desk.hall_lines])


def _fragment(page: str) -> Response:
    response = Response(page)
    response.vary.add("HX-Request")
    return response


def _reload() -> Response:
    """Ask the page to fetch itself as a whole: what it shows is not how the counter stands."""
    return Response(status=204, headers={"HX-Refresh": "true"})


def _back() -> ResponseReturnValue:
    """To the counter as it stands now: 303, so that it is fetched by GET whoever asks."""
    return redirect(url_for("officer.show_counter"), 303)
