"""The form in which an agency changes a preset of the indicator."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FloatField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import TextInput

from webapp.indicators.components import registry
from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.presets.editing import PLACES, Draft, clean_title, has_plain_letters, scaled
from webapp.indicators.presets.presets import OFFICERS_ELEMENTS, Preset
from webapp.indicators.wording.facts import PARTS
from webapp.portal.admin.fields import words
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul

#: The elements of the satisfaction survey that can be an officer's, in the survey's words.
ELEMENTS = {
    "competence": _l("Kompetensi pelaksana"),
    "conduct": _l("Perilaku pelaksana"),
    "time": _l("Waktu penyelesaian (sebagian)"),
}
#: What each part is made of, for whoever sets its weight.
MADE_OF = {
    registry.SATISFACTION: _l("penilaian warga setelah dilayani"),
    registry.SPEED: _l("waktu melayani dan waktu berkas, tanpa jeda di luar kendali petugas"),
    registry.ACCURACY: _l("berkas yang tidak kembali, keterangan yang benar"),
    registry.COMPLAINT_HANDLING: _l("jawaban tepat waktu, diterima pelapor, tidak dibuka lagi"),
    registry.CONDUCT: _l("pengaduan tentang sikap yang terbukti, dari semua yang dilayani"),
    registry.TIME_DISCIPLINE: _l("loket buka pada waktunya, tenggat ditepati"),
    registry.TARGET: _l("yang selesai dibandingkan dengan rencana kerja"),
}


class Number(FloatField):
    """A number as people write it, with a comma or a point; an empty one is None."""

    #: A browser's field of numbers would refuse the comma, and show nothing.
    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:.6g}".replace(".", ",")

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = (without_nul(str(valuelist[0])) or "").strip().removesuffix("%").strip() if valuelist else ""
        if not typed:
            self.data = None
            return
        try:
            self.data = float(typed.replace(",", "."))
        except ValueError:
            self.data = None
            raise ValueError(_("Isi angka, misalnya 12,5.")) from None


class Between(NumberRange):
    """Two bounds, told as the reader's language writes numbers."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            super().__call__(form, field)
        except ValidationError:
            words = {"min": format_decimal(self.min), "max": format_decimal(self.max)}
            raise ValidationError(_("Isi angka dari %(min)s sampai %(max)s.", **words)) from None


def number(label: LazyString, least: float, most: float, *, required: bool = False, **more: Any) -> Number:
    """A number from `least` to `most`."""
    return Number(
        label,
        validators=[
            InputRequired(_l("Isi kolom ini.")) if required else Optional(),
            Between(least, most),
        ],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
        **more,
    )


