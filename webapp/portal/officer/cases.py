"""The queue of the desk."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from webapp.accounts.permissions import Permission
from webapp.feedback.desk import list_desk, list_settled
from webapp.portal.access import current_account, requires
from webapp.portal.officer.piles import desk_view, settled_view
from webapp.portal.officer.room import blueprint
from webapp.portal.typed_text import without_nul


@blueprint.get("/meja")
@requires(Permission.COMPLAINT_ANSWER)
def list_queue() -> ResponseReturnValue:
    """What lies before the officer. A desk that fetches itself anew gets the list alone."""
    alone = request.headers.get("HX-Request") == "true"
    template = "officer/queue_list.html" if alone else "officer/list_queue.html"
    response = Response(render_template(template, **list_beside(request.args.get("buka", ""))))
    response.vary.add("HX-Request")
    return response


def list_beside(opened: str = "") -> dict[str, object]:
    """What the list shows beside the case with the code `opened`, or alone."""
    now = datetime.now(UTC)
    words = (without_nul(request.args.get("q")) or "").strip()
    settled = request.args.get("tampil") == "selesai"
    viewer = current_account()
    view = settled_view(list_settled(viewer, words)) if settled else desk_view(list_desk(viewer, words), now)
    return {"desk": view, "words": words, "settled": settled, "opened": opened}
