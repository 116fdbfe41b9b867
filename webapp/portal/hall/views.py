"""The board of a hall. Nobody signs in, nothing is written, and most requests touch neither session nor database."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from webapp.counter.queue.board import Board, NoSuchHall, current_board
from webapp.portal.access import public
from webapp.portal.hall.words import range_in_words

blueprint = Blueprint("hall", __name__)

#: No unit has a higher number than PostgreSQL can count.
_LARGEST_ID = 2**63 - 1


@blueprint.get("/antrean/<int:unit_id>/papan.json")
@public
def read_board(unit_id: int) -> ResponseReturnValue:
    """The board as JSON; only a few bytes for who has this one already (If-None-Match)."""
    board = _board(unit_id)
    if board.tag in request.if_none_match:
        response = Response(status=304)
    else:
        response = Response(board.text, mimetype="application/json")
    response.set_etag(board.tag)
    return response


@blueprint.get("/antrean/<int:unit_id>/layar")
@public
def show_display(unit_id: int) -> ResponseReturnValue:
    """The large screen of a hall; with `?bagian=papan` only the part of it that changes."""
    board = json.loads(_board(unit_id).text)
    now = datetime.now(UTC)
    for line in board["lines"]:
        line["expected"] = range_in_words(line["next"], now)
    part = "hall/display_board.html" if request.args.get("bagian") == "papan" else "hall/display.html"
    return render_template(part, board=board, unit_id=unit_id)


def _board(unit_id: int) -> Board:
    if unit_id > _LARGEST_ID:
        abort(404)
    try:
        return current_board(unit_id, datetime.now(UTC))
    except NoSuchHall:
        abort(404)
