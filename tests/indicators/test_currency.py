"""Figures are always current and always reproducible: the laws, through database and worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_rated_visits
from webapp.indicators.actions import refresh_figure, renew_reference
from webapp.indicators.contents import complete_contents, content_of
from webapp.indicators.models import IndicatorFact, IndicatorPreset, IndicatorSnapshot
from webapp.indicators.recomputing import recompute

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
PERIOD = "2026-Q4"


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def standing(session: Session, officer_id: int) -> IndicatorSnapshot:
    session.expire_all()
    return session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == officer_id,
            IndicatorSnapshot.period == PERIOD,
            IndicatorSnapshot.superseded_at.is_(None),
        )
    ).one()


def all_snapshots(session: Session) -> list[int]:
    return list(session.scalars(select(IndicatorSnapshot.id).order_by(IndicatorSnapshot.id)))


def test_every_snapshot_comes_again_bit_for_bit_whatever_happened_since(session: Session, agency: Agency) -> None:
    sari = agency.sari_officer
    for week in range(3):
        make_rated_visits(session, agency, sari, NOW + timedelta(days=7 * week), [4, 3, 1, 4, 2, 4])
        make_rated_visits(session, agency, agency.budi_officer, NOW + timedelta(days=7 * week), [4, 4, 3])
        if week == 1:
            renew_reference("2026-11", NOW)
            refresh_figure(sari.id, PERIOD, NOW + timedelta(days=8))
    session.execute(
        update(IndicatorFact).where(IndicatorFact.y == 0.0).values(withdrawn_at=NOW, withdrawn_why="evidence")
    )
    refresh_figure(sari.id, PERIOD, NOW + timedelta(days=20))
    complete_contents()
    snapshots = all_snapshots(session)
    assert len(snapshots) > 6
    results = [recompute(id_) for id_ in snapshots]
    assert [result.differences for result in results] == [()] * len(snapshots)
    assert all(result.same for result in results)
    assert "groups" in standing(session, sari.id).content


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("figure", 90.0, "figure"),
        ("low", 26.0, "low"),
        ("formula_version", "formula-0", "formula"),
        ("preset_version", "gone-7", "preset"),
        ("fact_ids", [987654321], "facts"),
    ],
)
def test_what_differs_is_named(session: Session, agency: Agency, column: str, value: object, what: str) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 1, 4, 2, 4])
    snapshot = standing(session, agency.sari_officer.id)
    setattr(snapshot, column, value)
    session.flush()
    result = recompute(snapshot.id)
    assert not result.same
    assert [difference.what for difference in result.differences] == [what]


def test_the_command_says_what_differs_and_ends_with_1(app: Flask, session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 1, 4, 2, 4])
    snapshot = standing(session, agency.sari_officer.id)
    id_ = snapshot.id
    session.commit()
    runner = app.test_cli_runner()
    sound = runner.invoke(args=["indicator", "recompute", str(id_)])
    assert (sound.exit_code, "The same to the last bit" in sound.output) == (0, True)
    session.execute(update(IndicatorSnapshot).where(IndicatorSnapshot.id == id_).values(formula_version="formula-0"))
    session.commit()
    old = runner.invoke(args=["indicator", "recompute", str(id_)])
    assert (old.exit_code, "made by formula-0" in old.output) == (1, True)
    assert runner.invoke(args=["indicator", "recompute", "999999"]).exit_code == 1


def test_the_order_of_arrival_does_not_matter(session: Session, agency: Agency) -> None:
    values = [4, 1, 3, 4, 2, 4, 4]
    make_rated_visits(session, agency, agency.sari_officer, NOW, values)
    first = standing(session, agency.sari_officer.id)
    figures = (first.figure, first.low, first.high)
    ids = session.scalars(select(IndicatorFact.id).order_by(IndicatorFact.id)).all()
    highest = max(ids)
    for place, id_ in enumerate(reversed(ids), start=1):  # the same facts, as if they had come the other way round
        session.execute(update(IndicatorFact).where(IndicatorFact.id == id_).values(id=highest + place))
    session.expire_all()
    refresh_figure(agency.sari_officer.id, PERIOD, NOW)
    again = standing(session, agency.sari_officer.id)
    assert again.id != first.id
    assert (again.figure, again.low, again.high) == figures


def test_groups_are_made_when_read_and_stored_later_the_same(session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 1, 4, 2, 4])
    snapshot = standing(session, agency.sari_officer.id)
    assert "groups" not in snapshot.content
    read = content_of(snapshot)
    assert complete_contents() == 1
    assert standing(session, agency.sari_officer.id).content == read
    assert complete_contents() == 0
    assert sum(group["points"] for group in read["groups"]) == pytest.approx(
        snapshot.figure - snapshot.expected, abs=1e-9
    )


def test_the_text_of_the_preset_is_kept_with_the_first_figure(session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 1])
    assert session.scalars(select(IndicatorPreset.version)).all() == [
        standing(session, agency.sari_officer.id).preset_version
    ]
