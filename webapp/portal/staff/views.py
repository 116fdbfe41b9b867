"""Signing in and out, and where each role begins."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from webapp.accounts.actions import sign_in as open_account
from webapp.accounts.errors import AccountLocked, SignInRefused
from webapp.accounts.permissions import Permission, can
from webapp.database import transaction
from webapp.portal.access import current_account, public, signed_in
from webapp.portal.security import SignedIn, limiter
from webapp.portal.staff.forms import SignInForm

blueprint = Blueprint("staff", __name__)

#: Where somebody begins: the first page that the account may see.
START_PAGES: tuple[tuple[Permission, str], ...] = (
    (Permission.COMPLAINT_TRIAGE, "triage.list_undecided"),
    (Permission.INDICATOR_READ_UNIT, "supervisor.list_officers"),
    (Permission.COMPLAINT_ANSWER, "officer.list_queue"),
    (Permission.ORGANISATION_MANAGE, "admin.show_overview"),
)


@blueprint.route("/masuk", methods=["GET", "POST"])
@public
@limiter.limit("20 per minute; 100 per hour", methods=["POST"])
def sign_in() -> ResponseReturnValue:
    """Sign a member of staff in; a refusal never says whether the address exists."""
    if current_user.is_authenticated:
        return redirect(url_for("staff.start"))
    form = SignInForm()
    if form.validate_on_submit():
        refused = False
        with transaction():  # a failed attempt is counted, so it commits as well
            try:
                account = open_account(form.email.data or "", form.password.data or "", datetime.now(UTC))
            except (SignInRefused, AccountLocked):
                refused = True
            else:
                chosen = session.get("language", account.language)
                session.clear()
                login_user(SignedIn(account))
                session.permanent = True
                session["language"] = chosen
        if not refused:
            return redirect(_safe_target(request.args.get("next")) or url_for("staff.start"))
        # One sentence for all: a lock of its own would tell that the address exists.
        form.password.errors = [
            _(
                "Alamat email atau kata sandi tidak cocok. Setelah lima kali gagal, akun terkunci beberapa menit: "
                "tunggu dulu, lalu coba lagi."
            )
        ]
        return render_template("staff/sign_in.html", form=form), 401
    return render_template("staff/sign_in.html", form=form), 400 if form.errors else 200


@blueprint.post("/keluar")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session on this device."""
    logout_user()
    session.clear()
    flash(_("Anda sudah keluar."))
    return redirect(url_for("staff.sign_in"))


@blueprint.get("/mulai")
@signed_in
def start() -> ResponseReturnValue:
    """Send everybody to the page where their work begins."""
    account = current_account()
    for permission, endpoint in START_PAGES:
        if can(account, permission):
            return redirect(url_for(endpoint))
    return render_template("staff/no_role.html")


def _safe_target(target: str | None) -> str | None:
    """A path on this very site, or None."""
    if not target:
        return None
    parts = urlsplit(target)
    ours = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if ours else None
