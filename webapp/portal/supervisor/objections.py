"""Deciding where an officer says that a line of his figure is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.attribution.sentences import evidence_sentence
from webapp.database import transaction
from webapp.indicators.line_groups import MINIMUM_RATERS
from webapp.indicators.objections import deciding
from webapp.indicators.objections.contents import LineContents, LineFact, contents_of
from webapp.indicators.objections.desk import (
    ObjectionCase,
    WaitingObjection,
    list_decided,
    list_waiting,
    read_objection,
    was_decided_before,
)
from webapp.indicators.objections.errors import (
    AlreadyDecided,
    FactsChanged,
    GivesAway,
    NoSuchObjection,
    NothingChosen,
    TooFewRaters,
)
from webapp.indicators.objections.files import list_files, read_file
from webapp.indicators.objections.vocabulary import Outcome
from webapp.indicators.wording.facts import counted, part_name
from webapp.indicators.wording.numbers import day_and_month, decimal, percent, period_in_words, short_day
from webapp.portal.access import current_account, requires
from webapp.portal.chosen import OneId
from webapp.portal.dates import day_in_words, due_in_words, local_day
from webapp.portal.officer.objections import as_download
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.moving import SENT_DRAFTS
from webapp.portal.supervisor.objection_late import OUTCOMES, came_too_late
from webapp.portal.supervisor.views import blueprint
from webapp.portal.typed_text import keeps_typed_text, without_nul

_CHOICES = {
    Outcome.UPHELD: _l("Diterima: seluruh baris tidak dihitung lagi"),
    Outcome.PARTLY: _l("Diterima sebagian: hanya hari tertentu"),
    Outcome.REFUSED: _l("Ditolak: baris tetap dihitung"),
}
#: Where a fact comes from, in the words of its channel.
_CHANNELS: Mapping[str, LazyString] = {
    "portal": _l("portal"),
    "telegram": _l("Telegram"),
    "receipt": _l("struk kunjungan"),
    "import": _l("sistem lama"),
    "counter": _l("loket"),
    "file": _l("berkas"),
    "answer": _l("jawaban"),
    "shift": _l("jadwal jaga"),
    "plan": _l("rencana kerja"),
}
#: What many facts of a line are, each by itself.
_WHAT: Mapping[str, LazyString] = {
    "rating": _l("Penilaian"),
    "complaint": _l("Pengaduan yang terbukti"),
    "answer": _l("Jawaban pengaduan"),
}
#: A day nobody knows, among the days to choose from.
_UNKNOWN_DAY = "unknown"


class DecideObjectionForm(DeskForm):
    """What becomes of the line, and why. `standing` tells what the page showed."""

    standing = HiddenField()
    outcome = RadioField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Bagaimana Anda memutuskan?"),
        choices=[SelectChoice(str(outcome), label) for outcome, label in _CHOICES.items()],
        invalid_choice_message=_l("Pilih satu putusan."),
        validators=[InputRequired(_l("Pilih satu putusan."))],
    )
    days = SelectMultipleField(
        _l("Hari yang tidak dihitung lagi (hanya bila diterima sebagian)"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    cause = OneId(
        _l("Sebab di luar kendali petugas"),
        _l("Pilih sebab dari daftar."),
        description=_l("Bila itu sebabnya. Dicatat bersama putusan."),
    )
    reasons = TextAreaField(
        _l("Alasan putusan"),
        description=_l(
            "Petugas membaca alasan ini. Jangan sebut penilaian satu per satu, isi pengaduan, kodenya, atau siapa pun "
            "yang menilai atau melapor."
        ),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis alasannya.")),
            Length(min=10, max=2000, message=_l("Tulis alasannya dalam 10 sampai 2.000 huruf.")),
        ],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """What belongs together is filled in together: a part of the line has its days."""
        valid = bool(super().validate(extra_validators))
        if self.outcome.data == Outcome.PARTLY and not self.days.data and not self.days.errors:
            self.days.errors = [_("Pilih harinya.")]
            valid = False
        return valid


@dataclass(frozen=True, slots=True)
class ListedObjection:
    """One entry of the list."""

    id: int
    title: str
    text: str
    when: str
    tag: str
    tone: str


@blueprint.get("/keberatan-nilai")
@requires(Permission.OBJECTION_DECIDE)
def list_objections() -> ResponseReturnValue:
    """What the viewer may decide, what is due first on top; and what he decided."""
    viewer, now = current_account(), datetime.now(UTC)
    return render_template(
        "supervisor/list_objections.html",
        waiting=[_listed(one, now) for one in list_waiting(viewer)],
        decided=[_listed(one, now) for one in list_decided(viewer)],
    )


@blueprint.route("/keberatan-nilai/<int:objection_id>", methods=["GET", "POST"])
@requires(Permission.OBJECTION_DECIDE)
@keeps_typed_text
def decide_objection(objection_id: int) -> ResponseReturnValue:
    """One objection with what the line is made of, and the decision."""
    viewer = current_account()
    try:
        case = read_objection(viewer, objection_id)
    except NoSuchObjection:
        if request.method == "POST" and (late := came_too_late(viewer, objection_id)) is not None:
            return late
        if was_decided_before(viewer, objection_id):
            flash(_("Keberatan ini baru saja diputuskan orang lain."))
            return redirect(url_for("supervisor.list_objections"), 303)
        abort(404)
    if request.method == "POST" and case.outcome is not None:
        return _again(objection_id)
    contents = contents_of(viewer, case)
    form = _form(contents)
    if not form.is_submitted():
        form.standing.data = contents.of
        return _page(case, contents, form, 200)
    if not form.is_valid():
        return _page(case, contents, form, 400)
    seen, form.standing.data = form.standing.data, contents.of
    try:
        with transaction():
            _decide(viewer, objection_id, form, seen or "")
    except NoSuchObjection:
        abort(404)
    except FactsChanged:
        form.form_errors.append(_("Isi baris ini berubah sejak halaman ini dibuka. Periksa lagi, lalu kirim lagi."))
        return _page(case, contents, form, 409)
    except AlreadyDecided:
        return came_too_late(viewer, objection_id) or abort(404)
    except GivesAway as error:
        form.reasons.errors = [
            _("Petugas membaca ini. Hapus dulu yang menyebut pengaduannya: “%(what)s”.", what=error.what)
        ]
        return _page(case, contents, form, 400)
    except NothingChosen:
        form.days.errors = [_("Pilih sebagian harinya. Bila semuanya, pilih “diterima”.")]
        return _page(case, contents, form, 400)
    except TooFewRaters as error:
        form.days.errors = [
            _(
                "Pada hari yang dipilih, atau pada hari lainnya, kurang dari %(least)s orang menilai: dari perubahan "
                "angkanya petugas dapat mengenali mereka. Pilih lebih banyak atau lebih sedikit hari, atau seluruh "
                "baris.",
                least=error.least,
            )
        ]
        return _page(case, contents, form, 400)
    return _saved(objection_id)


@blueprint.get("/keberatan-nilai/<int:objection_id>/berkas/<int:file_id>")
@requires(Permission.OBJECTION_DECIDE)
def download_objection_paper(objection_id: int, file_id: int) -> ResponseReturnValue:
    """A file that came with an objection."""
    try:
        read_objection(current_account(), objection_id)
    except NoSuchObjection:
        abort(404)
    paper = read_file(objection_id, file_id)
    if paper is None:
        abort(404)
    return as_download(paper)


def _decide(viewer: Account, objection_id: int, form: DecideObjectionForm, seen: str | None) -> None:
    """Put into effect what the form says. Raises as deciding does, and ValueError where no outcome was chosen."""
    deciding.decide_objection(
        objection_id,
        outcome=Outcome(form.outcome.data),
        reasons=form.reasons.data or "",
        actor=viewer,
        at=datetime.now(UTC),
        days=[_day_of(value) for value in form.days.data or []],
        cause_id=form.cause.data,
        seen=seen,
    )


def _again(objection_id: int) -> ResponseReturnValue:
    """The viewer decided it before: pressed twice is saved once, and anything else is not saved, which is said."""
    viewer, form = current_account(), DecideObjectionForm()
    try:
        with transaction():
            _decide(viewer, objection_id, form, None)
    except (AlreadyDecided, ValueError):
        return came_too_late(viewer, objection_id) or abort(404)
    return _saved(objection_id)


def _saved(objection_id: int) -> ResponseReturnValue:
    flash(_("Putusan tersimpan. Petugas dikabari beserta alasannya, dan angkanya dihitung ulang."))
    session[SENT_DRAFTS] = [f"objection-decision-{objection_id}"]
    return redirect(url_for("supervisor.list_objections"), 303)


def _form(contents: LineContents) -> DecideObjectionForm:
    form = DecideObjectionForm()
    form.days.choices = [SelectChoice(_value_of(day), _day_words(day, contents)) for day in contents.days]
    form.cause.choices = [
        SelectChoice("", _("Tidak ada, atau lain")),
        *(SelectChoice(id_, name) for id_, name in deciding.list_causes()),
    ]
    return form


def _value_of(day: date | None) -> str:
    return day.isoformat() if day is not None else _UNKNOWN_DAY


def _day_of(value: str) -> date | None:
    return None if value == _UNKNOWN_DAY else date.fromisoformat(value)


def _day_words(day: date | None, contents: LineContents) -> str:
    """ "Selasa, 24 November: 3 penilaian"."""
    sources: dict[str, int] = {}
    for fact in contents.facts:
        if fact.day == day and fact.counts:
            sources[fact.source] = sources.get(fact.source, 0) + 1
    what = counted(sources)
    when = day_in_words(day) if day is not None else str(_("Tanggal tidak diketahui"))
    return f"{when}: {what}"


def _page(case: ObjectionCase, contents: LineContents, form: DecideObjectionForm, status: int) -> ResponseReturnValue:
    now = datetime.now(UTC)
    today = local_day(now, case.timezone)
    due, due_tone = due_in_words(case.due_at, now, case.timezone)
    sources: dict[str, int] = {}
    for fact in contents.facts:
        sources[fact.source] = sources.get(fact.source, 0) + 1
    left = sum(not fact.counts for fact in contents.facts)
    page = render_template(
        "supervisor/decide_objection.html",
        case=case,
        part=part_name(case.component),
        period=period_in_words(case.period),
        what=counted(sources),
        rows=_rows(contents.facts),
        codes=sorted({fact.code for fact in contents.facts if fact.code is not None}),
        evidence=[(str(evidence_sentence(rule, {})), number) for rule, number in contents.evidence],
        rated=contents.raters > 0,
        days_help=_days_help(contents),
        left=ngettext(
            "%(num)s di antaranya sudah tidak dihitung lagi karena hal lain.",
            "%(num)s di antaranya sudah tidak dihitung lagi karena hal lain.",
            left,
        )
        if left and case.outcome is None
        else "",
        filed=day_in_words(local_day(case.at, case.timezone), today),
        due=due,
        due_tone=due_tone,
        outcome=str(OUTCOMES[Outcome(case.outcome)]) if case.outcome else "",
        files=list_files(case.id),
        form=form,
    )
    return page, status


def _days_help(contents: LineContents) -> str:
    """What is known before anything is sent, so that no choice of days comes back."""
    said = [_("Misalnya hari server pusat mati.")]
    if contents.raters:
        said.append(
            _(
                "Hari yang dipilih maupun hari lainnya harus dinilai sedikitnya %(least)s orang, atau oleh tak seorang "
                "pun: petugas tidak boleh dapat mengenali mereka.",
                least=MINIMUM_RATERS,
            )
        )
    return " ".join(str(sentence) for sentence in said)


def _rows(facts: Iterable[LineFact]) -> list[tuple[str, str, str, str]]:
    """What is alike as one row: day, what, how it went, how many."""
    counts = Counter(_row(fact) for fact in facts)  # in the order of the days
    return [(*row, str(number)) for row, number in counts.items()]


def _row(fact: LineFact) -> tuple[str, str, str]:
    day = day_and_month(fact.day) if fact.day is not None else str(_("tidak diketahui"))
    what = _WHAT.get(fact.source)
    said = [
        str(what) if what is not None else counted({fact.source: 1}),
        fact.service,
        str(_CHANNELS.get(fact.channel, "")),
    ]
    if not fact.verified:
        said.append(str(_("tanpa struk")))
    if fact.share < 1.0:
        said.append(str(_("terkait %(share)s", share=percent(fact.share))))
    if not fact.counts:
        said.append(str(_("tidak dihitung lagi")))
    return day, " · ".join(part for part in said if part), _how_it_went(fact)


def _how_it_went(fact: LineFact) -> str:
    if fact.value is not None:
        return str(_("%(value)s dari %(scale)s", value=fact.value, scale=fact.scale))
    share = percent(fact.y)
    details = fact.details
    if "minutes" in details and "usual_minutes" in details:
        took = _(
            "%(minutes)s menit, biasanya %(usual)s",
            minutes=decimal(float(details["minutes"])),
            usual=decimal(float(details["usual_minutes"])),
        )
        return f"{took} ({share})"
    if fact.events > 1:
        return str(_("%(share)s dari %(events)s", share=share, events=round(fact.events)))
    return share


def _listed(one: WaitingObjection, now: datetime) -> ListedObjection:
    if one.decided_at is not None:
        tag, tone = str(OUTCOMES[Outcome(one.outcome or "")]), "none"
        when = short_day(local_day(one.decided_at, one.timezone))
    else:
        tag, tone = due_in_words(one.due_at, now, one.timezone)
        when = str(_("diajukan %(day)s", day=short_day(local_day(one.at, one.timezone))))
    text = f"{one.unit} · {part_name(one.component)} · {period_in_words(one.period)}"
    return ListedObjection(one.id, one.officer, text, when, tag, tone)
