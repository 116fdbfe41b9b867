"""What a line of the trail is about, named, and where its viewer may open it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.indicators.deeds import Deed, ObjectionDeed, OfficerNamed, PlanDeed, PresetDeed
from webapp.indicators.wording.facts import part_name
from webapp.indicators.wording.numbers import period_in_words
from webapp.indicators.wording.presets import preset_text
from webapp.portal.staff.plan_view import month_named


@dataclass(frozen=True, slots=True)
class Named:
    """`address`: where it is opened, None where the viewer may not; `said`: why, in the words of who did it."""

    words: str
    address: str | None
    said: str | None = None


def named(viewer: Account, deed: Deed, years: tuple[int, ...]) -> Named:
    """`deed` in words; `years`: whose work plans have pages."""
    match deed:
        case PresetDeed():
            return _preset(viewer, deed)
        case ObjectionDeed():
            return _objection(viewer, deed)
        case PlanDeed():
            return _plan(viewer, deed, years)


def _preset(viewer: Account, deed: PresetDeed) -> Named:
    words = _(
        "“%(title)s” (%(version)s), mulai %(period)s",
        title=preset_text(deed.title),
        version=deed.version,
        period=period_in_words(deed.from_period),
    )
    opens = can(viewer, Permission.PRESET_MANAGE)
    return Named(str(words), url_for("admin.show_preset", version=deed.version) if opens else None, deed.said)


def _objection(viewer: Account, deed: ObjectionDeed) -> Named:
    words = _(
        "nomor %(number)s, %(officer)s, %(part)s, %(period)s",
        number=deed.id,
        officer=_in_words(deed.officer),
        part=part_name(deed.component),
        period=period_in_words(deed.period),
    )
    if deed.may_open:
        return Named(str(words), url_for("supervisor.decide_objection", objection_id=deed.id))
    if _is_his_own(viewer, deed.officer, Permission.INDICATOR_READ_OWN):
        return Named(str(words), url_for("officer.list_objections"))
    return Named(str(words), _page_of(deed.officer))


def _plan(viewer: Account, deed: PlanDeed, years: tuple[int, ...]) -> Named:
    officer = _in_words(deed.officer)
    if deed.month is None:
        words = _("tahun %(year)s, versi %(n)s, %(officer)s", year=deed.year, n=deed.version, officer=officer)
    else:
        words = _(
            "%(month)s, target nomor %(number)s pada versi %(n)s, %(officer)s",
            month=month_named(deed.month),
            number=deed.position,
            n=deed.version,
            officer=officer,
        )
    if deed.officer is not None and deed.year in years:
        if deed.may_open:
            return Named(
                str(words),
                url_for("supervisor.show_plan", officer_id=deed.officer.id, tahun=deed.year, versi=deed.version),
            )
        if _is_his_own(viewer, deed.officer, Permission.PLAN_PROPOSE):
            return Named(str(words), url_for("officer.show_plan", tahun=deed.year, versi=deed.version))
    return Named(str(words), _page_of(deed.officer))


def _in_words(officer: OfficerNamed | None) -> str:
    """His name, where the viewer may read of him."""
    return officer.name if officer is not None else str(_("seorang petugas"))


def _is_his_own(viewer: Account, officer: OfficerNamed | None, permission: Permission) -> bool:
    return officer is not None and officer.own and can(viewer, permission)


def _page_of(officer: OfficerNamed | None) -> str | None:
    """The page of an officer's figure."""
    if officer is None or not officer.page:
        return None
    return url_for("supervisor.show_officer", officer_id=officer.id)
