"""Forms of work plans: the plan row by row, a report of what was done, and what a superior says to either."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from webapp.indicators.work_plans.actions import MOST_TARGETS, MOST_WORDS, PlannedTarget
from webapp.indicators.work_plans.vocabulary import Aspect, Measure
from webapp.portal.admin.fields import sentences, words
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul

ASPECTS: dict[str, LazyString] = {
    Aspect.QUANTITY: _l("Kuantitas"),
    Aspect.QUALITY: _l("Kualitas"),
    Aspect.TIME: _l("Waktu"),
    Aspect.COST: _l("Biaya"),
}
MEASURES: dict[str, LazyString] = {
    Measure.VISITS_SERVED: _l("Kunjungan yang dilayani (dihitung aplikasi)"),
    Measure.STAGES_FINISHED: _l("Tahap berkas yang diselesaikan (dihitung aplikasi)"),
    Measure.ANSWERS_GIVEN: _l("Jawaban pengaduan (dihitung aplikasi)"),
    Measure.OWN_COUNT: _l("Dilaporkan sendiri tiap bulan, dibenarkan atasan"),
}
MORE, LESS = "more", "less"
DIRECTIONS: dict[str, LazyString] = {
    MORE: _l("Makin banyak makin baik"),
    LESS: _l("Makin sedikit makin baik"),
}
_NUMBER = re.compile(r"\d{1,9}([.,]\d{1,2})?")
#: Numbers, but of more digits than are kept; "1.250" is none of them, its point may well part thousands.
_UNKEPT = re.compile(r"\d{10,}([.,]\d+)?|\d{1,9}(,\d{3,}|\.\d{4,})")
_ROW = re.compile(r"rows-(\d+)-")


class QuantityField(StringField):
    """A number as people write it: "120" or "97,5". `number` is what it says, None where nothing or nonsense stands."""

    number: float | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed, and read it."""
        super().process_formdata(valuelist)
        typed = (without_nul(self.data) or "").strip()
        self.data = typed
        self.number = None
        if not typed:
            return
        if _UNKEPT.fullmatch(typed):
            raise ValueError(_("Paling banyak sembilan angka di depan koma dan dua angka di belakangnya."))
        if not _NUMBER.fullmatch(typed):
            raise ValueError(_("Tulis angka seperti 120 atau 97,5, tanpa titik ribuan."))
        self.number = float(typed.replace(",", "."))


def _quantity(label: LazyString) -> QuantityField:
    return QuantityField(label, validators=[Optional()], render_kw={"inputmode": "decimal", "autocomplete": "off"})


class _TargetFields(Form):
    superior_result = words(
        _l("Rencana hasil kerja atasan"),
        None,
        longest=MOST_WORDS,
        description=_l("Yang Anda dukung dengan pekerjaan ini."),
    )
    result = words(_l("Rencana hasil kerja Anda"), None, longest=MOST_WORDS)
    indicator = words(
        _l("Indikator"), None, longest=MOST_WORDS, description=_l("Bagaimana terlihat bahwa itu tercapai.")
    )
    aspect = SelectField(
        _l("Aspek"),
        choices=[SelectChoice(str(value), label) for value, label in ASPECTS.items()],
        validators=[Optional()],
    )
    measure = SelectField(
        _l("Bagaimana dihitung"),
        choices=[SelectChoice(str(value), label) for value, label in MEASURES.items()],
        validators=[Optional()],
    )
    direction = SelectField(
        _l("Arah target"),
        choices=[SelectChoice(value, label) for value, label in DIRECTIONS.items()],
        default=MORE,
        description=_l("Bila makin sedikit makin baik, isi batas rata-rata sebulan, misalnya paling banyak 3 keluhan."),
        validators=[Optional()],
    )
    unit_of_measure = words(_l("Satuan"), None, longest=60, description=_l("Misalnya berkas, kunjungan, atau laporan."))
    quarter_1 = _quantity(_l("Triwulan I"))
    quarter_2 = _quantity(_l("Triwulan II"))
    quarter_3 = _quantity(_l("Triwulan III"))
    quarter_4 = _quantity(_l("Triwulan IV"))

    @property
    def texts(self) -> tuple[StringField, ...]:
        return (self.superior_result, self.result, self.indicator, self.unit_of_measure)

    @property
    def quarters(self) -> tuple[QuantityField, ...]:
        return (self.quarter_1, self.quarter_2, self.quarter_3, self.quarter_4)

    @property
    def blank(self) -> bool:
        """Whether nothing was written in this row."""
        return not any((field.data or "").strip() for field in (*self.texts, *self.quarters))


