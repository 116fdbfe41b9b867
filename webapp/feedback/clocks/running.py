"""Which clocks run while a complaint is in a state, when they rest, and what happens when they run out.

Pure: rows of clocks go in, rows that changed come out. The tables below are the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from webapp.feedback.clocks.presets import Preset, Standard, Term
from webapp.feedback.clocks.vocabulary import Clock, Outcome
from webapp.feedback.life_cycle import OPEN_STATES, State
from webapp.feedback.vocabulary import ComplaintKind
from webapp.organisation.calendars import WorkingTime, add_working_time, working_time_between

#: What a state starts, unless it runs already. Filing starts none: the first step does, counted from the filing.
STARTS: dict[State, tuple[Clock, ...]] = {
    State.IN_TRIAGE: (Clock.VERIFY,),
    State.VERIFIED: (Clock.VERIFY,),
    State.DEFERRED: (Clock.VERIFY, Clock.COMPLETE),
    State.SENT: (Clock.BEGIN, Clock.SETTLE),
    State.ASSIGNED: (Clock.BEGIN, Clock.SETTLE),
    State.IN_WORK: (Clock.SETTLE,),
    State.DISPUTED: (Clock.BEGIN, Clock.SETTLE),
    State.ANSWERED: (Clock.VERDICT,),
}
#: What goes on in a state if it runs: sending a complaint back or around wins nobody time.
GOES_ON: dict[State, tuple[Clock, ...]] = {
    State.IN_TRIAGE: (Clock.SETTLE,),
    State.VERIFIED: (Clock.SETTLE,),
    State.DEFERRED: (Clock.SETTLE,),
    State.MERGED: (Clock.SETTLE,),
}
#: The states that a clock waits for: reaching one in time is keeping the term. Any other end of it is none.
WAITS_FOR: dict[Clock, tuple[State, ...]] = {
    Clock.VERIFY: (State.SENT, State.ASSIGNED, State.PASSED_ON, State.ARCHIVED, State.MERGED),
    Clock.BEGIN: (State.IN_WORK, State.ANSWERED, State.UNSOLVED),
    Clock.SETTLE: (State.ANSWERED, State.UNSOLVED),
    Clock.COMPLETE: (State.IN_TRIAGE,),
    Clock.VERDICT: (State.ACCEPTED, State.DISPUTED),
}
#: Nobody said anything in time, whatever the clock shows.
SILENCE = (Clock.VERDICT, State.CLOSED)
#: Ends that an administrator decides on what was just filed: his term is written down as kept or not.
DECIDED_AT_ONCE = (State.PASSED_ON, State.ARCHIVED, State.MERGED)
#: The agency's clocks rest while the reporter owes something. The reporter's own never do.
RESTING = frozenset({Clock.VERIFY, Clock.BEGIN, Clock.SETTLE})
#: States in which nobody is reminded: somebody works on the complaint that this one is merged into.
QUIET_STATES = frozenset({State.MERGED})


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock of a complaint: the columns of ComplaintClock that tell how it runs."""

    clock: Clock
    round: int
    preset: str
    term: str
    started_at: datetime
    due_at: datetime
    due_calendar: str | None = None
    paused_at: datetime | None = None
    seconds_left: int | None = None
    stopped_at: datetime | None = None
    outcome: Outcome | None = None
    next_look_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    level: int = 0

    @property
    def runs(self) -> bool:
        """Whether it still waits, be it at rest."""
        return self.stopped_at is None


@dataclass(frozen=True, slots=True)
class Case:
    """What of a complaint decides about its clocks. `quiet`: it came out of an export, nobody is reminded of it."""

    state: State
    kind: ComplaintKind
    needs_inspection: bool
    filed_at: datetime
    waiting_since: datetime | None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """What terms are counted with: the unit's preset, and when it works, today or by an earlier calendar.

    `working` takes a calendar and version as in WorkingTime.calendar.
    """

    preset: Preset
    today: WorkingTime
    working: Callable[[str | None], WorkingTime]
    preset_of: Callable[[str], Preset]


