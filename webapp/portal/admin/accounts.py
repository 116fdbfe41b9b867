"""Staff accounts: who signs in, with which roles for which units."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp.accounts import actions
from webapp.accounts.actions import MIN_PASSWORD_LENGTH
from webapp.accounts.errors import EmailTaken, PasswordTooWeak
from webapp.accounts.permissions import Permission, Role, can
from webapp.database import transaction
from webapp.organisation.managed import get_managed_unit
from webapp.organisation.managed_accounts import ManagedAccount, get_managed_account, list_managed_accounts
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import ROLES, unit_choices
from webapp.portal.admin.people_forms import AccountForm, NewAccountForm, PasswordForm, RoleForm
from webapp.portal.admin.room import blueprint, form_page, searched
from webapp.portal.dates import moment_in_words
from webapp.portal.typed_text import keeps_typed_text


@blueprint.get("/kelola/akun")
@requires(Permission.ACCOUNT_MANAGE)
def list_accounts() -> ResponseReturnValue:
    """Accounts with a role in the viewer's units, by name."""
    now = datetime.now(UTC)
    return render_template(
        "admin/list_accounts.html",
        accounts=[
            (managed.account, _roles_of(managed), _is_locked(managed, now))
            for managed in list_managed_accounts(current_account(), searched())
        ],
        words=searched(),
    )


