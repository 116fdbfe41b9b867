"""What the /design page shows: one of each kind of field and made-up figures, in the states that pages meet."""

from __future__ import annotations

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
    officers = [
        _officer("Andi Pratama", 78.4, 72.0, 84.1, 80.2, "provisional"),
        _officer("Dewi Lestari", 88.9, 86.3, 91.1, 86.0, "enough", trend),
        _officer("I Made Sudarma", 61.0, 38.5, 82.7, 81.4, "not_enough"),
        _officer("Sari Wulandari", 84.2, 80.9, 87.5, 82.6, "enough", trend),
    ]
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
        "officers": officers,
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


def _officer(
    name: str,
    points: float,
    low: float,
    high: float,
    expected: float,
    reliability: str,
    trend: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "href": "#officers",
        "points": points,
        "low": low,
        "high": high,
        "expected": expected,
        "reliability": reliability,
        "trend": trend or [],
    }


def _line(what: str, why: str, delta: float) -> dict[str, Any]:
    return {"what": what, "why": why, "delta": delta, "href": "#lines"}
