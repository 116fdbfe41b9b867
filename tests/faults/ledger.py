"""What must be true of a city's database when everything has come to rest, whatever happened before."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psycopg
from psycopg.rows import TupleRow

from tests.cities.citizens import Filed
from tests.cities.running import RunningCity, wait_for

_OPEN = """
    SELECT (SELECT count(*) FROM outbox_event WHERE expanded_at IS NULL),
           (SELECT count(*) FROM outbox_delivery WHERE state <> 'done'),
           (SELECT count(*) FROM indicator_outdated)
"""


class Ledger:
    """The database of a running city, seen from outside the product."""

    def __init__(self, city: RunningCity) -> None:
        self._city = city
        self._settings = city.settings

    def rows(self, sql: str, *values: object) -> list[TupleRow]:
        """Rows of a query on a connection of its own: the one before may have died with the server."""
        with psycopg.connect(self._settings["DATABASE_URL"], connect_timeout=5) as link:
            return link.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> int:
        """A number."""
        return int(self.rows(sql, *values)[0][0])

    def waiting_in(self, queue: str) -> int:
        """Deliveries of a queue that its worker has not done yet."""
        with suppress(psycopg.OperationalError):
            return self.one("SELECT count(*) FROM outbox_delivery WHERE queue = %s AND state = 'enqueued'", queue)
        return 0

    def wait_at_rest(self, seconds: float = 180) -> None:
        """Wait until every event was told and every job done."""
        last: list[TupleRow] = []

        def look() -> bool | None:
            with suppress(psycopg.OperationalError):
                last[:] = self.rows(_OPEN)
                return last[0] == (0, 0, 0) or None
            return None

        try:
            wait_for(look, "the outbox to be empty", seconds, 0.1)
        except TimeoutError as error:
            left = self.rows(
                "SELECT queue, job, state, attempts, last_error FROM outbox_delivery WHERE state <> 'done'"
            )
            raise AssertionError(f"{error}: {last}; {left[:10]}{self._city.logs()}") from None

    def assert_true_to(self, accepted: Iterable[Filed], stories: Iterable[str] = ()) -> None:
        """Each accepted form, and each story from the chats, is there, attributed and counted once."""
        filed = list(accepted)
        told = sorted(stories)
        codes = dict(
            self.rows("SELECT f.write_key, c.code FROM feedback f LEFT JOIN complaint c ON c.feedback_id = f.id")
        )
        missing = [one for one in filed if one.write_key not in codes]
        assert not missing, f"accepted and not there: {missing}"
        for one in filed:
            if "kode=" in one.location:
                assert one.location.endswith(f"kode={codes[one.write_key]}"), f"{one} is {codes[one.write_key]}"
        in_chat = self.rows(
            "SELECT text FROM complaint JOIN feedback ON id = feedback_id WHERE channel = 'telegram' ORDER BY 1"
        )
        assert [row[0] for row in in_chat] == told
        assert len(codes) == len(filed) + len(told), "there is feedback that nobody was told of"
        self._assert_attributed_once()
        self._assert_counted_once()
        self._assert_figures_follow_from_facts()

    def _assert_attributed_once(self) -> None:
        assert not self.rows(
            "SELECT f.id, count(a.id) FROM feedback f LEFT JOIN attribution a ON a.feedback_id = f.id "
            "GROUP BY f.id HAVING count(a.id) <> 1 OR count(a.superseded_at) > 0"
        ), "not judged exactly once"
        assert not self.rows(
            "SELECT a.id FROM attribution a LEFT JOIN attribution_share s ON s.attribution_id = a.id "
            "GROUP BY a.id HAVING count(s.id) = 0 OR abs(sum(s.share) - 1) > 1e-9"
        ), "shares that are not one whole"
        # A complaint was put on a desk, or before triage, by one disposition and one change of state.
        assert not self.rows(
            "SELECT c.code, c.state FROM complaint c WHERE c.state NOT IN ('sent', 'in_triage') "
            "OR (SELECT count(*) FROM state_change WHERE complaint_id = c.feedback_id) <> 1 "
            "OR (SELECT count(*) FROM disposition WHERE complaint_id = c.feedback_id) <> 1"
        ), "complaints that were not placed exactly once"

    def _assert_counted_once(self) -> None:
        assert not self.rows(
            "SELECT r.feedback_id, count(i.id) FROM rating r LEFT JOIN indicator_fact i USING (feedback_id) "
            "GROUP BY r.feedback_id HAVING count(i.id) <> 1 OR count(i.withdrawn_at) > 0"
        ), "ratings by receipt that do not count exactly once"
        assert not self.rows(
            "SELECT i.id FROM indicator_fact i JOIN rating r USING (feedback_id) "
            "JOIN feedback f ON f.id = feedback_id JOIN visit v ON v.id = f.visit_id "
            "WHERE i.officer_id <> v.officer_id OR i.y <> (r.value - 1) / 3.0::float"
        ), "facts that say something else than the citizen"

    def _assert_figures_follow_from_facts(self) -> None:
        """Every standing figure is what the formula makes of the standing facts, computed here afresh."""
        from sqlalchemy import select

        from config import Settings
        from webapp.app import create_app
        from webapp.database import db
        from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
        from webapp.indicators.presets.stored import preset_of_version
        from webapp.indicators.recomputing import recompute
        from webapp.indicators.stored_facts import fact_columns, read_facts

        app = create_app(Settings.from_env(self._settings), pool_size=1)
        with app.app_context():
            standing = list(
                db.session.scalars(select(IndicatorSnapshot).where(IndicatorSnapshot.superseded_at.is_(None)))
            )
            rows = db.session.execute(
                fact_columns().where(IndicatorFact.withdrawn_at.is_(None)).order_by(IndicatorFact.id)
            ).all()
            (version,) = {one.preset_version for one in standing}
            counted: dict[tuple[int, str], list[int]] = {}
            for row, fact in zip(rows, read_facts(rows, preset_of_version(version)), strict=True):
                if fact is not None:
                    counted.setdefault((row.officer_id, row.period), []).append(row.id)
            assert {(one.officer_id, one.period): one.fact_ids for one in standing} == counted
            assert not [difference for one in standing for difference in recompute(one.id).differences]
            db.session.rollback()
            db.engine.dispose()
