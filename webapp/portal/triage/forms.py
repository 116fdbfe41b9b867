"""What triage decides."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length

from webapp.attribution.triage_desk import SHOWN
from webapp.feedback.movement.verifying import ArchiveReason
from webapp.feedback.vocabulary import ComplaintKind
from webapp.portal.chosen import OneId, chosen_id
from webapp.portal.officer.move_forms import message_field, note_field
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul


class DecideForm(DeskForm):
    """Where a complaint belongs, whom it concerns, and why. `standing` is the judgement that the page showed."""

    standing = HiddenField()
    unit = OneId(
        _l("Unit kerja mana yang menanganinya?"),
        _l("Pilih unit kerja dari daftar."),
        validators=[DataRequired(_l("Pilih unit kerja."))],
    )
    officer = OneId(
        _l("Petugas mana yang disangkut?"),
        _l("Pilih petugas dari daftar unit itu."),
        description=_l(
            "Hanya bila laporan atau buktinya jelas menunjuk orangnya. Petugas itu tidak akan melihat laporan ini, "
            "dan angkanya ikut bergerak bila pengaduan terbukti."
        ),
    )
    personal = BooleanField(
        _l("Laporan ini menyangkut perbuatan seseorang"),
        description=_l("Hanya atasan yang melihatnya; petugas di unit itu tidak."),
    )
    reason = TextAreaField(
        _l("Mengapa?"),
        description=_l("Satu kalimat. Atasan dan penerus Anda membacanya."),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis alasannya.")),
            Length(min=5, max=1000, message=_l("Tulis alasannya dalam satu atau dua kalimat.")),
        ],
    )

    @property
    def unit_id(self) -> int | None:
        """The unit that was chosen."""
        chosen: int | None = self.unit.data
        return chosen

    @property
    def officer_id(self) -> int | None:
        """The officer that was chosen, if any."""
        chosen: int | None = self.officer.data
        return chosen


#: Reasons that a person may give; that nothing was completed, time finds out.
ARCHIVE_REASONS = {
    ArchiveReason.NO_COMPLAINT: _l("Bukan pengaduan, aspirasi, atau pertanyaan"),
    ArchiveReason.REPEATED: _l("Sudah pernah disampaikan dan dijawab"),
    ArchiveReason.WITHDRAWN: _l("Dicabut oleh pelapor"),
    ArchiveReason.NOT_COMPLETED: _l("Tidak dilengkapi pelapor"),
}


#: Prefix of the form that takes a change of kind back: it stands on a page that has the other form, too.
KIND_BACK = "kindback"


class ChooseForm(DeskForm):
    """The candidate whose button was pressed. `standing` is the judgement that the page showed."""

    standing = HiddenField()
    unit = HiddenField()

    @property
    def unit_id(self) -> int | None:
        """The unit that was chosen; None for what no unit can be."""
        return _id(self.unit.data)


class UndoForm(DeskForm):
    """The decision that is taken back."""

    attribution = HiddenField()

    @property
    def attribution_id(self) -> int | None:
        """Its id; None for what no decision can be."""
        return _id(self.attribution.data)


class KindForm(DeskForm):
    """What a complaint is called from now on."""

    kind = HiddenField()

    @property
    def chosen(self) -> ComplaintKind | None:
        """The kind; None for what is none."""
        return ComplaintKind(self.kind.data) if self.kind.data in set(ComplaintKind) else None


def _id(written: str | None) -> int | None:
    try:
        return chosen_id(written)
    except ValueError:
        return None


class PressForm(DeskForm):
    """One press, nothing to fill in."""


class DeferForm(DeskForm):
    """What is missing."""

    text = message_field(
        _l("Apa yang perlu dilengkapi?"),
        _l("Tulis kepada pelapor, satu per satu: apa yang kurang dan di mana ia menemukannya."),
    )


class PassOnForm(DeskForm):
    """Whose matter it is, and what happens there."""

    agency = StringField(
        _l("Instansi yang berwenang"),
        description=_l("Nama yang dikenal warga, misalnya PLN atau Dinas Perhubungan Provinsi."),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis nama instansinya.")),
            Length(min=2, max=120, message=_l("Nama instansi terlalu pendek atau terlalu panjang.")),
        ],
    )
    text = message_field(
        _l("Penjelasan untuk pelapor"),
        _l("Apa yang terjadi di sana, dan kapan. Pelapor tidak perlu mengirim ulang ke mana pun."),
    )


def _reason_field() -> RadioField:
    return RadioField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Mengapa diarsipkan?"),
        choices=[SelectChoice(str(reason), label) for reason, label in ARCHIVE_REASONS.items()],
        invalid_choice_message=_l("Pilih satu alasan."),
        validators=[InputRequired(_l("Pilih satu alasan."))],
    )


class ArchiveForm(DeskForm):
    """Why it ends without an answer."""

    reason = _reason_field()
    text = message_field(
        _l("Penjelasan untuk pelapor"), _l("Mengapa tanpa jawaban, dan bagaimana ia dapat kembali bila perlu.")
    )


class RestoreForm(DeskForm):
    """Why it is looked at again."""

    note = note_field(_l("Mengapa diperiksa lagi?"), _l("Rekan Anda membacanya, pelapor tidak."), required=True)


class BulkForm(DeskForm):
    """One decision for several complaints that point at nobody: to a unit, or away."""

    codes = SelectMultipleField(validate_choice=False)
    unit = OneId(_l("Unit kerja"), _l("Pilih unit kerja dari daftar."))
    note = TextAreaField(
        _l("Mengapa ke unit itu?"),
        description=_l("Satu kalimat, berlaku untuk semuanya."),
        filters=[without_nul],
    )
    text = TextAreaField(
        _l("Penjelasan untuk semua pelapornya"),
        description=_l("Mengapa tanpa jawaban, dan bagaimana mereka dapat kembali bila perlu."),
        filters=[without_nul],
    )
    #: The button that was pressed.
    do = StringField()

    @property
    def sends(self) -> bool:
        """Whether they go to a unit; else they are archived as no complaint."""
        return bool(self.do.data == "send")

    @property
    def chosen(self) -> list[str]:
        """The codes that were ticked, each once."""
        return sorted(set(self.codes.data or []))

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether there is something chosen, and what the pressed button needs."""
        valid = bool(super().validate(extra_validators))
        if not 0 < len(self.chosen) <= SHOWN or any(len(code) > 40 or "\x00" in code for code in self.chosen):
            self.form_errors.append(_("Centang dulu laporan yang dimaksud."))
            valid = False
        words = self.note if self.sends else self.text
        if not 10 <= len((words.data or "").strip()) <= 1000:
            words.errors = [_("Tulis satu atau dua kalimat.")]
            valid = False
        if self.sends and self.unit.data is None and not self.unit.errors:
            self.unit.errors = [_("Pilih unit kerja.")]
            valid = False
        return valid
