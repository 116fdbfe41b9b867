"""What triage decides."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from webapp.portal.chosen import OneId
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
