"""Errors as pages: what happened, and what to do now."""

from __future__ import annotations

import traceback
from types import TracebackType

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from webapp.portal.problem_documents import is_interface, problem

log = structlog.get_logger()


def register_error_pages(app: Flask) -> None:
    """Show every error as a page in the visitor's language."""
    app.log_exception = log_failure  # type: ignore[method-assign]  # Flask's own writes down what the error says
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(CSRFError, show_forged_form)
    app.register_error_handler(OperationalError, show_database_away)
    app.register_error_handler(500, show_failure)


def log_failure(
    exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None] | None,
) -> None:
    """Write down a defect: its kind and the lines that led to it. Never its words: a database repeats what was said."""
    kind, _error, trace = exc_info or (None, None, None)
    log.error(
        "request failed",
        endpoint=request.endpoint,
        method=request.method,
        error=f"{kind.__module__}.{kind.__name__}" if kind else "?",
        trace=traceback.format_tb(trace),
    )


_TEXTS = {
    400: (_l("Permintaan tidak dapat dibaca"), _l("Kembali ke halaman sebelumnya, periksa isian, lalu kirim lagi.")),
    401: (_l("Anda belum masuk"), _l("Masuk dengan akun petugas Anda, lalu ulangi.")),
    403: (
        _l("Halaman ini bukan untuk peran Anda"),
        _l("Bila Anda memerlukannya, hubungi administrator instansi Anda."),
    ),
    404: (_l("Halaman tidak ditemukan"), _l("Periksa alamatnya, atau mulai dari beranda.")),
    405: (_l("Halaman ini dibuka dengan cara lain"), _l("Mulai lagi dari beranda.")),
    413: (_l("Kiriman terlalu besar"), _l("Foto paling besar 8 MB, berkas impor 5 MB. Perkecil, lalu kirim lagi.")),
    429: (_l("Terlalu banyak percobaan"), _l("Tunggu beberapa menit, lalu coba lagi.")),
}
_OTHERWISE = (_l("Ada yang tidak berjalan"), _l("Coba lagi sebentar lagi."))


def _texts(code: int) -> tuple[str, str]:
    title, advice = _TEXTS.get(code, _OTHERWISE)
    return str(title), str(advice)


def _page(code: int, title: str, advice: str) -> ResponseReturnValue:
    if request.path.startswith("/static/"):
        return title, code
    if is_interface():
        return problem(code)
    return render_template("layout/error.html", code=code, title=title, text=advice), code


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """An HTTP error that a view or the framework raised; redirects and the like pass."""
    if error.code is None or error.code < 400:
        return error.get_response()
    if is_interface():
        allow = [(name, value) for name, value in error.get_headers() if name == "Allow"]
        return problem(error.code, headers=allow)
    return _page(error.code, *_texts(error.code))


def show_forged_form(error: CSRFError) -> ResponseReturnValue:
    """A form without a valid token: mostly a session that ended."""
    return _page(400, _("Sesi formulir berakhir"), _("Kembali ke halaman sebelumnya, muat ulang, lalu kirim lagi."))


def show_database_away(error: OperationalError) -> ResponseReturnValue:
    """The database does not answer: say so honestly, nothing was accepted."""
    return _page(
        503, _("Belum tersimpan"), _("Sistem sedang terganggu. Kembali ke formulir dan kirim lagi sebentar lagi.")
    )


def show_failure(error: Exception) -> ResponseReturnValue:
    """A defect of ours."""
    return _page(500, _("Ada yang tidak berjalan"), _("Ini kesalahan kami. Coba lagi sebentar lagi."))
