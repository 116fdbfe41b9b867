"""An officer says that something attributed to him was not his."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.attribution.contests.errors import NoSuchLine, NotContestable
from webapp.attribution.contests.own_lines import TERM, find_own_line, note_shown
from webapp.attribution.contests.vocabulary import Standing
from webapp.attribution.events import ContestFiled
from webapp.attribution.models import Attribution, Contest
from webapp.database import db
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Feedback
from webapp.organisation.queries import officer_of
from webapp.outbox import publish


def file_contest(viewer: Account, key: str, reason: str, at: datetime) -> Contest:
    """Contest the viewer's own line with this key; once for each attribution, within TERM of its first being shown.

    Filed twice it is filed once: the first one is given back. Raises NoSuchLine, or NotContestable where the term is
    over, or where it does not count (any more).
    """
    officer = officer_of(viewer)
    line = find_own_line(viewer, key, at)
    if officer is None or line is None:
        raise NoSuchLine
    # Whoever judges it anew holds this row, too: what is contested is what stands.
    db.session.get_one(Feedback, line.feedback_id, with_for_update=True)
    contest = db.session.scalars(
        select(Contest).where(Contest.attribution_id == line.attribution_id, Contest.officer_id == officer.id)
    ).one_or_none()
    if contest is not None:
        return contest
    standing = db.session.get_one(Attribution, line.attribution_id, populate_existing=True)
    if line.standing != Standing.COUNTS or line.contest_until is None or standing.superseded_at is not None:
        raise NotContestable
    note_shown(viewer, [line], at)
    contest = Contest(
        feedback_id=line.feedback_id,
        attribution_id=line.attribution_id,
        officer_id=officer.id,
        account_id=viewer.id,
        reason=mask_personal_numbers(reason.strip()),
        at=at,
        due_at=at + TERM,
    )
    db.session.add(contest)
    db.session.flush()
    publish(ContestFiled(contest.id))
    return contest
