"""What counts against the officer, why, and how he contests it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from webapp.accounts.permissions import Permission
from webapp.attribution.contests.errors import NoSuchLine, NotContestable
from webapp.attribution.contests.filing import file_contest
from webapp.attribution.contests.own_lines import AttributedLine, list_own_lines, note_shown
from webapp.attribution.contests.telling import Grain
from webapp.attribution.contests.vocabulary import Standing
from webapp.attribution.queries import Reason
from webapp.database import transaction
from webapp.indicators.queries import counted_complaints
from webapp.portal.access import current_account, requires
from webapp.portal.dates import day_in_words, local_day, month_in_words, span_in_words
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.moving import SENT_DRAFTS
from webapp.portal.staff.words import EvidenceLine, evidence_lines
from webapp.portal.typed_text import keeps_typed_text, without_nul

#: Words and tone of the tag for how a line stands.
_TAGS = {
    Standing.COUNTS: (_l("dihitung"), ""),
    Standing.CONTESTED: (_l("keberatan diperiksa"), "warn"),
    Standing.REFUSED: (_l("keberatan ditolak, tetap dihitung"), ""),
    Standing.CORRECTED: (_l("dikoreksi, tidak lagi dihitung"), "none"),
    Standing.ENDED: (_l("tidak lagi dihitung"), "none"),
}
#: Parts of a whole that are said in words, the nearest is taken.
_PARTS = (
    (1.0, _l("seluruhnya dikaitkan dengan Anda")),
    (0.75, _l("kira-kira tiga perempatnya dikaitkan dengan Anda")),
    (0.66, _l("kira-kira dua pertiganya dikaitkan dengan Anda")),
    (0.5, _l("kira-kira separuhnya dikaitkan dengan Anda")),
    (0.33, _l("kira-kira sepertiganya dikaitkan dengan Anda")),
)


class ContestForm(DeskForm):
    """Why it was not the officer."""

    reason = TextAreaField(
        _l("Mengapa ini bukan Anda?"),
        description=_l(
            "Tulis apa yang dapat diperiksa: Anda tidak bertugas, bertugas di loket lain, atau berkasnya tidak pernah "
            "di meja Anda. Jangan menduga-duga siapa yang melapor."
        ),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis alasannya.")),
            Length(min=10, max=2000, message=_l("Tulis alasannya dalam 10 sampai 2.000 huruf.")),
        ],
    )


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as the page shows it; all of it is words. `until` is empty where it may not be contested (any more)."""

    key: str
    title: str
    place: str
    share: str
    tag: str
    tone: str
    meaning: str
    evidence: tuple[EvidenceLine, ...]
    coarse: bool
    until: str
    contest: tuple[tuple[str, str], ...]


@blueprint.get("/nilai-saya/atribusi")
@requires(Permission.INDICATOR_READ_OWN)
def list_attributed() -> ResponseReturnValue:
    """The founded complaints that name the viewer, the latest first."""
    now = datetime.now(UTC)
    lines = list_own_lines(current_account(), now)
    page = render_template("officer/list_attributed.html", lines=_views(lines, now))
    _note_shown(lines, now)
    return page


@blueprint.route("/nilai-saya/atribusi/<line_key>", methods=["GET", "POST"])
@requires(Permission.INDICATOR_READ_OWN)
@keeps_typed_text
def contest_line(line_key: str) -> ResponseReturnValue:
    """One of them, and the form by which the viewer says that it was not he."""
    viewer, now = current_account(), datetime.now(UTC)
    line = next((one for one in list_own_lines(viewer, now) if one.key == line_key), None)
    if line is None:
        abort(404)
    form = ContestForm()
    if form.is_submitted():
        if not form.is_valid():
            return _line_page(line, form, now, 400)
        try:
            with transaction():
                file_contest(viewer, line_key, form.reason.data or "", now)
        except NoSuchLine:
            abort(404)
        except NotContestable:
            form.form_errors.append(_("Keberatan atas hal ini tidak dapat diajukan lagi. Tulisan Anda belum terkirim."))
            return _line_page(line, form, now, 409)
        flash(_("Keberatan Anda terkirim. Anda dikabari begitu diputuskan."))
        session[SENT_DRAFTS] = [f"contest-{line_key}"]
        return redirect(url_for("officer.contest_line", line_key=line_key), 303)
    page = _line_page(line, form, now, 200)
    _note_shown((line,), now)
    return page


def _line_page(line: AttributedLine, form: ContestForm, now: datetime, status: int) -> ResponseReturnValue:
    [view] = _views((line,), now)
    return render_template("officer/contest_line.html", line=view, form=form), status