class PlanForm(DeskForm):
    """A plan row by row. A row in which nothing is written is left out."""

    rows = FieldList(FormField(_TargetFields), max_entries=MOST_TARGETS)

    def is_valid(self) -> bool:
        """Besides: each row that was begun is complete, and there is at least one."""
        valid = super().is_valid()
        begun = [entry.form for entry in self.rows if not entry.form.blank]
        if not begun:
            self.form_errors.append(_("Isi sedikitnya satu baris."))
            return False
        for row in begun:
            for field in row.texts:
                if not (field.data or "").strip():
                    field.errors = [_("Isi kolom ini.")]
                    valid = False
            if not any(field.number for field in row.quarters) and not any(field.errors for field in row.quarters):
                row.quarter_1.errors = [_("Isi target sedikitnya satu triwulan.")]
                valid = False
            if row.direction.data == LESS and row.measure.data != Measure.OWN_COUNT:
                row.direction.errors = [
                    _(
                        "Ini hanya untuk yang dilaporkan sendiri. Kunjungan, berkas, dan jawaban: makin banyak makin "
                        "baik."
                    )
                ]
                valid = False
        if not valid and not self.form_errors:
            self.form_errors.append(_("Ada baris yang belum lengkap. Tulisan Anda masih ada."))
        return valid

    @property
    def targets(self) -> Sequence[PlannedTarget]:
        """What was written; quarters left empty are 0."""
        rows = [entry.form for entry in self.rows if not entry.form.blank]
        return [
            PlannedTarget(
                superior_result=str(row.superior_result.data),
                result=str(row.result.data),
                aspect=Aspect(row.aspect.data),
                indicator=str(row.indicator.data),
                measure=Measure(row.measure.data),
                unit_of_measure=str(row.unit_of_measure.data),
                quarters=(
                    row.quarter_1.number or 0.0,
                    row.quarter_2.number or 0.0,
                    row.quarter_3.number or 0.0,
                    row.quarter_4.number or 0.0,
                ),
                less_is_better=row.direction.data == LESS,
            )
            for row in rows
        ]


def typed_without(row: str) -> MultiDict[str, str]:
    """What was sent, without the row of that number: nothing else that was typed is lost."""
    kept = [
        (key, value)
        for key, value in request.form.items(multi=True)
        if (match := _ROW.match(key)) is None or match[1] != row
    ]
    return MultiDict(kept)


class ReportForm(DeskForm):
    """What was done of a target in a month."""

    month = SelectField(_l("Bulan"), validators=[InputRequired(_l("Pilih bulan."))])
    done = QuantityField(
        _l("Berapa yang selesai?"),
        validators=[DataRequired(_l("Isi angkanya; 0 bila tidak ada."))],  # a blank is typed, and no number
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    evidence = sentences(
        _l("Bukti dukung"),
        _l("Tulis apa yang membuktikannya."),
        description=_l("Misalnya nomor register atau nama laporan, tanpa nama warga."),
    )


class WordForm(DeskForm):
    """What a superior says to a plan or a report; `note` is needed where something is given back."""

    note = TextAreaField(
        _l("Catatan"),
        filters=[without_nul],
        validators=[Optional(), Length(max=MOST_WORDS, message=_l("Terlalu panjang: paling banyak %(max)d huruf."))],
    )

    def needs_note(self) -> bool:
        """Whether the note is missing; then its error says what to do."""
        if (self.note.data or "").strip():
            return False
        self.note.errors = [_("Tulis apa yang perlu diubah.")]
        return True
