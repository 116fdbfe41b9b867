"""Officers of the demo city who contest what is attributed to them: some wait for whoever tries the city to decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.accounts.models import Account
from webapp.attribution.contests.desk import nearest_deciders
from webapp.attribution.contests.filing import file_contest
from webapp.attribution.contests.own_lines import list_own_lines, note_shown
from webapp.database import db
from webapp.demo.city import DemoCity
from webapp.demo.load_agency import LoadedIds

_REASONS = (
    "Saya bertukar jaga dengan rekan hari itu, jadi bukan saya yang melayani di loket tersebut.",
    "Hari itu saya mengikuti pelatihan di luar kantor. Berkasnya tidak pernah ada di meja saya.",
)


def contest_some(city: DemoCity, ids: LoadedIds, now: datetime) -> int:
    """Let a few officers contest one of their lines; how many did. Those with a sign-in that is shown come first.

    Each is filed only where somebody may decide it.
    """
    officers = [account for account in city.agency.accounts if account.officer is not None]
    left = list(_REASONS)
    for shown in sorted(officers, key=lambda account: account.shown is None):
        if not left:
            break
        account = db.session.get_one(Account, ids.account[shown.email])
        seen = now - timedelta(days=3)
        line = next((one for one in list_own_lines(account, seen) if one.contest_until is not None), None)
        if line is None:
            continue
        note_shown(account, [line], seen)
        contest = file_contest(account, line.key, left.pop(0), now - timedelta(days=2))
        if not nearest_deciders(contest):
            db.session.delete(contest)
            db.session.flush()
    return len(_REASONS) - len(left)
