"""What the /design page shows: one of each kind of field and made-up figures, in the states that pages meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional, Regexp

from webapp.indicators.plots.drawing import Plot
from webapp.indicators.plots.figure import FigurePlot
from webapp.indicators.plots.movements import MovementPlot, Step
from webapp.indicators.plots.parts import Part, PartsPlot
from webapp.indicators.plots.trend import TrendPlot, TrendStep
from webapp.portal.staff.pictures import picture


class SampleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One of each kind of field; it is shown and never received."""

    class Meta:
        csrf = False  # nothing takes this form

    text = TextAreaField(
        _l("Apa yang terjadi?"), validators=[InputRequired(_l("Tulis apa yang terjadi.")), Length(max=4000)]
    )
    kind = RadioField(
        _l("Anda ingin menyampaikan apa?"),
        choices=[
            SelectChoice("complaint", _l("Pengaduan")),
            SelectChoice("suggestion", _l("Aspirasi")),
            SelectChoice("information", _l("Permintaan informasi")),
        ],
        validators=[InputRequired(_l("Pilih salah satu."))],
    )
    rating = RadioField(
        _l("Bagaimana Anda dilayani?"),
        coerce=int,
        choices=[SelectChoice(value, str(value)) for value in (1, 2, 3, 4)],
        validators=[InputRequired(_l("Pilih satu wajah."))],
    )
    element = RadioField(
        _l("Kesopanan dan keramahan petugas"),
        coerce=int,
        choices=[SelectChoice(value, str(value)) for value in (1, 2, 3, 4)],
        validators=[Optional()],
    )
    service = SelectField(
        _l("Layanan apa?"),
        choices=[SelectChoice("", _l("Tidak tahu")), SelectChoice("birth", _l("Akta kelahiran"))],
        validators=[Optional()],
    )
    day = DateField(_l("Tanggal kejadian"), validators=[Optional()])
    email = EmailField(
        _l("Alamat email"),
        validators=[Optional(), Regexp(r"[^@\s]+@[^@\s]+\.[a-z]+", message=_l("Alamat email belum lengkap."))],
    )
    code = StringField(_l("Kode lacak"), validators=[InputRequired(_l("Isi kode dari tanda terima Anda."))])
    secret = BooleanField(_l("Rahasiakan nama saya"))
    photos = MultipleFileField(_l("Foto"))
    latitude = HiddenField()
    longitude = HiddenField()


_PARTS = (
    Part("Kepuasan warga", 86.0, 83.0, 88.9, 82.6, "86,0"),
    Part("Kecepatan layanan", 83.1, 79.0, 87.0, 84.0, "83,1"),
    Part("Ketepatan", 81.0, 60.0, 98.0, 80.0, "belum cukup data", sure=False),
    Part("Disiplin waktu", None, None, None, 88.0, "belum ada data", sure=False),
)
_WEEKS = tuple(
    TrendStep(label, figure, figure - reach, figure + reach)
    for label, figure, reach in (
        ("1 Nov", 82.4, 5.2),
        ("8 Nov", 83.9, 4.1),
        ("15 Nov", 83.5, 3.6),
        ("22 Nov", 84.2, 3.3),
    )
)
_STEPS = (
    Step("23 penilaian loket 3", 1.6, "+1,6"),
    Step("Pengaduan diterima warga", 0.7, "+0,7"),
    Step("Berkas lewat 2 hari", -0.7, "−0,7"),
)
#: Plots of made-up figures, by the names in their addresses.
SAMPLE_PLOTS: dict[str, Callable[[int], Plot]] = {
    "angka": lambda width: FigurePlot(84.2, 80.9, 87.5, 82.6, "84,2", "wajar 82,6", width=width),
    "bagian": lambda width: PartsPlot(_PARTS, width),
    "minggu": lambda width: TrendPlot(_WEEKS, 82.6, "84,2", "wajar 82,6", width),
    "pergerakan": lambda width: MovementPlot(
        82.6, "Angka pada 31 Oktober", "82,6", _STEPS, "Angka sekarang", "84,2", width
    ),
}


