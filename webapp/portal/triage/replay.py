"""What the product would have done with an agency's past complaints, held against what the agency did."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts.permissions import Permission, can
from webapp.attribution.replay.figures import Comparison, Counts, Outcome, Reading
from webapp.attribution.replay.queries import (
    SHOWN,
    DisputedChoice,
    compare,
    count_disputed,
    count_waiting,
    list_disputed,
    list_sources,
    unit_names,
)
from webapp.attribution.replay.readings import note_reading
from webapp.database import transaction
from webapp.feedback.errors import NotForThisPerson
from webapp.portal.access import current_account, requires
from webapp.portal.dates import month_in_words
from webapp.portal.triage.replay_view import (
    READINGS,
    case_card,
    heat_of,
    legend_of,
    months_of,
    steps_of,
    title_of,
    trend_of,
)
from webapp.portal.triage.room import blueprint

#: Pairs of units that can be chosen from the list; others are reached from the table.
_PAIRS = 60
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_PAIR = re.compile(r"(\d{1,18})-(\d{1,18})")
#: What a page's address may carry.
_ARGUMENTS = ("sumber", "pasangan", "bulan", "belum", "page")


@blueprint.get("/triase/banding")
@requires(Permission.COMPLAINT_TRIAGE)
def show_replay() -> ResponseReturnValue:
    """Agreement, calibration, confusion between units, and the disputed cases one by one."""
    viewer = current_account()
    sources = list_sources(viewer)
    wanted = request.args.get("sumber")
    if wanted is not None and wanted not in sources:
        abort(404)
    source = wanted or (sources[0] if sources else "")
    comparison = compare(viewer, source) if source else Comparison(Counts({}))
    values: dict[str, Any] = {
        "source": source,
        "sources": sources,
        "total": comparison.total,
        "waiting": count_waiting(viewer, source) if source else 0,
        "title": title_of(comparison.total),
        "models": can(viewer, Permission.MODEL_READ),
    }
    if comparison.total.cases:
        values |= _drawn(comparison) | _disputed(comparison, source)
    return render_template("triage/show_replay.html", **values)


@blueprint.post("/triase/banding/<code>")
@requires(Permission.COMPLAINT_TRIAGE)
def note_replay_reading(code: str) -> ResponseReturnValue:
    """Who was wrong in a disputed case, by one press; an empty reading takes it back."""
    told = request.form.get("reading", "")
    if told and told not in set(Reading):
        abort(400)
    try:
        with transaction():
            note_reading(current_account(), code, Reading(told) if told else None, datetime.now(UTC))
    except NotForThisPerson:
        abort(404)
    return redirect(url_for("triage.show_replay", **_arguments(), _anchor=f"kasus-{code}"))


def _arguments(**changed: object) -> dict[str, Any]:
    """The arguments of this page's address, for another one of it."""
    told: dict[str, Any] = {name: request.args.get(name) for name in _ARGUMENTS}
    return {name: value for name, value in (told | changed).items() if value}


def _drawn(comparison: Comparison) -> dict[str, Any]:
    pairs = comparison.pairs
    names = unit_names({unit_id for pair in pairs for unit_id in (pair.decided_unit_id, pair.opinion_unit_id)})

    def address(decided: int, opinion: int) -> str:
        return url_for(
            "triage.show_replay",
            **_arguments(pasangan=f"{decided}-{opinion}", bulan=None, belum=None, page=None),
            _anchor="sengketa",
        )

    return {
        "months": months_of(comparison),
        "legend": legend_of(comparison.total),
        "trend": trend_of(comparison),
        "steps": steps_of(comparison),
        "error": 100 * comparison.calibration_error,
        "heat": heat_of(pairs, names, address),
        "names": names,
    }


def _disputed(comparison: Comparison, source: str) -> dict[str, Any]:
    viewer = current_account()
    choice = _choice(source)
    all_of_them = choice == DisputedChoice(source)
    cases = comparison.total[Outcome.ELSEWHERE] if all_of_them else count_disputed(viewer, choice)
    pages = max(1, -(-cases // SHOWN))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    chosen = (choice.decided_unit_id, choice.opinion_unit_id)
    known = [(pair.decided_unit_id, pair.opinion_unit_id, pair.cases) for pair in comparison.pairs]
    return {
        "cases": [case_card(case) for case in list_disputed(viewer, choice, page)] if cases else [],
        "count": cases,
        "page": page,
        "pages": pages,
        "filtered": not all_of_them,
        "arguments": _arguments(),
        "pairs": [
            (f"{decided}-{opinion}", decided, opinion, n, (decided, opinion) == chosen)
            for place, (decided, opinion, n) in enumerate(known)
            if place < _PAIRS or (decided, opinion) == chosen
        ],
        "month_choices": [
            (f"{month:%Y-%m}", month_in_words(month), month == choice.month) for month, _ in comparison.months
        ],
        "unread": choice.unread,
        "readings": [(str(label), comparison.readings.get(reading, 0)) for reading, label in READINGS.items()],
        "reading_choices": [(reading.value, str(label)) for reading, label in READINGS.items()],
        "read": comparison.read,
        "case_page": "officer.show_case" if can(viewer, Permission.COMPLAINT_ANSWER) else "triage.decide",
    }


def _choice(source: str) -> DisputedChoice:
    pair = _PAIR.fullmatch(request.args.get("pasangan", ""))
    month = _MONTH.fullmatch(request.args.get("bulan", ""))
    return DisputedChoice(
        source,
        int(pair[1]) if pair else None,
        int(pair[2]) if pair else None,
        date(int(month[1]), int(month[2]), 1) if month else None,
        unread=bool(request.args.get("belum")),
    )
