"""Handing a case out, on and back, splitting, merging, stepping out of it, and closing it unsolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.feedback.movement.choices import Relation, list_relations, unit_choices
from webapp.feedback.movement.conflicts import close_unsolved, declare_conflict
from webapp.feedback.movement.forwarding import (
    assign_complaint,
    change_term,
    forward_complaint,
    is_handed_on_enough,
    send_back,
)
from webapp.feedback.movement.merging import separate_complaint
from webapp.feedback.movement.options import Option, options_for
from webapp.feedback.movement.people import Colleague, list_colleagues
from webapp.feedback.movement.splitting import split_complaint
from webapp.feedback.publishing.rules import PUBLIC_STATES
from webapp.feedback.vocabulary import Move
from webapp.organisation.models import Unit
from webapp.portal.access import current_account, requires
from webapp.portal.officer.move_forms import (
    AssignForm,
    ConflictForm,
    ForwardForm,
    MergeForm,
    SendBackForm,
    SeparateForm,
    SplitForm,
    TermForm,
    UnsolvedForm,
)
from webapp.portal.officer.repeats import MERGE_WORDS, RepeatsView, fill_merge, merge_as, repeats_view
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.moving import MoveWords, case_address, move_page, press
from webapp.portal.staff.proposals import propose_split
from webapp.portal.typed_text import keeps_typed_text


@dataclass(frozen=True, slots=True)
class MoveLink:
    """A move that leads to a page of its own. `key` opens it."""

    url: str
    label: str
    icon: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """A case that belongs to this one, with words that say how."""

    url: str
    code: str
    how: str


@dataclass(frozen=True, slots=True)
class MovesView:
    """What the panel of a case offers: links to the pages of moves, the one press of a conflict, related cases."""

    links: tuple[MoveLink, ...]
    conflict: ConflictForm | None
    conflict_url: str
    related: tuple[RelatedCase, ...]
    #: Where it is shown to the public or taken back, for whoever may.
    publish_url: str | None = None
    #: What is likely about the same matter, for whoever may merge.
    repeats: RepeatsView | None = None


#: Option, endpoint, words, icon, key.
LinkRow = tuple[Option, str, LazyString, str, str | None]

#: In the order of the panel.
LINKS: tuple[LinkRow, ...] = (
    (Option.ASSIGN, "officer.assign_case", _l("Serahkan ke petugas"), "user", "s"),
    (Option.FORWARD, "officer.forward_case", _l("Teruskan ke unit lain"), "arrow-right", "f"),
    (Option.SEND_BACK, "officer.send_back_case", _l("Kembalikan ke triase"), "undo-2", "b"),
    (Option.MERGE, "officer.merge_case", _l("Gabung dengan laporan lain"), "link", "m"),
    (Option.SEPARATE, "officer.separate_case", _l("Pisahkan lagi"), "x", None),
    (Option.SPLIT, "officer.split_case", _l("Bagi ke dua unit"), "waypoints", None),
    (Option.CHANGE_TERM, "officer.change_case_term", _l("Ubah batas waktu"), "clock", None),
    (Option.CLOSE_UNSOLVED, "officer.close_case_unsolved", _l("Tutup sebagai tidak selesai"), "flag", None),
)
_RELATED = {
    "main": _l("laporan ini dijawab lewat laporan itu"),
    "merged": _l("ikut dijawab lewat laporan ini"),
    "whole": _l("asal laporan ini sebelum dibagi"),
    "half": _l("bagian lain, di unit lain"),
}


CONFLICT_WORDS = MoveWords(
    _l("Benturan kepentingan"),
    _l("Anda mengenal pelapor atau yang dilaporkan, atau terlibat sendiri: laporan ini pindah ke orang lain."),
    _l("Saya punya benturan kepentingan"),
    "ban",
)


def moves_of(viewer: Account, complaint: Complaint) -> MovesView:
    """What `viewer`, who sees `complaint`, may do with it besides answering."""
    return panel_of(viewer, complaint, LINKS, "officer.declare_case_conflict")


def panel_of(viewer: Account, complaint: Complaint, links: Sequence[LinkRow], conflict: str) -> MovesView:
    """The panel of a desk: of `links` those that `viewer` may take now; `conflict` is where that press goes."""
    options = options_for(viewer, complaint)
    code = complaint.code
    return MovesView(
        links=tuple(
            MoveLink(url_for(endpoint, code=code), str(label), icon, key)
            for option, endpoint, label, icon, key in links
            if option in options
        ),
        conflict=ConflictForm(prefix="conflict") if Option.CONFLICT in options else None,
        conflict_url=url_for(conflict, code=code),
        related=tuple(_related(viewer, one) for one in list_relations(viewer, complaint)),
        publish_url=url_for("staff.publish_case", code=code) if _may_publish(viewer, complaint) else None,
        repeats=repeats_view(viewer, complaint) if Option.MERGE in options else None,
    )


def _may_publish(viewer: Account, complaint: Complaint) -> bool:
    return complaint.state in PUBLIC_STATES and can(viewer, Permission.COMPLAINT_PUBLISH, complaint.unit)


def _related(viewer: Account, one: Relation) -> RelatedCase:
    return RelatedCase(case_address(viewer, one.code), one.code, str(_RELATED[one.how]))


@blueprint.route("/meja/<code>/serahkan", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_ASSIGN)
@keeps_typed_text
def assign_case(code: str) -> ResponseReturnValue:
    """Give the case to somebody who may work on it."""
    form, colleagues = AssignForm(), dict[int, Colleague]()

    def fill(complaint: Complaint) -> None:
        colleagues.update((one.id, one) for one in list_colleagues(complaint))
        form.account.choices = [
            SelectChoice("", _("Pilih satu orang")),
            *(
                SelectChoice(one.id, one.name if one.near else f"{one.name} ({one.unit})")
                for one in colleagues.values()
            ),
        ]

    def do(complaint: Complaint, at: datetime) -> str:
        chosen = colleagues[form.account.data]
        assign_complaint(complaint, current_account(), chosen, form.note.data, at)
        return str(_("Laporan %(code)s diserahkan kepada %(name)s.", code=code, name=chosen.name))

    words = MoveWords(
        _l("Serahkan ke petugas"),
        _l("Yang disangkut laporan ini, yang menyatakan benturan kepentingan, dan yang jawabannya disanggah tidak ada "
           "dalam daftar."),
        _l("Serahkan"),
        "user",
    )  # fmt: skip
    return move_page(code, Option.ASSIGN, Move.ASSIGNED, form, words, do, fill)


@blueprint.route("/meja/<code>/teruskan", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_ANSWER)
@keeps_typed_text
def forward_case(code: str) -> ResponseReturnValue:
    """Hand the case on to another unit."""
    form = ForwardForm()

    def fill(complaint: Complaint) -> None:
        form.unit.choices = _units(complaint)

    def do(complaint: Complaint, at: datetime) -> str:
        unit = db.session.get_one(Unit, form.unit.data)
        if forward_complaint(complaint, current_account(), unit, str(form.note.data), at):
            return str(_("Laporan %(code)s diteruskan ke %(unit)s.", code=code, unit=unit.name))
        return str(_("Laporan %(code)s sudah terlalu sering dioper. Petugas triase yang memutuskan.", code=code))

    words = MoveWords(
        _l("Teruskan ke unit lain"),
        _l("Setiap terusan dihitung. Bila sudah terlalu sering dioper, petugas triase yang memutuskan."),
        _l("Teruskan"),
        "arrow-right",
    )
    return move_page(code, Option.FORWARD, Move.FORWARDED, form, words, do, fill)


@blueprint.route("/meja/<code>/kembalikan", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_ANSWER)
@keeps_typed_text
def send_back_case(code: str) -> ResponseReturnValue:
    """Hand the case back to triage."""
    form = SendBackForm()

    def do(complaint: Complaint, at: datetime) -> str:
        last = is_handed_on_enough(complaint)
        send_back(complaint, current_account(), str(form.note.data), at)
        if last:
            return str(_("Laporan %(code)s kembali ke triase, yang sekarang memutuskan sendiri.", code=code))
        return str(_("Laporan %(code)s kembali ke triase.", code=code))

    words = MoveWords(
        _l("Kembalikan ke triase"),
        _l("Bila Anda tahu unit yang benar, teruskan langsung ke sana: itu lebih cepat bagi pelapor."),
        _l("Kembalikan"),
        "undo-2",
    )
    return move_page(code, Option.SEND_BACK, Move.SENT_BACK, form, words, do)


@blueprint.route("/meja/<code>/gabung", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_ASSIGN)
@keeps_typed_text
def merge_case(code: str) -> ResponseReturnValue:
    """Have the case answered with another one about the same matter."""
    form = MergeForm()

    def fill(complaint: Complaint) -> None:
        fill_merge(form, current_account(), complaint)

    def do(complaint: Complaint, at: datetime) -> str:
        return merge_as(current_account(), complaint, form.chosen, form.note.data, at)

    return move_page(code, Option.MERGE, Move.MERGED, form, MERGE_WORDS, do, fill)


@blueprint.route("/meja/<code>/pisah", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_ASSIGN)
@keeps_typed_text
def separate_case(code: str) -> ResponseReturnValue:
    """Undo that the case is answered with another one."""
    form = SeparateForm()

    def do(complaint: Complaint, at: datetime) -> str:
        separate_complaint(complaint, current_account(), form.note.data, at)
        return str(_("Laporan %(code)s berdiri sendiri lagi, di tempatnya semula.", code=code))

    words = MoveWords(
        _l("Pisahkan lagi"),
        _l("Laporan ini kembali ke tempatnya sebelum digabung."),
        _l("Pisahkan"),
        "x",
    )
    return move_page(code, Option.SEPARATE, Move.SEPARATED, form, words, do)


@blueprint.route("/meja/<code>/bagi", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_ASSIGN)
@keeps_typed_text
def split_case(code: str) -> ResponseReturnValue:
    """Give a part of the case to another unit as a case of its own."""
    form = SplitForm()

    def fill(complaint: Complaint) -> None:
        form.unit.choices = _units(complaint)
        propose_split(complaint, form.unit, form.note)

    def do(complaint: Complaint, at: datetime) -> str:
        unit = db.session.get_one(Unit, form.unit.data)
        half = split_complaint(complaint, current_account(), unit, str(form.note.data), at)
        return str(_("Bagian untuk %(unit)s menjadi laporan %(code)s.", unit=unit.name, code=half.code))

    words = MoveWords(
        _l("Bagi ke dua unit"),
        _l("Bagian lainnya menjadi laporan sendiri dengan kode sendiri; kata rahasianya tetap sama. Laporan ini tetap "
           "di tempatnya, dan pelapor mengikuti keduanya."),
        _l("Bagi"),
        "waypoints",
    )  # fmt: skip
    return move_page(code, Option.SPLIT, Move.SPLIT, form, words, do, fill)


@blueprint.route("/meja/<code>/tenggat", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_ASSIGN)
@keeps_typed_text
def change_case_term(code: str) -> ResponseReturnValue:
    """Say whether it takes an inspection to decide."""
    form = TermForm()

    def fill(complaint: Complaint) -> None:
        if form.inspection.data is None:
            form.inspection.data = "yes" if complaint.needs_inspection else "no"

    def do(complaint: Complaint, at: datetime) -> str:
        change_term(complaint, current_account(), form.inspection.data == "yes", at)
        return str(_("Batas waktu laporan %(code)s disimpan.", code=code))

    words = MoveWords(
        _l("Ubah batas waktu"),
        _l("Batas waktu tetap dihitung dari hari laporan masuk. Pelapor melihat tanggal yang baru."),
        _l("Simpan batas waktu"),
        "clock",
    )
    return move_page(code, Option.CHANGE_TERM, Move.TERM_CHANGED, form, words, do, fill)


@blueprint.post("/meja/<code>/konflik")
@requires(Permission.COMPLAINT_ANSWER)
@keeps_typed_text
def declare_case_conflict(code: str) -> ResponseReturnValue:
    """One press: I am too close to this matter, give it to others."""

    def do(complaint: Complaint, at: datetime) -> str:
        declare_conflict(complaint, current_account(), at)
        return str(_("Laporan %(code)s sudah lepas dari Anda dan ditangani orang lain.", code=code))

    return press(code, Option.CONFLICT, Move.RECUSED, ConflictForm(prefix="conflict"), CONFLICT_WORDS, do)


@blueprint.route("/meja/<code>/tutup", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_DECIDE)
@keeps_typed_text
def close_case_unsolved(code: str) -> ResponseReturnValue:
    """A superior's last word: closed, not solved."""
    form = UnsolvedForm()

    def do(complaint: Complaint, at: datetime) -> str:
        close_unsolved(complaint, current_account(), str(form.text.data), write_key=form.write_key, at=at)
        return str(_("Laporan %(code)s ditutup dan dicatat sebagai tidak selesai.", code=code))

    words = MoveWords(
        _l("Tutup sebagai tidak selesai"),
        _l("Hanya bila instansi benar-benar tidak dapat berbuat lebih jauh. Ini tidak pernah dihitung sebagai selesai, "
           "dan pelapor dapat membukanya lagi."),
        _l("Tutup laporan"),
        "flag",
        told=State.UNSOLVED,
        tone="danger",
    )  # fmt: skip
    return move_page(code, Option.CLOSE_UNSOLVED, Move.UNSOLVED, form, words, do)


def _units(complaint: Complaint) -> list[SelectChoice]:
    return [
        SelectChoice("", _("Pilih unit kerja")),
        *(SelectChoice(unit.id, "– " * unit.depth + unit.name) for unit in unit_choices(complaint)),
    ]
