"""Likely repeats of a case on the desk: how alike, in words, and one press to have them answered as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.attribution.repeats.likeness import SURE, How
from webapp.attribution.repeats.queries import Repeat, list_repeats
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case
from webapp.feedback.models import Complaint
from webapp.feedback.movement.errors import Hindrance, NotMergeable
from webapp.feedback.movement.merging import merge_complaints
from webapp.feedback.movement.options import Option, may_hand_out
from webapp.feedback.vocabulary import Move
from webapp.portal.access import current_account, requires
from webapp.portal.dates import local_day, short_day
from webapp.portal.officer.move_forms import MergeForm
from webapp.portal.officer.piles import first_sentence
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.moving import MoveWords, case_address, press
from webapp.portal.typed_text import keeps_typed_text

#: From this likeness on hardly a doubt is left.
_HARDLY_A_DOUBT = 0.95
#: So many are shown beside a case.
_SHOWN = 3

_HOW = {
    How.SAME_TEXT: _l("kata-katanya sama"),
    How.ALIKE: _l("isinya serupa"),
    How.SAME_PLACE: _l("tempatnya sama dan harinya berdekatan"),
}

MERGE_WORDS = MoveWords(
    _l("Gabung dengan laporan lain"),
    _l("Laporan ini ikut dijawab lewat laporan yang Anda pilih. Pelapornya menilai sendiri jawabannya, dan gabungan "
       "ini dapat dipisah lagi."),
    _l("Gabungkan"),
    "link",
)  # fmt: skip


class MergeIntoForm(DeskForm):
    """One press: this is the same matter as that one."""


@dataclass(frozen=True, slots=True)
class RepeatLine:
    """A likely repeat as the panel shows it. `key` presses its button; `action` is where that goes."""

    code: str
    url: str
    title: str
    likely: str
    why: str
    detail: str
    action: str
    key: str | None


@dataclass(frozen=True, slots=True)
class RepeatsView:
    """The likely repeats of a case, and the form of the press that merges it into one of them."""

    lines: tuple[RepeatLine, ...]
    form: MergeIntoForm


def repeats_view(viewer: Account, complaint: Complaint) -> RepeatsView | None:
    """The likely repeats beside a case that `viewer` may merge; None where there are none."""
    found = list_repeats(viewer, complaint, _SHOWN)
    if not found:
        return None
    lines = tuple(
        RepeatLine(
            code=one.code,
            url=case_address(viewer, one.code),
            title=_title(one),
            likely=likely_in_words(one),
            why=_why(one),
            detail=_detail(one),
            action=url_for("officer.merge_into", code=complaint.code, main=one.code),
            key=None if place else "g",
        )
        for place, one in enumerate(found)
    )
    return RepeatsView(lines, MergeIntoForm(prefix="merge"))


def candidate_in_words(one: Repeat) -> str:
    """A likely repeat as one line to choose."""
    return " · ".join(part for part in (_title(one)[:160], likely_in_words(one), one.code, _detail(one)) if part)


def likely_in_words(one: Repeat) -> str:
    """How likely it is the same matter."""
    if one.joined:
        return str(_("dipilih pelapornya sendiri"))
    if one.how is None:
        return str(_("dari perangkat yang sama"))
    if one.likeness >= _HARDLY_A_DOUBT:
        return str(_("hampir pasti sama"))
    return str(_("sangat mirip") if one.likeness >= SURE else _("mungkin sama"))


def _why(one: Repeat) -> str:
    parts = [str(_HOW[one.how])] if one.how is not None else []
    if one.same_reporter and (one.how is not None or one.joined):
        parts.append(str(_("dari perangkat yang sama")))
    return ", ".join(parts)


def _title(one: Repeat) -> str:
    first, rest = first_sentence(one.excerpt)
    return f"{first} {rest}".strip()


def _detail(one: Repeat) -> str:
    return " · ".join((one.unit or str(_("belum di unit")), short_day(local_day(one.filed_at, "Asia/Jakarta"))))


@blueprint.post("/meja/<code>/gabung/<main>")
@requires(Permission.COMPLAINT_ASSIGN)
@keeps_typed_text
def merge_into(code: str, main: str) -> ResponseReturnValue:
    """One press: have the case answered with `main`."""

    def do(complaint: Complaint, at: datetime) -> str:
        get_case(current_account(), main)  # else there is no such page
        return merge_as(current_account(), complaint, main, None, at)

    return press(code, Option.MERGE, Move.MERGED, MergeIntoForm(prefix="merge"), MERGE_WORDS, do)


def merge_as(viewer: Account, complaint: Complaint, code: str, note: str | None, at: datetime) -> str:
    """Merge a case into the one with this code, if `viewer` may hand out both; what to say about it.

    Raises NotMergeable where he may not, as if there were none.
    """
    try:
        main = get_case(viewer, code, lock=True)
    except NotForThisPerson:
        raise NotMergeable(Hindrance.NOT_OPEN) from None
    if not may_hand_out(viewer, main):
        raise NotMergeable(Hindrance.NOT_OPEN)
    merge_complaints(main, complaint, viewer, note, at)
    return str(
        _(
            "Laporan %(code)s ikut dijawab lewat %(main)s. Bila keliru, pilih Pisahkan lagi pada laporan itu.",
            code=complaint.code,
            main=main.code,
        )
    )


def fill_merge(form: MergeForm, viewer: Account, complaint: Complaint) -> None:
    """Give the form of a merge its choices."""
    candidates = list_repeats(viewer, complaint)
    form.main.choices = [SelectChoice(one.code, candidate_in_words(one)) for one in candidates]
    if not candidates:
        form.main.description = _("Tidak ada laporan berjalan yang mirip. Bila Anda tahu kodenya, tulis di bawah.")
