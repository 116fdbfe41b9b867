"""What an officer fills in on a document application."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.counter.applications.vocabulary import PaperState
from webapp.portal.applicant_fields import applicant_name, applicant_phone
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul


def _number(value: object) -> int | None:
    """The id in a choice; None for the choice that says nothing, and for what no id can be."""
    number = int(str(value)) if str(value).isascii() and str(value).isdecimal() else 0
    return number if 0 < number < 2**63 else None


def _stripped(text: str | None) -> str | None:
    cleaned = without_nul(text)
    return cleaned.strip() if cleaned else cleaned


class PapersForm(DeskForm):
    """The requirements of a file. Each comes with the state that the page showed, so that only what was changed here
    is changed: a colleague may have ticked another one meanwhile."""

    def read(self, papers: Iterable[tuple[int, str]], sent: dict[str, str]) -> list[tuple[int, PaperState]]:
        """Which of `papers` (id and standing state) were set to another state here, from what was `sent`."""
        changed = []
        for paper_id, _state in papers:
            now, before = sent.get(f"paper-{paper_id}", ""), sent.get(f"shown-{paper_id}", "")
            if now != before and now in list(PaperState):
                changed.append((paper_id, PaperState(now)))
        return changed


class StageForm(DeskForm):
    """A press on the current stage: `stage` is the one that the page showed, `from_colleague` whether he has it."""

    stage = HiddenField()
    from_colleague = HiddenField()

    @property
    def stage_id(self) -> int:
        """The stage that is meant; 0 for none."""
        return _number(self.stage.data) or 0

    @property
    def over(self) -> bool:
        """Whether the page said that a colleague has it."""
        return self.from_colleague.data == "1"


class HandOverForm(StageForm):
    """To whom the stage goes."""

    officer = SelectField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Serahkan kepada"),
        coerce=_number,
        choices=[],
        invalid_choice_message=_l("Pilih petugas dari daftar."),
        validators=[Optional()],
    )


class PauseForm(DeskForm):
    """Why a file waits."""

    cause = RadioField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Apa yang ditunggu?"),
        coerce=_number,
        choices=[],
        invalid_choice_message=_l("Pilih sebabnya dari daftar."),
        validators=[InputRequired(_l("Pilih sebabnya."))],
    )
    note = StringField(
        _l("Keterangan untuk pemohon"),
        description=_l("Satu kalimat, tanpa nama orang. Pemohon membacanya."),
        filters=[_stripped],
        validators=[Length(max=300, message=_l("Tulis lebih singkat: paling banyak 300 huruf."))],
    )


class ResumeForm(DeskForm):
    """What was waited for has come."""


class WithdrawForm(DeskForm):
    """The applicant takes the file back; it cannot be opened again."""

    sure = BooleanField(
        _l("Pemohon sendiri yang meminta"),
        description=_l("Berkas yang dibatalkan tidak dapat dibuka lagi; pemohon harus mendaftar ulang."),
        validators=[InputRequired(_l("Centang ini bila pemohon memang meminta pembatalan."))],
    )


class RegisterForm(DeskForm):
    """A file registered at the counter."""

    unit = SelectField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Unit yang mengerjakan"),
        coerce=_number,
        choices=[],
        invalid_choice_message=_l("Pilih unit dari daftar."),
        validators=[InputRequired(_l("Pilih unit."))],
    )
    papers = SelectMultipleField(
        _l("Persyaratan yang sudah diterima dan benar"),
        choices=[],
        validate_choice=False,
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    name = applicant_name()
    phone = applicant_phone()
    visit = SelectField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Dari kunjungan"),
        coerce=_number,
        choices=[],
        invalid_choice_message=_l("Pilih kunjungan dari daftar."),
        description=_l("Agar struk kunjungan dan berkasnya saling terhubung."),
        validators=[Optional()],
    )

    def positions(self, requirements: tuple[str, ...]) -> frozenset[int]:
        """Which of `requirements` were ticked, counted from 0."""
        ticked = set(self.papers.data or ())
        return frozenset(number for number, name in enumerate(requirements) if name in ticked)


def choices(rows: Iterable[tuple[int, str]], nothing: str | None = None) -> list[SelectChoice]:
    """Rows to choose from; `nothing` words the choice of none."""
    first = [SelectChoice("", nothing)] if nothing is not None else []
    return [*first, *(SelectChoice(id_, name) for id_, name in rows)]