def keep(clocks: Sequence[Ticking], case: Case, at: datetime, timing: Timing) -> list[Ticking]:
    """The clocks that are new or changed now that the complaint is as `case` says, at the moment `at`.

    Keeping them again changes nothing. A comment is no change of `case`, so it starts no clock anew.
    """
    rests = case.waiting_since is not None or case.state == State.DEFERRED
    wanted = set(STARTS.get(case.state, ()))
    if rests and case.state in OPEN_STATES:
        wanted.add(Clock.COMPLETE)  # a question that is never answered must not hold a case for ever
    if not clocks and case.state in DECIDED_AT_ONCE:
        wanted.add(Clock.VERIFY)
    going = wanted | set(GOES_ON.get(case.state, ()))
    kept: dict[tuple[Clock, int], Ticking] = {(one.clock, one.round): one for one in clocks}
    for key, one in list(kept.items()):
        if one.runs:
            kept[key] = _go_on(one, case, rests, at, timing) if one.clock in going else _stop(one, case, at)
    running = {one.clock for one in kept.values() if one.runs}
    for clock in (clock for clock in Clock if clock in wanted - running):
        one = _start(clock, list(kept.values()), case, at, timing)
        if rests and clock in RESTING:
            one = _rest(one, at, timing)
        kept[one.clock, one.round] = _stop(one, case, at) if case.state in WAITS_FOR[clock] else one
    before = {(one.clock, one.round): one for one in clocks}
    return [one for key, one in kept.items() if before.get(key) != one]


def _start(clock: Clock, clocks: list[Ticking], case: Case, at: datetime, timing: Timing) -> Ticking:
    start = _start_of(clock, clocks, case, at)
    term = timing.preset.standards[clock].term_for(case.kind, case.needs_inspection)
    one = Ticking(
        clock=clock,
        round=1 + max((one.round for one in clocks if one.clock == clock), default=0),
        preset=timing.preset.name,
        term=str(term),
        started_at=start,
        due_at=term.due(start, timing.today),
        due_calendar=timing.today.calendar,
    )
    return replace(one, next_look_at=_look_at(one, case, timing))


def _start_of(clock: Clock, clocks: list[Ticking], case: Case, at: datetime) -> datetime:
    """From when a new clock counts: citizens wait from their filing on, or from what was missing being there."""
    rounds = [one for one in clocks if one.clock == clock]
    if clock == Clock.VERIFY:
        return at if clocks else case.filed_at
    if clock == Clock.SETTLE and not any(one.outcome in (Outcome.MET, Outcome.MISSED) for one in rounds):
        completed = (one.stopped_at for one in clocks if one.clock == Clock.COMPLETE and one.stopped_at is not None)
        looked_at_again = (one.started_at for one in clocks if one.clock == Clock.VERIFY and one.round > 1)
        return max((case.filed_at, *completed, *looked_at_again))
    return at


def _stop(one: Ticking, case: Case, at: datetime) -> Ticking:
    reached = case.state in WAITS_FOR[one.clock] or (one.clock == Clock.COMPLETE and case.state in OPEN_STATES)
    over = one.paused_at is None and at >= one.due_at
    if has_run_out(one, at) or (over and not reached) or (one.clock, case.state) == SILENCE:
        outcome = Outcome.MISSED
    else:
        outcome = Outcome.MET if reached else Outcome.CANCELLED
    return replace(one, stopped_at=at, outcome=outcome, next_look_at=None)


def _go_on(one: Ticking, case: Case, rests: bool, at: datetime, timing: Timing) -> Ticking:
    one = _with_term(one, case, timing)
    if one.clock in RESTING and rests:
        return _rest(one, at, timing)
    if one.paused_at is not None:
        one = _resume(one, at, timing)
    quiet = case.state in QUIET_STATES
    if quiet or one.next_look_at is None:
        one = replace(one, next_look_at=None if quiet else _look_at(one, case, timing))
    return one


def _rest(one: Ticking, at: datetime, timing: Timing) -> Ticking:
    """The clock at rest; one that has run out does not rest, it is late."""
    if one.paused_at is not None or has_run_out(one, at):
        return one
    left = _between(one, at, one.due_at, timing)
    return replace(one, paused_at=at, seconds_left=round(left.total_seconds()), next_look_at=None)


def _resume(one: Ticking, at: datetime, timing: Timing) -> Ticking:
    """The clock going on with what was left of it."""
    left = timedelta(seconds=one.seconds_left or 0)
    working = timing.working(one.due_calendar)
    due_at = add_working_time(at, left, working) if Term.parse(one.term).in_working_time else at + left
    return replace(one, paused_at=None, seconds_left=None, due_at=due_at)


