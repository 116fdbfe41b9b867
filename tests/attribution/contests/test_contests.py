"""An officer contests what is attributed to him; somebody who is no party decides; both figures follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from tests.attribution.contests.charged import CONTESTED, STORY, Charged, make_charged, see, shares_of
from tests.factories.accounts import give_role, make_account
from tests.factories.organisation import make_officer, make_shift
from tests.pipeline import pipeline_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.contests.deciding import candidates_for, decide_contest, on_duty_then
from webapp.attribution.contests.desk import list_decided, list_waiting, may_decide, read_contest
from webapp.attribution.contests.errors import AlreadyDecided, NoSuchContest, NoSuchLine, NotAChoice, NotContestable
from webapp.attribution.contests.filing import file_contest
from webapp.attribution.contests.notices import tell_of_overdue
from webapp.attribution.contests.own_lines import TERM, count_corrected, list_own_lines
from webapp.attribution.contests.vocabulary import Standing, Verdict
from webapp.attribution.models import Attribution, AttributionShare, Contest, Evidence
from webapp.attribution.sentences import _SENTENCES
from webapp.audit.models import AuditEntry
from webapp.feedback.actions import accept_answer
from webapp.feedback.handling import exclude_officers
from webapp.feedback.models import Exclusion, Recusal
from webapp.feedback.vocabulary import ERASED
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.indicators.periods import period_of, span_of
from webapp.messaging.models import Notification
from webapp.messaging.notifications import Sender
from webapp.retention.erasing import erase_ended
from webapp.retention.terms import Kind, load_terms

NOW = datetime.now(UTC) - timedelta(hours=2)
WHY = "Jadwal jaga menunjukkan petugas lain di loket itu."
SENDER = Sender("Kota Uji", "https://tanggap.example", mail=False)


@pytest.fixture
def charged(session: scoped_session[Session]) -> Charged:
    return make_charged(session(), NOW)


def contest_of(charged: Charged) -> Contest:
    return file_contest(charged.agency.sari, see(charged.agency.sari, NOW), CONTESTED, NOW)


def told(session: scoped_session[Session], account: Account) -> list[str]:
    return list(
        session.scalars(
            select(Notification.kind)
            .where(Notification.account_id == account.id, Notification.kind.startswith("contest"))
            .order_by(Notification.id)
        )
    )


def test_who_may_decide(charged: Charged, session: scoped_session[Session]) -> None:
    agency = charged.agency
    contest = contest_of(charged)
    peer = make_account(session(), (Role.SUPERVISOR, agency.unit))
    concerned = make_account(session(), (Role.SUPERVISOR, agency.city))
    exclude_officers(contest.feedback_id, [make_officer(session(), agency.unit, account=concerned).id], NOW)
    recused = make_account(session(), (Role.SUPERVISOR, agency.city))
    session.add(Recusal(complaint_id=contest.feedback_id, account_id=recused.id, at=NOW))
    may = {
        "another supervisor of the unit": peer,
        "the supervisor of the city": charged.dewi,
        "triage that did not name her": charged.tari,
    }
    may_not = {
        "herself": agency.sari,
        "triage that named her": agency.triage,
        "her supervisor, who answered": agency.rina,
        "an officer": agency.budi,
        "a supervisor elsewhere": make_account(session(), (Role.SUPERVISOR, agency.elsewhere)),
        "whom it concerns as well": concerned,
        "who declared a conflict": recused,
        "who left": make_account(session(), (Role.SUPERVISOR, agency.city), active=False),
        "an administrator": make_account(session(), (Role.ADMINISTRATOR, agency.city)),
        "an inspector": make_account(session(), (Role.INSPECTOR, agency.city)),
    }
    session.flush()
    assert {who: may_decide(account, contest.id) for who, account in (may | may_not).items()} == {
        **dict.fromkeys(may, True),
        **dict.fromkeys(may_not, False),
    }
    # She leads the unit: those beside and below her do not decide, whoever is above does.
    give_role(session(), agency.sari, Role.SUPERVISOR, agency.unit)
    assert [may_decide(one, contest.id) for one in (peer, charged.dewi, charged.tari)] == [False, True, True]
    assert not may_decide(agency.sari, contest.id)
    give_role(session(), agency.sari, Role.SUPERVISOR, agency.city)
    assert [may_decide(one, contest.id) for one in (charged.dewi, charged.tari)] == [False, True]


def test_it_is_filed_once_and_in_time(charged: Charged, session: scoped_session[Session]) -> None:
    sari = charged.agency.sari
    for nobody in (charged.agency.budi, charged.agency.rina):
        assert list_own_lines(nobody, NOW) == ()
        with pytest.raises(NoSuchLine):
            file_contest(nobody, see(sari, NOW), CONTESTED, NOW)
    key = see(sari, NOW)
    see(sari, NOW + timedelta(days=3))  # looking again does not begin the term anew
    assert list_own_lines(sari, NOW + TERM)[0].contest_until == NOW + TERM
    with pytest.raises(NotContestable):
        file_contest(sari, key, CONTESTED, NOW + TERM + timedelta(seconds=1))
    first = file_contest(sari, key, f"{CONTESTED} NIK 3578011203900001.", NOW + TERM)
    assert file_contest(sari, key, "Lagi, dengan kata lain.", NOW + TERM) is first
    assert "3578011203900001" not in first.reason and first.reason.startswith(CONTESTED)
    assert session.scalars(select(Contest.id)).all() == [first.id]
    assert list_own_lines(sari, NOW)[0].standing == Standing.CONTESTED
    assert session.scalars(select(AuditEntry.what).where(AuditEntry.deed == "contested")).all() == ["filed"]


def test_upheld_both_figures_are_corrected_and_both_are_told(
    app: Flask, charged: Charged, session: scoped_session[Session], environment: dict[str, str]
) -> None:
    agency, period = charged.agency, period_of((NOW + timedelta(hours=7)).date())
    session.commit()
    with pipeline_of(app, environment["REDIS_URL"]) as pipeline:
        pipeline.run()
        assert figures(session, period) == {agency.sari_officer.id: [("complaint", 0.0)]}
        before = figure(session, agency.sari_officer.id, period)
        contest = contest_of(charged)
        session.commit()
        pipeline.run()
        assert told(session, charged.dewi) == ["contest_filed"]  # the nearest: the supervisor of the unit answered it
        assert told(session, charged.tari) == told(session, agency.triage) == told(session, agency.rina) == []
        decided = {"verdict": Verdict.TO_OFFICER, "officer_id": agency.budi_officer.id, "reason": WHY, "at": NOW}
        decide_contest(contest.id, actor=charged.dewi, **decided)
        decide_contest(contest.id, actor=charged.dewi, **decided)  # sent twice
        session.commit()
        pipeline.run()
    session.expire_all()
    assert figures(session, period) == {agency.budi_officer.id: [("complaint", 0.0)]}
    after = figure(session, agency.sari_officer.id, period)
    assert after.figure > before.figure and after.figure == after.expected
    assert figure(session, agency.budi_officer.id, period).figure == pytest.approx(before.figure)
    assert shares_of(session(), contest.feedback_id) == {(agency.unit.id, agency.budi_officer.id): 1.0}
    history = session.scalars(
        select(Attribution.made_by).where(Attribution.feedback_id == contest.feedback_id).order_by(Attribution.id)
    ).all()
    assert history == ["rules", "triage", "contest"]
    kept_away = session.scalars(select(Exclusion.officer_id).where(Exclusion.complaint_id == contest.feedback_id)).all()
    assert {agency.sari_officer.id, agency.budi_officer.id} <= set(kept_away)
    # She reads why; he finds his line, and may contest in turn, before somebody else again.
    [line] = list_own_lines(agency.sari, NOW)
    assert (line.standing, line.contest.decision, line.contest.decided_by) == (Standing.CORRECTED, WHY, "Dewi Lestari")
    assert count_corrected(agency.sari, *span_of(period)) == 1
    assert told(session, agency.sari) == ["contest_decided"]
    assert told(session, agency.budi) == []
    again = file_contest(agency.budi, see(agency.budi, NOW), CONTESTED, NOW)
    assert not may_decide(charged.dewi, again.id) and may_decide(charged.tari, again.id)
    assert [one.outcome for one in list_decided(charged.dewi)] == ["upheld"]
    deeds = session.scalars(select(AuditEntry.what).where(AuditEntry.deed == "contested").order_by(AuditEntry.id)).all()
    assert deeds == ["filed", "upheld", "filed"]


def figures(session: scoped_session[Session], period: str) -> dict[int, list[tuple[str, float]]]:
    rows = session.execute(
        select(IndicatorFact.officer_id, IndicatorFact.key, IndicatorFact.y)
        .where(IndicatorFact.withdrawn_at.is_(None), IndicatorFact.key.startswith("complaint:"))
        .order_by(IndicatorFact.id)
    )
    found: dict[int, list[tuple[str, float]]] = {}
    for officer_id, key, y in rows:
        found.setdefault(officer_id, []).append((key.partition(":")[0], y))
    return found


def figure(session: scoped_session[Session], officer_id: int, period: str) -> IndicatorSnapshot:
    return session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == officer_id,
            IndicatorSnapshot.period == period,
            IndicatorSnapshot.superseded_at.is_(None),
        )
    ).one()


@pytest.mark.parametrize(
    ("verdict", "outcome", "standing"),
    [
        (Verdict.REFUSED, "refused", Standing.REFUSED),
        (Verdict.TO_UNIT, "upheld", Standing.CORRECTED),
        (Verdict.TO_NOBODY, "upheld", Standing.CORRECTED),
    ],
)
def test_what_each_verdict_does_to_the_shares(
    charged: Charged, session: scoped_session[Session], verdict: Verdict, outcome: str, standing: Standing
) -> None:
    agency = charged.agency
    contest = contest_of(charged)
    # Half of it is another officer's: that stays as it is.
    whole = session.scalars(
        select(AttributionShare).where(AttributionShare.attribution_id == contest.attribution_id)
    ).one()
    whole.share = 0.5
    session.add(
        AttributionShare(
            attribution_id=contest.attribution_id,
            unit_id=agency.unit.id,
            officer_id=agency.budi_officer.id,
            share=0.5,
        )
    )
    session.flush()
    session.expire_all()
    decide_contest(contest.id, verdict=verdict, officer_id=None, reason=WHY, actor=charged.tari, at=NOW)
    hers = {
        Verdict.REFUSED: (agency.unit.id, agency.sari_officer.id),
        Verdict.TO_UNIT: (agency.unit.id, None),
        Verdict.TO_NOBODY: (None, None),
    }[verdict]
    assert shares_of(session(), contest.feedback_id) == {hers: 0.5, (agency.unit.id, agency.budi_officer.id): 0.5}
    assert contest.outcome == outcome
    assert list_own_lines(agency.sari, NOW)[0].standing == standing
    with pytest.raises(AlreadyDecided):
        decide_contest(contest.id, verdict=verdict, officer_id=None, reason=WHY, actor=charged.dewi, at=NOW)


def test_candidates_are_who_was_there_then_who_is_posted_there(
    charged: Charged, session: scoped_session[Session]
) -> None:
    agency = charged.agency
    lent = make_officer(session(), agency.elsewhere, name="Lina Perbantuan")
    charged.complaint.feedback.occurred_at = NOW - timedelta(days=1)
    make_shift(session(), lent, agency.counter, NOW - timedelta(days=1))
    make_officer(session(), agency.unit, name="Dewi Lestari", account=charged.dewi)
    contest = read_contest(charged.dewi, contest_of(charged).id)
    on_duty = on_duty_then(contest)
    assert [(one.officer, one.counter, one.served) for one in on_duty] == [("Lina Perbantuan", "Loket 3", 0)]
    choices = candidates_for(contest, charged.dewi, on_duty)
    assert [(one.name, one.on_duty) for one in choices] == [("Lina Perbantuan", True), ("Budi Santoso", False)]
    for no_choice in (agency.tono_officer.id, agency.sari_officer.id, None, 987_654_321):
        with pytest.raises(NotAChoice):
            decide_contest(
                contest.id,
                verdict=Verdict.TO_OFFICER,
                officer_id=no_choice,
                reason=WHY,
                actor=charged.dewi,
                at=NOW,
            )
    for no_decider in (agency.rina, agency.triage, agency.sari):
        with pytest.raises(NoSuchContest):
            decide_contest(contest.id, verdict=Verdict.REFUSED, officer_id=None, reason=WHY, actor=no_decider, at=NOW)
    assert session.scalars(select(Contest.decided_at)).all() == [None]


def test_new_evidence_takes_what_is_contested_along_or_leaves_nothing_to_decide(
    charged: Charged, session: scoped_session[Session]
) -> None:
    agency = charged.agency
    contest = contest_of(charged)
    judge_anew(session, contest, agency.sari_officer.id, agency.unit.id)
    assert list_own_lines(agency.sari, NOW)[0].standing == Standing.CONTESTED
    assert [one.id for one in list_waiting(charged.dewi)] == [contest.id]
    judge_anew(session, contest, agency.budi_officer.id, agency.unit.id)
    assert list_own_lines(agency.sari, NOW)[0].standing == Standing.ENDED
    assert list_waiting(charged.dewi) == []
    with pytest.raises(NoSuchContest):
        decide_contest(contest.id, verdict=Verdict.REFUSED, officer_id=None, reason=WHY, actor=charged.dewi, at=NOW)


def judge_anew(session: scoped_session[Session], contest: Contest, officer_id: int, unit_id: int) -> None:
    session.execute(update(Attribution).where(Attribution.feedback_id == contest.feedback_id).values(superseded_at=NOW))
    session.add(
        Attribution(
            feedback_id=contest.feedback_id,
            made_by="rules",
            rules_version="3",
            at=NOW,
            shares=[AttributionShare(unit_id=unit_id, officer_id=officer_id, share=1.0)],
        )
    )
    session.flush()


def test_what_waits_too_long_comes_up_and_what_nobody_may_decide(
    charged: Charged, session: scoped_session[Session]
) -> None:
    contest = contest_of(charged)
    admin = make_account(session(), (Role.ADMINISTRATOR, charged.agency.city))
    assert tell_of_overdue(contest.due_at - timedelta(seconds=1), SENDER) == 0
    assert tell_of_overdue(contest.due_at + timedelta(seconds=1), SENDER) == 2
    assert tell_of_overdue(contest.due_at + timedelta(days=1), SENDER) == 0
    assert told(session, charged.dewi) == told(session, charged.tari) == ["contest_overdue"]
    for account in (charged.dewi, charged.tari):
        session.add(Recusal(complaint_id=contest.feedback_id, account_id=account.id, at=NOW))
    session.execute(update(Notification).values(key=Notification.key + ":earlier"))
    session.flush()
    assert tell_of_overdue(contest.due_at + timedelta(days=2), SENDER) == 1
    assert told(session, admin) == ["contest_stranded"]


def test_what_was_written_goes_with_the_words_and_the_outcome_stays(
    charged: Charged, session: scoped_session[Session]
) -> None:
    contest = contest_of(charged)
    decide_contest(contest.id, verdict=Verdict.REFUSED, officer_id=None, reason=WHY, actor=charged.dewi, at=NOW)
    accept_answer(charged.complaint, write_key="form:yes", at=NOW)
    session.flush()
    [words] = [term for term in load_terms() if term.kind == Kind.WORDS]
    erase_ended(NOW + timedelta(days=words.days, seconds=1))
    session.expire_all()
    assert (contest.reason, contest.decision, contest.outcome) == (ERASED, ERASED, "refused")


def test_no_evidence_tells_the_officer_more_than_the_listed_particulars(
    charged: Charged, session: scoped_session[Session]
) -> None:
    poison = dict.fromkeys(
        (
            *("day", "hour", "ticket", "number", "queue_number", "application", "words", "name", "officer", "counter"),
            *("place", "said", "title", "code", "time", "text", "service", "shares", "date", "from", "until"),
        ),
        "zqracun",
    )
    attribution_id = session.scalars(select(Attribution.id).where(Attribution.superseded_at.is_(None))).one()
    session.add_all(
        Evidence(attribution_id=attribution_id, rule=rule, rule_version=1, particulars=poison) for rule in _SENTENCES
    )
    session.flush()
    [line] = list_own_lines(charged.agency.sari, NOW)
    assert {reason.rule for reason in line.reasons} == set(_SENTENCES)
    for reason in line.reasons:
        assert set(reason.particulars) <= {"unit", "service", "counter", "day", "officers"}
        assert "zqracun" not in str(reason) and reason.written is None
    assert STORY not in repr(line) and charged.complaint.code not in repr(line)
