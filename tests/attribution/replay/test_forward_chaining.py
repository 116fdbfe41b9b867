"""Each month is judged by what was decided before it, and by nothing else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.organisation import make_unit
from tests.factories.replay import SOURCE, PastCity, decide_otherwise, make_judged, make_past, make_past_city
from webapp.attribution.replay.actions import list_months, read_month, replay_ground, teaching
from webapp.attribution.replay.models import ReplayOpinion
from webapp.attribution.routing import Router
from webapp.feedback.life_cycle import State
from webapp.operations.attribution import replay_months
from webapp.retention.erasing import erase_ended

AT = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
WORDS = {
    "waste": ("sampah menumpuk", "bau tps", "truk sampah terlambat", "selokan penuh sampah"),
    "roads": ("lampu merah mati", "parkir liar", "angkot ugal-ugalan", "rambu jalan hilang"),
    "aid": ("bantuan beras belum", "data miskin salah", "lansia terlantar", "bansos tidak cair"),
}


@pytest.fixture
def city(session: Session) -> PastCity:
    return make_past_city(session)


def make_months(city: PastCity, count: int) -> list[list[int]]:
    """Ids of so many months of thirty complaints each."""
    return [
        make_past(
            [
                (date(2026, month, 1 + n), getattr(city, unit), f"{words[n % 4]} di gang {n} sejak bulan lalu")
                for unit, words in WORDS.items()
                for n in range(10)
            ]
        )
        for month in range(1, count + 1)
    ]


def opinions(session: Session) -> dict[int, tuple[object, ...]]:
    session.expire_all()
    return {
        one.feedback_id: (one.learned_from, one.unit_id, one.probability, one.sure, one.candidates)
        for one in session.scalars(select(ReplayOpinion).order_by(ReplayOpinion.feedback_id))
    }


def run(session: Session, *, again: bool = False, at: datetime = AT) -> int:
    session.commit()
    return replay_months(SOURCE, list_months(SOURCE), at, again=again)


def test_what_is_decided_later_changes_no_earlier_opinion(session: Session, city: PastCity) -> None:
    january, february, march = make_months(city, 3)
    assert run(session) == 90
    before = opinions(session)
    assert [before[ids[0]][0] for ids in (january, february, march)] == [0, 30, 60]
    assert all(before[id_][1] == city.waste.id for id_ in march[:10]), "it learns at all"
    decide_otherwise(session, march, city.aid)
    run(session, again=True)
    assert opinions(session) == before, "a month's own decisions are in none of its opinions, nor in earlier ones"
    decide_otherwise(session, february, city.aid)
    run(session, again=True)
    after = opinions(session)
    assert {id_: after[id_] for id_ in january + february} == {id_: before[id_] for id_ in january + february}
    assert {id_: after[id_] for id_ in march} != {id_: before[id_] for id_ in march}, "earlier months' do count"


def test_again_judges_only_what_is_new(session: Session, city: PastCity, monkeypatch: pytest.MonkeyPatch) -> None:
    make_months(city, 2)
    run(session)
    assert run(session, again=True, at=LATER) == 0, "the same is said again"
    assert set(session.scalars(select(ReplayOpinion.at).order_by(ReplayOpinion.feedback_id))) == {AT}
    make_past([(date(2026, 3, 3), city.waste, "sampah lagi")])
    learned = []
    learn = Router.learn

    def noted(cases: list[object], catalogue: list[object]) -> Router:
        learned.append(len(cases))
        return learn(cases, catalogue)  # type: ignore[arg-type]

    monkeypatch.setattr(Router, "learn", noted)
    assert run(session, at=LATER) == 1
    assert learned == [60], "months that stand are not learned for"
    make_past([(date(2026, 1, 3), city.waste, "sampah dari dulu")])
    run(session, at=LATER)
    assert learned == [60, 0, 31, 61], "an earlier case more: all from there on are judged anew"


def test_other_cities_units_are_no_candidates(session: Session, city: PastCity) -> None:
    stranger = make_unit(session, make_unit(session, name="Kota Lain"), name="Dinas Kebersihan")
    names = {unit.id for unit in replay_ground(SOURCE).units}
    assert names == {str(unit.id) for unit in (city.waste, city.roads, city.aid)}
    assert str(stranger.id) in {unit.id for unit in replay_ground("tanpa-unit").units}, "a source without units: all"


def test_who_points_at_a_person_teaches_nothing(session: Session, city: PastCity) -> None:
    words = ("sampah menumpuk", "petugas membentak ibu saya di loket")
    make_past([(date(2026, 3, 1 + n), city.waste, text) for n, text in enumerate(words)])
    cases = read_month(SOURCE, date(2026, 3, 1))
    assert [case.personal for case in cases] == [False, True]
    assert [case.said.text for case in teaching(cases)] == ["sampah menumpuk"]
    make_past([(date(2026, 4, 1), city.waste, "sampah lagi")])
    run(session)
    assert [month.learned_from for month in list_months(SOURCE)] == [0, 1]
    assert run(session, at=LATER) == 0


def test_words_that_are_erased_are_erased_here_too_and_teach_nothing(session: Session, city: PastCity) -> None:
    made = make_judged(session, city.waste, city.roads)
    for state in (State.IN_TRIAGE, State.ARCHIVED):
        made.state = state
        session.flush()
    made.settled_at = datetime(2026, 1, 20, tzinfo=UTC)
    session.flush()
    assert session.get_one(ReplayOpinion, made.feedback_id).candidates
    erase_ended(made.settled_at + timedelta(days=10_000))
    session.expire_all()
    one = session.get_one(ReplayOpinion, made.feedback_id)
    assert (one.candidates, one.unit_id) == ([], city.roads.id)
    assert list_months(SOURCE) == []


def test_the_command_tells_figures_and_what_is_missing(app: Flask, session: Session, city: PastCity) -> None:
    runner = app.test_cli_runner()
    nothing = runner.invoke(args=["attribution", "replay", "--source", SOURCE])
    assert nothing.exit_code == 1 and "--without-decisions" in nothing.stderr
    make_months(city, 2)
    session.commit()
    told = json.loads(runner.invoke(args=["attribution", "replay", "--source", SOURCE]).stdout.splitlines()[-1])
    assert (told["cases"], told["months"], told["judged"]) == (60, 2, 60)
    assert (told["first_month"], told["last_month"]) == ("2026-01", "2026-02")
    assert told["sent_right"] + told["sent_elsewhere"] + told["to_triage"] == 60
