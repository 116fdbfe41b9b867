"""Headers, sessions, forgery protection, rate limits, sign-in."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from webapp.accounts.models import Account
from webapp.accounts.queries import get_account
from webapp.encryption import keyring

#: Nothing is loaded from another host, nothing inline is run or styled, nobody frames us.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)

csrf = CSRFProtect()


def visitor_key() -> str:
    """Tells visitors apart for rate limits without keeping or logging where they come from."""
    return keyring().lookup_key("visitor", get_remote_address()).hex()


limiter = Limiter(key_func=visitor_key, headers_enabled=False, strategy="fixed-window")
login_manager = LoginManager()


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """An account as Flask-Login keeps it: its id and session version, so that raising the version ends sessions."""

    def __init__(self, account: Account) -> None:
        self.account = account

    @property
    def is_active(self) -> bool:
        return self.account.active

    def get_id(self) -> str:
        return f"{self.account.id}:{self.account.session_version}"


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login ships no types
def load_signed_in(session_id: str) -> SignedIn | None:
    """The account of a session, unless it was deactivated or its sessions were ended."""
    account_id, _, version = session_id.partition(":")
    if not account_id.isdecimal() or not version.isdecimal():
        return None
    account = get_account(int(account_id))
    if account is None or not account.active or account.session_version != int(version):
        return None
    return SignedIn(account)


def secure(app: Flask, settings: Settings) -> None:
    """Install forgery protection, rate limits, sign-in and headers."""
    app.config.update(
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=settings.redis_url,
        # Without Redis limits are counted in memory: it is only a signal, and filing must go on.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_KEY_PREFIX="tanggap",
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1},
    )
    csrf.init_app(app)
    limiter.init_app(app)
    login_manager.init_app(app)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the way werkzeug documents
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies, x_host=0
        )
    app.after_request(add_headers)
    if settings.secure_cookies:
        app.after_request(_require_https)


def add_headers(response: Response) -> Response:
    """Security headers on everything; pages of staff and of a citizen's case are kept in no shared cache."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    # Other sites learn nothing; our own forgery protection wants to see the page that a form came from.
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=3600"
    else:
        # "private, no-cache" and not "no-store": with the latter the back button would lose what was typed.
        headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _require_https(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
