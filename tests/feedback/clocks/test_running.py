"""Which clocks run when: by the tables alone, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.feedback.clocks.presets import find_preset, list_presets, load_preset, read_preset
from webapp.feedback.clocks.presets.presets import FOLDER, Term
from webapp.feedback.clocks.running import GOES_ON, STARTS, Case, Ticking, Timing, keep, look_at
from webapp.feedback.clocks.vocabulary import Clock, Outcome, Person
from webapp.feedback.life_cycle import END_STATES, STEPS, State, Step
from webapp.feedback.vocabulary import ComplaintKind
from webapp.organisation.calendars import WorkingTime, due_after_working_days, working_time_between

#: A Monday, 10:00 in Jakarta.
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WORKING = WorkingTime(calendar="3:7")


def timing(name: str = "national", working: WorkingTime = WORKING, kept: WorkingTime | None = None) -> Timing:
    return Timing(load_preset(name), working, lambda calendar: kept or working, find_preset)


class Life:
    """A complaint that goes from state to state."""

    def __init__(self, timing_: Timing | None = None, **case: object) -> None:
        self.timing = timing_ or timing()
        self.case = Case(State.FILED, ComplaintKind.COMPLAINT, False, MONDAY, None)
        self.case = replace(self.case, **case)  # type: ignore[arg-type]
        self.clocks: dict[tuple[Clock, int], Ticking] = {}

    def goes(self, state: State, at: datetime, **case: object) -> Life:
        self.case = replace(self.case, state=state, **case)  # type: ignore[arg-type]
        for one in keep(list(self.clocks.values()), self.case, at, self.timing):
            self.clocks[one.clock, one.round] = one
        return self

    def __getitem__(self, clock: Clock) -> Ticking:
        return max((one for (name, _), one in self.clocks.items() if name == clock), key=lambda one: one.round)

    @property
    def running(self) -> set[Clock]:
        return {one.clock for one in self.clocks.values() if one.runs}

    def outcomes(self) -> dict[tuple[Clock, int], Outcome | None]:
        return {key: one.outcome for key, one in self.clocks.items()}


def days(number: float) -> datetime:
    return MONDAY + timedelta(days=number)


def test_a_straight_life_keeps_its_terms() -> None:
    life = Life().goes(State.SENT, days(0.1))
    assert life.running == {Clock.BEGIN, Clock.SETTLE}
    assert life[Clock.SETTLE].started_at == MONDAY  # citizens wait from their filing on
    assert life[Clock.SETTLE].due_at == due_after_working_days(MONDAY, 14, WORKING)
    assert life[Clock.BEGIN].due_at == due_after_working_days(days(0.1), 5, WORKING)
    assert life[Clock.SETTLE].due_calendar == "3:7" and life[Clock.SETTLE].term == "14wd"
    life.goes(State.IN_WORK, days(1)).goes(State.ANSWERED, days(2))
    assert life.running == {Clock.VERDICT}
    life.goes(State.ACCEPTED, days(3))
    assert life.running == set()
    assert life.outcomes() == {
        (Clock.BEGIN, 1): Outcome.MET,
        (Clock.SETTLE, 1): Outcome.MET,
        (Clock.VERDICT, 1): Outcome.MET,
    }


def test_what_comes_late_is_missed_though_it_comes() -> None:
    life = Life().goes(State.IN_TRIAGE, days(0)).goes(State.SENT, days(7)).goes(State.IN_WORK, days(20))
    life.goes(State.ANSWERED, days(40)).goes(State.CLOSED, days(60))
    assert set(life.outcomes().values()) == {Outcome.MISSED}


def test_silence_is_no_verdict() -> None:
    life = Life().goes(State.SENT, days(0)).goes(State.IN_WORK, days(0)).goes(State.ANSWERED, days(1))
    assert life.goes(State.CLOSED, life[Clock.VERDICT].due_at)[Clock.VERDICT].outcome == Outcome.MISSED


def test_the_kind_and_an_inspection_decide_the_term() -> None:
    asked = Life(kind=ComplaintKind.INFORMATION_REQUEST).goes(State.SENT, days(0))
    assert asked[Clock.SETTLE].due_at == due_after_working_days(MONDAY, 5, WORKING)
    inspected = Life(needs_inspection=True).goes(State.SENT, days(0))
    assert inspected[Clock.SETTLE].due_at == due_after_working_days(MONDAY, 60, WORKING)


def test_an_inspection_found_necessary_later_counts_from_the_same_start() -> None:
    life = Life().goes(State.SENT, days(0)).goes(State.IN_WORK, days(1))
    life.goes(State.IN_WORK, days(4), needs_inspection=True)
    assert life[Clock.SETTLE].due_at == due_after_working_days(MONDAY, 60, WORKING)
    assert life[Clock.SETTLE].round == 1 and life[Clock.SETTLE].started_at == MONDAY
    life.goes(State.IN_WORK, days(5), needs_inspection=False)
    assert life[Clock.SETTLE].due_at == due_after_working_days(MONDAY, 14, WORKING)


def test_nothing_starts_anew_when_it_is_sent_around() -> None:
    life = Life().goes(State.SENT, days(0))
    begin, settle = life[Clock.BEGIN], life[Clock.SETTLE]
    life.goes(State.SENT, days(3))  # to another unit
    assert (life[Clock.BEGIN], life[Clock.SETTLE]) == (begin, settle)
    life.goes(State.IN_TRIAGE, days(4))  # and back to the administrator
    assert life[Clock.SETTLE] == settle and life[Clock.BEGIN].outcome == Outcome.CANCELLED
    assert life[Clock.VERIFY].started_at == days(4)
    life.goes(State.SENT, days(5))
    assert life[Clock.SETTLE] == settle and life[Clock.BEGIN].round == 2


def test_a_dispute_starts_a_new_round_and_leaves_the_old_one() -> None:
    life = Life().goes(State.SENT, days(0)).goes(State.IN_WORK, days(0)).goes(State.ANSWERED, days(1))
    first = life[Clock.SETTLE]
    life.goes(State.DISPUTED, days(2))
    assert life[Clock.SETTLE].round == 2 and life[Clock.SETTLE].started_at == days(2)
    assert life.clocks[Clock.SETTLE, 1] == first and first.outcome == Outcome.MET
    assert life[Clock.VERDICT].outcome == Outcome.MET


def test_clocks_rest_while_the_reporter_owes_something() -> None:
    life = Life().goes(State.SENT, days(0)).goes(State.IN_WORK, days(0))
    due = life[Clock.SETTLE].due_at
    left = working_time_between(days(1), due, WORKING)
    life.goes(State.IN_WORK, days(1), waiting_since=days(1))
    assert life[Clock.SETTLE].paused_at == days(1) and life[Clock.SETTLE].next_look_at is None
    assert life.running == {Clock.SETTLE, Clock.COMPLETE}
    life.goes(State.IN_WORK, days(8), waiting_since=None)
    assert life[Clock.SETTLE].due_at > due and life[Clock.SETTLE].round == 1
    assert working_time_between(days(8), life[Clock.SETTLE].due_at, WORKING) == left
    assert life[Clock.COMPLETE].outcome == Outcome.MET
    assert life[Clock.SETTLE].next_look_at is not None


def test_a_clock_that_rests_is_kept_when_it_is_answered_meanwhile() -> None:
    life = Life().goes(State.SENT, days(0)).goes(State.IN_WORK, days(0))
    life.goes(State.IN_WORK, days(1), waiting_since=days(1))
    life.goes(State.ANSWERED, days(200), waiting_since=None)
    assert life[Clock.SETTLE].outcome == Outcome.MET and life[Clock.COMPLETE].outcome == Outcome.MISSED


def test_what_has_run_out_does_not_rest() -> None:
    life = Life().goes(State.SENT, days(0)).goes(State.IN_WORK, days(0))
    due = life[Clock.SETTLE].due_at
    life.goes(State.IN_WORK, days(60), waiting_since=days(60)).goes(State.ANSWERED, days(61), waiting_since=None)
    assert life[Clock.SETTLE].due_at == due and life[Clock.SETTLE].outcome == Outcome.MISSED


def test_a_deferred_one_is_counted_from_when_it_was_complete() -> None:
    life = Life().goes(State.DEFERRED, days(1), waiting_since=days(1))
    assert life.running == {Clock.VERIFY, Clock.COMPLETE} and life[Clock.VERIFY].paused_at == days(1)
    life.goes(State.IN_TRIAGE, days(9), waiting_since=None)
    assert life[Clock.COMPLETE].outcome == Outcome.MET and life[Clock.VERIFY].round == 1
    life.goes(State.SENT, days(9))
    assert life[Clock.VERIFY].outcome == Outcome.MET
    assert life[Clock.SETTLE].started_at == days(9)


def test_a_deferred_one_that_nobody_completes() -> None:
    life = Life().goes(State.IN_TRIAGE, days(0)).goes(State.DEFERRED, days(1), waiting_since=days(1))
    complete = life[Clock.COMPLETE]
    assert look_at(complete, life.case, complete.due_at - timedelta(seconds=1), life.timing).run_out is False
    assert look_at(complete, life.case, complete.due_at, life.timing).run_out is True
    life.goes(State.ARCHIVED, complete.due_at + timedelta(minutes=1), waiting_since=None)
    assert life[Clock.COMPLETE].outcome == Outcome.MISSED and life.running == set()


@pytest.mark.parametrize("state", [State.PASSED_ON, State.ARCHIVED, State.MERGED])
def test_what_an_administrator_decides_at_once_keeps_his_term(state: State) -> None:
    life = Life().goes(state, days(0.2))
    assert life.outcomes() == {(Clock.VERIFY, 1): Outcome.MET}
    assert life.goes(State.IN_TRIAGE, days(90))[Clock.VERIFY].started_at == days(90)
    assert life.goes(State.SENT, days(91))[Clock.SETTLE].started_at == days(90)


def test_nobody_is_reminded_of_what_is_merged_and_its_term_goes_on() -> None:
    life = Life().goes(State.SENT, days(0))
    due = life[Clock.SETTLE].due_at
    life.goes(State.MERGED, days(1))
    assert life[Clock.SETTLE].runs and life[Clock.SETTLE].next_look_at is None
    life.goes(State.IN_WORK, days(2))
    assert life[Clock.SETTLE].due_at == due and life[Clock.SETTLE].next_look_at is not None


def test_nobody_is_reminded_of_what_came_out_of_an_export() -> None:
    life = Life(quiet=True).goes(State.SENT, days(300))
    assert life[Clock.SETTLE].due_at < days(300) and life[Clock.SETTLE].next_look_at is None


def test_a_term_is_reminded_of_once_and_climbs_once() -> None:
    life = Life().goes(State.SENT, days(0))
    one, seen = life[Clock.SETTLE], []
    at = MONDAY
    while at < days(60):
        look = look_at(one, life.case, at, life.timing)
        if look.after is not None:
            one = look.after
            seen.append(("remind" if look.remind else look.level, at))
        at += timedelta(hours=1)
    assert [what for what, _ in seen] == ["remind", 1, 2]
    (_, reminded), (_, head), (_, above) = seen
    assert reminded < one.due_at <= head < above
    assert one.next_look_at is None
    passed = working_time_between(MONDAY, reminded, WORKING) / working_time_between(MONDAY, one.due_at, WORKING)
    assert 0.75 <= passed < 0.77


def test_after_a_long_sleep_nobody_is_reminded_of_what_is_over() -> None:
    life = Life().goes(State.SENT, days(0))
    look = look_at(life[Clock.SETTLE], life.case, days(90), life.timing)
    assert (look.remind, look.level) == (False, 2)
    assert look.after is not None and look_at(look.after, life.case, days(99), life.timing).after is None


def test_a_due_date_keeps_the_calendar_it_was_counted_with() -> None:
    life = Life().goes(State.SENT, days(0)).goes(State.IN_WORK, days(0))
    changed = WorkingTime(exceptions={date(2026, 12, day): False for day in range(1, 20)}, calendar="3:8")
    life.timing = timing(working=changed, kept=WORKING)
    left = working_time_between(days(1), life[Clock.SETTLE].due_at, WORKING)
    life.goes(State.IN_WORK, days(1), waiting_since=days(1)).goes(State.IN_WORK, days(2), waiting_since=None)
    assert life[Clock.SETTLE].due_calendar == "3:7"
    assert working_time_between(days(2), life[Clock.SETTLE].due_at, WORKING) == left


def test_every_end_stops_every_clock_and_every_open_state_runs_one() -> None:
    for state in State:
        runs = set(STARTS.get(state, ())) | set(GOES_ON.get(state, ()))
        assert bool(runs) == (state not in END_STATES and state != State.FILED), state


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_whatever_a_complaint_goes_through_its_clocks_stay_in_order(data: st.DataObject) -> None:
    life = Life(kind=data.draw(st.sampled_from(ComplaintKind)))
    at = MONDAY
    for _ in range(data.draw(st.integers(1, 9))):
        steps = [(step, to) for (origin, step), to in STEPS.items() if origin == life.case.state]
        if not steps:
            break
        at += timedelta(hours=data.draw(st.integers(0, 500)))
        step, to = data.draw(st.sampled_from(sorted(steps)))
        waits = to == State.DEFERRED or (to == State.IN_WORK and data.draw(st.booleans()))
        life.goes(to, at, waiting_since=at if waits else None)
        assert keep(list(life.clocks.values()), life.case, at, life.timing) == []  # keeping twice is keeping once
        running = [one.clock for one in life.clocks.values() if one.runs]
        assert len(running) == len(set(running))
        assert set(STARTS.get(to, ())) <= set(running)
        if to in END_STATES:
            assert not running
        for one in life.clocks.values():
            assert (one.stopped_at is None) == (one.outcome is None)
            assert one.next_look_at is None or (one.runs and one.paused_at is None)
            assert (one.paused_at is None) == (one.seconds_left is None)
            if one.clock in (Clock.COMPLETE, Clock.VERDICT):
                assert one.paused_at is None
        assert step in Step


def test_a_comment_is_nothing_to_the_clocks() -> None:
    life = Life().goes(State.SENT, days(0)).goes(State.IN_WORK, days(1))
    before = dict(life.clocks)
    assert life.goes(State.IN_WORK, days(5)).clocks == before


@pytest.mark.parametrize(
    ("term", "due"),
    [
        ("3wd", datetime(2026, 11, 26, 9, 0, tzinfo=UTC)),  # Thursday at 16:00 in Jakarta
        ("14d", datetime(2026, 12, 7, 17, 0, tzinfo=UTC)),  # the end of the 14th day
        ("24h", datetime(2026, 11, 24, 3, 0, tzinfo=UTC)),
        ("8wh", datetime(2026, 11, 24, 3, 30, tzinfo=UTC)),  # 10:00 to 12:00, 13:00 to 16:00, and 3 hours of Tuesday
        ("0h", MONDAY),
    ],
)
def test_terms_are_counted_as_they_are_written(term: str, due: datetime) -> None:
    assert Term.parse(term).due(MONDAY, WorkingTime()) == due
    assert str(Term.parse(term)) == term


def test_presets_say_what_their_sources_say() -> None:
    assert list_presets()[0].name == "national"
    assert {preset.name for preset in list_presets()} == {"national", "uu25", "surakarta", "semarang"}
    national = load_preset("national").standards
    assert [str(national[clock].term) for clock in Clock] == ["3wd", "5wd", "14wd", "10d", "10wd"]
    assert str(load_preset("uu25").standards[Clock.SETTLE].term) == "60d"
    assert str(load_preset("surakarta").standards[Clock.VERIFY].term) == "24h"
    assert str(load_preset("semarang").standards[Clock.SETTLE].term) == "5wd"
    for preset in list_presets():
        assert [rung.tell for rung in preset.standards[Clock.SETTLE].ladder] == [Person.HEAD, Person.ABOVE]
    assert find_preset("dihapus") == find_preset(None) == load_preset("national")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('term = "3wd"', 'term = "3 hari"'),
        ("forwards = 3", "forwards = 0"),
        ('tell = "head"', 'tell = "kepala"'),
        ("remind_at = 0.75", "remind_at = 1.5"),
        ("remind_at = 0.75", "remindat = 0.75"),
        ('reopening = "30d"', 'reopens = "30d"'),
        ("[verdict]", "[verdicts]"),
        ('kinds = { information_request = "5wd" }', 'kinds = { rumour = "5wd" }'),
        ("[settle]", "[settle"),
    ],
)
def test_a_faulty_preset_is_refused_with_a_sentence(wrong: str, right: str) -> None:
    text = (FOLDER / "national.toml").read_text(encoding="utf-8")
    assert wrong in text
    with pytest.raises(ValueError, match="Preset uji"):
        read_preset("uji", text.replace(wrong, right))