def design_samples() -> dict[str, Any]:
    """Values for the template design.html; all of them are invented."""
    blank = SampleForm(formdata=None, prefix="blank")
    chosen = {"rating": "3", "kind": "complaint", "secret": "y", "service": "birth", "element": "4"}
    filled = SampleForm(
        formdata=MultiDict({f"filled-{name}": value for name, value in chosen.items()}), prefix="filled"
    )
    wrong = SampleForm(formdata=MultiDict({"wrong-email": "sari@"}), prefix="wrong")
    wrong.validate()
    quarters = [
        (_("Triwulan %(n)s", n=n), value) for n, value in (("I", 79.8), ("II", 81.1), ("III", 80.6), ("IV", 84.2))
    ]
    trend = [{"label": label, "value": v, "low": v - 3.4, "high": v + 3.2} for label, v in quarters]
    hours = [
        {"label": label, "value": value, "shown": f"{value}" if value else "", "more": came}
        for label, value, came in (("08", 12, 31), ("09", 22, 40), ("10", 17, 28), ("11", None, 0), ("12", 4, 6))
    ]
    lines = [
        _line(_("23 penilaian loket 3, minggu ke-2 November"), _("struk kunjungan, pasti"), 1.6),
        _line(_("Pengaduan diterima warga, tepat waktu"), _("Anda yang menjawab"), 0.7),
        _line(_("Berkas lewat 2 hari di tahap verifikasi"), _("60 % tangan Anda, 40 % menunggu di unit"), -0.7),
        _line(_("41 penilaian dari satu jaringan"), _("tidak terverifikasi, dihitung sebagai satu suara"), 0.0),
    ]
    return {
        "blank": blank,
        "filled": filled,
        "wrong": wrong,
        "trend": trend,
        "hours": hours,
        "pictures": {
            name: picture(words, SAMPLE_PLOTS[name], "portal.show_sample", plot=name)
            for name, words in (
                ("angka", _("84,2, antara 80,9 dan 87,5; wajar 82,6")),
                ("bagian", _("Tiap bagian dengan rentangnya dan yang wajar.")),
                ("minggu", _("Dari minggu ke minggu")),
                ("pergerakan", _("Dari 82,6 menjadi 84,2, langkah demi langkah")),
            )
        },
        "lines": lines,
        "turnaround": _turnaround(),
    }


def _turnaround() -> dict[str, Any]:
    """As supervisor.turnaround_view gives it: ten hours counted of eight promised, and six that were nobody's fault."""

    def bar(
        title: str, detail: str, value: str, start: float, length: float, late: float, outside: bool
    ) -> dict[str, Any]:
        spans = {"start": start, "length": length, "late": late, "outside": outside}
        return {"title": title, "detail": detail, "value": value, **spans}

    return {
        "headline": _("Akta kelahiran: selesai dalam 10 jam kerja dari 8 jam yang dijanjikan"),
        "verdict": _("Terlambat 2 jam kerja."),
        "bars": [
            bar(_("Diterima"), "Andi Saputra", _("1 jam"), 0, 10, 0, False),
            bar(_("Diverifikasi"), _("Baki Seksi Akta"), _("5 jam"), 10, 50, 20, False),
            bar(_("Diverifikasi"), "Rina Kusuma", _("4 jam"), 60, 40, 0, False),
            bar(_("Gangguan server pusat"), _("bukan kesalahan siapa pun"), _("6 jam"), 0, 60, 0, True),
        ],
        "mark": 80,
        "delay": True,
        "outside": True,
        "standard": _("8 jam"),
    }


def _line(what: str, why: str, delta: float) -> dict[str, Any]:
    return {"what": what, "why": why, "delta": delta, "href": "#lines"}