def _with_term(one: Ticking, case: Case, timing: Timing) -> Ticking:
    """The clock with the term that holds now: another one where the complaint is to be inspected after all, or not.

    It counts from the same start with the same calendar; time at rest stays taken out.
    """
    term = timing.preset_of(one.preset).standards[one.clock].term_for(case.kind, case.needs_inspection)
    known = _terms_of(timing.preset_of(one.preset).standards[one.clock], case.kind)
    if str(term) == one.term or one.term not in known:
        return one
    working = timing.working(one.due_calendar)
    before, after = Term.parse(one.term).due(one.started_at, working), term.due(one.started_at, working)
    shift = after - before
    if one.paused_at is not None:
        more = _between(replace(one, term=str(term)), min(before, after), max(before, after), timing)
        left = timedelta(seconds=one.seconds_left or 0) + (more if after > before else -more)
        return replace(one, term=str(term), due_at=one.due_at + shift, seconds_left=max(0, round(left.total_seconds())))
    rested = _between(one, before, one.due_at, timing)
    in_working_time = Term.parse(one.term).in_working_time
    due_at = add_working_time(after, rested, working) if in_working_time else after + rested
    changed = replace(one, term=str(term), due_at=due_at)
    return replace(changed, next_look_at=_look_at(changed, case, timing))


def _terms_of(standard: Standard, kind: ComplaintKind) -> set[str]:
    return {str(standard.term_for(kind, inspected)) for inspected in (False, True)}


def _between(one: Ticking, start: datetime, end: datetime, timing: Timing) -> timedelta:
    """Time from `start` to `end` as the clock counts it."""
    if Term.parse(one.term).in_working_time:
        return working_time_between(start, end, timing.working(one.due_calendar))
    return max(timedelta(), end - start)


def has_run_out(one: Ticking, at: datetime) -> bool:
    """Whether the term was over at `at`. What rested before then has time left."""
    return one.paused_at is None and at > one.due_at


@dataclass(frozen=True, slots=True)
class Look:
    """What the scheduler finds to do on a clock: tell that it runs out soon, climb to a level, or that it ran out."""

    remind: bool = False
    level: int | None = None
    run_out: bool = False
    #: The clock as it stands afterwards.
    after: Ticking | None = None


def look_at(one: Ticking, case: Case, at: datetime, timing: Timing) -> Look:
    """What is to be done on a running clock at `at`; each thing comes up once.

    After a long silence of the scheduler only the last of several things is done: nobody is reminded of what is over.
    """
    ladder = timing.preset_of(one.preset).standards[one.clock].ladder
    if not one.runs or one.paused_at is not None or one.next_look_at is None or at < one.next_look_at:
        return Look()
    if at < one.due_at:
        after = replace(one, reminded_at=at)
        return Look(remind=one.reminded_at is None, after=replace(after, next_look_at=_look_at(after, case, timing)))
    if one.clock not in RESTING:
        return Look(run_out=True)
    working = timing.working(one.due_calendar)
    reached = sum(rung.after.due(one.due_at, working) <= at for rung in ladder)
    level = max(one.level, reached)
    after = replace(one, level=level, escalated_at=at if level > one.level else one.escalated_at)
    after = replace(after, next_look_at=_look_at(after, case, timing))
    return Look(level=level if level > one.level else None, after=after)


def unlooked(one: Ticking) -> Ticking:
    """A clock on which nothing is to be done any more."""
    return replace(one, next_look_at=None)


def _look_at(one: Ticking, case: Case, timing: Timing) -> datetime | None:
    """When something is to be done next on a clock that runs; None: nothing more."""
    if case.quiet:
        return None if one.clock in RESTING else one.due_at
    standard = timing.preset_of(one.preset).standards[one.clock]
    if one.clock not in RESTING:
        return one.due_at
    if one.reminded_at is None and one.level == 0 and standard.remind_at is not None:
        return reminder_of(one, standard.remind_at, timing)
    if one.level < len(standard.ladder):
        return standard.ladder[one.level].after.due(one.due_at, timing.working(one.due_calendar))
    return None


def reminder_of(one: Ticking, part: float, timing: Timing) -> datetime:
    """The moment at which `part` of the term is over."""
    if not Term.parse(one.term).in_working_time:
        return one.started_at + part * (one.due_at - one.started_at)
    working = timing.working(one.due_calendar)
    amount = part * working_time_between(one.started_at, one.due_at, working)
    return add_working_time(one.started_at, amount, working)
