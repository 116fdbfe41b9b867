"""What lies before triage, in piles, and one decision for several at once where that is safe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.attribution.actions import decide_attribution
from webapp.attribution.queries import count_homeless_ratings, get_decidable, unit_choices
from webapp.attribution.teaching import Because
from webapp.attribution.triage_desk import (
    MOST_COUNTED,
    TO_DO,
    TriageDesk,
    TriageItem,
    TriagePile,
    list_triage,
)
from webapp.database import transaction
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.feedback.movement.verifying import ArchiveReason, archive_complaint
from webapp.feedback.vocabulary import ComplaintKind
from webapp.portal.access import current_account, requires
from webapp.portal.dates import due_in_words, local_day, short_day
from webapp.portal.officer.piles import first_sentence
from webapp.portal.staff.words import KINDS
from webapp.portal.triage.forms import BulkForm
from webapp.portal.triage.last_done import last_done
from webapp.portal.triage.room import blueprint
from webapp.portal.typed_text import keeps_typed_text, without_nul

_ZONE = "Asia/Jakarta"
#: Words of each pile as a tab, and what it says about one that lies in it.
_PILES = {
    TriagePile.CONTESTED: (_l("Sengketa"), _l("Tidak ada orang lain di unit itu yang boleh menanganinya.")),
    TriagePile.CEILING: (_l("Terlalu sering dioper"), _l("Anda yang memutuskan; unit tidak mengopernya lagi.")),
    TriagePile.COMPLETED: (_l("Sudah dilengkapi"), _l("Pelapor melengkapi laporannya.")),
    TriagePile.SENT_BACK: (_l("Dikembalikan unit"), _l("Dikembalikan unit.")),
    TriagePile.RESTORED: (_l("Dibuka lagi"), _l("Perlu diperiksa lagi.")),
    TriagePile.NEW: (_l("Baru"), _l("Unitnya tidak dapat diketahui dari buktinya.")),
    TriagePile.VERIFIED: (_l("Terverifikasi"), _l("Belum dikirim ke unit.")),
    TriagePile.DEFERRED: (_l("Menunggu pelapor"), _l("Pelapor diminta melengkapi.")),
    TriagePile.PUT_AWAY: (_l("Diarsipkan"), _l("Berakhir tanpa jawaban.")),
}
#: Why a case stands where it stands, where its deadline does not say so already.
_BECAUSE = {
    Because.NOTHING_SPEAKS: _l("Kata-katanya tidak menunjuk unit mana pun"),
    Because.CLOSE_CALL: _l("Dua unit hampir sama kuat"),
    Because.UNFAMILIAR: _l("Belum banyak contoh keputusan seperti ini"),
    Because.NEARLY_CLEAR: _l("Hampir jelas"),
    Because.DUE_SOON: _l("Batas waktunya dekat"),
    Because.OVERDUE: _l("Lewat batas waktu"),
}
#: Piles from which several may be decided at once.
_IN_BULK = frozenset({TriagePile.NEW, TriagePile.VERIFIED, TriagePile.RESTORED, TriagePile.COMPLETED})


@dataclass(frozen=True, slots=True)
class PileTab:
    """A pile in the row of tabs; `count` as words ("500+"), empty where it is not counted."""

    url: str
    label: str
    count: str
    current: bool


@dataclass(frozen=True, slots=True)
class TriageLine:
    """One entry of the list. `pickable`: whether it may be decided with others at once."""

    code: str
    title: str
    text: str
    when: str
    tag: str
    tone: str
    detail: str
    pickable: bool
    #: Why it stands where it stands, and what the words say.
    because: str = ""


@blueprint.get("/triase")
@requires(Permission.COMPLAINT_TRIAGE)
def list_undecided() -> ResponseReturnValue:
    """Complaints that wait for a decision, what comes first on top. The tabs fetch themselves anew, alone."""
    if request.headers.get("HX-Request") == "true":
        response = Response(render_template("triage/piles.html", **_piles(_desk())))
        response.vary.add("HX-Request")
        return response
    page, _status = _page(BulkForm())
    return page


@blueprint.post("/triase/banyak")
@requires(Permission.COMPLAINT_TRIAGE)
@keeps_typed_text
def decide_many() -> ResponseReturnValue:
    """One decision for all that are ticked; what somebody else has changed in the meantime is left alone."""
    form = BulkForm()
    viewer = current_account()
    form.unit.choices = _units(viewer)
    if not form.is_valid():
        return _page(form, 400)
    done = _send_many(viewer, form) if form.sends else _archive_many(viewer, form)
    left = len(form.chosen) - done
    if form.sends:
        said = ngettext("%(num)s laporan dikirim ke unitnya.", "%(num)s laporan dikirim ke unitnya.", done)
    else:
        said = ngettext("%(num)s laporan diarsipkan.", "%(num)s laporan diarsipkan.", done)
    flash(said)
    if left:
        flash(
            ngettext(
                "%(num)s laporan dilewati: sudah diputuskan orang lain, atau perlu dibaca sendiri.",
                "%(num)s laporan dilewati: sudah diputuskan orang lain, atau perlu dibaca sendiri.",
                left,
            ),
            "warning",
        )
    return redirect(url_for("triage.list_undecided"))


def _send_many(viewer: Account, form: BulkForm) -> int:
    done, now = 0, datetime.now(UTC)
    with transaction():
        for complaint in _undecided(viewer, form):
            decide_attribution(
                complaint.feedback_id,
                unit_id=form.unit.data,
                officer_id=None,
                actor=viewer,
                reason=str(form.note.data),
                at=now,
            )
            done += 1
    return done


def _archive_many(viewer: Account, form: BulkForm) -> int:
    done, now = 0, datetime.now(UTC)
    with transaction():
        for complaint in _undecided(viewer, form):
            archive_complaint(
                complaint,
                viewer,
                ArchiveReason.NO_COMPLAINT,
                str(form.text.data),
                write_key=f"{form.write_key}:{complaint.feedback_id}",
                at=now,
            )
            done += 1
    return done


def _undecided(viewer: Account, form: BulkForm) -> Iterator[Complaint]:
    """Those of the chosen that may be decided without reading each: locked, undecided, about no person."""
    for code in form.chosen:
        try:
            complaint = get_decidable(viewer, code, lock=True)
        except NotForThisPerson:
            continue
        if not complaint.points_at_person and complaint.state in (State.IN_TRIAGE, State.VERIFIED):
            yield complaint


def _desk() -> TriageDesk:
    return list_triage(current_account(), datetime.now(UTC), _chosen_pile(), _words(), _chosen_kind())


def _page(form: BulkForm, status: int = 200) -> tuple[str, int]:
    viewer, desk = current_account(), _desk()
    form.unit.choices = _units(viewer)
    pile = _chosen_pile()
    now = datetime.now(UTC)
    lines = [_line(item, pile, now) for item in desk.items]
    page = render_template(
        "triage/list_undecided.html",
        lines=lines,
        more=desk.more,
        to_do=_counted(desk.to_do),
        ratings=_counted(count_homeless_ratings(viewer, MOST_COUNTED)),
        words=_words(),
        kinds=[(str(kind), str(label), kind == _chosen_kind()) for kind, label in KINDS.items()],
        form=form,
        ticked=frozenset(form.chosen),
        bulk=any(line.pickable for line in lines),
        undo=last_done(),
        ordered=pile is None or pile in TO_DO,
        **_piles(desk),
    )
    return page, status


def _piles(desk: TriageDesk) -> dict[str, object]:
    current = _chosen_pile()
    tabs = [
        PileTab(_address(None), str(_("Semua")), _counted(desk.to_do), current is None),
        *(
            PileTab(_address(pile), str(_PILES[pile][0]), _counted(desk.counts.get(pile, 0)), pile == current)
            for pile in (*TO_DO, TriagePile.DEFERRED)
            if desk.counts.get(pile, 0) or pile == current
        ),
        PileTab(_address(TriagePile.PUT_AWAY), str(_PILES[TriagePile.PUT_AWAY][0]), "", current == TriagePile.PUT_AWAY),
    ]
    return {"tabs": tabs, "pile": current, "address": _address(current)}


def _line(item: TriageItem, pile: TriagePile | None, now: datetime) -> TriageLine:
    first, rest = first_sentence(item.excerpt)
    tag, tone = str(_PILES[item.pile][0]) if pile is None else str(KINDS[ComplaintKind(item.kind)]), "none"
    if item.due_at is not None:
        due, urgency = due_in_words(item.due_at, now, _ZONE)
        if urgency in ("bad", "warn"):
            tag, tone = due, urgency
    stated = " · ".join(part for part in (item.service, item.unit) if part)
    parts = []
    if item.personal:
        parts.append(_("menyangkut perbuatan seseorang"))
    if item.passed_on_to:
        parts.append(_("diteruskan ke %(agency)s", agency=item.passed_on_to))
    elif item.note and item.pile != TriagePile.PUT_AWAY:
        parts.append(f"{_PILES[item.pile][1]} “{item.note[:140]}”")
    elif item.pile != TriagePile.NEW and item.pile != TriagePile.PUT_AWAY:
        parts.append(str(_PILES[item.pile][1]))
    parts.append(_("Warga menyebut: %(stated)s", stated=stated) if stated else _("Warga tidak menyebut unit"))
    return TriageLine(
        code=item.code,
        title=first,
        text=rest,
        when=short_day(local_day(item.filed_at, _ZONE)),
        tag=tag,
        tone=tone,
        detail=" · ".join(parts),
        pickable=item.pile in _IN_BULK and not item.personal,
        because=_because(item),
    )


def _because(item: TriageItem) -> str:
    """ "Dua unit hampir sama kuat: Dinas A 41 %, Dinas B 38 %"."""
    if item.because is None:
        return ""
    why = str(_BECAUSE[item.because])
    likely = ", ".join(f"{name} {share:.0%}".replace("%", " %") for name, share in item.likely)
    return f"{why}: {likely}" if likely and item.because != Because.NOTHING_SPEAKS else why


def _units(viewer: Account) -> list[SelectChoice]:
    return [
        SelectChoice("", _("Pilih unit kerja")),
        *(SelectChoice(unit.id, "– " * unit.depth + unit.name) for unit in unit_choices(viewer)),
    ]


def _words() -> str:
    return (without_nul(request.args.get("q")) or "").strip()


def _chosen_pile() -> TriagePile | None:
    wanted = request.args.get("tumpukan")
    return TriagePile(wanted) if wanted in set(TriagePile) else None


def _chosen_kind() -> str | None:
    wanted = request.args.get("jenis")
    return wanted if wanted in set(ComplaintKind) else None


def _address(pile: TriagePile | None) -> str:
    return url_for(
        "triage.list_undecided", tumpukan=pile.value if pile else None, q=_words() or None, jenis=_chosen_kind()
    )


def _counted(n: int) -> str:
    return f"{MOST_COUNTED}+" if n >= MOST_COUNTED else str(n)
