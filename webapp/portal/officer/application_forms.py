"""What an officer fills in on a document application."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, HiddenField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.counter.applications.vocabulary import PaperState
from webapp.portal.applicant_fields import applicant_name, applicant_phone
from webapp.portal.chosen import OneId, OneIdShown, chosen_id
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul


def _stripped(text: str | None) -> str | None:
    cleaned = without_nul(text)
    return cleaned.strip() if cleaned else cleaned


class _Sent:
    """The field came along, if only as the choice of nothing: a form without it means nothing."""

    def __call__(self, form: Form, field: OneId) -> None:
        if not field.raw_data:
            raise ValidationError(str(field.invalid_choice_message))


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
        try:
            return chosen_id(self.stage.data) or 0
        except ValueError:
            return 0

    @property
    def over(self) -> bool:
        """Whether the page said that a colleague has it."""
        return self.from_colleague.data == "1"


class HandOverForm(StageForm):
    """To whom the stage goes."""

    officer = OneId(_l("Serahkan kepada"), _l("Pilih petugas dari daftar."), validators=[_Sent()])


class PauseForm(DeskForm):
    """Why a file waits."""

    cause = OneIdShown(
        _l("Apa yang ditunggu?"),
        _l("Pilih sebabnya dari daftar."),
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

    unit = OneId(
        _l("Unit yang mengerjakan"), _l("Pilih unit dari daftar."), validators=[InputRequired(_l("Pilih unit."))]
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
    visit = OneId(
        _l("Dari kunjungan"),
        _l("Pilih kunjungan dari daftar."),
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