@blueprint.route("/kelola/akun/baru", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@keeps_typed_text
def add_account() -> ResponseReturnValue:
    """A new account with a first role."""
    viewer = current_account()
    form = NewAccountForm()
    form.unit.choices = unit_choices(viewer, permission=Permission.ACCOUNT_MANAGE)
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                unit = get_managed_unit(viewer, form.unit.data, Permission.ACCOUNT_MANAGE)
                account = actions.create_account(str(form.email.data), str(form.name.data), str(form.password.data))
                actions.give_role(account, form.chosen_role, unit.id)
        except EmailTaken:
            form.email.errors = [_taken()]
        except PasswordTooWeak:
            form.password.errors = [_weak()]
        else:
            flash(_("Akun %(name)s sudah dibuat.", name=account.name))
            return redirect(url_for("admin.change_account", account_id=account.id))
    return form_page(
        form,
        _("Buat akun"),
        submit=_("Buat akun"),
        back=url_for("admin.list_accounts"),
        field_order=form.field_order,
    )


@blueprint.route("/kelola/akun/<int:account_id>", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@keeps_typed_text
def change_account(account_id: int) -> ResponseReturnValue:
    """One account; POST changes it, sets a password or gives a role, whichever button was pressed."""
    viewer = current_account()
    managed = get_managed_account(viewer, account_id)
    account = managed.account
    stored = {"name": account.name, "email": account.email, "active": account.active}
    forms = {
        "change": AccountForm(prefix="change", data=stored),
        "password": PasswordForm(prefix="password"),
        "role": RoleForm(prefix="role"),
    }
    forms["role"].unit.choices = unit_choices(viewer, permission=Permission.ACCOUNT_MANAGE)
    if request.method == "POST":
        doing = request.form.get("do", "")
        if doing not in forms:
            abort(400)
        for name, other in forms.items():
            if name != doing:
                other.process(data=stored)
        form = forms[doing]
        if form.is_valid():
            done = {"change": _change, "password": _set_password, "role": _give_role}[doing](managed, form)
            if done is not None:
                return done
    now = datetime.now(UTC)
    page = render_template(
        "admin/change_account.html",
        account=account,
        officer=managed.officer,
        wholly=managed.wholly,
        own=account.id == viewer.id,
        roles=[
            (grant, ROLES[Role(grant.role)], can(viewer, Permission.ACCOUNT_MANAGE, grant.unit))
            for grant in account.grants
        ],
        forms_by_name=forms,
        locked=_is_locked(managed, now),
        last_sign_in=moment_in_words(account.last_sign_in_at, "Asia/Jakarta") if account.last_sign_in_at else None,
    )
    return page, max(form.status for form in forms.values()) if request.method == "POST" else 200


@blueprint.post("/kelola/akun/<int:account_id>/cabut-peran/<int:assignment_id>")
@requires(Permission.ACCOUNT_MANAGE)
def take_role(account_id: int, assignment_id: int) -> ResponseReturnValue:
    """Take a role for one of the viewer's units. The last role stays: an account without any would be nobody's."""
    viewer = current_account()
    with transaction():
        account = get_managed_account(viewer, account_id).account
        if account.id == viewer.id:
            return _refuse(account_id, _own())
        grant = next((grant for grant in account.grants if grant.id == assignment_id), None)
        if grant is None or not can(viewer, Permission.ACCOUNT_MANAGE, grant.unit):
            abort(404)
        if len(account.grants) == 1:
            return _refuse(
                account_id,
                _("Ini peran terakhir akun ini. Beri peran lain dulu, atau nonaktifkan akunnya."),
            )
        actions.take_role(account, assignment_id)
    flash(_("Peran sudah dicabut."))
    return redirect(url_for("admin.change_account", account_id=account_id))


@blueprint.post("/kelola/akun/<int:account_id>/buka-kunci")
@requires(Permission.ACCOUNT_MANAGE)
def unlock_account(account_id: int) -> ResponseReturnValue:
    """Let somebody try again who mistyped a password too often."""
    with transaction():
        managed = get_managed_account(current_account(), account_id)
        if not managed.wholly:
            abort(404)
        actions.unlock_account(managed.account)
    flash(_("Kunci sudah dibuka. Pemilik akun dapat mencoba masuk lagi."))
    return redirect(url_for("admin.change_account", account_id=account_id))


def _change(managed: ManagedAccount, form: AccountForm) -> Response | None:
    account = managed.account
    if not managed.wholly:
        abort(404)
    if account.id == current_account().id and not form.active.data:
        form.active.errors = [_("Anda tidak dapat menonaktifkan akun sendiri. Minta administrator lain.")]
        return None
    try:
        with transaction():
            actions.change_account(
                account, email=str(form.email.data), name=str(form.name.data), active=bool(form.active.data)
            )
    except EmailTaken:
        form.email.errors = [_taken()]
        return None
    flash(_("Akun %(name)s sudah disimpan.", name=form.name.data))
    return redirect(url_for("admin.change_account", account_id=account.id))


def _set_password(managed: ManagedAccount, form: PasswordForm) -> Response | None:
    if not managed.wholly:
        abort(404)
    account_id = managed.account.id
    try:
        with transaction():
            actions.set_password(managed.account, str(form.password.data))
    except PasswordTooWeak:
        form.password.errors = [_weak()]
        return None
    flash(_("Kata sandi baru berlaku sekarang. Semua sesi lama akun ini berakhir."))
    return redirect(url_for("admin.change_account", account_id=account_id))


def _give_role(managed: ManagedAccount, form: RoleForm) -> Response | None:
    viewer = current_account()
    if managed.account.id == viewer.id:
        form.form_errors.append(_own())
        return None
    account_id = managed.account.id
    with transaction():
        unit = get_managed_unit(viewer, form.unit.data, Permission.ACCOUNT_MANAGE)
        actions.give_role(managed.account, form.chosen_role, unit.id)
    flash(_("Peran sudah diberikan."))
    return redirect(url_for("admin.change_account", account_id=account_id))


def _roles_of(managed: ManagedAccount) -> list[str]:
    return [f"{ROLES[Role(grant.role)]}, {grant.unit.name}" for grant in managed.account.grants]


def _is_locked(managed: ManagedAccount, now: datetime) -> bool:
    return managed.account.locked_until is not None and managed.account.locked_until > now


def _refuse(account_id: int, said: str) -> Response:
    flash(said, "error")
    return redirect(url_for("admin.change_account", account_id=account_id))


def _taken() -> str:
    return str(_("Alamat email ini sudah dipakai akun lain. Pakai alamat lain."))


def _weak() -> str:
    return str(
        ngettext(
            "Kata sandi terlalu mudah. Pakai sedikitnya %(num)s huruf yang beragam, misalnya tiga kata yang tidak "
            "berhubungan.",
            "Kata sandi terlalu mudah. Pakai sedikitnya %(num)s huruf yang beragam, misalnya tiga kata yang tidak "
            "berhubungan.",
            MIN_PASSWORD_LENGTH,
        )
    )


def _own() -> str:
    return str(_("Peran Anda sendiri diubah oleh administrator lain."))
