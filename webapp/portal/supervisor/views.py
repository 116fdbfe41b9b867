"""The officers of a supervisor's units: all of them at once, and one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.indicators.overview.differences import MINIMUM
from webapp.indicators.overview.queries import UnitOverview, overview_of
from webapp.indicators.overview.standings import OfficerStanding, names_of_units, trends_of
from webapp.indicators.queries import UnitChoice, periods_of, unit_filters
from webapp.indicators.wording.numbers import decimal, period_in_words
from webapp.portal.access import current_account, requires
from webapp.portal.staff.pictures import Picture, picture
from webapp.portal.staff.scores import RELIABILITY, chosen_period, periods_in_words, plotted
from webapp.portal.supervisor import unit_view
from webapp.portal.typed_text import without_nul

blueprint = Blueprint("supervisor", __name__)

#: Officers on one page.
PAGE = 50
BY_NAME, BY_NEED = "nama", "perhatian"
_NEEDS = {"look": 0, "too_little": 1, "none": 2}
#: Beyond this nobody turns a page.
_LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `page` counts from 1; `component` "" where none is asked for."""

    period: str
    unit_id: int | None
    component: str
    words: str
    order: str
    page: int

    @property
    def arguments(self) -> dict[str, Any]:
        """The same as arguments of an address, without the page; what is not asked for is left out."""
        return {
            "periode": self.period,
            "unit": self.unit_id,
            "bagian": self.component or None,
            "q": self.words or None,
            "urut": self.order if self.order != BY_NAME else None,
        }


def asked_for(units: tuple[UnitChoice, ...]) -> Asked:
    """Reads the address; 404 for a quarter that is none and for a unit that is not among `units`."""
    unit_id = request.args.get("unit", type=int)
    if unit_id is not None and unit_id not in {unit.id for unit in units}:
        abort(404)
    return Asked(
        period=chosen_period(),
        unit_id=unit_id,
        component=request.args.get("bagian", ""),
        words=(without_nul(request.args.get("q")) or "").strip(),
        order=BY_NEED if request.args.get("urut") == BY_NEED else BY_NAME,
        page=max(1, min(request.args.get("page", 1, type=int), _LAST_PAGE)),
    )


def listed(overview: UnitOverview, asked: Asked) -> tuple[OfficerStanding, ...]:
    """All officers that the address asks for: by name, or those first who need attention, by name again."""
    wanted = [word.lower() for word in asked.words.split()[:5]]
    found = [one for one in overview.standings if all(word in one.name.lower() for word in wanted)]
    if asked.order == BY_NEED:
        found.sort(key=lambda one: _NEEDS[one.attention.need])
    return tuple(found)


def page_of(found: tuple[OfficerStanding, ...], asked: Asked) -> tuple[tuple[OfficerStanding, ...], int, int]:
    """The page that is asked for, its number and how many there are."""
    pages = max(1, -(-len(found) // PAGE))
    page = min(asked.page, pages)
    return found[(page - 1) * PAGE : page * PAGE], page, pages


@blueprint.get("/petugas")
@requires(Permission.INDICATOR_READ_UNIT)
def list_officers() -> ResponseReturnValue:
    """The unit at once: who needs a look, all by name, what is more than chance, what differs."""
    viewer = current_account()
    units = unit_filters(viewer)
    asked = asked_for(units)
    overview = overview_of(viewer, asked.period, asked.unit_id, asked.component)
    found = listed(overview, asked)
    shown, page, pages = page_of(found, asked)
    too_little = unit_view.knowing_too_little(overview)
    return render_template(
        "supervisor/list_officers.html",
        asked=asked,
        period_words=period_in_words(asked.period),
        periods=periods_in_words(periods_of(viewer), asked.period),
        units=units,
        total=len(overview.standings),
        needing=unit_view.needing_look(overview),
        too_little=[(one.officer_id, one.name, _facts(one.facts)) for one in too_little],
        margin=format_decimal(overview.mark.margin),
        sure=format_decimal(100 * overview.mark.sure),
        minimum=MINIMUM,
        officers=_rows(shown, asked.period),
        found=len(found),
        page=page,
        pages=pages,
        components=[(name, unit_view.component_name(name)) for name in overview.components],
        component=overview.component,
        own_left_out=any(one.own for one in overview.standings),
        intervals=_intervals(overview, shown, asked) if shown else None,
        intervals_answer=unit_view.officers_answer(overview.standings),
        intervals_question=unit_view.officers_question(),
        funnel=_funnel(overview, asked),
        funnel_question=unit_view.funnel_question(overview.component) if overview.component else "",
        funnel_answer=unit_view.funnel_answer(overview),
        funnel_rows=unit_view.funnel_rows(overview),
        differences=[(view, _difference(view, asked)) for view in unit_view.differences_views(overview)],
    )


def _intervals(overview: UnitOverview, shown: tuple[OfficerStanding, ...], asked: Asked) -> Picture:
    return picture(
        f"{unit_view.officers_question()} {unit_view.officers_answer(overview.standings)}",
        lambda width: unit_view.officers_plot(shown, width),
        "supervisor.draw_unit",
        unit_plot="rentang",
        form="svg",
        page=asked.page,
        **asked.arguments,
    )


def _funnel(overview: UnitOverview, asked: Asked) -> Picture | None:
    if not overview.funnel.points:
        return None
    return picture(
        f"{unit_view.funnel_question(overview.component)} {unit_view.funnel_answer(overview)}",
        lambda width: unit_view.funnel_plot(overview, width),
        "supervisor.draw_unit",
        unit_plot="corong",
        form="svg",
        **asked.arguments,
    )


def _difference(view: unit_view.DifferencesView, asked: Asked) -> Picture:
    return picture(
        f"{view.question} {view.answer}",
        view.plot,
        "supervisor.draw_unit",
        unit_plot=view.name,
        form="svg",
        **asked.arguments,
    )


def _rows(shown: tuple[OfficerStanding, ...], period: str) -> list[dict[str, Any]]:
    """The officers of a page as the template lists them."""
    units = names_of_units([one.officer_id for one in shown])
    trends = trends_of([one.officer_id for one in shown if one.figure is not None], period)
    return [
        {
            "name": one.name,
            "href": url_for("supervisor.show_officer", officer_id=one.officer_id, periode=period),
            "detail": " · ".join((*units.get(one.officer_id, ())[:2], _facts(one.facts))),
            "figure": decimal(one.figure) if one.figure is not None and one.status != "not_enough_data" else None,
            "between": f"{decimal(one.low)}–{decimal(one.high)}"
            if one.low is not None and one.high is not None
            else "",
            "expected": decimal(one.expected) if one.expected is not None else None,
            "reliability": RELIABILITY[one.status],
            "look": one.attention.need == "look",
            "trend": plotted(trends.get(one.officer_id, ())),
        }
        for one in shown
    ]


def _facts(number: int) -> str:
    words = ngettext("%(num)s catatan", "%(num)s catatan", number) if number else _("belum ada catatan")
    return str(words).replace(" ", "\u00a0")
