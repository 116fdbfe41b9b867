"""Deciding where an officer says that a complaint was not his."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length

from webapp.accounts.permissions import Permission, can
from webapp.attribution.contests import deciding
from webapp.attribution.contests.desk import (
    ContestFile,
    WaitingContest,
    list_decided,
    list_waiting,
    read_contest,
    was_decided_before,
)
from webapp.attribution.contests.errors import AlreadyDecided, GivesAway, NoSuchContest, NotAChoice
from webapp.attribution.contests.vocabulary import Verdict
from webapp.attribution.queries import reasons_for, standing_of
from webapp.database import transaction
from webapp.feedback.case_file import open_case_file, read_case_of
from webapp.feedback.errors import NotForThisPerson
from webapp.portal.access import current_account, requires
from webapp.portal.chosen import OneId
from webapp.portal.dates import clock, day_in_words, due_in_words, local_day
from webapp.portal.looking import looked_at_case
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.moving import SENT_DRAFTS
from webapp.portal.staff.views import blueprint
from webapp.portal.staff.words import case_facts, evidence_lines, received_in_words, title_of
from webapp.portal.typed_text import keeps_typed_text, without_nul

_OUTCOMES = {"upheld": _l("diterima"), "refused": _l("ditolak")}
_VERDICTS = {
    Verdict.TO_OFFICER: _l("Petugas lain"),
    Verdict.TO_UNIT: _l("Unit kerjanya, bukan satu petugas"),
    Verdict.TO_NOBODY: _l("Tidak diketahui siapa"),
    Verdict.REFUSED: _l("Tetap petugas ini"),
}


class DecideContestForm(DeskForm):
    """Whose it is, and why. `standing` is the judgement that the page showed."""

    standing = HiddenField()
    verdict = RadioField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Pengaduan ini menyangkut siapa?"),
        choices=[SelectChoice(str(verdict), label) for verdict, label in _VERDICTS.items()],
        invalid_choice_message=_l("Pilih satu putusan."),
        validators=[InputRequired(_l("Pilih satu putusan."))],
    )
    officer = OneId(
        _l("Petugas mana?"),
        _l("Pilih petugas dari daftar."),
        description=_l(
            "Hanya bila putusannya petugas lain. Ia tidak akan melihat laporan ini, dan dapat berkeberatan juga."
        ),
    )
    reason = TextAreaField(
        _l("Mengapa?"),
        description=_l("Petugas membaca alasan ini. Jangan sebut isi laporan, kodenya, harinya, atau pelapornya."),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis alasannya.")),
            Length(min=10, max=2000, message=_l("Tulis alasannya dalam 10 sampai 2.000 huruf.")),
        ],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """What belongs together is filled in together: another officer has a name."""
        valid = bool(super().validate(extra_validators))
        if self.verdict.data == Verdict.TO_OFFICER and self.officer.data is None and not self.officer.errors:
            self.officer.errors = [_("Pilih petugasnya.")]
            valid = False
        return valid


#: What each of them means for the contest.
_HINTS = {
    Verdict.TO_OFFICER: _l("Keberatan diterima. Pilih petugasnya di bawah."),
    Verdict.TO_UNIT: _l("Keberatan diterima. Tidak masuk angka siapa pun."),
    Verdict.TO_NOBODY: _l("Keberatan diterima. Tidak masuk angka siapa pun."),
    Verdict.REFUSED: _l("Keberatan ditolak. Angkanya tetap."),
}


@dataclass(frozen=True, slots=True)
class ListedContest:
    """One entry of the list."""

    id: int
    title: str
    text: str
    code: str
    tag: str
    tone: str


@blueprint.get("/keberatan-atribusi")
@requires(Permission.CONTEST_DECIDE)
def list_contests() -> ResponseReturnValue:
    """What the viewer may decide, what is due first on top; and what he decided."""
    viewer, now = current_account(), datetime.now(UTC)
    return render_template(
        "staff/list_contests.html",
        waiting=[_listed(one, now) for one in list_waiting(viewer)],
        decided=[_listed(one, now) for one in list_decided(viewer)],
    )


@blueprint.route("/keberatan-atribusi/<int:contest_id>", methods=["GET", "POST"])
@requires(Permission.CONTEST_DECIDE)
@keeps_typed_text
def decide_contest(contest_id: int) -> ResponseReturnValue:
    """One contest with the evidence, and the decision."""
    try:
        contest = read_contest(current_account(), contest_id)
    except NoSuchContest:
        if was_decided_before(current_account(), contest_id):
            flash(_("Keberatan ini baru saja diputuskan orang lain."))
            return redirect(url_for("staff.list_contests"), 303)
        abort(404)
    waits = contest.decided_at is None
    if request.method == "POST" and not waits:  # sent twice is decided once
        return _saved(contest_id)
    on_duty = deciding.on_duty_then(contest)
    form = _form(deciding.candidates_for(contest, current_account(), on_duty) if waits else [])
    if not form.is_submitted():
        form.standing.data = str(contest.attribution_id)
        return _page(contest, on_duty, form, 200)
    if not form.is_valid():
        return _page(contest, on_duty, form, 400)
    if form.standing.data != str(contest.attribution_id):
        form.form_errors.append(
            _("Bukti baru masuk sejak halaman ini dibuka. Periksa lagi, lalu kirim bila masih tepat.")
        )
        form.standing.data = str(contest.attribution_id)
        return _page(contest, on_duty, form, 409)
    try:
        with transaction():
            deciding.decide_contest(
                contest_id,
                verdict=Verdict(form.verdict.data),
                officer_id=form.officer.data,
                reason=form.reason.data or "",
                actor=current_account(),
                at=datetime.now(UTC),
            )
    except NoSuchContest:
        abort(404)
    except GivesAway as error:
        form.reason.errors = [
            _("Petugas membaca ini. Hapus dulu yang menyebut pengaduannya: “%(what)s”.", what=error.what)
        ]
        return _page(contest, on_duty, form, 400)
    except (AlreadyDecided, NotAChoice):
        form.form_errors.append(_("Keadaannya baru saja berubah. Buka lagi daftar keberatan, lalu periksa."))
        return _page(contest, on_duty, form, 409)
    return _saved(contest_id)


def _saved(contest_id: int) -> ResponseReturnValue:
    flash(_("Putusan tersimpan. Petugas dikabari beserta alasannya, dan angkanya dihitung ulang."))
    session[SENT_DRAFTS] = [f"contest-decision-{contest_id}"]
    return redirect(url_for("staff.list_contests"), 303)


def _form(candidates: list[deciding.Candidate]) -> DecideContestForm:
    form = DecideContestForm()
    form.officer.choices = [
        SelectChoice("", _("Pilih petugas")),
        *(
            SelectChoice(one.id, _("%(name)s (bertugas hari itu)", name=one.name) if one.on_duty else one.name)
            for one in candidates
        ),
    ]
    return form


def _page(
    contest: ContestFile, on_duty: list[deciding.OnDutyThen], form: DecideContestForm, status: int
) -> ResponseReturnValue:
    viewer, now = current_account(), datetime.now(UTC)
    try:
        complaint = open_case_file(viewer, contest.code)
    except NotForThisPerson:
        abort(404)
    case = read_case_of(viewer, complaint)
    today = local_day(now, contest.timezone)
    due, due_tone = due_in_words(contest.due_at, now, contest.timezone)
    page = render_template(
        "staff/decide_contest.html",
        contest=contest,
        case=case,
        title=title_of(case),
        received=received_in_words(case),
        facts=case_facts(case),
        evidence=evidence_lines(reasons_for(complaint), standing_of(complaint.feedback_id).shares),
        on_duty=[_on_duty_row(one, contest) for one in on_duty],
        filed=day_in_words(local_day(contest.at, contest.timezone), today),
        due=due,
        due_tone=due_tone,
        outcome=_OUTCOMES[contest.outcome] if contest.outcome else "",
        form=form,
        hints={str(verdict): hint for verdict, hint in _HINTS.items()},
        opens_case=can(viewer, Permission.COMPLAINT_ANSWER),
    )
    looked_at_case(complaint.feedback_id)
    return page, status


def _on_duty_row(one: deciding.OnDutyThen, contest: ContestFile) -> tuple[str, str, str, str]:
    """Who, where, when by the roster, and how many he served there."""
    name = _("%(name)s (yang berkeberatan)", name=one.officer) if one.officer_id == contest.officer_id else one.officer
    hours = _("tidak di jadwal jaga")
    if one.hours:
        zone = contest.timezone
        hours = ", ".join(f"{clock(starts_at, zone)}–{clock(ends_at, zone)}" for starts_at, ends_at in one.hours)
    served = ngettext("%(num)s orang", "%(num)s orang", one.served) if one.served else "–"
    return str(name), one.counter, str(hours), str(served)


def _listed(one: WaitingContest, now: datetime) -> ListedContest:
    if one.decided_at is not None:
        day = day_in_words(local_day(one.decided_at, one.timezone), local_day(now, one.timezone))
        tag, tone, text = str(_OUTCOMES[one.outcome or ""]), "none", _("diputuskan %(day)s", day=day)
    else:
        tag, tone = due_in_words(one.due_at, now, one.timezone)
        day = day_in_words(local_day(one.at, one.timezone), local_day(now, one.timezone))
        text = _("berkeberatan sejak %(day)s", day=day)
    return ListedContest(one.id, one.officer, f"{one.unit} · {text}", one.code, tag, tone)
