"""Officers of the demo city who object to a line of their figure: some wait for whoever tries the city to decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.accounts.models import Account
from webapp.database import db
from webapp.demo.city import DemoCity
from webapp.demo.load_agency import LoadedIds
from webapp.indicators.objections.desk import nearest_deciders
from webapp.indicators.objections.filing import file_objection
from webapp.indicators.objections.seen import note_seen
from webapp.indicators.queries import GroupView, own_sheet

_REASONS = (
    "Pada hari-hari itu server pusat mati dan warga menunggu lama. Itu bukan karena cara saya melayani.",
    "Saya baru kembali dari pelatihan pada pekan itu; sebagian kunjungan dilayani rekan dengan akun saya.",
)


def object_some(city: DemoCity, ids: LoadedIds, period: str, now: datetime) -> int:
    """Let a few officers object to the line that lowered their figure most; how many did. Those with a sign-in that is
    shown come first. Each is filed only where somebody may decide it.
    """
    officers = [account for account in city.agency.accounts if account.officer is not None]
    left = list(_REASONS)
    for shown in sorted(officers, key=lambda account: account.shown is None):
        if not left:
            break
        account = db.session.get_one(Account, ids.account[shown.email])
        sheet = own_sheet(account, period)
        line = _worst(sheet.groups) if sheet is not None else None
        if line is None:
            continue
        note_seen(account, period, [line.line_key], now - timedelta(days=2))
        write_key = f"demo:objection:{account.id}"
        with db.session.begin_nested() as trial:
            objection = file_objection(account, line.line_key, left[0], write_key=write_key, at=now - timedelta(days=1))
            if not nearest_deciders(objection):
                trial.rollback()
                continue
        left.pop(0)
    return len(_REASONS) - len(left)


def _worst(groups: tuple[GroupView, ...]) -> GroupView | None:
    """The line of ratings or of days that lowered the figure most; complaints have their own way."""
    lowered = [
        group
        for group in groups
        if group.points is not None and group.points < 0.0 and group.line_key and "complaint" not in group.sources
    ]
    return min(lowered, key=lambda group: (group.points or 0.0, group.line_key), default=None)
