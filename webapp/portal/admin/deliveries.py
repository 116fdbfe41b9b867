"""The outbox as an administrator sees it: what waits, what was put aside, and taking it up again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission, can
from webapp.database import transaction
from webapp.organisation.managed import LARGEST_ID
from webapp.outbox.actions import retry_delivery as take_up_again
from webapp.outbox.queries import count_deliveries_by_state, list_dead_deliveries
from webapp.portal.access import current_account, requires
from webapp.portal.admin.room import blueprint
from webapp.portal.dates import moment_in_words

#: As many dead deliveries as one page shows.
_SHOWN = 100


@blueprint.get("/kelola/pesan-tertunda")
@requires(Permission.OUTBOX_READ)
def list_deliveries() -> ResponseReturnValue:
    """How much waits, and the deliveries that failed for good: events by name, never what is in them."""
    counts = count_deliveries_by_state()
    return render_template(
        "admin/list_deliveries.html",
        counts=counts,
        dead=[
            (delivery, moment_in_words(delivery.happened_at, "Asia/Jakarta"))
            for delivery in list_dead_deliveries(_SHOWN)
        ],
        beyond=max(counts["dead"] - _SHOWN, 0),
        may_retry=can(current_account(), Permission.OUTBOX_MANAGE),
    )


@blueprint.post("/kelola/pesan-tertunda/<int:delivery_id>/ulangi")
@requires(Permission.OUTBOX_MANAGE)
def retry_delivery(delivery_id: int) -> ResponseReturnValue:
    """Take a dead delivery up again; one that is not dead any more is left alone."""
    if delivery_id > LARGEST_ID:
        abort(404)
    with transaction():
        taken_up = take_up_again(delivery_id, datetime.now(UTC))
    if taken_up:
        flash(_("Pesan %(id)s dicoba lagi. Muat ulang halaman ini sebentar lagi.", id=delivery_id))
    else:
        flash(_("Pesan %(id)s sudah tidak tertahan; tidak ada yang perlu diulang.", id=delivery_id), "warning")
    return redirect(url_for("admin.list_deliveries"))
