"""What an officer fills in on a case."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length

from webapp.feedback.drafts import LONGEST_TEXT
from webapp.feedback.vocabulary import Finding
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.words import FINDINGS
from webapp.portal.typed_text import without_nul


class TakeForm(DeskForm):
    """Takes a case onto the desk."""


class AnswerForm(DeskForm):
    """The answer as the reporter reads it, and what was found."""

    text = TextAreaField(
        _l("Jawaban untuk warga"),
        description=_l("Ditampilkan persis seperti ini kepada pelapor. Nama Anda tidak ditampilkan."),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis jawaban Anda.")),
            Length(min=10, max=LONGEST_TEXT, message=_l("Jawaban terlalu pendek untuk dimengerti warga.")),
        ],
    )
    finding = RadioField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Apa yang Anda temukan?"),
        choices=[SelectChoice(str(finding), label) for finding, label in FINDINGS.items()],
        invalid_choice_message=_l("Pilih satu temuan."),
        validators=[InputRequired(_l("Pilih satu temuan."))],
    )

    @property
    def found(self) -> Finding:
        """The finding that was chosen."""
        return Finding(str(self.finding.data))


class QuestionForm(DeskForm):
    """A question to the reporter."""

    text = TextAreaField(
        _l("Pertanyaan untuk pelapor"),
        description=_l("Pelapor menjawab tanpa Anda tahu siapa dia. Batas waktu tetap berjalan."),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis pertanyaan Anda.")),
            Length(min=5, max=2000, message=_l("Pertanyaan terlalu pendek atau terlalu panjang.")),
        ],
    )
