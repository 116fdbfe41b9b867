"""When an officer first saw a line: his term to object runs from then on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.database import db
from webapp.indicators.objections.models import LineSeen
from webapp.organisation.queries import officer_of


def note_seen(viewer: Account, period: str, keys: Iterable[str], at: datetime) -> None:
    """The viewer's own page shows him these lines: where it never did before, his term runs from `at` on.

    Nothing is written for who is no officer: nobody but himself starts his term. Flushes only.
    """
    officer = officer_of(viewer)
    rows = sorted({key for key in keys if key})
    if officer is not None and rows:
        db.session.execute(
            upsert(LineSeen).on_conflict_do_nothing(),
            [{"officer_id": officer.id, "period": period, "line_key": key, "at": at} for key in rows],
        )


def seen_lines(officer_id: int, period: str) -> dict[str, datetime]:
    """When the officer first saw each line of a quarter, by the keys of the lines."""
    rows = db.session.execute(
        select(LineSeen.line_key, LineSeen.at).where(LineSeen.officer_id == officer_id, LineSeen.period == period)
    )
    return {row.line_key: row.at for row in rows}
