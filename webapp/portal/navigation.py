"""What a member of staff finds in the header: the pages that the account may open, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link of the header."""

    url: str
    label: str
    current: bool
    count: int | None = None


#: Permission, endpoint, words. The first endpoint of a room stands for the whole room.
ENTRIES: tuple[tuple[Permission, str, LazyString], ...] = (
    (Permission.COMPLAINT_TRIAGE, "triage.list_undecided", _l("Perlu diputuskan")),
    (Permission.QUEUE_SERVE, "officer.show_counter", _l("Loket")),
    (Permission.COMPLAINT_ANSWER, "officer.list_queue", _l("Laporan saya")),
    (Permission.COMPLAINT_READ, "officer.search", _l("Cari")),
    (Permission.REPLY_TEMPLATE_MANAGE, "officer.list_templates", _l("Templat")),
    (Permission.APPLICATION_HANDLE, "officer.list_files", _l("Berkas")),
    (Permission.INDICATOR_READ_OWN, "officer.show_score", _l("Nilai saya")),
    (Permission.APPLICATION_READ_UNIT, "supervisor.list_unit_files", _l("Berkas unit")),
    (Permission.COMPLAINT_PUBLISH, "staff.list_publications", _l("Umumkan")),
    (Permission.INDICATOR_READ_UNIT, "supervisor.list_officers", _l("Petugas")),
    (Permission.INDICATOR_READ_UNIT, "supervisor.show_handling", _l("Penanganan")),
    (Permission.QUEUE_READ_UNIT, "supervisor.list_halls", _l("Antrean unit")),
    (Permission.AUDIT_READ, "inspector.list_trail", _l("Jejak")),
    (Permission.ORGANISATION_MANAGE, "admin.show_overview", _l("Kelola")),
    (Permission.OUTBOX_READ, "admin.list_deliveries", _l("Pesan tertunda")),
)


def navigation_for(account: Account) -> list[NavItem]:
    """The links for `account`; the page that is open is marked as current."""
    return [
        NavItem(url_for(endpoint), str(label), request.endpoint == endpoint)
        for permission, endpoint, label in ENTRIES
        if can(account, permission)
    ]
