"""An officer objects to a line; somebody above who is no party decides; the figure follows and tells of nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from tests.factories.accounts import give_role, make_account
from tests.factories.organisation import make_officer
from tests.indicators.objections.objected import (
    STORY,
    WHY,
    WRONG,
    Town,
    figure_of,
    lines_of,
    local,
    make_founded,
    make_town,
    object_to_days,
    objection_to,
    record_days,
    see,
)
from tests.pipeline import pipeline_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.models import Attribution, Contest
from webapp.audit.models import AuditEntry
from webapp.counter.applications.models import PauseCause
from webapp.feedback.handling import exclude_officers
from webapp.feedback.models import Recusal
from webapp.feedback.vocabulary import ERASED
from webapp.indicators.actions import record_due, record_facts
from webapp.indicators.models import IndicatorFact
from webapp.indicators.objections.contents import contents_of
from webapp.indicators.objections.deciding import decide_objection, list_causes
from webapp.indicators.objections.desk import list_decided, list_waiting, may_decide, read_objection
from webapp.indicators.objections.effects import apply_decision, apply_left_over
from webapp.indicators.objections.errors import (
    AlreadyDecided,
    FactsChanged,
    GivesAway,
    NoSuchLine,
    NoSuchObjection,
    NothingChosen,
    NotObjectable,
    TooFewRaters,
)
from webapp.indicators.objections.filing import file_objection
from webapp.indicators.objections.marks import objections_on
from webapp.indicators.objections.models import FactExclusion, IndicatorObjection, LineSeen, ObjectionDecision
from webapp.indicators.objections.notices import tell_of_overdue
from webapp.indicators.objections.own import list_own_objections
from webapp.indicators.objections.seen import note_seen
from webapp.indicators.objections.vocabulary import TERM, Obstacle, Outcome
from webapp.messaging.models import Notification
from webapp.messaging.notifications import Sender
from webapp.retention.erasing import erase_ended
from webapp.retention.terms import Kind, load_terms

#: A Tuesday, in the afternoon of Jakarta.
NOW = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)
SENDER = Sender("Kota Uji", "https://tanggap.example", mail=False)
#: A bad day three days ago, and usual ones before: one week each.
WEEK = {8: [4, 4, 3, 4, 4, 4], 1: [1, 1, 2, 1, 1, 2]}


@pytest.fixture
def town(session: scoped_session[Session]) -> Town:
    return make_town(session(), NOW, WEEK)


def decided(objection: IndicatorObjection, actor: Account, outcome: Outcome = Outcome.UPHELD, **how: object) -> None:
    decide_objection(objection.id, outcome=outcome, reasons=WHY, actor=actor, at=NOW, **how)  # type: ignore[arg-type]  # each case is a dict of its own


def told(session: scoped_session[Session], account: Account) -> list[str]:
    return list(
        session.scalars(
            select(Notification.kind)
            .where(Notification.account_id == account.id, Notification.kind.startswith("objection"))
            .order_by(Notification.id)
        )
    )


def test_who_may_decide(town: Town, session: scoped_session[Session]) -> None:
    agency = town.agency
    complaint = make_founded(session(), town)
    line = next(line for line in lines_of(town, "conduct") + lines_of(town) if "complaint" in line.sources)
    objection = objection_to(town, line)
    peer = make_account(session(), (Role.SUPERVISOR, agency.unit))
    concerned = make_account(session(), (Role.SUPERVISOR, agency.city))
    exclude_officers(complaint.feedback_id, [make_officer(session(), agency.unit, account=concerned).id], NOW)
    recused = make_account(session(), (Role.SUPERVISOR, agency.city))
    session.add(Recusal(complaint_id=complaint.feedback_id, account_id=recused.id, at=NOW))
    refused_a_contest = make_account(session(), (Role.SUPERVISOR, agency.city))
    judged = session.scalars(
        select(Attribution.id).where(
            Attribution.feedback_id == complaint.feedback_id, Attribution.superseded_at.is_(None)
        )
    ).one()
    session.add(
        Contest(
            feedback_id=complaint.feedback_id,
            attribution_id=judged,
            officer_id=agency.sari_officer.id,
            account_id=agency.sari.id,
            reason="Bukan saya.",
            at=NOW,
            due_at=NOW,
            outcome="refused",
            decided_at=NOW,
            decided_by_id=refused_a_contest.id,
            decision="Jadwal jaga.",
        )
    )
    also_charged = make_account(session(), (Role.SUPERVISOR, agency.city))
    hers = make_officer(session(), agency.city, account=also_charged)
    mine = session.scalars(select(IndicatorFact).where(IndicatorFact.feedback_id == complaint.feedback_id)).one()
    session.add(
        IndicatorFact(
            **{
                name: getattr(mine, name)
                for name in ("key", "feedback_id", "component", "period", "y", "share", "verified", "channel")
            },
            officer_id=hers.id,
            recorded_at=NOW,
        )
    )
    triage_too = make_account(session(), (Role.SUPERVISOR, agency.city))
    session.execute(
        update(Attribution)
        .where(Attribution.feedback_id == complaint.feedback_id, Attribution.decided_by_id.is_not(None))
        .values(decided_by_id=triage_too.id)
    )
    may = {"another supervisor of the unit": peer, "the supervisor of the city": town.dewi}
    may_not = {
        "herself": agency.sari,
        "her supervisor, who answered": agency.rina,
        "who named her": triage_too,
        "who refused her contest": refused_a_contest,
        "whose own figure hangs on it": also_charged,
        "whom it concerns": concerned,
        "who declared a conflict": recused,
        "an officer": agency.budi,
        "triage": agency.triage,
        "a supervisor elsewhere": make_account(session(), (Role.SUPERVISOR, agency.elsewhere)),
        "who left": make_account(session(), (Role.SUPERVISOR, agency.city), active=False),
        "an administrator": make_account(session(), (Role.ADMINISTRATOR, agency.city)),
    }
    session.flush()
    assert {who: may_decide(one, objection.id) for who, one in (may | may_not).items()} == {
        **dict.fromkeys(may, True),
        **dict.fromkeys(may_not, False),
    }
    # She leads the unit herself: whoever stands beside her does not decide, whoever is above does.
    give_role(session(), agency.sari, Role.SUPERVISOR, agency.unit)
    assert [may_decide(one, objection.id) for one in (peer, town.dewi, agency.sari)] == [False, True, False]
    give_role(session(), agency.sari, Role.SUPERVISOR, agency.city)
    assert not may_decide(town.dewi, objection.id)


def test_it_is_filed_once_and_in_time(town: Town, session: scoped_session[Session]) -> None:
    sari, line = town.agency.sari, lines_of(town)[0]
    key = see(town, line)
    note_seen(town.agency.rina, town.period, [key], NOW)  # no officer: nobody but herself starts her term
    see(town, line, NOW + timedelta(days=3))  # looking again does not begin it anew
    assert session.scalars(select(LineSeen.at)).all() == [NOW]
    for nobody in (town.agency.budi, town.agency.rina):
        with pytest.raises(NoSuchLine):
            file_objection(nobody, key, WRONG, write_key="form:x", at=NOW)
    with pytest.raises(NotObjectable) as late:
        file_objection(sari, key, WRONG, write_key="form:x", at=NOW + TERM + timedelta(seconds=1))
    assert late.value.obstacle == Obstacle.LATE
    first = file_objection(sari, key, f"{WRONG} NIK 3578011203900001.", write_key="form:x", at=NOW + TERM)
    for write_key in ("form:x", "form:y"):
        assert file_objection(sari, key, "Lagi, dengan kata lain.", write_key=write_key, at=NOW + TERM) is first
    assert "3578011203900001" not in first.reason and first.reason.startswith(WRONG)
    assert len(first.fact_ids) == line.facts and first.points == line.points
    # Ten working days: two weekends in between.
    assert local(first.due_at) == local(NOW + TERM + timedelta(days=14))
    assert objections_on(town.agency.sari_officer.id, town.period) == ({key: "filed"}, ())
    assert lines_of(town)[0].objected == "filed"
    assert session.scalars(select(AuditEntry.what).where(AuditEntry.deed == "objected")).all() == ["filed"]


def test_what_waits_for_raters_cannot_be_objected_to(session: scoped_session[Session]) -> None:
    town = make_town(session(), NOW, {1: [1, 1, 1, 1]})
    [line] = lines_of(town)
    assert line.points is None
    with pytest.raises(NotObjectable) as waiting:
        file_objection(town.agency.sari, line.line_key, WRONG, write_key="form:x", at=NOW)
    assert waiting.value.obstacle == Obstacle.WAITING


def test_upheld_the_line_counts_no_more_and_both_are_told(
    town: Town, session: scoped_session[Session], app: Flask, environment: dict[str, str]
) -> None:
    bad, good = sorted(lines_of(town), key=lambda line: line.points or 0.0)
    before = figure_of(session(), town)
    objection = objection_to(town, bad)
    session.commit()
    with pipeline_of(app, environment["REDIS_URL"]) as pipeline:
        pipeline.run()
        session.rollback()
        # Rina is nearest and no party to ratings by receipt; she is asked and decides.
        assert (told(session, town.agency.rina), told(session, town.dewi)) == (["objection_filed"], [])
        assert [one.officer for one in list_waiting(town.agency.rina)] == ["Sari Wulandari"]
        decided(objection, town.agency.rina)
        session.commit()
        pipeline.run()
    session.rollback()
    after = figure_of(session(), town)
    assert after.figure > before.figure and len(after.fact_ids) == len(before.fact_ids) - len(objection.fact_ids)
    gone = session.execute(
        select(IndicatorFact.withdrawn_why).where(IndicatorFact.id.in_(objection.fact_ids)).distinct()
    ).all()
    assert gone == [("objection",)]
    assert [line.line_key for line in lines_of(town)] == [good.line_key]
    _marks, [line] = objections_on(town.agency.sari_officer.id, town.period)
    assert (line.line_key, line.outcome, line.facts) == (bad.line_key, "upheld", bad.facts)
    assert told(session, town.agency.sari) == ["objection_decided"]
    assert [one.outcome for one in list_decided(town.agency.rina)] == ["upheld"]
    # A later attribution, and whatever writes facts again, does not bring it back.
    record_facts(session.scalars(select(IndicatorFact.feedback_id).distinct()).all(), NOW)  # type: ignore[arg-type]
    assert figure_of(session(), town).id == after.id
    # The same decision sent twice by the same person is decided once; another one, or by another one, is not.
    decided(objection, town.agency.rina)
    for actor in (town.agency.rina, town.dewi):
        with pytest.raises(AlreadyDecided):
            decided(objection, actor, Outcome.REFUSED)
    assert session.scalars(select(ObjectionDecision.outcome)).all() == ["upheld"]
    deeds = select(AuditEntry.what).where(AuditEntry.deed == "objected").order_by(AuditEntry.id)
    assert session.scalars(deeds).all() == ["filed", "upheld"]


def test_refused_everything_stays_and_is_final(town: Town, session: scoped_session[Session]) -> None:
    line = lines_of(town)[0]
    before = figure_of(session(), town).id
    objection = objection_to(town, line)
    decided(objection, town.dewi, Outcome.REFUSED)
    apply_decision(objection.id, NOW)
    assert figure_of(session(), town).id == before
    assert lines_of(town)[0].objected == "refused"
    [own] = list_own_objections(town.agency.sari)
    assert (own.outcome, own.reasons, own.decided_by, own.gone) == ("refused", WHY, "Dewi Lestari", 0)
    # The same facts in a line by another key: what was decided is final.
    session.execute(update(IndicatorObjection).values(line_key="another"))
    with pytest.raises(NotObjectable) as again:
        file_objection(town.agency.sari, line.line_key, WRONG, write_key="form:again", at=NOW)
    assert again.value.obstacle == Obstacle.OBJECTED


def test_a_part_goes_by_days_and_never_tells_a_few_raters(session: scoped_session[Session]) -> None:
    # One line of one week: six rated on Wednesday, six on Thursday, two on Friday.
    town = make_town(session(), NOW, {6: [1, 1, 2, 1, 2, 1], 5: [4, 4, 4, 4, 3, 4], 4: [4, 4]})
    [line] = lines_of(town)
    objection = objection_to(town, line)
    wednesday, thursday, friday = (local(NOW - timedelta(days=ago)) for ago in (6, 5, 4))
    contents = contents_of(town.dewi, read_objection(town.dewi, objection.id))
    assert contents.days == (wednesday, thursday, friday)
    assert sorted(fact.value or 0 for fact in contents.facts if fact.day == wednesday) == [1, 1, 1, 1, 2, 2]
    assert contents.evidence == (("receipt", 14),)
    for days, problem in (
        ([friday], TooFewRaters),  # two would be told
        ([wednesday, thursday], TooFewRaters),  # and so would the two that stay
        ([], NothingChosen),
        ([wednesday, thursday, friday], NothingChosen),
        ([wednesday + timedelta(days=40)], NothingChosen),
    ):
        with pytest.raises(problem):
            decided(objection, town.dewi, Outcome.PARTLY, days=days)
    session.add(PauseCause(code="server", name="Server pusat mati", outside_control=True))
    session.add(PauseCause(code="applicant", name="Pemohon tidak datang", outside_control=False))
    session.flush()
    [(cause, name)] = list_causes()
    decided(objection, town.dewi, Outcome.PARTLY, days=[wednesday], cause_id=cause)
    apply_decision(objection.id, NOW)
    decided(objection, town.dewi, Outcome.PARTLY, days=[wednesday], cause_id=cause)  # pressed twice
    for days, of in (([thursday], cause), ([wednesday], None)):
        with pytest.raises(AlreadyDecided):
            decided(objection, town.dewi, Outcome.PARTLY, days=days, cause_id=of)
    kept = session.scalars(select(IndicatorFact.day).where(IndicatorFact.withdrawn_at.is_(None)).distinct()).all()
    assert sorted(day for day in kept if day) == [thursday, friday]
    [own] = list_own_objections(town.agency.sari)
    assert (own.outcome, own.gone, own.line.facts) == ("partly", 6, 14)
    assert own.cause == name == "Server pusat mati"
    assert all(line.points is not None for line in lines_of(town))


def test_days_at_the_counter_go_by_day_whatever_their_number(town: Town, session: scoped_session[Session]) -> None:
    due = record_days(town, "time_discipline", {local(NOW) - timedelta(days=ago): 0.1 * ago for ago in (2, 3, 4)})
    objection = object_to_days(session(), town, "time_discipline")
    decided(objection, town.agency.rina, Outcome.PARTLY, days=[due[0].day])
    apply_decision(objection.id, NOW)
    assert session.scalars(select(FactExclusion.key)).all() == [due[0].key]
    # The day is reported again, with another value: it stays out.
    record_due([one.key for one in due], [replace(due[0], y=0.9), *due[1:]], NOW)
    standing = select(IndicatorFact.key).where(
        IndicatorFact.component == "time_discipline", IndicatorFact.withdrawn_at.is_(None)
    )
    assert sorted(session.scalars(standing)) == sorted(one.key for one in due[1:])


def test_facts_that_change_meanwhile_are_looked_at_again(town: Town, session: scoped_session[Session]) -> None:
    line = sorted(lines_of(town), key=lambda one: one.points or 0.0)[0]
    objection = objection_to(town, line)
    seen = contents_of(town.dewi, read_objection(town.dewi, objection.id)).of
    session.execute(update(IndicatorFact).where(IndicatorFact.id == objection.fact_ids[0]).values(withdrawn_at=NOW))
    with pytest.raises(FactsChanged):
        decided(objection, town.dewi, seen=seen)
    contents = contents_of(town.dewi, read_objection(town.dewi, objection.id))
    assert [fact.counts for fact in contents.facts].count(False) == 1
    decided(objection, town.dewi, seen=contents.of)
    # Upheld is the whole line: what does not count just now does not come back either.
    assert len(session.scalars(select(FactExclusion.key)).all()) == len(objection.fact_ids)
    # Something was written while it was decided: the daily look takes it out.
    session.execute(update(IndicatorFact).where(IndicatorFact.id == objection.fact_ids[0]).values(withdrawn_at=None))
    assert (apply_left_over(NOW), apply_left_over(NOW)) == (1, 0)


def test_the_reasons_never_quote_a_complaint(town: Town, session: scoped_session[Session]) -> None:
    complaint = make_founded(session(), town)
    line = next(line for line in lines_of(town, "conduct") + lines_of(town) if "complaint" in line.sources)
    objection = objection_to(town, line)
    for words in (f"Laporan {complaint.code} memang keliru.", f"Tertulis: {STORY}"):
        with pytest.raises(GivesAway):
            decide_objection(objection.id, outcome=Outcome.UPHELD, reasons=words, actor=town.dewi, at=NOW)
    [fact] = contents_of(town.dewi, read_objection(town.dewi, objection.id)).facts
    assert fact.code == complaint.code
    decided(objection, town.dewi)
    apply_decision(objection.id, NOW)
    [own] = list_own_objections(town.agency.sari)
    assert own.line.since is not None and own.line.since.day == 1  # its month alone
    with pytest.raises(NoSuchObjection):
        read_objection(town.agency.rina, objection.id)


def test_a_late_decider_is_reminded_and_nobody_at_all_is_told_to_administrators(
    town: Town, session: scoped_session[Session]
) -> None:
    objection = objection_to(town, lines_of(town)[0])
    administrator = make_account(session(), (Role.ADMINISTRATOR, town.agency.city))
    assert tell_of_overdue(objection.due_at, SENDER) == 0
    late = objection.due_at + timedelta(minutes=1)
    assert (tell_of_overdue(late, SENDER), tell_of_overdue(late, SENDER)) == (2, 0)
    assert told(session, town.dewi) == told(session, town.agency.rina) == ["objection_overdue"]
    give_role(session(), town.agency.sari, Role.SUPERVISOR, town.agency.city)  # nobody stands above her any more
    session.execute(update(IndicatorObjection).values(due_at=NOW))
    session.execute(update(Notification).values(key=Notification.key + ":before"))
    tell_of_overdue(late, SENDER)
    assert told(session, administrator) == ["objection_stranded"]


def test_words_go_at_the_end_of_their_term_and_the_effect_stays(town: Town, session: scoped_session[Session]) -> None:
    objection = objection_to(town, lines_of(town)[0])
    decided(objection, town.dewi)
    days = next(term.days for term in load_terms() if term.kind == Kind.OBJECTIONS)
    assert erase_ended(NOW + timedelta(days=days)) == 0
    erase_ended(NOW + timedelta(days=days, seconds=1))
    session.expire_all()
    [own] = list_own_objections(town.agency.sari)
    assert (own.reason, own.reasons, own.outcome) == (ERASED, ERASED, "upheld")
    assert session.scalars(select(FactExclusion.id)).all()
