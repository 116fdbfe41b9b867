"""The queue: what lies before somebody who answers, narrowed down as he likes, and several decided at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db, transaction
from webapp.feedback.case_file import open_for_work
from webapp.feedback.desk import Narrowing, list_desk, list_settled
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import mark_personal, take_complaint
from webapp.feedback.life_cycle import IllegalStep
from webapp.feedback.movement.errors import NotAssignable
from webapp.feedback.movement.forwarding import assign_complaint
from webapp.feedback.search.choices import (
    colleagues_in_reach,
    forget_look,
    list_saved,
    save_look,
    units_in_reach,
)
from webapp.feedback.vocabulary import ComplaintKind
from webapp.organisation.models import Unit
from webapp.portal.access import current_account, requires
from webapp.portal.chosen import chosen_id
from webapp.portal.officer.forms import TakeForm
from webapp.portal.officer.piles import desk_view, settled_view
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.words import KINDS
from webapp.portal.typed_text import without_nul

#: What the queue can be narrowed down by, as the page is asked; a saved look keeps these and nothing else.
NARROWED_BY = ("q", "unit", "jenis", "batas", "orang")
#: Due within: name -> from now on.
_WITHIN = {"terlambat": timedelta(), "besok": timedelta(days=1), "minggu": timedelta(days=7)}
#: Most that are decided at once.
_AT_ONCE = 50


@blueprint.get("/meja")
@requires(Permission.COMPLAINT_ANSWER)
def list_queue() -> ResponseReturnValue:
    """What lies before the officer. A desk that fetches itself anew gets the list alone, and nothing if it has it."""
    alone = request.headers.get("HX-Request") == "true"
    shown = list_beside(request.args.get("buka", ""))
    if alone and request.args.get("tanda") == shown["tag"]:
        response = Response(status=204)
    elif alone:
        response = Response(render_template("officer/queue_list.html", **shown))
    else:
        response = Response(render_template("officer/list_queue.html", **shown, **_choices()))
    response.vary.add("HX-Request")
    return response


@blueprint.post("/meja/tampilan")
@requires(Permission.COMPLAINT_ANSWER)
def save_filter() -> ResponseReturnValue:
    """Keep the look that the queue has now under a name, or forget one."""
    viewer, kept = current_account(), {name: request.form[name] for name in NARROWED_BY if request.form.get(name)}
    if request.form.get("do") == "forget":
        with transaction():
            forget_look(viewer, _id("look") or 0)
        return redirect(url_for("officer.list_queue"))
    name = (without_nul(request.form.get("name")) or "").strip()
    if not name or not kept:
        flash(_("Saring dulu, lalu beri nama tampilan itu."), "warning")
    else:
        with transaction():
            saved = save_look(viewer, name, {key: without_nul(value) or "" for key, value in kept.items()})
        if saved:
            flash(_("Tampilan disimpan."), "success")
        else:
            flash(_("Tampilan Anda sudah banyak. Hapus satu dulu."), "warning")
    return _back_to_queue(kept)


@blueprint.post("/meja/sekaligus")
@requires(Permission.COMPLAINT_ANSWER)
def decide_many() -> ResponseReturnValue:
    """Take, hand out or mark several at once: each for itself, so that one that can't be leaves the others alone."""
    form, viewer, now = TakeForm(), current_account(), datetime.now(UTC)
    codes = list(dict.fromkeys(request.form.getlist("codes")))[:_AT_ONCE]
    doing = request.form.get("do", "")
    if doing not in ("take", "assign", "mark"):
        abort(400)
    account = db.session.get(Account, _id("officer") or 0) if doing == "assign" else None
    if not form.is_valid():
        flash(_("Halaman ini sudah lama terbuka. Centang lagi, lalu tekan tombolnya."), "warning")
    elif not codes:
        flash(_("Centang dulu laporannya."), "warning")
    elif doing == "assign" and account is None:
        flash(_("Pilih dulu petugas yang menerima laporannya."), "warning")
    else:
        done = sum(_decide(viewer, code, doing, account, now) for code in codes)
        if done:
            flash(ngettext("%(num)s laporan selesai diatur.", "%(num)s laporan selesai diatur.", done), "success")
        if left := len(codes) - done:
            flash(
                ngettext(
                    "%(num)s laporan tidak berubah: sudah ada di meja orang lain, atau bukan untuk petugas itu.",
                    "%(num)s laporan tidak berubah: sudah ada di meja orang lain, atau bukan untuk petugas itu.",
                    left,
                ),
                "warning",
            )
    return _back_to_queue(_kept())


