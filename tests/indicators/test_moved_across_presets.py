"""A preset that drops a part mid-quarter moves no figure of the past; what dropping it did is told as its doing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests.indicators.objections.objected import Town, make_town, record_days
from webapp.indicators.formula import Preset
from webapp.indicators.presets import load_preset
from webapp.indicators.presets.editing import Draft
from webapp.indicators.presets.stored import hold_preset, put_in_force, save_preset
from webapp.indicators.queries import ScoreSheet, sheet_of
from webapp.indicators.refreshing import refresh_figure

NOW = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)
SLOW = {date(2026, 10, day): 0.1 for day in range(5, 25)}


def make_slow_town(session: Session) -> Town:
    """Sari under the preset "senapelan": rated well in November, and slow at the counter."""
    hold_preset("senapelan", "2026-Q4", NOW - timedelta(days=90))
    town = make_town(session, NOW, {8: [4, 4, 4, 4, 4, 4]})
    record_days(town, "speed", SLOW)
    return town


def save_without_speed(town: Town, weights: Mapping[str, float]) -> Preset:
    """A copy of "senapelan" with these weights."""
    source = load_preset("senapelan")
    mark = source.attention
    draft = Draft("Tanpa kecepatan", weights, source.elements, 0.5, 0.7, mark.margin, mark.sure)
    return save_preset(draft, source.version, "Kecepatan dilepas.", NOW, town.dewi.id)


def hold_now(town: Town, version: str, at: datetime) -> ScoreSheet:
    """Sari's sheet once this version is in force."""
    put_in_force(version, town.period, at)
    refresh_figure(town.agency.sari_officer.id, town.period, at)
    return read(town)


def read(town: Town) -> ScoreSheet:
    """Sari's sheet as Rina reads it."""
    return sheet_of(town.agency.rina, town.agency.sari_officer.id, town.period)


@pytest.mark.parametrize("late", [False, True])
def test_what_a_dropped_part_did_then_stays_in_the_figure_of_then(session: scoped_session[Session], late: bool) -> None:
    town = make_slow_town(session())
    if late:  # recorded in the meantime, after the quarter's first figure
        town = Town(town.agency, town.dewi, NOW + timedelta(minutes=20))
        record_days(town, "speed", {date(2026, 11, 9): 0.2, date(2026, 10, 29): 0.0})
    before = read(town)
    assert (before.preset_version, before.moved_since) == ("senapelan-1", date(2026, 10, 31))
    weights = dict(load_preset("senapelan").weights)
    weights["target"] = weights.get("target", 0.0) + weights.pop("speed")
    without = save_without_speed(town, weights)
    after = hold_now(town, without.version, NOW + timedelta(hours=1))
    assert after.preset_version == without.version
    assert (after.moved_since, after.moved_from) == (before.moved_since, before.moved_from)
    assert after.figure is not None and after.moved_from is not None and before.figure is not None
    [preset] = [one for one in after.movements if one.kind == "preset"]
    assert preset.points == pytest.approx(after.figure - before.figure, abs=1e-9)
    assert preset.points > 0.5
    rest = [one for one in after.movements if one.kind != "preset"]
    assert [(one.kind, one.component, one.facts) for one in rest] == [
        (one.kind, one.component, one.facts) for one in before.movements
    ]
    assert sum(one.points for one in after.movements) == pytest.approx(after.figure - after.moved_from, abs=1e-9)
    again = hold_now(town, "senapelan-1", NOW + timedelta(hours=2))
    assert (again.figure, again.moved_from, again.movements) == (before.figure, before.moved_from, before.movements)
