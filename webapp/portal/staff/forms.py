"""The sign-in form, and what forms of the desks have in common."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

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