class PresetForm(DeskForm):
    """A preset: weights in percent. The note is asked for when it is stored."""

    title = words(
        _l("Nama acuan"),
        _l("Beri nama, misalnya nama instansi Anda."),
        longest=80,
        filters=[lambda text: clean_title(text) if text else text],
    )
    provisional_from = number(_l("Sementara, mulai keandalan (%)"), 0, 100, required=True)
    sufficient_from = number(_l("Cukup data, mulai keandalan (%)"), 0, 100, required=True)
    margin = number(_l("Selisih di bawah kewajaran (poin)"), 0, 75, required=True)
    sure = number(_l("Kepastian (%)"), 50, 99.9, required=True)
    note = TextAreaField(
        _l("Apa yang berubah, dan mengapa?"),
        filters=[lambda text: (without_nul(text) or "").strip()],
        validators=[Length(max=500, message=_l("Terlalu panjang: paling banyak %(max)d huruf."))],
    )

    def validate_title(self, field: StringField) -> None:
        """Nothing that looks like another name, and is not."""
        if not has_plain_letters(field.data or ""):
            raise ValidationError(
                _("Pakai huruf A sampai Z, angka, dan tanda baca. Huruf dari aksara lain dapat tampak sama.")
            )

    def fill(self, preset: Preset, title: str) -> None:
        """Show this preset, to be stored under `title`."""
        self.title.data = title
        for name in COMPONENTS:
            self[f"weight_{name}"].data = _percent(preset.weights.get(name))
        for name in OFFICERS_ELEMENTS:
            self[f"element_{name}"].data = preset.elements.get(name)
        self.provisional_from.data = _percent(preset.thresholds.provisional_from)
        self.sufficient_from.data = _percent(preset.thresholds.sufficient_from)
        self.margin.data = preset.attention.margin
        self.sure.data = _percent(preset.attention.sure)

    def weights(self) -> dict[str, float]:
        """The weights as typed, in parts of 1; those left empty or 0 are left out."""
        typed = {name: self[f"weight_{name}"].data or 0.0 for name in COMPONENTS}
        return {name: round(value / 100.0, PLACES + 2) for name, value in typed.items() if value}

    def has_weights(self) -> bool:
        """Whether there is any weight to scale; else its errors say what to do."""
        if not self.weights():
            self.form_errors.append(
                _("Belum ada bobot untuk diskalakan. Isi dulu bobot sedikitnya satu bagian dengan angka di atas 0.")
            )
        return not self.errors

    def scale(self) -> None:
        """Bring the weights to 100 % in the same proportions."""
        for name, weight in scaled(self.weights()).items():
            field = self[f"weight_{name}"]
            field.raw_data = None
            field.data = _percent(weight)

    def is_sound(self, *, saving: bool) -> bool:
        """Whether it is a preset; else its errors say what to do. A note is needed for `saving`."""
        if not self.is_valid():
            return False
        total = round(sum(self.weights().values()) * 100.0, 4)
        if total != 100.0:
            self.form_errors.append(
                _(
                    "Jumlah bobot harus 100 %%, sekarang %(total)s %%. Sesuaikan, atau tekan “Skalakan ke 100 %%”.",
                    total=f"{total:g}".replace(".", ","),
                )
            )
        if (self.provisional_from.data or 0.0) > (self.sufficient_from.data or 0.0):
            self.sufficient_from.errors = [_("Tidak boleh di bawah batas “sementara”.")]
        if saving and len(self.note.data or "") < 5:
            self.note.errors = [_("Tulis dalam satu atau dua kalimat, untuk yang membacanya nanti.")]
        return not self.errors

    def draft(self, based_on: Preset) -> Draft:
        """What was typed; reasons stand where a weight stayed as it was."""
        weights = self.weights()
        return Draft(
            title=str(self.title.data),
            weights=weights,
            elements={name: self[f"element_{name}"].data for name in OFFICERS_ELEMENTS if self[f"element_{name}"].data},
            provisional_from=round((self.provisional_from.data or 0.0) / 100.0, 6),
            sufficient_from=round((self.sufficient_from.data or 0.0) / 100.0, 6),
            margin=float(self.margin.data or 0.0),
            sure=round((self.sure.data or 0.0) / 100.0, 6),
            sources=based_on.sources,
            reasons={
                name: reason for name, reason in based_on.reasons.items() if weights.get(name) == based_on.weights[name]
            },
        )


for _name in COMPONENTS:
    setattr(PresetForm, f"weight_{_name}", number(PARTS[_name][0], 0, 100))
for _name in OFFICERS_ELEMENTS:
    setattr(PresetForm, f"element_{_name}", number(ELEMENTS[_name], 0, 10))


class EnforceForm(DeskForm):
    """From which quarter a preset holds; the quarters are set by the view."""

    from_period = SelectField(_l("Mulai triwulan"), validators=[InputRequired(_l("Pilih triwulan."))])


class WithdrawForm(DeskForm):
    """Why a preset shall not begin to hold after all."""

    reason = TextAreaField(
        _l("Mengapa ditarik?"),
        filters=[lambda text: (without_nul(text) or "").strip()],
        validators=[
            InputRequired(_l("Tulis dalam satu atau dua kalimat, untuk yang membacanya nanti.")),
            Length(
                min=5,
                max=500,
                message=_l("Tulis %(min)d sampai %(max)d huruf, untuk yang membacanya nanti."),
            ),
        ],
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100.0, 6)
