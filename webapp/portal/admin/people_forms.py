"""Forms about officers, postings and accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Regexp

from webapp.accounts.actions import MIN_PASSWORD_LENGTH
from webapp.accounts.permissions import Role
from webapp.portal.admin.choices import ROLES
from webapp.portal.admin.fields import NipField, day, one_of, words
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul

_NIP_HELP = _l("18 angka. Boleh dikosongkan. Disimpan terenkripsi dan tidak pernah tampil untuk umum.")
_CHOOSE_UNIT = _l("Pilih unit kerja.")
_STARTS_HELP = _l("Paling lambat hari ini.")


class NewOfficerForm(DeskForm):
    """A new officer with a first posting."""

    name = words(_l("Nama lengkap"), _l("Isi nama petugas."))
    nip = NipField(_l("NIP"), description=_NIP_HELP)
    unit = one_of(_l("Bertugas di unit mana?"), _CHOOSE_UNIT)
    title = words(_l("Jabatan"), None, description=_l("Misalnya Pelaksana atau Kepala Seksi."))
    starts_on = day(_l("Mulai bertugas"), description=_STARTS_HELP)


class OfficerForm(DeskForm):
    """An officer who exists."""

    name = words(_l("Nama lengkap"), _l("Isi nama petugas."))
    nip = NipField(_l("NIP"), description=_NIP_HELP)
    account = one_of(
        _l("Akun untuk masuk"),
        description=_l("Hanya akun yang belum dipakai petugas lain. Buat akunnya di bagian Akun."),
    )
    active = BooleanField(_l("Masih bertugas"))


class PostingForm(DeskForm):
    """A posting that exists."""

    title = words(_l("Jabatan"), None)
    starts_on = day(_l("Mulai"), description=_STARTS_HELP)
    ends_on = day(
        _l("Hari terakhir"),
        required=False,
        description=_l("Kosongkan selama masih bertugas. Isi paling lambat hari ini."),
    )


class NewPostingForm(DeskForm):
    """A new posting of an officer who exists."""

    unit = one_of(_l("Bertugas di unit mana?"), _CHOOSE_UNIT)
    title = words(_l("Jabatan"), None)
    starts_on = day(_l("Mulai"), description=_STARTS_HELP)
    ends_others = BooleanField(
        _l("Akhiri penempatan yang sekarang"),
        description=_l("Berakhir sehari sebelumnya. Biarkan kosong bila petugas merangkap."),
        default=True,
    )


def _email() -> EmailField:
    return EmailField(
        _l("Alamat email"),
        filters=[lambda text: (without_nul(text) or "").strip()],
        validators=[
            InputRequired(_l("Isi alamat email.")),
            Length(max=254, message=_l("Terlalu panjang: paling banyak %(max)d huruf.")),
            Regexp(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}\Z", message=_l("Tulis alamat lengkap, misalnya nama@kota.go.id.")),
        ],
        render_kw={"autocomplete": "off"},
    )


def _password() -> PasswordField:
    return PasswordField(
        _l("Kata sandi baru"),
        description=_l(
            "Sedikitnya %(n)s huruf. Sampaikan langsung kepada orangnya, jangan lewat pesan.", n=MIN_PASSWORD_LENGTH
        ),
        validators=[InputRequired(_l("Isi kata sandi.")), Length(max=1000)],
        render_kw={"autocomplete": "new-password"},
    )


def _role() -> SelectField:
    return SelectField(
        _l("Peran"),
        choices=[
            SelectChoice("", _l("Pilih peran")),
            *(SelectChoice(role.value, name) for role, name in ROLES.items()),
        ],
        validators=[InputRequired(_l("Pilih peran."))],
    )


class RoleForm(DeskForm):
    """A role for a unit."""

    role = _role()
    unit = one_of(
        _l("Untuk unit mana?"), _CHOOSE_UNIT, description=_l("Peran ini juga berlaku di semua unit di bawahnya.")
    )

    @property
    def chosen_role(self) -> Role:
        """The role that was chosen."""
        return Role(str(self.role.data))


class NewAccountForm(RoleForm):
    """A new account with a first role."""

    name = words(_l("Nama lengkap"), _l("Isi nama pemilik akun."))
    email = _email()
    password = _password()
    field_order = ("name", "email", "password", "role", "unit")


class AccountForm(DeskForm):
    """An account that exists."""

    name = words(_l("Nama lengkap"), _l("Isi nama pemilik akun."))
    email = _email()
    active = BooleanField(
        _l("Akun aktif"), description=_l("Akun yang tidak aktif tidak dapat masuk; riwayatnya tetap.")
    )


class PasswordForm(DeskForm):
    """Another password."""

    password = _password()
