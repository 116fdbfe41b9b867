"""The sign-in form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """E-mail and password."""

    email = EmailField(_l("Alamat email"), validators=[InputRequired(_l("Isi alamat email Anda.")), Length(max=254)])
    password = PasswordField(_l("Kata sandi"), validators=[InputRequired(_l("Isi kata sandi Anda.")), Length(max=1000)])