def list_beside(opened: str = "") -> dict[str, Any]:
    """What the list shows beside the case with the code `opened`, or alone; `tag` is the same while all of it is."""
    now, viewer = datetime.now(UTC), current_account()
    words = (without_nul(request.args.get("q")) or "").strip()
    settled = request.args.get("tampil") == "selesai"
    if settled:
        view = settled_view(list_settled(viewer, words))
    else:
        hands_out = can(viewer, Permission.COMPLAINT_ASSIGN)
        view = desk_view(list_desk(viewer, now=now, narrowing=_narrowing(words, now)), now, hands_out=hands_out)
    tag = blake2b(repr((view, opened)).encode(), digest_size=8).hexdigest()
    kept = _kept() | ({"tampil": "selesai"} if settled else {})
    narrowed = any(name != "q" for name in kept)
    return {
        "desk": view, "words": words, "settled": settled, "opened": opened, "tag": tag, "kept": kept,
        "narrowed": narrowed and not settled,
    }  # fmt: skip


def _narrowing(words: str, now: datetime) -> Narrowing:
    kind, within = request.args.get("jenis", ""), _WITHIN.get(request.args.get("batas", ""))
    try:
        unit_id = chosen_id(request.args.get("unit"))
    except ValueError:
        unit_id = None
    path = db.session.scalar(select(Unit.path).where(Unit.id == unit_id)) if unit_id is not None else None
    return Narrowing(
        words=words,
        unit_path=path,
        kind=kind if kind in set(ComplaintKind) else None,
        due_before=None if within is None else now + within,
        personal=request.args.get("orang") == "ya",
    )


def _choices() -> dict[str, Any]:
    """What the overview offers besides: choices of the filter, saved looks, and to whom complaints can be handed."""
    viewer = current_account()
    hands_out = can(viewer, Permission.COMPLAINT_ASSIGN)
    return {
        "units": units_in_reach(viewer, Permission.COMPLAINT_ANSWER),
        "kinds": [(str(kind), label) for kind, label in KINDS.items()],
        "within": [
            ("terlambat", _("Sudah lewat batas")),
            ("besok", _("Dalam 24 jam")),
            ("minggu", _("Dalam tujuh hari")),
        ],
        "saved": list_saved(viewer),
        "colleagues": colleagues_in_reach(viewer, Permission.COMPLAINT_ASSIGN) if hands_out else (),
        "form": TakeForm(),
    }


def _decide(viewer: Account, code: str, doing: str, account: Account | None, now: datetime) -> bool:
    """Do it to one of several; whether it could be done."""
    try:
        with transaction():
            complaint, obstacle = open_for_work(viewer, code)
            if obstacle is not None:
                return False
            if doing == "take":
                take_complaint(complaint, viewer, now)
            elif doing == "mark":
                mark_personal(complaint, True, viewer, now)
            elif complaint.unit is None or not can(viewer, Permission.COMPLAINT_ASSIGN, complaint.unit):
                return False
            elif account is not None:
                assign_complaint(complaint, viewer, account, None, now)
    except (NotForThisPerson, NotAssignable, IllegalStep):
        return False
    return True


def _back_to_queue(kept: dict[str, Any]) -> ResponseReturnValue:
    return redirect(url_for("officer.list_queue", **kept))


def _kept() -> dict[str, str]:
    """How the queue is narrowed down, for the links of the page."""
    return {name: without_nul(request.args[name]) or "" for name in NARROWED_BY if request.args.get(name)}


def _id(name: str) -> int | None:
    try:
        return chosen_id(request.form.get(name))
    except ValueError:
        abort(400)
