"""Forms lose nothing that was typed: not to an ended session, not to a limit, not to a second press.

A view marked `keeps_typed_text` is left alone by the application-wide forgery check, which would answer with an error
page; its form, a TypedForm, checks the token itself and comes back with a fresh one and everything that was typed.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_wtf import FlaskForm
from wtforms import HiddenField

from webapp.portal.security import csrf

P = ParamSpec("P")
R = TypeVar("R")

_MARK = "_tanggap_keeps_typed_text"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def keeps_typed_text(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that `view` checks forgery by its own TypedForm and answers a refused one with the form filled in."""
    setattr(view, _MARK, True)
    csrf.exempt(view)
    return view


def is_keeping_typed_text(view: Callable[..., Any]) -> bool:
    """Whether `view` was declared so; a test asks this of every view that the general check leaves alone."""
    return bool(getattr(view, _MARK, False))


def without_nul(text: str | None) -> str | None:
    """A text that PostgreSQL can keep."""
    return text.replace("\x00", "") if text else text


class OwnWords:
    """What WTForms says where a field says nothing of its own: it has no Indonesian."""

    def gettext(self, text: str) -> str:
        """The words for a sentence of the library; what is not known stays."""
        if text in (
            "Not a valid choice.",
            "Invalid Choice: could not coerce.",
            "Invalid choice(s): one or more data inputs could not be coerced.",
            "'%(value)s' is not a valid choice for this field.",
        ):
            return str(_("Pilih dari daftar."))
        if text == "This field is required.":
            return str(_("Isi kolom ini."))
        if text == "Not a valid integer value.":
            return str(_("Isi angka bulat, tanpa titik dan huruf."))
        if text == "Not a valid date value.":
            return str(_("Tulis tanggal seperti 2026-11-24."))
        if text == "Not a valid time value.":
            return str(_("Tulis jam seperti 07.30."))
        return text

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The same; Indonesian has one form for any number."""
        own = self.gettext(singular)
        return own if own != singular or number == 1 else plural


_OWN_WORDS = OwnWords()


class TypedForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form with a nonce, by which sending it twice is sending it once, and with its own forgery check."""

    nonce = HiddenField()

    class Meta:
        """What the form library says by itself is said in words of ours."""

        def get_translations(self, form: Any) -> OwnWords:
            return _OWN_WORDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not _UUID.fullmatch(self.nonce.data or ""):
            self.renew_nonce()

    @property
    def write_key(self) -> str:
        """The key that what is sent is written under."""
        return f"form:{self.nonce.data}"

    def renew_nonce(self) -> None:
        """What is sent from now on is something new."""
        self.nonce.data = str(uuid.uuid4())

    def is_ours(self) -> bool:
        """Whether this form came from a page of this very session; if not, it says what to do."""
        token = getattr(self, "csrf_token", None)
        if token is None:  # switched off, as tests do
            return True
        if token.validate(self):
            return True
        token.errors = [
            _("Halaman ini terlalu lama terbuka, jadi belum terkirim. Isian Anda masih ada: periksa, lalu kirim lagi.")
        ]
        return False

    def received(self, limit: Callable[[], None]) -> bool:
        """Whether the form came in time, from us, and with all that it needs; else its errors say what to do."""
        try:
            limit()
        except RateLimitExceeded:
            self.form_errors.append(
                _("Terlalu banyak kiriman dari jaringan Anda. Isian Anda masih ada: tunggu sebentar, lalu kirim lagi.")
            )
            return False
        valid = bool(self.validate())
        return self.is_ours() and valid

    @property
    def status(self) -> int:
        """HTTP status of the page that shows this form again."""
        return 400 if self.errors else 200
