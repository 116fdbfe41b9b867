"""What triage decides."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul


def _number(value: object) -> int | None:
    """The id in a choice; None for the choice that says nothing."""
    return int(str(value)) if str(value).isdecimal() else None


class DecideForm(DeskForm):
    """Where a complaint belongs, whom it concerns, and why. `standing` is the judgement that the page showed."""

    standing = HiddenField()
    unit = SelectField(
        _l("Unit kerja mana yang menanganinya?"), coerce=_number, validators=[DataRequired(_l("Pilih unit kerja."))]
    )
    officer = SelectField(
        _l("Petugas mana yang disangkut?"),
        coerce=_number,
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
