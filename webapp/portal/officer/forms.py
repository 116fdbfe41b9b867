"""What an officer fills in on a case."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from webapp.feedback.casework.notes import LONGEST_NOTE
from webapp.feedback.casework.placeholders import gaps_in
from webapp.feedback.drafts import LONGEST_TEXT
from webapp.feedback.vocabulary import Finding
from webapp.portal.photo_field import Photos
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.words import FINDINGS
from webapp.portal.typed_text import without_nul


class TakeForm(DeskForm):
    """Takes a case onto the desk."""


class SpeakingForm(DeskForm):
    """A form by which the agency says something; `seen` is the version of the case that its page showed."""

    seen = HiddenField()


class AnswerForm(SpeakingForm):
    """The answer as the reporter reads it, what was found, and photos of the remedy."""

    text = TextAreaField(
        _l("Jawaban untuk warga"),
        description=_l("Ditampilkan persis seperti ini kepada pelapor. Nama Anda tidak ditampilkan."),
        filters=[without_nul],
        validators=[
            DataRequired(_l("Tulis jawaban Anda.")),
            Length(min=10, max=LONGEST_TEXT, message=_l("Jawaban terlalu pendek untuk dimengerti warga.")),
        ],
    )
    finding = RadioField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Apa yang Anda temukan?"),
        choices=[SelectChoice(str(finding), label) for finding, label in FINDINGS.items()],
        invalid_choice_message=_l("Pilih satu temuan."),
        validators=[InputRequired(_l("Pilih satu temuan."))],
    )

    photos = Photos(_l("Foto hasil perbaikan"))
    #: Set once photos of this form are kept.
    uploaded = HiddenField()

    def validate_text(self, field: TextAreaField) -> None:
        """No gap of a template is left for the citizen to wonder about."""
        gaps = gaps_in(field.data or "")
        if gaps:
            raise ValidationError(_("Masih ada yang harus diisi: %(gaps)s.", gaps=", ".join(dict.fromkeys(gaps))))

    @property
    def found(self) -> Finding:
        """The finding that was chosen."""
        return Finding(str(self.finding.data))


class QuestionForm(SpeakingForm):
    """A question to the reporter."""

    text = TextAreaField(
        _l("Pertanyaan untuk pelapor"),
        description=_l("Pelapor menjawab tanpa Anda tahu siapa dia. Selama menunggu jawabannya, batas waktu berhenti."),
        filters=[without_nul],
        validators=[
            DataRequired(_l("Tulis pertanyaan Anda.")),
            Length(min=5, max=2000, message=_l("Pertanyaan terlalu pendek atau terlalu panjang.")),
        ],
    )


class NoteForm(DeskForm):
    """An internal note."""

    text = TextAreaField(
        _l("Catatan internal"),
        description=_l(
            "Hanya untuk rekan yang boleh membuka laporan ini. Tulis @ dan namanya untuk memberi tahu rekan."
        ),
        filters=[without_nul],
        validators=[
            DataRequired(_l("Tulis catatan Anda.")),
            Length(max=LONGEST_NOTE, message=_l("Catatan terlalu panjang: paling banyak 4.000 huruf.")),
        ],
    )


class JudgeForm(DeskForm):
    """What a superior says about a photo in which something is odd."""

    photo = HiddenField()
