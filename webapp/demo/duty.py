"""When officers of the demo city opened and closed their counters: some are punctual, some are not."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo

from webapp.counter.queue.models import CounterSession, QueueLine
from webapp.database import copy_rows, db
from webapp.demo.agency import TIMEZONE
from webapp.demo.city import DemoCity
from webapp.demo.load_agency import LoadedIds

#: Minutes: the median officer is as late as this on the median day; officers and days differ by these factors.
_LATE, _OFFICERS_DIFFER, _DAYS_DIFFER = 5.0, 0.9, 0.9


def load_duty(city: DemoCity, ids: LoadedIds, now: datetime) -> int:
    """Write when counters were open on the days that the city has lived; how many times one was opened.

    Comes after the past was judged: whom its feedback concerned was told without these records.
    """
    rng, zone = Random(f"{city.seed}/duty"), ZoneInfo(TIMEZONE)
    lines: dict[int, list[int]] = {}
    for row in db.session.execute(db.select(QueueLine.id, QueueLine.unit_id).order_by(QueueLine.id)):
        lines.setdefault(row.unit_id, []).append(row.id)
    usual = {one.code: _LATE * math.exp(rng.gauss(0, _OFFICERS_DIFFER)) for one in city.agency.officers}
    lived = sorted(
        (shift for shift in city.agency.shifts if shift.ends_at < now and ids.unit[shift.unit] in lines),
        key=lambda shift: (shift.officer, shift.starts_at),
    )
    rows: list[dict[str, object]] = []
    for (officer, _day), spans in groupby(lived, key=lambda s: (s.officer, s.starts_at.astimezone(zone).date())):
        shifts = list(spans)
        late = usual[officer] * math.exp(rng.gauss(0, _DAYS_DIFFER)) - 1.5
        opened = shifts[0].starts_at + timedelta(seconds=round(60 * min(late, 90.0)))
        closed = shifts[-1].ends_at + timedelta(seconds=rng.randrange(15 * 60))
        if closed >= now:
            continue
        rows.append(
            {
                "unit_id": ids.unit[shifts[0].unit],
                "counter_id": ids.counter[shifts[0].unit, shifts[0].counter],
                "officer_id": ids.officer[officer],
                "line_ids": lines[ids.unit[shifts[0].unit]],
                "opened_at": opened,
                "closed_at": closed,
            }
        )
    copy_rows(CounterSession, rows)
    return len(rows)
