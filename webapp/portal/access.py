"""Every endpoint says who may come in: it is declared public, or it requires a permission, or it is not served."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can

P = ParamSpec("P")
R = TypeVar("R")

PUBLIC = "public"
SIGNED_IN = "signed_in"
OTHER_SYSTEM = "other_system"

_MARK = "_tanggap_access"


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that anybody may call `view`."""
    setattr(view, _MARK, PUBLIC)
    return view


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that every member of staff may call `view`, whatever the role: sign-out, own language, start page."""
    setattr(view, _MARK, SIGNED_IN)
    return view


def by_token(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that `view` is for other systems and checks their token itself: nobody's session opens it."""
    setattr(view, _MARK, OTHER_SYSTEM)
    return view


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare that `view` is for those who hold `permission` in some unit; in which, the view's query decides."""

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _MARK, permission)
        return view

    return declare


def access_of(app: Flask, endpoint: str) -> Permission | str | None:
    """What `endpoint` declares: a permission, PUBLIC, SIGNED_IN, OTHER_SYSTEM, or None where it declares nothing."""
    if endpoint == "static":
        return PUBLIC
    mark = getattr(app.view_functions[endpoint], _MARK, None)
    assert mark is None or isinstance(mark, str)
    return mark


def refuse_undeclared(app: Flask) -> None:
    """Raise RuntimeError that names the endpoints which declare nothing, so that the server doesn't start with them."""
    undeclared = sorted(name for name in app.view_functions if access_of(app, name) is None)
    if undeclared:
        raise RuntimeError(
            "these endpoints declare neither @public nor @requires(Permission...): " + ", ".join(undeclared)
        )


def check_access() -> ResponseReturnValue | None:
    """Before each request: let in whom the endpoint declares, send others to the sign-in or away."""
    if request.endpoint is None:
        return None
    access = access_of(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]  # werkzeug's proxy
    if access == PUBLIC:
        return None
    if "\x00" in request.path:  # nothing is kept under such an address, and PostgreSQL would not even look
        abort(404)
    if access == OTHER_SYSTEM:
        return None
    if access is None:
        abort(403)
    if not current_user.is_authenticated:
        # A piece of a page that fetches itself anew must not become a sign-in form inside that page.
        if request.method == "GET" and "HX-Request" not in request.headers:
            return redirect(url_for("staff.sign_in", next=request.full_path.rstrip("?")))
        abort(401)
    if access != SIGNED_IN and not can(current_account(), Permission(access)):
        abort(403)
    return None


def current_account() -> Account:
    """The account that is signed in; 401 if none."""
    account = getattr(current_user, "account", None)
    if not isinstance(account, Account):
        abort(401)
    return account
