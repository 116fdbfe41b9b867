"""The administrator's other choices for a complaint: verify, put off, not ours, put away, and back."""

from __future__ import annotations

from datetime import datetime

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.feedback.movement.conflicts import declare_conflict
from webapp.feedback.movement.options import Option
from webapp.feedback.movement.verifying import (
    ArchiveReason,
    archive_complaint,
    defer_complaint,
    pass_on,
    restore_complaint,
    verify_complaint,
)
from webapp.feedback.vocabulary import Move
from webapp.portal.access import current_account, requires
from webapp.portal.officer.move_forms import ConflictForm
from webapp.portal.officer.moves import CONFLICT_WORDS, LINKS, LinkRow, MovesView, panel_of
from webapp.portal.staff.moving import MoveWords, move_page, press
from webapp.portal.staff.proposals import propose_agency
from webapp.portal.triage.forms import ArchiveForm, DeferForm, PassOnForm, PressForm, RestoreForm
from webapp.portal.triage.room import blueprint
from webapp.portal.typed_text import keeps_typed_text

_LINKS: tuple[LinkRow, ...] = (
    (Option.DEFER, "triage.defer_case", _l("Minta dilengkapi"), "pause", "t"),
    (Option.PASS_ON, "triage.pass_case_on", _l("Teruskan ke instansi lain"), "external-link", "l"),
    (Option.ARCHIVE, "triage.archive_case", _l("Arsipkan"), "inbox", "x"),
    (Option.RESTORE, "triage.restore_case", _l("Periksa lagi"), "undo-2", "p"),
)
#: What the officers' desk offers to those who answer alone.
_FOR_ANSWERING = frozenset({Option.FORWARD, Option.SEND_BACK, Option.CLOSE_UNSOLVED})


def triage_moves_of(viewer: Account, complaint: Complaint) -> MovesView:
    """What `viewer`, who does triage, may do with `complaint` besides sending it to a unit."""
    answers = can(viewer, Permission.COMPLAINT_ANSWER)
    links = (*_LINKS, *(row for row in LINKS if answers or row[0] not in _FOR_ANSWERING))
    return panel_of(viewer, complaint, links, "triage.declare_case_conflict")


@blueprint.post("/triase/<code>/verifikasi")
@requires(Permission.COMPLAINT_TRIAGE)
@keeps_typed_text
def verify_case(code: str) -> ResponseReturnValue:
    """One press: it is ours and complete; where it goes is decided later."""

    def do(complaint: Complaint, at: datetime) -> str:
        verify_complaint(complaint, current_account(), None, at)
        return str(_("Laporan %(code)s terverifikasi. Unitnya masih perlu dipilih.", code=code))

    words = MoveWords(
        _l("Verifikasi saja dulu"),
        _l("Laporan ini lengkap dan urusan kita; unitnya dipilih kemudian."),
        _l("Verifikasi"),
        "circle-check",
    )
    return press(code, Option.VERIFY, Move.VERIFIED, PressForm(prefix="verify"), words, do)


@blueprint.route("/triase/<code>/tunda", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_TRIAGE)
@keeps_typed_text
def defer_case(code: str) -> ResponseReturnValue:
    """Ask the reporter to complete it."""
    form = DeferForm()

    def do(complaint: Complaint, at: datetime) -> str:
        defer_complaint(complaint, current_account(), str(form.text.data), write_key=form.write_key, at=at)
        return str(_("Pelapor %(code)s diminta melengkapi. Laporan kembali ke sini begitu dilengkapi.", code=code))

    words = MoveWords(
        _l("Minta dilengkapi"),
        _l("Hanya untuk yang benar-benar perlu: tanpa itu laporan tidak dapat diteruskan. Bila tidak dilengkapi sampai "
           "batas waktunya, laporan diarsipkan."),
        _l("Kirim ke pelapor"),
        "pause",
        told=State.DEFERRED,
    )  # fmt: skip
    return move_page(code, Option.DEFER, Move.DEFERRED, form, words, do)


@blueprint.route("/triase/<code>/alihkan", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_TRIAGE)
@keeps_typed_text
def pass_case_on(code: str) -> ResponseReturnValue:
    """Not ours: hand it on to the agency whose matter it is, and tell the reporter."""
    form = PassOnForm()

    def do(complaint: Complaint, at: datetime) -> str:
        agency = str(form.agency.data).strip()
        pass_on(complaint, current_account(), agency, str(form.text.data), write_key=form.write_key, at=at)
        return str(_("Laporan %(code)s diteruskan ke %(agency)s, dan pelapornya dikabari.", code=code, agency=agency))

    words = MoveWords(
        _l("Teruskan ke instansi lain"),
        _l("Anda yang meneruskan, bukan pelapor. Kirim laporannya ke instansi itu, lalu catat di sini."),
        _l("Catat dan kabari pelapor"),
        "external-link",
        told=State.PASSED_ON,
    )

    def fill(complaint: Complaint) -> None:
        propose_agency(complaint, form.agency, form.text)

    return move_page(code, Option.PASS_ON, Move.PASSED_ON, form, words, do, fill)


@blueprint.route("/triase/<code>/arsipkan", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_TRIAGE)
@keeps_typed_text
def archive_case(code: str) -> ResponseReturnValue:
    """Put it away without an answer, saying why."""
    form = ArchiveForm()

    def do(complaint: Complaint, at: datetime) -> str:
        archive_complaint(
            complaint,
            current_account(),
            ArchiveReason(str(form.reason.data)),
            str(form.text.data),
            write_key=form.write_key,
            at=at,
        )
        return str(_("Laporan %(code)s diarsipkan. Anda dapat membukanya lagi di bawah Diarsipkan.", code=code))

    words = MoveWords(
        _l("Arsipkan"),
        _l("Laporan berakhir tanpa jawaban. Dapat dibuka lagi kapan saja."),
        _l("Arsipkan dan kabari pelapor"),
        "inbox",
        told=State.ARCHIVED,
    )
    return move_page(code, Option.ARCHIVE, Move.ARCHIVED, form, words, do)


@blueprint.route("/triase/<code>/pulihkan", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_TRIAGE)
@keeps_typed_text
def restore_case(code: str) -> ResponseReturnValue:
    """Look again at what was passed on or put away."""
    form = RestoreForm()

    def do(complaint: Complaint, at: datetime) -> str:
        restore_complaint(complaint, current_account(), form.note.data, at)
        return str(_("Laporan %(code)s diperiksa lagi.", code=code))

    words = MoveWords(
        _l("Periksa lagi"),
        _l("Laporan kembali menunggu keputusan triase, dan pelapornya dikabari."),
        _l("Periksa lagi"),
        "undo-2",
    )
    return move_page(code, Option.RESTORE, Move.RESTORED, form, words, do)


@blueprint.post("/triase/<code>/konflik")
@requires(Permission.COMPLAINT_TRIAGE)
@keeps_typed_text
def declare_case_conflict(code: str) -> ResponseReturnValue:
    """One press: I am too close to this matter, somebody else shall decide."""

    def do(complaint: Complaint, at: datetime) -> str:
        declare_conflict(complaint, current_account(), at)
        return str(_("Laporan %(code)s sudah lepas dari Anda dan diputuskan orang lain.", code=code))

    return press(code, Option.CONFLICT, Move.RECUSED, ConflictForm(prefix="conflict"), CONFLICT_WORDS, do)