def _note_shown(lines: tuple[AttributedLine, ...], now: datetime) -> None:
    """What was shown for the first time is written down: the term to contest runs from then on."""
    fresh = [line for line in lines if not line.shown_before]
    if fresh:
        with transaction():
            note_shown(current_account(), fresh, now)


def _views(lines: tuple[AttributedLine, ...], now: datetime) -> list[LineView]:
    counted = counted_complaints(current_account())
    return [_view(line, line.feedback_id in counted, now) for line in lines]


def _view(line: AttributedLine, counted: bool, now: datetime) -> LineView:
    tag, tone = _TAGS[line.standing]
    if line.standing == Standing.COUNTS and not counted:
        tag, tone = _("tidak dihitung tersendiri"), "none"
    until = line.contest_until
    return LineView(
        key=line.key,
        title=_when(line),
        place=" · ".join(part for part in (line.counter, line.service, line.unit) if part),
        share=str(min(_PARTS, key=lambda part: abs(part[0] - line.share))[1]),
        tag=str(tag),
        tone=tone,
        meaning=_meaning(line, counted, now),
        evidence=_evidence(line),
        coarse=line.told.grain != Grain.DAY,
        until=day_in_words(local_day(until, line.timezone), local_day(now, line.timezone)) if until else "",
        contest=_contest(line, now),
    )


def _evidence(line: AttributedLine) -> tuple[EvidenceLine, ...]:
    """Why it names him; where it does not any more, nothing of that is certain."""
    stands = line.standing not in (Standing.CORRECTED, Standing.ENDED)
    return tuple(
        replace(shown, text=_named_by(reason) or shown.text) if stands else replace(shown, certain=False)
        for reason, shown in zip(line.reasons, evidence_lines(line.reasons), strict=True)
    )


def _named_by(reason: Reason) -> str:
    """What a person's decision says to the officer whom it names; nothing where the usual sentence says it."""
    if reason.rule == "triage_decision":
        return str(_("Petugas triase membaca pengaduannya dan memutuskan bahwa ini menyangkut Anda."))
    if reason.rule == "contest_decision":
        return str(_("Diputuskan setelah keberatan petugas lain diperiksa: ini menyangkut Anda."))
    return ""


def _when(line: AttributedLine) -> str:
    match line.told.grain:
        case Grain.DAY:
            return day_in_words(line.told.first)
        case Grain.WEEK:
            return str(_("Pekan %(days)s", days=span_in_words(line.told.first, line.told.last)))
        case Grain.MONTH:
            return month_in_words(line.told.first)


def _meaning(line: AttributedLine, counted: bool, now: datetime) -> str:
    """What it means for the officer now."""
    match line.standing:
        case Standing.COUNTS if not counted:
            return str(_("Sedang dihitung, atau sudah dihitung bersama pengaduan lain tentang hal yang sama."))
        case Standing.COUNTS:
            return str(_("Pengaduan ini dinyatakan terbukti dan masuk angka kepuasan Anda."))
        case Standing.CONTESTED if line.contest and line.contest.due_at < now:
            return str(
                _("Keberatan Anda belum diputuskan, padahal batasnya sudah lewat. Atasan di atasnya sudah dikabari.")
            )
        case Standing.CONTESTED:
            return str(
                _("Keberatan Anda sedang diperiksa orang lain. Sampai diputuskan, pengaduan ini tetap dihitung.")
            )
        case Standing.REFUSED:
            return str(_("Keberatan Anda diperiksa dan ditolak. Alasannya tertulis di bawah."))
        case Standing.CORRECTED:
            return str(
                _("Keberatan Anda diterima: ini tidak lagi dikaitkan dengan Anda. Angka Anda sudah dihitung ulang.")
            )
        case Standing.ENDED:
            return str(_("Bukti atau putusan baru mengubahnya. Angka Anda sudah dihitung ulang."))


def _contest(line: AttributedLine, now: datetime) -> tuple[tuple[str, str], ...]:
    """What the officer wrote and what was decided: names and words."""
    contest = line.contest
    if contest is None:
        return ()
    today = local_day(now, line.timezone)
    said = [
        (_("Keberatan Anda, %(day)s", day=day_in_words(local_day(contest.at, line.timezone), today)), contest.reason)
    ]
    if contest.decided_at is not None:
        day = day_in_words(local_day(contest.decided_at, line.timezone), today)
        said.append((_("Putusan %(name)s, %(day)s", name=contest.decided_by, day=day), contest.decision or ""))
    elif line.standing == Standing.CONTESTED:
        day = day_in_words(local_day(contest.due_at, line.timezone), today)
        said.append((_("Diputuskan paling lambat"), day))
    return tuple((str(name), words) for name, words in said)
