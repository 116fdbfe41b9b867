"""The sign-in form, and what forms of the desks have in common."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectMultipleField, TimeField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.messaging.vocabulary import NoticeKind
from webapp.portal.typed_text import TypedForm


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """E-mail and password."""

    email = EmailField(_l("Alamat email"), validators=[InputRequired(_l("Isi alamat email Anda.")), Length(max=254)])
    password = PasswordField(_l("Kata sandi"), validators=[InputRequired(_l("Isi kata sandi Anda.")), Length(max=1000)])


class DeskForm(TypedForm):
    """A form of a desk: like a citizen's, it knows itself again by a nonce and loses nothing that was typed."""

    def is_valid(self) -> bool:
        """Whether it came from a page of this session, with all that it needs; else its errors say what to do."""
        valid = bool(self.validate())
        return self.is_ours() and valid


#: What somebody can be told of, in words.
NOTICE_KINDS = {
    NoticeKind.ASSIGNED: _l("Laporan diserahkan kepada saya"),
    NoticeKind.ARRIVED: _l("Laporan baru masuk ke unit saya"),
    NoticeKind.RETURNED: _l("Jawaban disanggah dan perlu diperiksa orang lain"),
    NoticeKind.REPLIED: _l("Pelapor menjawab"),
    NoticeKind.MENTIONED: _l("Rekan menyebut saya dalam catatan"),
    NoticeKind.NEARING: _l("Batas waktu hampir habis"),
    NoticeKind.MISSED: _l("Batas waktu terlewati"),
    NoticeKind.CONTEST_FILED: _l("Petugas berkeberatan atas atribusi, dan saya dapat memutuskannya"),
    NoticeKind.CONTEST_OVERDUE: _l("Keberatan atribusi menunggu terlalu lama"),
    NoticeKind.CONTEST_STRANDED: _l("Tidak ada yang boleh memutuskan sebuah keberatan"),
    NoticeKind.CONTEST_DECIDED: _l("Keberatan saya sudah diputuskan"),
    NoticeKind.OBJECTION_FILED: _l("Petugas berkeberatan atas nilainya, dan saya dapat memutuskannya"),
    NoticeKind.OBJECTION_OVERDUE: _l("Keberatan atas nilai menunggu terlalu lama"),
    NoticeKind.OBJECTION_STRANDED: _l("Tidak ada yang boleh memutuskan keberatan atas nilai"),
    NoticeKind.OBJECTION_DECIDED: _l("Keberatan saya atas nilai sudah diputuskan"),
    NoticeKind.PLAN_PROPOSED: _l("Rencana kerja menunggu kata saya"),
    NoticeKind.PLAN_STRANDED: _l("Tidak ada yang boleh menyetujui sebuah rencana kerja atau laporannya"),
    NoticeKind.PLAN_AGREED: _l("Rencana kerja saya disepakati"),
    NoticeKind.PLAN_RETURNED: _l("Rencana kerja saya dikembalikan"),
    NoticeKind.REPORT_TOLD: _l("Laporan capaian menunggu kata saya"),
    NoticeKind.REPORT_CONFIRMED: _l("Laporan capaian saya dibenarkan"),
    NoticeKind.REPORT_RETURNED: _l("Laporan capaian saya dikembalikan"),
    NoticeKind.SIGNAL: _l("Laporan tentang satu hal lebih banyak dari biasanya"),
}


class NotificationForm(TypedForm):
    """How somebody wants to be told."""

    by_telegram = BooleanField(_l("Lewat Telegram"))
    by_email = BooleanField(_l("Lewat email"))
    wanted = SelectMultipleField(
        _l("Kabari saya di luar halaman ini tentang"),
        choices=[SelectChoice(str(kind), label) for kind, label in NOTICE_KINDS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    quiet_from = TimeField(_l("Jangan kabari dari jam"), validators=[Optional()])
    quiet_until = TimeField(_l("sampai jam"), validators=[Optional()])
    digest = RadioField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Kapan?"),
        choices=[
            SelectChoice("at_once", _l("Segera, satu per satu")),
            SelectChoice("daily", _l("Sekali sehari, dalam satu ringkasan")),
        ],
        invalid_choice_message=_l("Pilih salah satu."),
        validators=[InputRequired(_l("Pilih salah satu."))],
    )
    digest_at = TimeField(_l("Jam ringkasan"), validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """What belongs together is filled in together: hours have a beginning and an end, a digest has its hour."""
        valid = bool(super().validate(extra_validators))
        if (self.quiet_from.data is None) != (self.quiet_until.data is None) and not self.quiet_until.errors:
            self.quiet_until.errors = [_("Isi jam mulai dan jam selesai, atau kosongkan keduanya.")]
            valid = False
        if self.digest.data == "daily" and self.digest_at.data is None and not self.digest_at.errors:
            self.digest_at.errors = [_("Isi jam ringkasan, misalnya 07.00.")]
            valid = False
        return valid
