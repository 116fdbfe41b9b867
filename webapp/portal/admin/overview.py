"""Where an administrator begins."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from webapp.accounts.permissions import Permission, can
from webapp.organisation.managed import count_managed
from webapp.organisation.managed_accounts import list_managed_accounts
from webapp.outbox.queries import count_deliveries_by_state
from webapp.portal.access import current_account, requires
from webapp.portal.admin.calendars import calendars_to_mend
from webapp.portal.admin.room import blueprint


@blueprint.get("/kelola")
@requires(Permission.ORGANISATION_MANAGE)
def show_overview() -> ResponseReturnValue:
    """How much there is of everything, and whether something is stuck."""
    viewer = current_account()
    return render_template(
        "admin/show_overview.html",
        counts=count_managed(viewer),
        accounts=len(list_managed_accounts(viewer)) if can(viewer, Permission.ACCOUNT_MANAGE) else None,
        outbox=count_deliveries_by_state() if can(viewer, Permission.OUTBOX_READ) else None,
        calendars_to_mend=len({calendar.id for calendar, _year, _empty in calendars_to_mend()}),
        may_import=can(viewer, Permission.ORGANISATION_IMPORT),
    )
