"""Opinions of what words say; learning from decisions, used only where it is no worse; what follows from it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_complaint, make_rating
from webapp.accounts.permissions import Role
from webapp.attribution.actions import attribute_feedback
from webapp.attribution.case_opinion import opinion_for
from webapp.attribution.decided_cases import Decided, hold_out
from webapp.attribution.learning import LEAST_CASES, learn_routing, renew_opinions
from webapp.attribution.models import Attribution, AttributionShare, LearnedModel, TextOpinion
from webapp.attribution.opinions import form_opinions, opinions_of
from webapp.attribution.routing import DecidedCase, Said
from webapp.feedback.handling import hold_for_triage
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.outbox.models import OutboxEvent

AT = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
#: Words of the two units' matters, and words of no matter.
_MATTERS = (["kelahiran", "akta", "bayi", "bidan"], ["pindah", "domisili", "alamat", "surat"])
_AROUND = ["mohon", "bapak", "sudah", "lama", "belum", "saya", "tolong", "kemarin", "lagi", "besok"]


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def text(matter: int, chance: random.Random) -> str:
    return " ".join([*chance.sample(_MATTERS[matter], 3), *chance.sample(_AROUND, 4)])


def decide(session: Session, agency: Agency, count: int, begins: datetime) -> list[Complaint]:
    """So many cases, in turn of the one matter and the other, decided for their units by triage."""
    chance, units = random.Random(count), (agency.unit, agency.elsewhere)
    cases = []
    for number in range(count):
        at = begins + number * MINUTE
        complaint = make_complaint(session, at, text=text(number % 2, chance))
        session.add(
            Attribution(
                feedback_id=complaint.feedback_id,
                made_by="triage",
                rules_version="3",
                at=at,
                shares=[AttributionShare(unit_id=units[number % 2].id, share=1.0)],
            )
        )
        cases.append(complaint)
    session.flush()
    return cases


def used(session: Session) -> LearnedModel | None:
    return session.scalars(
        select(LearnedModel).where(LearnedModel.adopted_at.is_not(None), LearnedModel.retired_at.is_(None))
    ).one_or_none()


def test_the_catalogue_speaks_before_anything_is_decided(session: Session, agency: Agency) -> None:
    complaint = make_complaint(session, AT, text="Antrean akta kelahiran lama sekali.")
    rating = make_rating(session, AT, value=1, comment="Akta kelahiran lama.")
    assert form_opinions([complaint.feedback_id, rating.feedback_id], AT) == [complaint.feedback_id]
    opinion = opinions_of([complaint.feedback_id, rating.feedback_id])[complaint.feedback_id]
    assert (opinion.candidates[0].unit_id, opinion.model_id) == (agency.unit.id, None)
    assert {"akta", "kelahiran"} <= {word.lower() for word, _weight in opinion.candidates[0].words}
    assert agency.city.id not in {one.unit_id for one in opinion.candidates}
    assert form_opinions([complaint.feedback_id], AT) == []  # nothing else is known since


def test_a_unit_that_was_closed_is_no_candidate(session: Session, agency: Agency) -> None:
    complaint = make_complaint(session, AT, text="Antrean akta kelahiran lama sekali.")
    agency.unit.active = False
    session.flush()
    form_opinions([complaint.feedback_id], AT)
    opinion = opinions_of([complaint.feedback_id])[complaint.feedback_id]
    assert agency.unit.id not in {one.unit_id for one in opinion.candidates}


def test_of_a_person_it_is_known_to_those_alone_who_may_read_such_cases(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, AT, agency.unit, text="Petugas akta kelahiran kasar sekali.", about_person=True)
    complaint.unit_id = agency.unit.id
    form_opinions([complaint.feedback_id], AT)
    session.commit()
    assert complaint.points_at_person
    assert opinion_for(agency.triage, complaint) is not None
    assert opinion_for(make_account(session, (Role.LIAISON, agency.city)), complaint) is None


def test_nothing_is_learned_from_too_little(session: Session, agency: Agency) -> None:
    decide(session, agency, LEAST_CASES - 1, AT)
    assert learn_routing(AT + timedelta(days=1), weekly=True) is None


def test_what_was_learned_is_used_until_something_no_worse_comes(session: Session, agency: Agency) -> None:
    chance = random.Random(1)
    waiting = make_placed(session, AT, None, text=text(1, chance))
    by_hand = make_placed(session, AT, None, text=text(1, chance))
    form_opinions([waiting.feedback_id, by_hand.feedback_id], AT)
    by_hand.state = State.VERIFIED
    session.flush()
    hold_for_triage(by_hand, reason="decision_undone", at=AT, decided_by=agency.triage)
    old = decide(session, agency, LEAST_CASES + 20, AT)
    now = AT + timedelta(days=1)

    first = learn_routing(now)
    assert first is not None and first is used(session)
    assert (first.cases, first.figures["n"]) == (LEAST_CASES + 20, 30)
    assert first.figures["top1"] >= first.former_figures["top1"]  # type: ignore[index]
    assert b"kemarin" not in first.content  # compressed; nothing is to be read in the clear
    assert learn_routing(now + MINUTE, weekly=True) is None  # nothing was decided since

    # Undecided complaints are looked at again; one that a person brought here waits for a person.
    outdated = session.scalars(select(OutboxEvent).where(OutboxEvent.name == "OpinionsOutdated")).one()
    assert renew_opinions(outdated.payload["after_id"], now) is None
    assert set(session.scalars(select(TextOpinion.model_id)).all()) == {first.id}
    assert opinions_of([waiting.feedback_id])[waiting.feedback_id].candidates[0].unit_id == agency.elsewhere.id
    assert (waiting.state, waiting.unit_id) in ((State.SENT, agency.elsewhere.id), (State.IN_TRIAGE, None))
    assert (by_hand.state, by_hand.unit_id) == (State.IN_TRIAGE, None)

    # Somebody got the old decisions wrong: what is learned from them does worse on the new ones, and is not used.
    mixed = {agency.unit.id: agency.elsewhere.id, agency.elsewhere.id: agency.unit.id}
    for complaint in old:
        attribution = session.scalars(select(Attribution).where(Attribution.feedback_id == complaint.feedback_id)).one()
        attribution.shares[0].unit_id = mixed[attribution.shares[0].unit_id]  # type: ignore[index]
    decide(session, agency, 30, now + MINUTE)
    assert learn_routing(now + timedelta(hours=1)) is None  # enough for the week's end, not for at once
    second = learn_routing(now + timedelta(days=7), weekly=True)
    assert second is not None
    assert (second.verdict, second.adopted_at, second.content) == ("right_less_often", None, b"")
    assert used(session) is first

    # Put right again, what is learned takes over, and what was used is retired.
    session.execute(update(LearnedModel).where(LearnedModel.id == second.id).values(learned_at=now))
    for complaint in old:
        attribution = session.scalars(select(Attribution).where(Attribution.feedback_id == complaint.feedback_id)).one()
        attribution.shares[0].unit_id = mixed[attribution.shares[0].unit_id]  # type: ignore[index]
    third = learn_routing(now + timedelta(days=14), weekly=True)
    assert third is not None and third is used(session)
    session.refresh(first)
    assert first.retired_at == now + timedelta(days=14)


def test_only_what_the_used_model_has_not_seen_is_held_out() -> None:
    def decided(number: int, known: int) -> Decided:
        return Decided(DecidedCase(Said(str(number)), "1"), AT + number * MINUTE, AT + known * MINUTE)

    cases = [decided(number, known=number if number % 2 else 1000 + number) for number in range(40)]
    training, held = hold_out(cases, AT + 500 * MINUTE, 0.1, 5)
    assert [one.case.said.text for one in held] == ["30", "32", "34", "36", "38"]
    assert len(training) == 35
    assert hold_out(cases, AT + 2000 * MINUTE, 0.1, 5) == (cases, [])
    assert len(hold_out(cases, None, 0.5, 5)[1]) == 20


def test_an_imported_decision_teaches_and_ratings_have_no_opinion(session: Session, agency: Agency) -> None:
    rating = make_rating(session, AT, value=4)
    attribute_feedback([rating.feedback_id], AT)
    assert form_opinions([rating.feedback_id], AT) == [] and opinions_of([rating.feedback_id]) == {}
