"""What a member of staff finds in the header: the pages that the account may open, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from flask import request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the header: a link, or, with `links` and no `url`, the words that open these links."""

    url: str
    label: str
    current: bool
    count: int | None = None
    links: tuple[NavItem, ...] = ()


#: The words over what somebody looks after in his unit.
UNIT = _l("Unit")
#: Permission, endpoint, words, group. The first endpoint of a room stands for the whole room. A group of more than two
#: links is folded under its words, so that the header stays on one line.
ENTRIES: tuple[tuple[Permission, str, LazyString, LazyString | None], ...] = (
    (Permission.COMPLAINT_TRIAGE, "triage.list_undecided", _l("Perlu diputuskan"), None),
    (Permission.QUEUE_SERVE, "officer.show_counter", _l("Loket"), None),
    (Permission.COMPLAINT_ANSWER, "officer.list_queue", _l("Laporan saya"), None),
    (Permission.COMPLAINT_SEARCH, "officer.search", _l("Cari"), None),
    (Permission.COMPLAINT_PUBLISH, "staff.list_publications", _l("Umumkan"), None),
    (Permission.APPLICATION_HANDLE, "officer.list_files", _l("Berkas"), None),
    (Permission.INDICATOR_READ_OWN, "officer.show_score", _l("Nilai saya"), None),
    (Permission.PLAN_PROPOSE, "officer.show_plan", _l("Rencana"), None),
    (Permission.CONTEST_DECIDE, "staff.list_contests", _l("Keberatan"), UNIT),
    (Permission.OBJECTION_DECIDE, "supervisor.list_objections", _l("Keberatan nilai"), UNIT),
    (Permission.INDICATOR_READ_UNIT, "supervisor.list_officers", _l("Petugas"), UNIT),
    (Permission.PLAN_AGREE, "supervisor.list_plans", _l("Rencana kerja"), UNIT),
    (Permission.PRESET_MANAGE, "admin.list_presets", _l("Acuan indikator"), UNIT),
    (Permission.INDICATOR_READ_UNIT, "supervisor.show_handling", _l("Penanganan"), UNIT),
    (Permission.SIGNAL_READ, "supervisor.list_unit_signals", _l("Sinyal"), UNIT),
    (Permission.APPLICATION_READ_UNIT, "supervisor.list_unit_files", _l("Berkas unit"), UNIT),
    (Permission.QUEUE_READ_UNIT, "supervisor.list_halls", _l("Antrean unit"), UNIT),
    (Permission.REPLY_TEMPLATE_MANAGE, "officer.list_templates", _l("Templat"), UNIT),
    (Permission.AUDIT_READ, "inspector.list_trail", _l("Jejak"), None),
    (Permission.ORGANISATION_MANAGE, "admin.show_overview", _l("Kelola"), None),
    (Permission.OUTBOX_READ, "admin.list_deliveries", _l("Pesan tertunda"), None),
)
#: How many links of a group are still shown as they are.
SHOWN_UNFOLDED = 2


def navigation_for(account: Account) -> list[NavItem]:
    """The entries for `account`; the page that is open is marked as current, and so is the group it is in."""
    entries: list[NavItem] = []
    allowed = [entry for entry in ENTRIES if can(account, entry[0])]
    for group, members in groupby(allowed, key=lambda entry: entry[3]):
        links = tuple(
            NavItem(url_for(endpoint), str(label), request.endpoint == endpoint) for _, endpoint, label, _ in members
        )
        if group is None or len(links) <= SHOWN_UNFOLDED:
            entries += links
        else:
            entries.append(NavItem("", str(group), any(link.current for link in links), links=links))
    return entries
