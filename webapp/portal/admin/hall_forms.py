"""Forms about halls, their lines and the places of a slot."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Regexp

from webapp.counter.queue.vocabulary import DrawChannel
from webapp.portal.admin.fields import amount, one_of
from webapp.portal.staff.forms import DeskForm


def _prefix(text: str | None) -> str | None:
    return text.strip().upper() if text else text


class NewHallForm(DeskForm):
    """The unit that gets a queue."""

    unit = one_of(
        _l("Unit kerja"),
        _l("Pilih unit kerja."),
        description=_l("Warga mengambil nomor untuk layanan unit ini; loket unit ini yang memanggil."),
    )


class HallForm(DeskForm):
    """The rules of a hall."""

    active = BooleanField(
        _l("Nomor dapat diambil"),
        description=_l(
            "Bila tidak dipilih, tidak ada nomor baru. Loket yang sedang buka melayani yang sudah menunggu."
        ),
    )
    always_open = BooleanField(
        _l("Buka sepanjang hari, setiap hari"),
        description=_l("Untuk unit gawat darurat atau masa percobaan. Bila tidak dipilih, berlaku jam kerja unit ini."),
    )
    priority_in_a_row = amount(
        _l("Paling banyak nomor prioritas berturut-turut"),
        20,
        least=1,
        required=True,
        description=_l(
            "Setelah sebanyak itu lansia, penyandang disabilitas, dan ibu hamil, satu nomor biasa dipanggil."
        ),
    )
    tell_ahead = amount(
        _l("Kabari bila tinggal berapa orang di depan"),
        20,
        required=True,
        description=_l("Warga yang memantau nomornya di Telegram dikabari saat hampir tiba gilirannya."),
    )


class LineForm(DeskForm):
    """How a service is queued for."""

    prefix = StringField(
        _l("Huruf depan nomor"),
        filters=[_prefix],
        validators=[
            InputRequired(_l("Isi satu atau dua huruf.")),
            Regexp(r"[A-Z]{1,2}\Z", message=_l("Pakai satu atau dua huruf, misalnya A.")),
        ],
        description=_l("Misalnya A: nomornya menjadi A-001, A-002, dan seterusnya, setiap hari dari awal."),
        render_kw={"maxlength": 2, "autocapitalize": "characters", "spellcheck": "false"},
    )
    slot_minutes = amount(
        _l("Lama satu slot (menit)"),
        240,
        least=10,
        required=True,
        default=60,
        description=_l("Jam pelayanan dibagi dalam slot; warga memilih slot yang cocok baginya."),
    )
    portal = amount(_l("Lewat portal"), 500, required=True, default=4)
    telegram = amount(_l("Lewat Telegram"), 500, required=True, default=4)
    kiosk = amount(_l("Di pintu masuk"), 500, required=True, default=8)
    days_ahead = amount(
        _l("Dapat dipesan berapa hari sebelumnya"),
        60,
        required=True,
        default=7,
        description=_l("Isi 0 bila nomor hanya untuk hari ini."),
    )
    most_open = amount(
        _l("Nomor paling banyak untuk satu orang"),
        20,
        least=1,
        required=True,
        default=2,
        description=_l("Dihitung per ponsel atau akun Telegram. Di pintu masuk tidak dibatasi."),
    )

    @property
    def quotas(self) -> dict[str, int]:
        """The places of one slot by channel."""
        return {str(channel): int(self[str(channel)].data or 0) for channel in DrawChannel}

    def is_valid(self) -> bool:
        """Besides: a slot has a place for somebody."""
        valid = super().is_valid()
        if valid and not any(self.quotas.values()):
            self.form_errors.append(_("Isi sedikitnya satu tempat, kalau tidak tak seorang pun dapat mengambil nomor."))
            return False
        return valid

    @property
    def rules(self) -> dict[str, Any]:
        """What was filled in, by the names that the line's actions take."""
        return {
            "prefix": str(self.prefix.data),
            "slot_minutes": int(self.slot_minutes.data or 0),
            "quotas": self.quotas,
            "days_ahead": int(self.days_ahead.data or 0),
            "most_open": int(self.most_open.data or 0),
        }


class NewLineForm(LineForm):
    """A service that is queued for from now on."""

    service = one_of(_l("Layanan"), _l("Pilih layanan."))


class ChangeLineForm(LineForm):
    """A line that exists."""

    active = BooleanField(
        _l("Layanan ini diantrekan"),
        description=_l(
            "Bila tidak dipilih, tidak ada nomor baru. Loket yang sedang buka melayani yang sudah menunggu."
        ),
    )
